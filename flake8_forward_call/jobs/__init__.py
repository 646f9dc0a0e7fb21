"""Several processes: how many, which file goes to which, and what happens if one of them dies."""
