"""Jupyter notebooks: their code cells as one program, and the way back from that to the text of the file."""
