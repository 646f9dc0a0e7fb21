"""What an imported name is: a global of a file, what a stub or a lazy import says, or a fact of the catalogue."""
