"""What can be set: one table of options, and the doors that they come in by."""
