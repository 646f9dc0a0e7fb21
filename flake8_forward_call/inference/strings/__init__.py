"""Strings that name something: their value, as far as it can be read, and what they lead to."""
