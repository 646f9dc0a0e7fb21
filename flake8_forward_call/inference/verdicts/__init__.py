"""The verdict on a receiver, and what prevents calling it."""
