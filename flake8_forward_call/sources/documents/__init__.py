"""Documents: the Python code in Markdown, reStructuredText and docstrings, on the rows and columns of the document."""
