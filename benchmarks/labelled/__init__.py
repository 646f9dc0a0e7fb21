"""Call sites of ``.forward(`` in pinned releases, labelled by hand, and how answers about them are counted."""
