"""Is this receiver an ``nn.Module`` instance, and does calling it mean the same as calling its ``forward``?"""
