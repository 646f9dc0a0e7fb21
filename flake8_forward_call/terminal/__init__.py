"""What people see: names, messages, colours, progress, and what an interrupt does."""
