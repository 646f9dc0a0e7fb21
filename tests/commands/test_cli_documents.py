"""Documents and the command: which are checked, and what is shown about the code in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import flake8, forward_call
from documents import MESSAGE, NET, SETUP

from flake8_forward_call.commands import watching
from flake8_forward_call.inference import session
from flake8_forward_call.report.formats import FORMATS

README = f"Read me.\n\n```python\n{SETUP}```\n\n> ```python\n> model.forward(1)\n> ```\n"
FIXED = README.replace(".forward", "")
PLACE = "README.md:9:9"
MODULE = 'from net import Net\n\n\ndef f():\n    """Do.\n\n    >>> model = Net()\n    >>> model.forward(1)\n    """\n'


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a module, a document and a file with an example, as the current folder."""
    for name, text in {"net.py": NET, "README.md": README, "docs/use.py": MODULE}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configure(text: str) -> None:
    Path("pyproject.toml").write_text(f"[tool.forward-call]\n{text}\n")
    session.look_again({})


def test_documents_are_only_checked_on_request(project: Path) -> None:
    assert forward_call("check", ".").status == 0
    named = forward_call("check", "README.md", "net.py")
    assert named.status == 0
    assert "1 file skipped: a document (--documents)" in named.err
    assert "no files were checked: 1 file skipped: a document (--documents)" in forward_call("check", "README.md").err
    found = forward_call("check", "--documents", ".")
    assert found.lines == [f"./{PLACE}: {MESSAGE}", f"./docs/use.py:8:15: {MESSAGE}"]
    assert found.status == 1
    configure("documents = true")
    assert forward_call("check").lines == found.lines


def test_folders_are_searched_for_the_usual_names_and_the_settings_apply() -> None:
    for name in ("a.markdown", "a.txt", "a.MD", "gone/a.md", "docs/b.rst", "node_modules/a.md"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(README)
    configure("documents = true\nexclude = ['gone']\ninclude = ['net.py']")
    assert forward_call("check", "--show-files").lines == ["./README.md", "./net.py", "./docs/b.rst"]
    assert forward_call("check", "--show-files", "a.markdown", "a.txt", "a.MD").lines == ["a.markdown", "a.txt", "a.MD"]
    assert forward_call("check", "--show-files", "--force-exclude", "gone/a.md", "net.py").lines == ["net.py"]


def test_settings_of_a_folder_count_for_its_documents() -> None:
    Path("docs/README.md").write_text(README)
    Path("docs/pyproject.toml").write_text("[tool.forward-call]\ndocuments = true\nroots = ['..']\n")
    assert [line.partition(" FWD")[0] for line in forward_call("check").lines] == [
        "./docs/README.md:9:9:",
        "./docs/use.py:8:15:",
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_has_the_location_in_the_document(name: str) -> None:
    out = forward_call("check", "--documents", "--output-format", name, "README.md", "docs/use.py").out
    assert "README.md" in out
    assert "use.py" in out
    if name == "json":
        [one, other] = json.loads(out)
        assert (one["location"], one["noqa_row"], one["cell"]) == ({"row": 9, "column": 9}, 9, None)
        assert one["fix"]["edits"][0]["location"] == {"row": 9, "column": 8}
        assert other["location"] == {"row": 8, "column": 15}


def test_full_format_and_html_show_the_rows_of_the_document() -> None:
    lines = forward_call("check", "--documents", "--output-format", "full", "README.md", "docs/use.py").lines
    assert "9 | > model.forward(1)" in [line.strip() for line in lines]
    assert "8 |     >>> model.forward(1)" in [line.strip() for line in lines]
    assert lines[[line.strip() for line in lines].index("8 |     >>> model.forward(1)") + 1].rstrip().endswith("^" * 16)
    page = forward_call("check", "--documents", "--output-format", "html", "README.md", "docs/use.py").out
    assert "&gt; model" in page
    assert "&gt;&gt;&gt; model" in page


def test_diff_has_the_rows_of_the_document() -> None:
    done = forward_call("fix", "--documents", "--diff", ".")
    assert done.status == 1
    assert [line for line in done.lines if line.startswith(("-", "+"))] == [
        "--- a/README.md", "+++ b/README.md", "-> model.forward(1)", "+> model(1)",
        "--- a/docs/use.py", "+++ b/docs/use.py", "-    >>> model.forward(1)", "+    >>> model(1)",
    ]  # fmt: skip
    assert Path("README.md").read_text() == README


def test_interactive_fix_shows_the_document_and_the_evidence() -> None:
    done = forward_call("fix", "--documents", "--interactive", ".", stdin=b"y\ny\n")
    assert "-> model.forward(1)" in done.lines
    assert "+    >>> model(1)" in done.lines
    assert "  README.md:5: " in done.out
    assert Path("README.md").read_text() == FIXED
    assert Path("docs/use.py").read_text() == MODULE.replace(".forward", "")


def test_standard_input_can_be_a_document() -> None:
    args = ("--documents", "--stdin-filename", "docs/new.md", "-")
    configure("roots = ['.']")
    assert forward_call("check", *args, stdin=README.encode()).lines == [f"docs/new.md:9:9: {MESSAGE}"]
    assert forward_call("fix", *args, stdin=README.encode()).out == FIXED


@pytest.mark.parametrize("command", ["check", "fix"])
def test_standard_input_that_is_a_document_is_skipped_without_the_option(command: str) -> None:
    done = forward_call(command, "--stdin-filename", "docs/new.md", "-", stdin=README.encode())
    assert (done.status, done.out) == (2, "")
    assert "no files were checked: 1 file skipped: a document (--documents)" in done.err


def test_explain_takes_the_location_of_a_call_in_a_document() -> None:
    done = forward_call("explain", PLACE)
    assert done.lines[0] == f"{PLACE}: {MESSAGE}"
    assert any(line.startswith("  README.md:5: ") for line in done.lines)
    done = forward_call("explain", "docs/use.py:8:15")
    assert done.lines[0] == f"docs/use.py:8:15: {MESSAGE}"
    assert any(line.startswith("  docs/use.py:7: ") for line in done.lines)
    assert "no direct call of forward() at 7:9" in forward_call("explain", "docs/use.py:7:9").err


def test_add_noqa_writes_into_code_but_not_into_docstrings() -> None:
    done = forward_call("check", "--documents", "--add-noqa", ".")
    assert "./docs/use.py:8:15: FWD001 cannot be silenced: the comment would be part of a docstring" in done.err
    assert Path("README.md").read_text() == README.replace("(1)", "(1)  # noqa: FWD001")
    assert Path("docs/use.py").read_text() == MODULE
    assert [line.partition(" FWD")[0] for line in forward_call("check", "--documents").lines] == ["./docs/use.py:8:15:"]


def test_unused_noqa_is_reported_in_code() -> None:
    Path("README.md").write_text(README.replace("Net()", "Net()  # noqa: FWD001"))
    done = forward_call("check", "--documents", "--report-unused-noqa", "README.md")
    assert done.lines[0].startswith("README.md:5:24: FWD100")


def test_baseline_knows_findings_in_documents_when_rows_move() -> None:
    assert forward_call("check", "--documents", "--write-baseline", "b.json").status == 0
    Path("README.md").write_text(f"\n\n{README}")
    assert forward_call("check", "--documents", "--baseline", "b.json").lines == []


def test_earlier_results_are_used_and_follow_the_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FORWARD_CALL_CACHE_DIR", str(tmp_path / "cache"))
    Path(".git").mkdir()
    first = forward_call("check", "--documents").lines
    assert len(first) == 2
    assert forward_call("check", "--documents").lines == first
    Path("net.py").write_text("class Net: ...\n")
    session.look_again({})
    assert forward_call("check", "--documents").lines == []


def test_earlier_results_are_not_used_for_a_document_that_is_read_as_a_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FORWARD_CALL_CACHE_DIR", str(tmp_path / "cache"))
    configure("include = ['*.md']")
    assert f"{PLACE}: {MESSAGE}" in forward_call("check", "--documents", "README.md").lines
    session.look_again({})
    [line] = forward_call("check", "README.md").lines
    assert "FWD900 cannot parse file" in line


def test_typed_call_leaves_the_classes_of_documents_alone() -> None:
    Path("README.md").write_text(f"```python\n{NET}Net().forward(1)\n```\n")
    forward_call("fix", "--documents", "--typed-call", "README.md")
    assert Path("README.md").read_text() == f"```python\n{NET}Net()(1)\n```\n"


def test_watch_follows_documents_on_request(project: Path) -> None:
    assert not watching.matters(str(project / "README.md"), [project])
    configure("documents = true")
    assert watching.matters(str(project / "README.md"), [project])


def test_flake8_does_not_check_documents() -> None:
    configure("documents = true")
    assert flake8(".").lines == []
