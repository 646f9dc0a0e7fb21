"""The HTML page: its contents, that text stays text, and that it needs no other files."""

from __future__ import annotations

import base64
import hashlib
import json
import platform
import re
import string
from importlib.resources import files
from pathlib import Path

import pytest
from command_line import FIXED, PROGRAM, forward_call
from html_tree import Element, read
from hypothesis import given
from hypothesis import strategies as st

from flake8_forward_call import __version__
from flake8_forward_call.findings.finding import Applicability, Context, Edit, Finding, Fix, Place
from flake8_forward_call.report import rendering
from flake8_forward_call.report.record import Report
from flake8_forward_call.rules import RULES
from flake8_forward_call.sources.source import Source

OVERRIDE = PROGRAM + "\n    def __call__(self, x):\n        return x\n"
HOOKED = """\
from torch import nn
from torch.nn.utils import weight_norm


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = weight_norm(nn.Linear(8, 4))

    def forward(self, x):
        return self.stem.forward(x)
"""
# Characters with a meaning in HTML, in its scripts, or for readers of source in it.
AWKWARD = st.text(
    st.sampled_from("<>&\"'`=/!-[]{}\t \x00\x0b\x0c\x1b\x7f\x85\xa0\u200b\u202e\u2028\ud800\ufffe𐐀é")
    | st.sampled_from(string.ascii_letters),
    max_size=40,
) | st.sampled_from(
    ["</script>", "<!--", "]]>", "<img src=x onerror=alert(1)>", "&lt;", '" autofocus onfocus="', "</pre>"]
)


@pytest.fixture(autouse=True)
def _in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def made(**programs: str) -> None:
    for name, text in programs.items():
        path = Path(f"{name.replace('__', '/')}.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def checked(*args: str) -> Element:
    return read(forward_call("check", "--output-format", "html", *(args or (".",))).out)


def rendered(*findings: Finding, **sources: Source) -> Element:
    return read(rendering.rendered("html", Report(findings, {source.path: source for source in sources.values()})))


def rows(pre: Element) -> list[str]:
    return [each.text.removesuffix("\n") for each in pre.children if isinstance(each, Element)]


def seen(text: str) -> str:
    """The text with invisible characters as escape sequences."""
    return "".join(one if one in "\t\xa0" or one.isprintable() else repr(one)[1:-1] for one in text)


def test_each_finding_is_there_once_under_its_folder_and_its_rule() -> None:
    made(net=PROGRAM, a__one=OVERRIDE, a__two=PROGRAM, a__b__three=PROGRAM)
    page = checked()
    shown = [
        (folder.one("h2").text, rule.one("h3").one("a").text, article.one("h4").one("a").text)
        for folder in page.all("section", "folder")
        for rule in folder.all("section", "rule")
        for article in rule.all("article")
    ]
    assert shown == [
        (". 1", "FWD001", "net.py:11:26"),
        ("a 3", "FWD001", "a/one.py:11:26"),
        ("a 3", "FWD001", "a/two.py:11:26"),
        ("a 3", "FWD005", "a/one.py:13:9"),
        ("a/b 1", "FWD001", "a/b/three.py:11:26"),
    ]
    assert len(page.all("article")) == len(shown)
    tiles = [tile.text for tile in page.one("ul", "tiles").all("li")]
    assert tiles == ["5 findings", "4 files", "4 safe fixes"]


def test_finding_has_its_message_its_source_the_evidence_and_the_fix() -> None:
    made(net=PROGRAM)
    article = checked().one("article")
    message = "self.stem.forward(...) skips Module.__call__, so hooks do not run; call self.stem(...)"
    assert (article.attributes["data-code"], article.one("p", "message").text) == ("FWD001", message)
    assert article.one("span", "badge").text == "safe fix"
    excerpt = article.one("pre", "excerpt")
    assert rows(excerpt) == [
        " 9",
        "10def forward(self, x: torch.Tensor) -> torch.Tensor:",
        "11    return self.stem.forward(x)",
    ]
    assert (excerpt.one("span", "call").text, excerpt.one("mark").text) == (f"{rows(excerpt)[-1]}\n", "forward")
    evidence = article.one("details", "evidence")
    assert evidence.one("summary").text == "Evidence: 2 steps"
    assert [step.text for step in evidence.all("li")] == [
        "net.py:8 self.stem is set to nn.Linear(8, 4)",
        "class torch.nn.modules.linear.Linear derives from torch.nn.Module",
    ]
    fix = article.one("details", "fix")
    assert fix.one("summary").text == "Fix: self.stem(...)"
    before, after = PROGRAM.splitlines()[-1], FIXED.splitlines()[-1]
    assert (fix.one("del").text, fix.one("ins").text) == (f"-{before}\n", f"+{after}\n")


def test_rule_leads_to_its_page() -> None:
    made(net=OVERRIDE)
    urls = [title.one("a").attributes["href"] for title in checked().all("h3")]
    assert urls == [rule.url for rule in RULES if rule.code in ("FWD001", "FWD005")]


def test_what_hangs_on_the_skipped_hooks_is_told_apart() -> None:
    made(net=HOOKED)
    told = checked().one("p", "hanging").text
    assert told == "Skipped here: weight_norm (net.py:8) recomputes the weight in a forward pre-hook"


def test_finding_without_a_fix_says_so() -> None:
    made(net=OVERRIDE.replace(".forward(x)", "(x)"))
    article = checked().one("article")
    assert (article.one("span", "badge").text, article.all("details", "fix")) == ("no fix", [])


def test_unsafe_fix_is_shown_with_a_warning() -> None:
    text = "net.forward(x)\n"
    edit = Edit(Place(1, 4), Place(1, 12), "")
    fix = Fix(Applicability.UNSAFE, "call it", (edit,), "net.forward(...)", "net(...)")
    finding = Finding("FWD003", "net.py", Place(1, 5), Place(1, 12), "says", 1, fix)
    page = rendered(finding, source=Source("net.py", text))
    assert "--unsafe-fixes" in page.one("details", "fix").one("p", "caution").text
    assert [tile.text for tile in page.one("ul", "tiles").all("li")] == ["1 finding", "1 file", "1 unsafe fix"]


def test_file_that_cannot_be_analysed_has_an_excerpt_where_it_has_a_text() -> None:
    made(net="x = 1\ndef f(:  # x.forward()\n")
    Path("bytes.py").write_bytes(b"# \xff forward\n")
    without, excerpt = (article.all("pre") for article in checked("net.py", "bytes.py").all("article"))
    assert without == []
    assert rows(excerpt[0]) == ["1x = 1", "2def f(:  # x.forward()"]


def test_bars_part_the_findings_by_rule_and_lead_to_them() -> None:
    made(a__one=OVERRIDE, a__two=PROGRAM, net=PROGRAM)
    page = checked()
    ids = {each.attributes["id"] for each in page if "id" in each.attributes}
    charts = {}
    for chart in page.all("section", "chart"):
        bars = []
        for row in chart.all("tr"):
            link, parts = row.one("a"), row.all("rect")
            assert chart.one("h2").text == "By rule" or link.attributes["href"].removeprefix("#") in ids
            widths = [(part.attributes["class"], part.attributes["x"], part.attributes["width"]) for part in parts]
            bars.append((link.text, row.one("td", "total").text, row.one("title").text, widths))
        charts[chart.one("h2").text] = bars
    override = "FWD005 Module class whose __call__ bypasses Module.__call__"
    assert charts == {
        "By rule": [
            ("FWD001 Direct call of a module's forward()", "3", "3 FWD001", [("FWD001", "0.00%", "100.00%")]),
            (override, "1", "1 FWD005", [("FWD005", "0.00%", "33.33%")]),
        ],
        "By folder": [
            ("a", "3", "2 FWD001, 1 FWD005", [("FWD001", "0.00%", "66.67%"), ("FWD005", "66.67%", "33.33%")]),
            (".", "1", "1 FWD001", [("FWD001", "0.00%", "33.33%")]),
        ],
        "By file": [
            ("a/one.py", "2", "1 FWD001, 1 FWD005", [("FWD001", "0.00%", "50.00%"), ("FWD005", "50.00%", "50.00%")]),
            ("a/two.py", "1", "1 FWD001", [("FWD001", "0.00%", "50.00%")]),
            ("net.py", "1", "1 FWD001", [("FWD001", "0.00%", "50.00%")]),
        ],
    }


def test_short_bars_of_a_large_project_are_folded_away() -> None:
    findings = [Finding("FWD001", f"f{n:02}/net.py", Place(1, 1), Place(1, 2), "says", 1) for n in range(20)]
    (folders,) = rendered(*findings).all("section", "by-folder")
    assert (folders.one("summary").text, len(folders.all("tr"))) == ("12 more folders", 20)


def test_each_rule_has_a_colour_in_both_schemes() -> None:
    style = (files("flake8_forward_call.report.page") / "page.css").read_text(encoding="utf-8")
    for rule in RULES:
        assert style.count(f"--{rule.code}: #") == 2
        assert f".{rule.code} {{ fill: var(--{rule.code}); background: var(--{rule.code}); }}" in style


def test_cell_of_a_notebook_is_shown_as_it_stands_there() -> None:
    cells = [PROGRAM.replace("self.stem.forward(x)", "x"), "%time 1\nnet = Net()\nnet.forward(1)"]
    document = {
        "cells": [
            {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": cell}
            for cell in cells
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    Path("nb.ipynb").write_text(json.dumps(document), encoding="utf-8")
    article = checked().one("article")
    assert article.one("h4").one("a").text == "nb.ipynb:cell 2:3:5"
    assert rows(article.one("pre", "excerpt")) == ["1%time 1", "2net = Net()", "3net.forward(1)"]
    assert article.all("li")[0].text.startswith("nb.ipynb:cell 2:2 ")
    assert (article.one("del").text, article.one("ins").text) == ("-net.forward(1)\n", "+net(1)\n")


def test_excerpt_of_a_tall_call_and_of_a_wide_line_is_cut() -> None:
    wide = "x = (" + "a, " * 200 + "net.forward(" + "b, " * 200 + "\n"
    source = Source("net.py", wide + "1,\n" * 50 + "))\n")
    start = Place(1, wide.index("forward") + 1)
    end = Place(1, start.column + len("forward"))
    finding = Finding("FWD001", "net.py", start, end, "says", 1, context=Context("net.forward(...)", "", 1, 52))
    excerpt = rendered(finding, source=source).one("pre", "excerpt")
    assert len(excerpt.all("span", "call")) == 12
    first = rows(excerpt)[0]
    assert (excerpt.one("mark").text, first[2], first[-1], len(first) < 450) == ("forward", "…", "…", True)


def _names_a_file(text: str) -> bool:
    return "\0" not in text and text.encode(errors="ignore").decode() == text


@pytest.mark.slow
@given(text=AWKWARD, name=AWKWARD.filter(_names_a_file), message=AWKWARD, hanging=AWKWARD)
def test_whatever_is_told_stays_text(text: str, name: str, message: str, hanging: str) -> None:
    source = Source(f"d/{name}.py", text)
    fix = Fix(Applicability.SAFE, message, (Edit(Place(1, 1), Place(1, 1), text),), message, text)
    finding = Finding(
        "FWD001",
        source.path,
        Place(1, 1),
        Place(1, 1 + len(text)),
        message,
        1,
        fix,
        (hanging,),
        Context(text, "", 1, 1),
    )
    page = rendered(finding, source=source)
    plain = rendered(
        Finding("FWD001", "d/a.py", Place(1, 1), Place(1, 2), "a", 1, fix, ("a",), Context("a", "", 1, 1)),
        source=Source("d/a.py", "a"),
    )
    assert page.one("p", "message").text in (seen(message), seen(message).replace("`", ""))
    assert page.one("p", "hanging").text.endswith((seen(hanging), seen(hanging).replace("`", "")))
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert {each.tag for each in page} - {each.tag for each in plain} <= {
        "pre",
        "mark",
        "details",
        "code",
        "ins",
        "del",
        "wbr",
    }
    allowed = {name for each in plain for name in each.attributes}
    assert {name for each in page for name in each.attributes} <= allowed
    assert all(one.isprintable() or one in "\t\n\xa0" for one in page.text)


def test_source_is_shown_to_the_letter() -> None:
    line = "net.forward('</script><b>&amp;\x1b[31m\u202e\"')"
    made(net=PROGRAM + f"\n\nnet = Net()\n{line}\n")
    _, article = checked().all("article")
    assert rows(article.one("pre", "excerpt"))[-1] == "15" + line.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")


def test_page_needs_nothing_else() -> None:
    made(net=OVERRIDE)
    page = checked()
    loading = {"src", "srcset", "data", "action", "formaction", "poster", "background", "style", "ping", "manifest"}
    for each in page:
        assert each.tag not in ("link", "iframe", "img", "object", "embed", "base")
        assert not loading & set(each.attributes)
        assert not [name for name in each.attributes if name.startswith("on")]
        if "href" in each.attributes:
            assert each.tag == "a"
    style, script = page.one("style").text, page.one("script").text
    assert not re.search(r"url\(|@import|https?:", style)
    assert not re.search(r"fetch|XMLHttp|import|https?:|eval|innerHTML", script)


def test_browser_is_told_to_load_nothing_and_to_run_this_script_alone() -> None:
    made(net=PROGRAM)
    page = checked()
    (policy,) = (each.attributes["content"] for each in page.all("meta") if "http-equiv" in each.attributes)
    style, script = (
        base64.b64encode(hashlib.sha256(page.one(tag).text.encode()).digest()).decode() for tag in ("style", "script")
    )
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{style}'",
        f"script-src 'sha256-{script}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_page_is_the_same_for_the_same_findings() -> None:
    made(net=OVERRIDE, a__one=PROGRAM)
    first, second = (forward_call("check", "--output-format", "html", ".").out for _ in range(2))
    assert first == second


def test_report_of_a_part_says_that_it_is_one() -> None:
    made(net=PROGRAM)
    done = forward_call("check", "--output-format", "html", "net.py", "gone.py")
    assert done.status == 2
    assert read(done.out).one("header").one("p", "caution").text.startswith("Some files could not be checked")


def test_page_is_written_to_a_file() -> None:
    made(net=PROGRAM)
    done = forward_call("check", "--output-format", "html", "--output-file", "report.html", "net.py")
    assert (done.status, done.out) == (1, "")
    printed = forward_call("check", "--output-format", "html", "net.py").out
    assert Path("report.html").read_text(encoding="utf-8").replace("--output-file report.html ", "") == printed


def about(page: Element) -> dict[str, str]:
    told = page.one("details", "about").one("dl")
    return dict(zip((each.text for each in told.all("dt")), (each.text for each in told.all("dd")), strict=True))


def test_page_says_what_was_checked_with_what_and_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    made(net=PROGRAM, a__one=FIXED)
    Path("pyproject.toml").write_text('[tool.forward-call]\nmodule-classes = ["a.B"]\n')
    told = about(checked("net.py", "a", "--extend-select", "FWD003"))
    assert told == {
        "Checked": "net.py a (2 files)",
        "Command": "forward-call check --output-format html net.py a --extend-select FWD003",
        "Rules": "FWD001, FWD003, FWD005, FWD900",
        "Settings": 'extend-select = ["FWD003"] (command line)module-classes = ["a.B"] (pyproject.toml:2)'
        'output-format = "html" (command line)',
        "Version": f"flake8-forward-call {__version__}, Python {platform.python_version()}",
    }


def test_page_has_a_date_only_where_the_build_gives_one(monkeypatch: pytest.MonkeyPatch) -> None:
    made(net=PROGRAM)
    for epoch, date in (("1700000000", "2023-11-14 22:13 UTC"), ("9" * 30, None), ("soon", None), ("", None)):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        assert about(checked("net.py")).get("Date") == date


def test_page_says_so_where_nothing_was_found_too() -> None:
    made(net=FIXED)
    page = checked("net.py")
    assert about(page)["Checked"] == "net.py (1 file)"
    assert "No findings." in page.one("header").text
