"""Programs that are large in one way each, for ``resources.py``."""
