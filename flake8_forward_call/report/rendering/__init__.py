"""One module for each output format of ``check`` and ``fix``."""
