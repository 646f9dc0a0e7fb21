"""What can be set: one table of options, and where their values come from."""
