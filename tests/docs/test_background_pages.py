"""The pages on inference, other tools and the catalogue agree with the findings, measurements and catalogue."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET

import pytest
from documented import DOCS

from flake8_forward_call.analysis import analyse
from flake8_forward_call.inference.catalogue.releases import RELEASES
from flake8_forward_call.sources.source import Source

AROUND = """\
from torch import nn
from elsewhere import unknown


class Block(nn.Module):
    def forward(self, x):
        return x


{example}

net = Net([Block()], nn.Linear(8, 8) if unknown else Block())
"""


def _page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def _tables(text: str) -> list[list[list[str]]]:
    """Every table as rows of cells, without the header."""
    found = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [[[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()[2:]] for table in found]


def test_each_call_in_the_example_of_proofs_is_proven() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", _page("inference.md"), re.DOTALL)
    program = AROUND.format(example=example)
    found = analyse(Source("example.py", program))
    direct = [number for number, line in enumerate(program.splitlines(), 1) if ".forward(" in line]
    assert [(finding.code, finding.start.row) for finding in found] == [("FWD001", row) for row in direct]
    assert len(direct) == 3


def test_the_figures_beside_other_tools_are_those_that_were_measured() -> None:
    rows = [row for table in _tables(_page("benchmarks.md")) for row in table]
    (evidence,) = [row for row in rows if row[0] == "all" and len(row) == 10]
    should = int(evidence[1]) + int(evidence[2])
    measured = {row[0]: row for row in rows if len(row) == 11}
    told = _tables(_page("comparison.md"))[1]
    assert {row[0].split()[0] for row in told} == measured.keys()
    for tool, found, wrong, precision, recall in told:
        name, *versions = tool.split()
        _, version, exact, complete, *by_evidence, missed, alarms, _seconds = measured[name]
        assert versions in ([], [version])
        assert int(found) == sum(int(cell.split("/")[0]) for cell in by_evidence) == should - int(missed)
        assert (wrong, precision, recall) == (alarms, exact, complete)
    assert f"{should} should be rewritten" in _page("comparison.md")
    assert f"{evidence[8]} are on modules" in _page("comparison.md")
    assert f"Of {should} calls in real packages" in _page("inference.md")


def test_the_page_on_the_catalogue_lists_every_package_in_order_with_its_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(DOCS.parent / "benchmarks")
    from downloads import RANKS

    monkeypatch.delitem(sys.modules, "downloads")
    (rows,) = _tables(_page("catalogue.md"))
    *packages, _total = rows
    listed = [(package.replace(" ", "=="), name) for package, name, *_ in packages]
    assert sorted(listed) == sorted((release, name) for release, names in RELEASES for name in names)
    assert listed == sorted(listed, key=lambda one: (one[0].partition("==")[0].lower(), one[1]))
    ranked = {package.split()[0]: int(rank.replace(",", "")) for package, _, rank, *_ in packages if rank != "-"}
    assert ranked == RANKS


def test_the_picture_says_what_it_shows_and_has_no_colour_of_its_own() -> None:
    text = _page("_static/module-call.svg")
    root = ET.fromstring(text)
    names = {element.get("id"): element for element in root.iter() if element.get("id")}
    named = [names[name] for name in root.attrib["aria-labelledby"].split()]
    assert [element.tag.rpartition("}")[2] for element in named] == ["title", "desc"]
    assert all((element.text or "").strip() for element in named)
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb|white|black", text)
