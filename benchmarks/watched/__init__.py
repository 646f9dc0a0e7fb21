"""Programs and test suites that are observed: what observing costs, and what it shows."""
