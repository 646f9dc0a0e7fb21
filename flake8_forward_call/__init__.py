"""Find direct ``.forward(...)`` calls on ``nn.Module`` instances, and rewrite them to ``instance(...)``."""

__version__ = "0.1.0"
