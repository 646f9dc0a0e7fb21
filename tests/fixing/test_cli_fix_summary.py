"""``forward-call fix --summary markdown``, parsed by a Markdown parser."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from command_line import FIXED, PROGRAM, forward_call
from markdown_it import MarkdownIt
from markdown_it.token import Token

from flake8_forward_call.findings.finding import Applicability, Finding, Fix, Place
from flake8_forward_call.report.summary import Run, markdown
from flake8_forward_call.rules import BY_CODE, RULES, Rule
from flake8_forward_call.terminal.printing import one_line

MIXED = f"""{PROGRAM}

def run(x, path=None):
    model = load(path) if path else nn.Linear(4, 2)
    return model.forward(x)
""".replace("import torch\n", "import torch\nfrom plugins import load\n")
AWKWARD = [
    "self.a_b_c",
    "x[`1`]",
    "``x`",
    "`",
    "d['a|b']",
    "d['<b>&amp;']",
    "d['](mailto:x)']",
    "d['*_~#1 @you']",
    r"d['\\`|']",
    " x ",
    "d['\x1b\t\u2028']",
]


@pytest.fixture(autouse=True)
def _in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def tokens(text: str) -> list[Token]:
    """All tokens, including inline ones, of GitHub Flavored Markdown."""
    found = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    return [each for block in found for each in (block, *(block.children or ()))]


def code_spans(text: str) -> list[str]:
    return [token.content for token in tokens(text) if token.type == "code_inline"]


def items(text: str, heading: str = "") -> Iterator[str]:
    """The list items under a heading, as text; without a heading, those before the second heading."""
    under, depth = "", 0
    found = MarkdownIt("commonmark").parse(text)
    for before, token in pairwise(found):
        if before.type == "heading_open":
            under = token.content if before.tag == "h3" else ""
        depth += token.type == "list_item_open"
        depth -= token.type == "list_item_close"
        if token.type == "inline" and depth and under == heading:
            yield "".join(child.content for child in token.children or ())


def commands(text: str) -> list[str]:
    return [token.content for token in tokens(text) if token.type == "fence"]


def finding(receiver: str, path: str = "net.py", code: str = "FWD001", row: int = 1) -> Finding:
    before, after = f"{receiver}.forward(...)", f"{receiver}(...)"
    fix = Fix(Applicability.SAFE, f"Call {after}", (), before, after)
    return Finding(code, path, Place(row, 5), Place(row, 12), f"{before} skips", row, fix)


def run_of(made: Sequence[Finding], remaining: Sequence[Finding] = (), command: str = "forward-call fix") -> Run:
    return Run(made, remaining, command)


def test_tells_what_was_done_why_it_is_right_what_is_left_and_how() -> None:
    Path("src").mkdir()
    Path("src/net.py").write_text(MIXED)
    args = ("--extend-select", "FWD003", "--summary", "markdown", "src")
    done = forward_call("fix", *args)
    assert done.status == 1
    assert next(items(done.out)) == "src/net.py:12: self.stem.forward(...) → self.stem(...)"
    assert list(items(done.out, "Rules")) == [f"FWD001 {BY_CODE['FWD001'].title}"]
    assert any("same arguments" in reason for reason in items(done.out, "Why behaviour is preserved"))
    left = list(items(done.out, "Not fixed automatically"))
    assert left[0].startswith(f"FWD001 {BY_CODE['FWD001'].title}: 1 finding")
    assert "--unsafe-fixes" in left[0]
    assert left[1].startswith("src/net.py:17: model.forward(...) skips")
    assert commands(done.out) == [shlex.join(["forward-call", "fix", *args]) + "\n"]
    assert {token.attrs["href"] for token in tokens(done.out) if token.type == "link_open"} == {BY_CODE["FWD001"].url}


def test_usual_lines_go_to_standard_error() -> None:
    Path("net.py").write_text(MIXED)
    done = forward_call("fix", "--summary", "markdown", "--extend-select", "FWD003")
    Path("net.py").write_text(MIXED)
    usual = forward_call("fix", "--extend-select", "FWD003")
    assert (done.status, done.err) == (usual.status, usual.out)


def test_unsafe_rewrites_are_marked() -> None:
    Path("net.py").write_text(MIXED)
    done = forward_call("fix", "--summary", "markdown", "--unsafe-fixes", "--extend-select", "FWD003")
    assert done.status == 0
    assert [item for item in items(done.out) if " → " in item] == [
        "net.py:12: self.stem.forward(...) → self.stem(...)",
        "net.py:17: model.forward(...) → model(...) (unsafe: some of its possible values could not be resolved)",
    ]
    assert "**1 call above is marked unsafe**" in done.out
    assert "Nothing: no findings remain." in done.out


def test_dry_run_says_would_and_the_diff_goes_to_standard_error() -> None:
    Path("net.py").write_text(PROGRAM)
    done = forward_call("fix", "--diff", "--summary", "markdown")
    assert done.status == 1
    assert "would rewrite 1 call in 1 file" in done.out
    assert "no findings would remain" in done.out
    diff = forward_call("fix", "--diff")
    assert done.err == diff.out + diff.err
    assert Path("net.py").read_text() == PROGRAM


def test_of_standard_input_only_the_diff() -> None:
    done = forward_call("fix", "--summary", "markdown", "-", stdin=PROGRAM.encode())
    assert (done.status, done.out) == (2, "")
    assert "--summary" in done.err
    done = forward_call("fix", "--diff", "--summary", "markdown", "-", stdin=PROGRAM.encode())
    assert next(items(done.out)) == "stdin:11: self.stem.forward(...) → self.stem(...)"


def test_questions_go_to_standard_error() -> None:
    Path("net.py").write_text(PROGRAM)
    done = forward_call("fix", "--interactive", "--summary", "markdown", stdin=b"y\n")
    assert done.out.startswith("## ")
    assert "Rewrite this call? (1/1)" in done.err
    assert Path("net.py").read_text() == FIXED


def test_nothing_done() -> None:
    Path("net.py").write_text(FIXED)
    done = forward_call("fix", "--summary", "markdown")
    assert done.status == 0
    assert "found nothing to fix" in done.out
    Path("net.py").write_text("model.forward(\n")
    done = forward_call("fix", "--summary", "markdown")
    assert done.status == 1
    assert "rewrote no call" in done.out
    assert list(items(done.out, "Not fixed automatically"))[1].startswith("net.py:1: cannot parse file")
    assert "preserved" not in done.out


@pytest.mark.parametrize("awkward", AWKWARD)
def test_code_is_shown_as_it_is(awkward: str) -> None:
    shown = awkward.replace("\x1b\t\u2028", r"\x1b\t\u2028")
    rendered = markdown(run_of([finding(awkward, path=f"a/{awkward}.py")], [finding(awkward, path=f"b/{awkward}.py")]))
    spans = code_spans(rendered)
    assert spans[1:4] == [f"a/{shown}.py:1", f"{shown}.forward(...)", f"{shown}(...)"]
    assert spans[-2:] == [f"b/{shown}.py:1", f"{shown}.forward(...) skips"]
    assert not [token for token in tokens(rendered) if token.type in ("html_inline", "em_open", "s_open", "table_open")]


@pytest.mark.parametrize("awkward", [*AWKWARD, "a\n```\nb", "````"])
def test_command_is_shown_as_it_is(awkward: str) -> None:
    command = shlex.join(["forward-call", "fix", awkward])
    assert commands(markdown(run_of([finding("x")], command=command))) == [f"{one_line(command)}\n"]


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_every_rule_is_named_by_its_title(rule: Rule) -> None:
    rendered = markdown(run_of([], [finding("x", code=rule.code)]))
    assert next(items(rendered, "Not fixed automatically")) == f"{rule.code} {rule.title}: 1 finding"


@pytest.mark.slow
def test_is_short_enough_for_github_and_says_what_is_left_out() -> None:
    many = [finding("self.layers", path=f"package/module{number}.py", row=number) for number in range(3000)]
    rendered = markdown(run_of(many, many))
    assert len(rendered) < 65_536
    shown = [item for item in items(rendered) if " → " in item]
    [rest] = [item for item in items(rendered) if "more calls" in item]
    assert rest.startswith(f"and {3000 - len(shown)} more calls")
    assert "rewrote 3000 calls in 3000 files" in rendered


def test_paths_are_sorted_and_without_the_dot() -> None:
    rendered = markdown(
        run_of([finding("x", path="./b.py"), finding("x", path="./a.py", row=3), finding("x", "./a.py")])
    )
    assert [span for span in code_spans(rendered) if ".py" in span] == ["a.py:1", "a.py:3", "b.py:1"]


def test_what_could_not_be_read_or_written_is_in_the_summary_too() -> None:
    for name in ("net.py", "shut.py"):
        Path(name).write_text(PROGRAM)
    Path("shut.py").chmod(0o444)
    done = forward_call("fix", "--summary", "markdown", ".", "lost`.py")
    assert done.status == 2
    assert list(items(done.out, "What could not be done")) == [
        "lost`.py: no such file or directory",
        "./shut.py: is read-only; make it writable first",
    ]
    assert all(f"forward-call: {each}\n" in done.err for each in items(done.out, "What could not be done"))
    nothing = forward_call("fix", "--summary", "markdown", "lost.py")
    assert "found nothing to fix" in nothing.out
    assert list(items(nothing.out, "What could not be done")) == ["lost.py: no such file or directory"]
    Path("shut.py").unlink()
    assert "could not be done" not in forward_call("fix", "--summary", "markdown").out


def details(text: str) -> list[list[str]]:
    """The collapsed lists, each with the text of its items."""
    found: list[list[str]] = []
    is_open = False
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "html_block":
            is_open = "<details>" in token.content
            found += [[]] if is_open else []
        elif token.type == "inline" and is_open:
            found[-1].append("".join(child.content for child in token.children or ()))
    return found


def test_evidence_is_folded_away_below_each_call_as_explain_showed_it_before() -> None:
    Path("net.py").write_text(MIXED)
    explained = [
        [line.strip().replace("`", "") for line in forward_call("explain", place).lines[1:] if line.startswith("  ")]
        for place in ("net.py:12", "net.py:17")
    ]
    done = forward_call("fix", "--summary", "markdown", "--extend-select", "FWD003")
    told = details(done.out)
    assert told[0] == explained[0]
    assert told[1] == explained[1][: len(told[1])]
    assert len(told) == 2
    assert "`forward-call explain" not in done.out


def test_evidence_of_a_dry_run_is_there_too() -> None:
    Path("net.py").write_text(PROGRAM)
    assert len(details(forward_call("fix", "--diff", "--summary", "markdown").out)) == 1


def test_reason_why_a_finding_of_fwd001_stays_is_told() -> None:
    Path("net.py").write_text(
        "from torch import nn\nfrom unread import Mixin\n\n\nclass Net(Mixin, nn.Module):\n    pass\n\n\n"
        "def run(x):\n    return Net().forward(x)\n"
    )
    done = forward_call("fix", "--summary", "markdown")
    told = list(items(done.out, "Not fixed automatically"))[1]
    assert told.endswith(
        "(unsafe: Net derives from torch.nn.Module, but an unresolved base class may override __call__)"
    )


def test_steps_speak_for_nobody_else() -> None:
    awkward = "`d` is set to `{'@you #12 https://x.y GH-1': nn.Linear(1, 1)}`"
    broken = "`x['`'] @you` is set to #12 <img> [a](b)"
    steps = [("a@b/#1.py:3", awkward), ("", broken), ("", "class `a.B` derives from torch.nn.Module")]
    made = finding("x")
    rendered = markdown(Run([made], [], "forward-call fix", evidence={made: steps}))
    outside = [token.content for token in tokens(rendered) if token.type in ("text", "html_inline", "html_block")]
    assert not [text for text in outside if "@" in text or "#" in text or "https" in text or "<img" in text]
    assert details(rendered) == [[f"a@b/#1.py:3: {awkward.replace('`', '')}", broken, steps[2][1].replace("`", "")]]


@pytest.mark.slow
def test_evidence_that_has_no_room_is_counted() -> None:
    many = [finding("self.layers", path=f"package/module{number}.py", row=number) for number in range(3000)]
    steps = {each: [("net.py:1", "`x` is set to `y`")] * 30 for each in many}
    rendered = markdown(Run(many, many, "forward-call fix " + "x" * 9000, undone=["y" * 300] * 100, evidence=steps))
    assert len(rendered) < 65_536
    listed = sum(" → " in item for item in items(rendered)) + sum(
        "skips" in item for item in items(rendered, "Not fixed automatically")
    )
    assert f"The evidence for {listed - len(details(rendered))} findings is left out" in rendered


def test_what_is_preserved_is_said_once() -> None:
    Path("a.py").write_text(PROGRAM)
    Path("b.py").write_text(PROGRAM)
    done = forward_call("fix", "--summary", "markdown")
    assert done.out.count("pre-hooks") == done.err.count("pre-hooks") == 1
