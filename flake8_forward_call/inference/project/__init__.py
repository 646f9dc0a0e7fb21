"""The files of a project and what is installed: where they are, how they are named, and their text."""
