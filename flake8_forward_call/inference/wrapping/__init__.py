"""Wrappers around modules, such as DDP and FSDP: methods that are called on the module inside."""
