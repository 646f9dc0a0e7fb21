"""Files on disk: which ones are checked, reading and replacing them, what git knows of them, the cache."""
