"""``# noqa`` comments: which findings they silence, adding them, and finding those that silence nothing."""
