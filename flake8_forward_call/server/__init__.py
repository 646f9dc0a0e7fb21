"""The editor's door: a server of the Language Server Protocol, over standard input and output."""
