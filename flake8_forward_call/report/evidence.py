"""The steps that lead to a verdict, as ``explain`` and ``fix --interactive`` show them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from click import style

from flake8_forward_call.printing import shown

if TYPE_CHECKING:
    from flake8_forward_call.inference.evidence import Step


def render(step: Step) -> str:
    """One step in one line, with the place that it is read from, where there is one."""
    return f"{style(f'{shown(_short(step.path))}:{step.row}', fg='cyan')}: {step.text}" if step.path else step.text


def _short(path: str) -> str:
    """A path as one would name it from here, where it is below."""
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative
