"""Where things are: the ends of a project and its folders, other projects beside it, and what is installed."""
