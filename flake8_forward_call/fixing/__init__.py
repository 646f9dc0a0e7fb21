"""Applying fixes: proving a rewrite, and asking the user about each."""
