"""What is typed on the command line: where settings are taken from it, colours, completions, the line as it was."""
