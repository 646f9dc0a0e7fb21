"""Watching a program run: which calls bypass a module's hooks, and what the receivers are, for a later check."""
