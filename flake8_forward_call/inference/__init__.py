"""Is this receiver an ``nn.Module`` instance, and does calling it mean the same as calling its ``forward``?"""

from flake8_forward_call.inference.verdicts.judge import judge
from flake8_forward_call.inference.verdicts.verdict import Sameness, Standing, Verdict

__all__ = ["Sameness", "Standing", "Verdict", "judge"]
