"""What a test runner passes to tests and fixtures."""
