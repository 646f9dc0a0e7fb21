"""The command, with the orders run in this process."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from command_line import PROGRAM, Result, forward_call, python, run
from html_tree import read
from projects import CLEAN, OVERRIDE, in_folder, without_dask  # noqa: F401

from flake8_forward_call.cli import main
from flake8_forward_call.commands.given.passing import passed_on
from flake8_forward_call.commands.scan import _OWN, scan
from flake8_forward_call.files.former import is_former_output
from flake8_forward_call.scanning.pages import names
from flake8_forward_call.scanning.projects import projects_of
from flake8_forward_call.scanning.records import Outcome, Project, Row, State
from flake8_forward_call.terminal.trouble import Trouble

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_dask")]
OPTIONS = ("--no-cache", "--no-site-packages")


@pytest.fixture(autouse=True)
def _projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three projects, of which one has findings and one cannot be checked."""
    monkeypatch.chdir(tmp_path)
    in_folder(Path("all/found"), PROGRAM, OVERRIDE)
    in_folder(Path("all/clean"), CLEAN)
    in_folder(Path("all/wrong"), PROGRAM, settings="select = 1")
    Path("all/.hidden").mkdir()
    Path("all/node_modules").mkdir()
    Path("all/file.py").touch()


def scanned(*args: str) -> Result:
    return forward_call("scan", *OPTIONS, *args)


def without_seconds(text: str) -> str:
    return re.sub(r"\d+\.\d+", "0.0", text)


def test_table_has_a_line_for_each_project() -> None:
    done = scanned("--each", "all")
    assert done.status == 2
    assert without_seconds(done.out) == (
        "project    findings  FWD001  FWD005  seconds  state\n"
        "all/clean         0       -       -      0.0  clean\n"
        "all/found         3       2       1      0.0  findings\n"
        "all/wrong         0       -       -      0.0  failed: pyproject.toml:2: select must be a list of strings, "
        "not 1\n"
    )
    errors = without_seconds(done.err).splitlines()
    assert errors[0].startswith("forward-call: all/wrong: failed: pyproject.toml:2: ")
    assert errors[1:] == [
        "forward-call: 3 projects in 0.0 s: 3 findings in 1 of 3 projects; 1 project not completely checked"
    ]


@pytest.mark.parametrize(
    ("args", "status"),
    [(("all/clean",), 0), (("all/found",), 1), (("all/found", "--exit-zero"), 0), (("all/wrong", "all/found"), 2)],
)
def test_exit_status_is_that_of_the_worst_project(args: Sequence[str], status: int) -> None:
    assert scanned(*args).status == status


def test_json_lines_are_those_of_local_runs_in_the_order_of_the_roots() -> None:
    done = scanned("all/wrong", "all/found", "all/clean", "--output-format", "json-lines")
    lines = done.lines
    heads = [json.loads(line) for line in lines if "project" in json.loads(line)]
    assert [(Path(head["project"]).name, head["state"], head["findings"]) for head in heads] == [
        ("wrong", "failed", {}),
        ("found", "findings", {"FWD001": 2, "FWD005": 1}),
        ("clean", "clean", {}),
    ]
    local = run("flake8_forward_call", "check", "--output-format", "json-lines", *OPTIONS, cwd=Path("all/found"))
    assert lines[2:5] == local.lines
    assert len(lines) == 6


def test_sarif_has_a_run_for_each_project() -> None:
    done = scanned("--each", "all", "--output-format", "sarif", "--output-file", "all.sarif")
    assert done.lines[0].startswith("project  ")
    runs = json.loads(Path("all.sarif").read_text())["runs"]
    assert [one.pop("automationDetails")["id"] for one in runs] == [
        f"forward-call/{Path('all') / name}/" for name in ("clean", "found", "wrong")
    ]
    local = run("flake8_forward_call", "check", "--output-format", "sarif", *OPTIONS, cwd=Path("all/found"))
    assert runs[1] == json.loads(local.out)["runs"][0]
    (failed,) = runs[2]["invocations"]
    assert failed["executionSuccessful"] is False
    assert failed["toolExecutionNotifications"][0]["message"]["text"].startswith("failed: pyproject.toml:2: ")
    assert scanned("--each", "all", "--output-format", "sarif", "--output-file", "all.sarif").status == 2


def test_pages_are_those_of_local_runs_and_the_index_leads_to_them() -> None:
    done = scanned("--each", "all", "--output-format", "html", "--output-dir", "pages")
    assert done.lines[0].startswith("project  ")
    assert "the pages are in pages; open pages/index.html" in done.err
    local = run("flake8_forward_call", "check", "--output-format", "html", *OPTIONS, cwd=Path("all/found"))
    made = Path("pages/projects/all-found.html").read_text()
    command = re.compile("forward-call check [^<]*")
    assert command.sub("", made) == command.sub("", local.out)
    index = read(Path("pages/index.html").read_text())
    rows = [
        [cell.text for cell in row if cell.tag in ("td", "th")] for row in index.one("section", "projects").all("tr")
    ]
    assert rows[2][:4] == ["all/found", "3", "2", "1"]
    assert rows[3][-1].startswith("failed: pyproject.toml:2: ")
    links = [link.attributes["href"] for link in index.one("section", "projects").all("a")]
    assert links == ["projects/all-clean.html", "projects/all-found.html"]
    assert all(Path("pages", link).is_file() for link in links)
    assert scanned("--each", "all", "--output-format", "html", "--output-dir", "pages").status == 2


def test_pages_overwrite_nothing_else(tmp_path: Path) -> None:
    Path("pages").mkdir()
    (index := tmp_path / "pages/index.html").write_text("mine")
    options = ("all/clean", "--output-format", "html", "--output-dir", "pages")
    done = scanned(*options)
    assert (done.status, index.read_text()) == (2, "mine")
    assert "pages/index.html exists and is not an earlier report; use --force to overwrite it" in done.err
    assert scanned(*options, "--force").status == 0
    assert index.read_text() != "mine"


@pytest.mark.parametrize("output_format", ["table", "json-lines", "sarif"])
def test_report_replaces_an_earlier_one(output_format: str) -> None:
    options = ("--each", "all", "--output-format", output_format, "--output-file", "report")
    assert "all/found" in scanned(*options).out + Path("report").read_text()
    assert is_former_output(Path("report").read_bytes())
    assert scanned(*options).err.count("\n") == 2


def test_stopped_scan_goes_on_with_what_is_missing(without_dask: list[str]) -> None:  # noqa: F811
    options = ("--state", "state", "--output-format", "json-lines")
    scanned("all/found", *options)
    assert [Path(root).name for root in without_dask] == ["found"]
    second = scanned("--each", "all", *options)
    assert [Path(root).name for root in without_dask[1:]] == ["clean", "wrong"]
    assert [json.loads(line).get("earlier") for line in second.lines] == [False, True, None, None, None, False]
    Path("all/found/net0.py").write_text(CLEAN)
    third = scanned("--each", "all", *options)
    assert [Path(root).name for root in without_dask[3:]] == ["wrong", "found"]
    assert [json.loads(line)["findings"] for line in third.lines if "findings" in line] == [
        {},
        {"FWD001": 1, "FWD005": 1},
        {},
    ]


def test_verbose_tells_of_each_project_as_it_comes() -> None:
    done = scanned("all/clean", "all/found", "-v")
    assert [line.rpartition(",")[0] for line in done.err.splitlines()[:2]] == [
        "forward-call: 1/2 all/clean: 0 findings",
        "forward-call: 2/2 all/found: 3 findings",
    ]
    quiet = scanned("all/clean", "all/wrong", "-q")
    assert quiet.err.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("all", "--output-format", "html"), "needs --output-dir"),
        (("all", "--output-dir", "x"), "--output-file writes the other reports"),
        (("all", "--output-format", "html", "--output-dir", "x", "--output-file", "y"), "not to --output-file"),
        (("all", "--scheduler", "tcp://a:1", "--workers", "2"), "cannot be used with --scheduler"),
        (("all", "-q", "-v"), "cannot be used together"),
        (("all", "--select", "FWD01"), "did you mean FWD001?"),
        ((), "missing argument 'ROOTS...'"),
        (("--each", "all/clean"), "no projects were found"),
        (("--each", "gone"), "gone: cannot be listed: No such file or directory"),
        (("gone",), "gone: failed: cannot be checked: No such file or directory"),
        (("all/clean", "--state", "all/clean/net0.py"), "--state"),
    ],
)
def test_what_cannot_be_done_is_told(args: Sequence[str], words: str) -> None:
    done = scanned(*args)
    assert done.status == 2
    assert words in done.err


def test_options_for_check_are_passed_on_with_absolute_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, ...]] = []
    monkeypatch.setattr(scan, "callback", lambda **_: seen.append(passed_on(click.get_current_context(), _OWN)))

    Path("env").mkdir()
    main(
        [
            *("scan", "all", "--select=FWD", "--extend-select", "FWD002,FWD003", "--no-respect-gitignore", "-v"),
            *("--config", "all/clean/pyproject.toml", "--config", "ignore = ['FWD005']", "--cache-dir", "kept"),
            *("--roots", "all,env", "--disable-noqa", "--workers", "3", "--per-file-ignores", "a:FWD001"),
        ]
    )
    assert set(seen[0]) == {
        "--select=FWD",
        "--extend-select=FWD002,FWD003",
        "--no-respect-gitignore",
        f"--config={tmp_path / 'all/clean/pyproject.toml'}",
        "--config=ignore = ['FWD005']",
        f"--cache-dir={tmp_path / 'kept'}",
        f"--roots={tmp_path / 'all'},{tmp_path / 'env'}",
        "--ignore-noqa",
        "--per-file-ignores=a:FWD001",
    }


def test_project_is_checked_once_and_has_the_name_that_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("all/link").symlink_to("found")
    roots = ["all/found", "all/../all/found/", "all/link", str(Path("all/clean").absolute())]
    assert [one.name for one in projects_of(roots, Trouble(), each=False)] == [
        str(Path("all/found")),
        str(Path("all/clean")),
    ]
    monkeypatch.chdir("all/found")
    assert [one.name for one in projects_of([".", ".."], Trouble(), each=False)] == ["found", "all"]


def test_pages_of_similar_names_are_different_files() -> None:
    rows = [Row(Project(f"/{name}", name), Outcome(State.CLEAN)) for name in ("a/b", "a-b", "A:B", "..", "é")]
    assert names(rows) == [f"projects/{name}.html" for name in ("a-b", "a-b-2", "A-B-3", "project", "project-2")]


def test_without_its_extra_the_command_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys\nsys.modules['distributed'] = None\nfrom flake8_forward_call.cli import main\n"
        "sys.exit(main(['scan', 'all/clean']))"
    )
    result = python(code, cwd=tmp_path)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("forward-call: scan needs Dask, which cannot be imported (")
    assert result.err.endswith("python -m pip install 'flake8-forward-call[dask]'\n")
