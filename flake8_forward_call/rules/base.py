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

    @property
    def document(self) -> str:
        """The whole page in Markdown: title, what it is in short, lead, both examples, explanation."""
        lead, _, rest = self.page.partition("\n## ")
        examples = f"## Example\n\n```python\n{self.bad}```\n\n{self._between}\n\n```python\n{self.good}```\n"
        return "\n".join((f"# {self.code}: {self.title}\n", f"{self._status}\n", lead, examples, f"## {rest}"))

    @property
    def _status(self) -> str:
        default = "On by default" if self.default else "Off by default"
        return f"{default}. {'`forward-call fix` rewrites it.' if self.fixable else 'Never rewritten.'}"

    @property
    def _between(self) -> str:
        return "`forward-call fix` makes of it:" if self.fixable else "Instead:"
