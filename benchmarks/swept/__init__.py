"""The parts of ``sweep.py`` for one file: calls to rewrite in code without any, and an independent proof."""
