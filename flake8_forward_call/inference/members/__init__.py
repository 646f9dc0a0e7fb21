"""Members that no plain name leads to: created on request, given by stubs, or under names that only the run knows."""
