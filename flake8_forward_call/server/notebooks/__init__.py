"""Notebooks that are open in an editor: their cells as one document, or as a text that an editor makes of them."""
