"""What ``sweep.py`` does with one file: calls to rewrite where there were none, and a proof of its own."""
