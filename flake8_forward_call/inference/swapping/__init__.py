"""What may replace a receiver between the proof that it is a module and the call."""
