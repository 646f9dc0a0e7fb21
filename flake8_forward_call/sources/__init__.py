"""Source code as text and as trees: encodings, locations, notebooks, documents."""
