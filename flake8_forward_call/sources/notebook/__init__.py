"""Jupyter notebooks: their code cells as one program, and from that back to the text of the file."""
