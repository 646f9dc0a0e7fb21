"""Classes: their bases and subclasses, and which of them are modules."""
