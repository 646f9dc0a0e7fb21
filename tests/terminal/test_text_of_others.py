"""A repository's names, source and settings never speak for the tool: not to a terminal, and not to a server's log.

Each door is opened on a project in which every text tries to do so.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import re
import subprocess
import unicodedata
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import pytest
from command_line import Result, flake8, forward_call
from editor import capabilities, editing
from screens import screen, seen

from flake8_forward_call.findings.finding import Finding, Place
from flake8_forward_call.inference.evidence import Step
from flake8_forward_call.report import diff
from flake8_forward_call.report.formats import FORMATS
from flake8_forward_call.sources.source import Source
from flake8_forward_call.terminal.printing import one_line, shown

# Clears the screen, starts a title, ends a line, reverses the text direction, hides text, and contains log commands.
SPELL = "\x1b[2J\x1b]0;title\x07\x9b2J\x85\u2028\u202e\u2066\u200f\u061c\u200b\ufeff\U000e0041##[error]##vso[task.x]"
FOLDER = f"src\r\n::error::folder {SPELL}"
FILE = f"::error::\r\nnet {SPELL}.py"

KEY = SPELL.replace("\x85", "").replace("\u2028", "")
PROGRAM = f"""\
# {KEY}
import torch
from torch import nn
from torch.nn.utils import weight_norm
from torch.utils.checkpoint import checkpoint
from plugins import load


class Block(nn.Module):
    def forward(self, x):
        return x


class Own(nn.Module):
    def __call__(self, x):  # {KEY}
        return x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleDict({{"{KEY}": Block(), f"::error::{KEY}": Block()}})
        self.normed = weight_norm(nn.Linear(8, 8))
        self.normed.register_forward_hook(print)  # {KEY}

    def forward(self, x):  # noqa: FWD001 {KEY}
        '''
::error::{KEY}
'''
        x = self.blocks["{KEY}"].forward(x)  # {KEY}
        x = checkpoint(self.blocks["{KEY}"].forward, x)
        x = self.normed.forward(x)
        return self.forward(x)


def run(x, base: nn.Module, path=None):
    model = load(path) if path else base  # {KEY}
    return model.forward(x)
"""
BROKEN = "from torch import nn\nx = nn.Linear(1, 1).forward(\u202e)\n"
CELLS = (
    f'from torch import nn\n# {KEY}\nnets = nn.ModuleDict({{"{KEY}": nn.Linear(1, 1)}})\nnets["{KEY}"].forward(x)\n',
    f"# {KEY}\ud800\nnets.forward(x)\n",
)
NOTEBOOK = {
    "cells": [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": [text]}
        for text in CELLS
    ],
    "metadata": {"language_info": {"name": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
NAMES = (FILE, FOLDER)
EVERYTHING = ("--extend-select", "FWD")

# The tool's own output: colours as click writes them, and links to the pages of rules.
COLOUR = re.compile(r"\x1b\[(?:0|1|3[0-7])m")
LINK = re.compile(r"\x1b\]8;;(?:https://flake8-forward-call\.readthedocs\.io/[\w/.]*)?\x1b\\")
# The command of a report for Azure, up to its text.
_AZURE = re.compile(r"^##vso\[task\.logissue (?:[a-z]+=[^;\]]*;)+\]", re.MULTILINE)
# Sequences that erase a bar and its lines.
MOVES = re.compile(r"\x1b\[(?:\?25[hl]|2K|1A|H|[23]J)|\r")


def harm(text: str) -> list[str]:
    """The lines with output that is not the tool's own, as Python literals."""
    text = LINK.sub("", COLOUR.sub("", text))
    harmful = []
    for line in _AZURE.sub("Azure: ", text).split("\n"):
        characters = line.replace("\t", "")
        is_ours = re.match(r"::(?:error|warning) (?:title|file)=", line)
        if (
            any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp") for one in characters)
            or "##[" in line
            or "##vso[" in line
            or (line.lstrip().startswith("::") and not is_ours)
        ):
            harmful.append(ascii(line))
    return harmful


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The repository, which does not belong to git, as the current folder."""
    top = tmp_path / "repository"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (top / FOLDER).mkdir(parents=True)
    monkeypatch.chdir(top)
    Path("pyproject.toml").write_text("")
    for name, text in (
        (FILE, PROGRAM),
        ("net.py", PROGRAM),
        (f"{FOLDER}/{FILE}", PROGRAM),
        (f"{FOLDER}/__init__.py", ""),
        (f"{FOLDER}/broken {FILE.removeprefix('::')}", BROKEN),
        (f"{FOLDER}/book {FILE.removeprefix('::').replace('.py', '.ipynb')}", json.dumps(NOTEBOOK)),
    ):
        Path(name).write_text(text, encoding="utf-8", newline="")
    with contextlib.suppress(OSError):  # macOS has no such names.
        Path(FOLDER, "not UTF-8 \udcff.py").write_text(PROGRAM, encoding="utf-8", newline="")
    return top


def is_harmless(done: Result) -> bool:
    assert (harm(done.out), harm(done.err)) == ([], [])
    return True


@pytest.mark.slow
@pytest.mark.parametrize("terminal", [False, True], ids=["pipe", "terminal"])
@pytest.mark.parametrize("output_format", FORMATS)
def test_reports(output_format: str, terminal: bool) -> None:
    done = forward_call("check", "--output-format", output_format, *EVERYTHING, *NAMES, terminal=terminal)
    assert done.status == 1
    assert is_harmless(done)
    assert done.out.count("FWD001") >= 3
    for code in ("FWD002", "FWD003", "FWD004", "FWD005", "FWD900"):
        assert code in done.out
    if output_format == "junit":
        ET.fromstring(done.out)
    elif output_format in ("json", "gitlab", "sarif", "rdjson"):
        assert done.out.isascii()
        json.dumps(json.loads(done.out), ensure_ascii=False).encode()  # Lone surrogates would raise here.


@pytest.mark.slow
@pytest.mark.parametrize("output_format", FORMATS)
def test_reports_in_files(output_format: str) -> None:
    done = forward_call("check", "--output-format", output_format, "--output-file", "report", *EVERYTHING, *NAMES)
    assert is_harmless(done)
    assert harm(Path("report").read_text(encoding="utf-8")) == []


DOORS: dict[str, tuple[str, ...]] = {
    "check of the folder": ("check",),
    "verbose": ("check", "--verbose", *NAMES),
    "statistics": ("check", "--statistics", *NAMES),
    "dead comments": ("check", "--report-unused-noqa", *NAMES),
    "comments": ("check", "--add-noqa", *NAMES),
    "files": ("check", "--show-files", *NAMES),
    "excluded": ("check", "--exclude", FOLDER, "--force-exclude", *NAMES),
    "baseline written": ("check", "--write-baseline", f"{SPELL}.json", *NAMES),
    "baseline missing": ("check", "--baseline", f"{SPELL}.json", *NAMES),
    "report written": ("check", "--output-file", f"{SPELL}.txt", *NAMES),
    "report refused": ("check", "--output-file", FILE, *NAMES),
    "report in no folder": ("check", "--output-file", f"{SPELL}/x", *NAMES),
    "base": ("check", "--diff-base", SPELL, *NAMES),
    "fix": ("fix", *NAMES),
    "unsafe fixes": ("fix", "--unsafe-fixes", *EVERYTHING, *NAMES),
    "summary": ("fix", "--summary", "markdown", *EVERYTHING, *NAMES),
    "summary of a diff": ("fix", "--diff", "--summary", "markdown", "net.py", f"missing {SPELL}"),
    "place of a call": ("explain", f"{FILE}:30"),
    "place of what is silent": ("explain", f"{FILE}:38"),
    "place of a class": ("explain", f"{FILE}:15:9"),
    "place of a notebook": (
        "explain",
        f"{FOLDER}/book {FILE.removeprefix('::').replace('.py', '.ipynb')}:cell 1:4",
    ),
    "place of a call as JSON": ("explain", "--output-format", "json", f"{FILE}:30"),
    "grouped": ("check", "--output-format", "grouped", *EVERYTHING, *NAMES),
    "fix only": ("fix", "--fix-only", *NAMES),
    "typed calls": ("fix", "--typed-call", *NAMES),
    "reason": ("check", f"--add-noqa={SPELL}", *NAMES),
    "setting": ("check", "--config", f"{SPELL} = 1", *NAMES),
    "value of a setting": ("check", "--config", f"required-version = '{SPELL}'", *NAMES),
    "clean": ("clean", "--cache-dir", SPELL),
    "no place": ("explain", f"{FILE}:1"),
    "a place in a broken file": ("explain", f"{FOLDER}/broken {FILE.removeprefix('::')}:2"),
    "no rule": ("explain", SPELL),
    "no call named": ("explain", FILE),
    "settings": ("config", FOLDER),
    "settings of nothing": ("config", f"missing {SPELL}"),
    "no command": (SPELL,),
    "a file for a command": (FILE,),
    "no option": ("check", f"--{SPELL}"),
    "no value": ("check", "--output-format", SPELL),
    "no rules": ("check", "--select", SPELL),
    "no file": ("check", f"missing {SPELL}"),
    "nothing in it": ("check", "--exclude", "*", "--force-exclude", FOLDER),
    "no environment": ("check", "--python", SPELL, FILE),
}


@pytest.mark.slow
@pytest.mark.parametrize("door", DOORS)
def test_doors(door: str) -> None:
    done = forward_call(*DOORS[door], terminal=True)
    assert done.out or done.err
    assert done.out or not door.startswith("place")
    assert is_harmless(done)


@pytest.mark.parametrize(
    "settings",
    [
        f"[tool.forward-call]\n{json.dumps(KEY)} = 1\n",
        f"[tool.forward-call]\nselect = [{json.dumps(KEY)}]\n",
        f"[tool.forward-call]\nexclude = {{ {json.dumps(KEY)} = 1 }}\n",
        f"[tool.forward-call]\noutput-format = {json.dumps(KEY)}\n",
        f"[tool.forward-call]\npython = {json.dumps('../../' + KEY)}\n",
        f"[tool.forward-call]\nmodule-classes = [{json.dumps(KEY)}]\n",
        f"[tool.forward-call]\nper-file-ignores = {{ {json.dumps(KEY)} = ['X'] }}\n",
        f"[tool.forward-call]\n{KEY}\n",
        f"[tool.forward-call]\nexclude = [{json.dumps(KEY)}]\n",
    ],
    ids=["key", "rule", "kind", "choice", "path", "name", "pattern", "no TOML", "good"],
)
def test_settings(settings: str) -> None:
    escaped = settings.replace("\\ud83c", "")  # TOML does not allow lone surrogates.
    escaped = re.sub(r"\\udb40\\udc41", r"\\U000e0041", escaped)
    Path(FOLDER, "pyproject.toml").write_text(escaped, encoding="utf-8")
    os.chdir(FOLDER)
    for command in (("check",), ("config",), ("fix",)):
        assert is_harmless(forward_call(*command))


@pytest.mark.slow
def test_flake8_is_told_of_settings_harmlessly() -> None:
    Path("pyproject.toml").write_text(f"[tool.forward-call]\n{json.dumps('key' + chr(27))} = 1\n")
    done = flake8("net.py")
    assert r"key\x1b" in done.out + done.err
    assert is_harmless(done)


def test_questions_are_harmless() -> None:
    done = forward_call("fix", "--interactive", "--unsafe-fixes", *EVERYTHING, *NAMES, stdin=b"?\n" + b"y\n" * 40)
    assert "Rewrite this call?" in done.out
    assert is_harmless(done)
    assert "    x = self.blocks" in done.out


def test_a_diff_on_a_terminal_shows_what_a_pipe_gets_as_it_is() -> None:
    piped = forward_call("fix", "--diff", "net.py")
    seen_by_a_person = forward_call("fix", "--diff", "net.py", terminal=True)
    assert harm(seen_by_a_person.out) == []
    assert KEY in piped.out
    assert diff.visible(piped.out_bytes) == click.unstyle(seen_by_a_person.out)
    subprocess.run(["git", "apply", "-"], input=piped.out_bytes, check=True, capture_output=True)
    assert '"].forward(x)' not in Path("net.py").read_text(encoding="utf-8")


def test_a_diff_names_files_harmlessly_everywhere() -> None:
    piped = forward_call("fix", "--diff", *NAMES)
    heads = [line for line in piped.out.split("\n") if line.startswith(("+++ ", "--- "))]
    assert len(heads) >= 6
    assert harm("\n".join(heads)) == []
    subprocess.run(["git", "apply", "-"], input=piped.out_bytes, check=True, capture_output=True)
    assert forward_call("check", *NAMES).out.count("FWD001") < 3


def test_a_diff_of_a_file_in_another_encoding_is_shown_harmlessly() -> None:
    data = b"# coding: latin-1\n# \x9b2J \xe9\nfrom torch import nn\nnn.Linear(1, 1).forward(x)\n"
    Path("latin.py").write_bytes(data)
    assert harm(forward_call("fix", "--diff", "latin.py", terminal=True).out) == []


def test_carriage_returns_at_the_ends_of_lines_are_not_shown() -> None:
    rendered = diff.render("crlf.py", b"a.forward(x)\r\nb\r\n", b"a(x)\r\nb\r\n")
    assert "\\r" not in diff.visible(rendered)
    assert "\r" not in diff.visible(rendered)


def test_standard_input_with_a_name() -> None:
    for args in (("check", "-", "--stdin-filename", FILE), ("fix", "--diff", "-", "--stdin-filename", FILE)):
        done = forward_call(*args, stdin=PROGRAM.encode(), terminal=True)
        assert is_harmless(done)


@pytest.mark.slow
def test_flake8_is_told_nothing_harmful() -> None:
    Path("broken.py").write_text(BROKEN, encoding="utf-8")
    done = flake8("--extend-select", "FWD", "net.py")
    assert done.out.count("FWD001") == 2
    assert is_harmless(done)
    done = flake8("--extend-select", "FWD900", "broken.py")
    assert "FWD900" in done.out or "E999" in done.out
    assert harm("\n".join(line for line in done.lines if "FWD" in line)) == []


@pytest.mark.slow
def test_on_a_real_terminal() -> None:
    status, text = seen("check", "--output-format", "full", *NAMES)
    assert status == 1
    assert "\x1b[31m" in text
    assert harm(text) == []


@pytest.mark.slow
def test_with_a_bar() -> None:
    patient = (
        "import sys\nfrom flake8_forward_call import cli\nfrom flake8_forward_call.terminal import progress\n"
        "progress._PATIENCE = 0\nsys.exit(cli.main())"
    )
    with screen("-c", patient, "check", *NAMES) as terminal:
        terminal.finish()
    text = re.sub(r"\x1b\[[0-9;]*m", "", MOVES.sub("", terminal.shown))
    assert harm(text) == []


@pytest.mark.slow
def test_while_watching() -> None:
    with screen("-m", "flake8_forward_call", "check", "--watch", *NAMES, TERM="dumb") as terminal:
        terminal.read_until("Ctrl-C to stop.")
        assert harm(terminal.shown) == []


@pytest.mark.slow
def test_an_editor_is_told_nothing_harmful(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = project / FOLDER / FILE

    async def session() -> None:
        async with editing(project, can=capabilities(evidence=True), options={"extendSelect": "FWD"}) as editor:
            editor.open(file, PROGRAM)
            found = await editor.diagnostics(file)
            assert len(found) >= 5
            told = [one.message for one in found] + [one.message for one in await editor.evidence(file)]
            for one in found:
                place = one.range.start
                told.append(await editor.hover(file, place.line, place.character) or "")
                told += [each.title for each in await editor.actions(file, place.line, place.character)]
            assert harm("\n".join(told)) == []
        async with editing(project, options={"select": [KEY]}) as editor:
            editor.open(file, PROGRAM)
            await editor.until(lambda: editor.messages)
            assert harm("\n".join(editor.messages)) == []

    asyncio.run(session())
    assert harm(capfd.readouterr().err) == []


def test_an_editor_is_told_of_a_name_that_is_not_utf_8() -> None:
    from flake8_forward_call.server import messages
    from flake8_forward_call.server.positions import Positions, utf16_units

    place = Place(1, 1)
    finding, steps = Finding("FWD001", "net.py", place, place, "says", 1), [Step("/not \udcff.py", 3, "is so")]
    positions, find = Positions(Source("net.py", "x"), utf16_units), messages.place_of
    diagnostic = messages.diagnostic(finding, positions, "file:///net.py", find, steps)
    (related,) = diagnostic.related_information or ()
    assert related.location.uri == "file:///not%20%FF.py"
    assert r"/not \udcff.py:3: is so" in messages.hover(finding, steps, find, is_markdown=False)
    assert r"[`not \udcff.py:3`](file:///not%20%FF.py#L3)" in messages.hover(finding, steps, find, is_markdown=True)


def test_the_log_of_the_server_is_harmless() -> None:
    from flake8_forward_call.server.client.log import Formatter

    try:
        Source(FILE, BROKEN).tree  # noqa: B018 (For its error.)
    except Exception as error:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "%s", (SPELL,), (type(error), error, None))
    assert harm(Formatter("%(message)s").format(record)) == []


def test_what_the_page_says_is_printed() -> None:
    page = (Path(__file__).parents[2] / "docs/usage.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `U\+([0-9A-F]{4})` [\w -]*?\| `(\S+)` \|$", page, re.MULTILINE)
    assert len(rows) == 5
    for code, printed in rows:
        assert one_line(chr(int(code, 16))) == printed
    assert "`##[` becomes `\\x23#[`" in page
    assert shown("::a##[b]\udcff") == "./::a\\x23#[b]\\udcff"
