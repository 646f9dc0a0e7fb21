"""From a verdict to a rule, and from a rule to its finding: the message, and whether there is a rewrite."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flake8_forward_call.analysis import analyse
from flake8_forward_call.findings.finding import Applicability, Cell, Place
from flake8_forward_call.findings.ruling import finding_for, rule_for, shortened
from flake8_forward_call.inference.verdicts.verdict import Attachment, Sameness, Standing, Verdict
from flake8_forward_call.sources.source import Source
from flake8_forward_call.visiting.sites import Site
from flake8_forward_call.visiting.visitor import find_sites

MODULE, PROBABLE = Standing.MODULE, Standing.PROBABLE
SAFE, UNSAFE = Applicability.SAFE, Applicability.UNSAFE
CALLED = Source("net.py", "net.stem.forward(x)\n")
HANDED = Source("net.py", "checkpoint(net.stem.forward, x)\n")


def only_site(source: Source) -> Site:
    (site,) = find_sites(source)
    return site


@pytest.mark.parametrize(
    ("standing", "sameness", "called", "handed"),
    [
        (MODULE, Sameness.SAME, "FWD001", "FWD004"),
        (MODULE, Sameness.PERHAPS, "FWD001", "FWD004"),
        (MODULE, Sameness.UNREAD, "FWD001", "FWD004"),
        (MODULE, Sameness.DIFFERENT, "FWD002", None),
        (PROBABLE, Sameness.SAME, "FWD003", None),
        (PROBABLE, Sameness.PERHAPS, "FWD003", None),
        (PROBABLE, Sameness.UNREAD, "FWD003", None),
        (PROBABLE, Sameness.DIFFERENT, None, None),
        (Standing.NOT_MODULE, Sameness.SAME, None, None),
        (Standing.UNKNOWN, Sameness.SAME, None, None),
    ],
)
def test_a_verdict_breaks_one_rule_or_none(
    standing: Standing, sameness: Sameness, called: str | None, handed: str | None
) -> None:
    verdict = Verdict(standing, sameness, "")
    for source, code in ((CALLED, called), (HANDED, handed)):
        site = only_site(source)
        rule = rule_for(verdict, is_handed=site.candidate.is_handed)
        finding = finding_for(source, site, verdict)
        assert (rule and rule.code) == (finding and finding.code) == code
    assert rule_for(verdict) is rule_for(verdict, is_handed=False)


@pytest.mark.parametrize(
    ("source", "standing", "sameness", "applicability"),
    [
        (CALLED, MODULE, Sameness.SAME, SAFE),
        (CALLED, MODULE, Sameness.PERHAPS, UNSAFE),
        (CALLED, MODULE, Sameness.UNREAD, UNSAFE),
        (CALLED, MODULE, Sameness.DIFFERENT, None),
        (CALLED, PROBABLE, Sameness.SAME, UNSAFE),
        (CALLED, PROBABLE, Sameness.PERHAPS, UNSAFE),
        (CALLED, PROBABLE, Sameness.UNREAD, None),
        (HANDED, MODULE, Sameness.SAME, SAFE),
        (HANDED, MODULE, Sameness.PERHAPS, UNSAFE),
        (HANDED, MODULE, Sameness.UNREAD, UNSAFE),
    ],
)
def test_a_rewrite_is_safe_unsafe_or_not_offered(
    source: Source, standing: Standing, sameness: Sameness, applicability: Applicability | None
) -> None:
    site = only_site(source)
    verdict = Verdict(standing, sameness, "for a reason")
    finding = finding_for(source, site, verdict)
    assert finding is not None
    assert (finding.fix and finding.fix.applicability) == applicability
    without = finding_for(source, replace(site, edit=None), verdict)
    assert without is not None
    assert without.fix is None


def test_a_finding_tells_the_call_and_the_argument_apart() -> None:
    verdict = Verdict(MODULE, Sameness.SAME, "")
    called, handed = (finding_for(source, only_site(source), verdict) for source in (CALLED, HANDED))
    assert called is not None
    assert called.fix is not None
    assert handed is not None
    assert handed.fix is not None
    assert (called.start, called.end, called.noqa_row) == (Place(1, 10), Place(1, 17), 1)
    assert (called.fix.message, called.fix.before, called.fix.after) == (
        "Call net.stem(...)",
        "net.stem.forward(...)",
        "net.stem(...)",
    )
    assert called.message.startswith("net.stem.forward(...) skips Module.__call__")
    assert (handed.fix.message, handed.fix.before, handed.fix.after) == (
        "Pass net.stem",
        "net.stem.forward",
        "net.stem",
    )
    assert handed.message.startswith("checkpoint calls net.stem.forward, bypassing Module.__call__")


class Notebook(Source):
    """Its second cell starts at row 4."""

    def cell_in(self, path: str, row: int) -> Cell | None:
        return Cell(2, 3) if path == self.path and row > 3 else None


def test_a_message_names_two_things_that_hang_on_the_hooks_and_where_they_are_attached(tmp_path: Path) -> None:
    source = Notebook(str(tmp_path / "sub" / "net.ipynb"), CALLED.text)
    places = [(source.path, 5), (str(tmp_path / "other" / "prune.py"), 7), (source.path, 9)]
    attachments = tuple(Attachment(f"hook{row}", path, row, "prunes") for path, row in places)
    expected = ("`hook5` (net.ipynb:cell 2:2) prunes", "`hook7` (other/prune.py:7) prunes")
    for given, shown in ((attachments, expected), (attachments[:1], expected[:1])):
        verdict = Verdict(MODULE, Sameness.SAME, "", given)
        finding = finding_for(source, only_site(source), verdict)
        assert finding is not None
        assert finding.hanging == shown
        assert f"so hooks do not run: {' and '.join(shown)}, which this call skips; call " in finding.message


def test_a_message_is_silent_where_nothing_hangs_on_the_hooks() -> None:
    finding = finding_for(CALLED, only_site(CALLED), Verdict(MODULE, Sameness.SAME, ""))
    assert finding is not None
    assert "so hooks do not run; call net.stem(...)" in finding.message


@pytest.mark.parametrize(("length", "shown"), [(40, "a" * 40), (41, "a" * 19 + "..." + "a" * 18)])
def test_a_message_shows_forty_characters_of_a_receiver_and_of_a_callee(length: int, shown: str) -> None:
    name, verdict = "a" * length, Verdict(MODULE, Sameness.SAME, "")
    source = Source("net.py", f"{name}.forward(x); {name}(m.forward)\n")
    called, handed = (finding_for(source, site, verdict) for site in find_sites(source))
    assert called is not None
    assert handed is not None
    assert called.message.startswith(f"{shown}.forward(...) ")
    assert handed.message.startswith(f"{shown} calls ")


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [("abcdefgh", 8, "abcdefgh"), ("abcdefghi", 8, "abc...hi"), ("abcdefghi", 7, "ab...hi"), ("abcdefghi", 5, "a...i")],
)
def test_the_middle_is_what_goes(text: str, limit: int, short: str) -> None:
    assert shortened(text, limit) == short


def test_an_override_is_named_from_its_first_to_its_last_character() -> None:
    program = "from torch import nn\nclass Net(nn.Module):\n    def __call__(self, x):\n        return x\n"
    (finding,) = analyse(Source("net.py", program))
    assert (finding.code, finding.start, finding.end, finding.noqa_row) == ("FWD005", Place(3, 9), Place(3, 17), 3)
