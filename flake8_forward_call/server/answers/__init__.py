"""The answers to a client's requests: hover texts, code actions, commands, and diagnostics that the client pulls."""
