"""Broken settings in a subfolder: one message, and only the files that they govern are not checked."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import FIXED, PLACE, PROGRAM, Result, flake8, forward_call

from flake8_forward_call.files.ignoring import MAX_GITIGNORE
from flake8_forward_call.inference.session import look_again

BASE = "from torch import nn\n\n\nclass Base(nn.Module):\n    def forward(self, x):\n        return x\n"
# It imports from the folder with the broken settings, and a mixin's verdict needs the text of the whole project.
USER = """\
from fix.base import Base


class Mixin:
    def run(self, x):
        return self.forward(x)


class Net(Mixin, Base):
    pass
"""


def _unknown_key(path: Path) -> None:
    path.write_text("[tool.forward-call]\nselct = 1\n")


def _newer_value(path: Path) -> None:
    path.write_text('[tool.forward-call]\nselect = ["FWD999"]\nexclude = ["*"]\n')


def _not_utf8(path: Path) -> None:
    path.write_bytes(b"[tool.forward-call]\n# caf\xe9\n")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.mkdir()


EVERY_KIND = pytest.mark.parametrize(
    "break_", [_unknown_key, _newer_value, _not_utf8, _pipe, _folder], ids=lambda one: one.__name__.strip("_")
)
Break = Callable[[Path], None]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose folder ``fix`` is to have broken settings."""
    for name in ("ok", "fix/below"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "setup.py").touch()
    (tmp_path / "ok/net.py").write_text(PROGRAM)
    (tmp_path / "ok/user.py").write_text(USER)
    (tmp_path / "fix/__init__.py").touch()
    (tmp_path / "fix/base.py").write_text(BASE)
    (tmp_path / "fix/net.py").write_text(PROGRAM)
    (tmp_path / "fix/below/net.py").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    look_again({})
    return tmp_path


def check(*args: str) -> Result:
    look_again({})
    return forward_call(*args)


GOOD = ["ok/net.py", "ok/user.py"]


def named(done: Result) -> list[str]:
    return [os.path.normpath(line.partition(":")[0]) for line in done.lines]


@EVERY_KIND
def test_other_files_are_checked_as_if_the_settings_were_not_there(break_: Break, project: Path) -> None:
    before = check("check", "ok")
    assert named(before) == GOOD
    break_(project / "fix/pyproject.toml")
    after = check("check", "ok")
    assert (after.status, after.out, after.err) == (1, before.out, "")


@EVERY_KIND
@pytest.mark.parametrize("paths", [["."], ["fix", "ok"], ["ok/net.py", "ok/user.py", "fix/net.py", "fix/below/net.py"]])
def test_one_message_and_the_findings_in_all_other_files(break_: Break, paths: list[str], project: Path) -> None:
    break_(project / "fix/pyproject.toml")
    done = check("check", *paths)
    assert (done.status, sorted(named(done)), done.err.count("\n")) == (2, GOOD, 1)
    assert done.err.startswith("forward-call: fix/pyproject.toml:")
    assert check("check", "--show-files", *paths).status == 2


def test_other_files_are_fixed(project: Path) -> None:
    _unknown_key(project / "fix/pyproject.toml")
    done = check("fix", ".")
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert (project / "ok/net.py").read_text() == FIXED
    assert (project / "fix/net.py").read_text() == PROGRAM


def test_message_names_the_line(project: Path) -> None:
    _unknown_key(project / "fix/pyproject.toml")
    assert check("check", ".").err.startswith("forward-call: fix/pyproject.toml:2: unknown key 'selct'")


def test_nearer_settings_that_are_valid_count(project: Path) -> None:
    _unknown_key(project / "fix/pyproject.toml")
    (project / "fix/below/pyproject.toml").write_text("[tool.forward-call]\n")
    assert sorted(named(check("check", "."))) == ["fix/below/net.py", *GOOD]
    assert named(check("check", "fix")) == ["fix/below/net.py"]
    (project / "fix/below/pyproject.toml").write_text("[tool.other]\n")
    assert named(check("check", ".")) == GOOD


def test_settings_without_files_are_not_reported(project: Path) -> None:
    (project / "data").mkdir()
    _unknown_key(project / "data/pyproject.toml")
    done = check("check", ".")
    assert (done.status, done.err) == (1, "")


def test_link_is_governed_by_the_settings_of_its_target(project: Path) -> None:
    _unknown_key(project / "fix/pyproject.toml")
    (project / "ok/link.py").symlink_to("../fix/net.py")
    (project / "fix/link.py").symlink_to("../ok/net.py")
    assert named(check("check", "ok")) == GOOD
    assert named(check("check", "fix")) == ["fix/link.py"]


def test_settings_above_the_current_folder_stop_the_run(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _unknown_key(project / "pyproject.toml")
    for folder in (project, project / "ok"):
        monkeypatch.chdir(folder)
        done = check("check", ".")
        assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)


def test_baseline_entry_for_a_file_that_is_gone_says_nothing(project: Path) -> None:
    assert check("check", "--write-baseline", "base.json", ".").status == 0
    (project / "fix/net.py").unlink()
    _unknown_key(project / "fix/pyproject.toml")
    done = check("check", "--baseline", "base.json", ".")
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)


def test_machines_get_the_other_findings_too(project: Path) -> None:
    _unknown_key(project / "fix/pyproject.toml")
    done = check("check", "--output-format", "json", ".")
    assert done.status == 2
    assert [one["filename"] for one in json.loads(done.out)] == [str(project / name) for name in GOOD]


@pytest.mark.slow
@EVERY_KIND
def test_flake8_reports_only_the_files_that_the_settings_govern(break_: Break, project: Path) -> None:
    break_(project / "fix/pyproject.toml")
    done = flake8("ok", "fix")
    told = [line.split(" ", 2)[:2] for line in done.lines]
    assert [f"ok/net.py:{PLACE}:", "FWD001"] in told
    assert [place.partition(":")[0] for place, code in told if code == "FWD900"] == ["fix/below/net.py", "fix/net.py"]
    assert sorted({place.partition(":")[0] for place, code in told if code == "FWD001"}) == GOOD


@pytest.mark.slow
def test_flake8_checks_other_files_even_if_the_current_folder_has_invalid_settings(project: Path) -> None:
    _unknown_key(project / "pyproject.toml")
    (project / "ok/pyproject.toml").write_text("[tool.forward-call]\n")
    (project / "fix/net.py").write_text(f"import os\n{PROGRAM}")
    done = flake8("--extend-select", "F401", "ok", "fix")
    told = [tuple(line.split(" ", 2)[:2]) for line in done.lines]
    assert (f"ok/net.py:{PLACE}:", "FWD001") in told
    assert ("fix/net.py:1:1:", "FWD900") in told
    assert ("fix/net.py:1:1:", "F401") in told
    assert done.err == ""


def test_gitignore_that_cannot_be_read_is_treated_alike(project: Path) -> None:
    (project / ".git").mkdir()
    (project / "fix/.gitignore").write_bytes(b"a\n" * MAX_GITIGNORE)
    done = check("check", ".")
    assert (done.status, named(done), done.err) == (2, GOOD, "forward-call: fix/.gitignore: is larger than 1 MB\n")
    done = check("check", "ok")
    assert (done.status, named(done), done.err) == (1, GOOD, "")
    assert check("check", "fix").err.count("\n") == 1
    assert check("check", "--no-respect-gitignore", ".").err == ""
