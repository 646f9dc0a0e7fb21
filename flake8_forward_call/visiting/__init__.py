"""Where each use of ``forward()`` is in a file, and the edit that fixes it."""
