"""The README's example of observing is that of the page, whose commands are run with the real torch."""

from __future__ import annotations

import re
from pathlib import Path

from documented import Shown, steps

README = Path(__file__).parents[2] / "README.md"


def test_finding_in_the_readme_is_what_the_page_shows_for_the_same_command() -> None:
    section = README.read_text(encoding="utf-8").partition("**[In your tests](docs/observing.md).**")[2]
    block = re.findall(r"```console\n(.*?)```", section, re.DOTALL)[0]
    first, second, *output = block.splitlines(keepends=True)
    shown = [step for step in steps("observing.md") if isinstance(step, Shown)]
    assert Shown(second.strip().removeprefix("$ "), "".join(output)) in shown
    options = first.split()[2:]
    assert any(all(option in step.command.split() for option in options) for step in shown)
