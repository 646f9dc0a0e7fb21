"""Many projects in one run: each in a process of its own, on one machine or on several."""
