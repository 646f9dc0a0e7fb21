"""Call sites of ``.forward(`` in pinned releases, labelled by hand, and how an answer about them is counted."""
