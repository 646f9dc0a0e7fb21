"""The test suites of packages, run before and after ``forward-call fix``."""
