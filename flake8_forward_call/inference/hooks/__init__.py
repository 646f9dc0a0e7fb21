"""Hooks: what is attached to a receiver, and whether a call is made inside a hook."""
