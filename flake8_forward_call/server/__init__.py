"""The server for editors: the Language Server Protocol over standard input and output."""
