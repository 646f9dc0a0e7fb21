"""The data of a rule."""

from __future__ import annotations

import re
from typing import NamedTuple

from flake8_forward_call.findings.finding import Applicability

_DOCS = "https://flake8-forward-call.readthedocs.io/en/latest/rules/"
_DUNDER = re.compile(r"(?:\w+\.)*__\w+__")


class Rule(NamedTuple):
    """One rule.

    ``name`` is a short name with hyphens, which statistics show. ``applicability`` is that of the rule's best fix, or
    None if it has no fix. ``message`` is the text of a finding, with ``{...}`` for the parts that vary. ``page`` is the
    explanation in Markdown, which ``forward-call explain`` and the documentation show. ``bad`` and ``good`` are whole
    programs. If the rule has a fix, it turns ``bad`` into ``good``.
    """

    code: str
    name: str
    title: str
    message: str
    default: bool
    applicability: Applicability | None
    page: str
    bad: str
    good: str

    @property
    def url(self) -> str:
        """The rule's page on the web."""
        return f"{_DOCS}{self.code}.html"

    @property
    def rewritten(self) -> str:
        """Whether ``fix`` rewrites its findings, in the words of the tables of rules."""
        match self.applicability:
            case Applicability.SAFE:
                return "yes"
            case Applicability.UNSAFE:
                return "only with `--unsafe-fixes`"
            case _:
                return "never"

    @property
    def title_in_markdown(self) -> str:
        """The title, with dunder names as code, because Markdown would render them in bold."""
        return _DUNDER.sub(r"`\g<0>`", self.title)

    @property
    def document(self) -> str:
        """The whole page in Markdown: title, status, lead, both examples, explanation."""
        lead, _, rest = self.page.partition("\n## ")
        examples = f"## Example\n\n```python\n{self.bad}```\n\n{self._between}\n\n```python\n{self.good}```\n"
        return "\n".join(
            (f"# {self.code}: {self.title_in_markdown}\n", f"{self._status}\n", lead, examples, f"## {rest}")
        )

    @property
    def _status(self) -> str:
        default = "On by default" if self.default else "Off by default"
        remedy = "Never rewritten." if self.applicability is None else f"{self._command} rewrites it."
        return f"{default}. {remedy}"

    @property
    def _between(self) -> str:
        return "Instead:" if self.applicability is None else f"{self._command} rewrites it to:"

    @property
    def _command(self) -> str:
        selected = "" if self.default else f" --extend-select {self.code}"
        unsafe = " --unsafe-fixes" if self.applicability is Applicability.UNSAFE else ""
        return f"`forward-call fix{selected}{unsafe}`"
