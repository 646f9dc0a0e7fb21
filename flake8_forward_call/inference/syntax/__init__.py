"""What the syntax of one file says: scopes, bindings, and which binding reaches which use."""
