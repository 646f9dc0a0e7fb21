"""What a rule is."""

from __future__ import annotations

from dataclasses import dataclass

_DOCS = "https://flake8-forward-call.readthedocs.io/en/latest/rules/"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    ``message`` is what a finding says, with ``{...}`` for what differs from one to the next; ``page`` is the
    explanation in Markdown that ``forward-call explain`` and the documentation show; ``bad`` and ``good`` are
    whole programs, the second being what the fix makes of the first where the rule has a fix.
    """

    code: str
    title: str
    message: str
    default: bool
    fixable: bool
    page: str
    bad: str
    good: str

    @property
    def url(self) -> str:
        """The rule's page on the web."""
        return f"{_DOCS}{self.code}.html"
