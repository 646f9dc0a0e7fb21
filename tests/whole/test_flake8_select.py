"""Which rules the real flake8 reports, depending on `select` and `ignore` in its options."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import forward_call, python, run

pytestmark = pytest.mark.slow

# One finding of each rule.
PROGRAM = """\
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        return x


class Mute(Net):
    def __call__(self, x):
        return None


def use(mute: Mute, base: nn.Module, maybe, xs, flag):
    known = Net()
    other = base if flag else maybe
    yield known.forward(1)
    yield mute.forward(1)
    yield other.forward(2)
    yield from map(known.forward, xs)
"""
ON = ["FWD001", "FWD005"]
ALL = ["FWD001", "FWD002", "FWD003", "FWD004", "FWD005"]


@pytest.fixture(autouse=True)
def project(tmp_path: Path) -> Path:
    (tmp_path / "net.py").write_text(PROGRAM)
    return tmp_path


def codes(project: Path, *options: str) -> list[str]:
    done = run("flake8", "-j", "1", *options, "net.py", cwd=project)
    assert done.err == ""
    return sorted({line.split()[1] for line in done.lines} & {"FWD900", *ALL})


@pytest.mark.parametrize("name", ["setup.cfg", "tox.ini"])
@pytest.mark.parametrize("setting", ["select = E,F,W", "select = F", "select = B,C,E,F,W,T4,B9", "ignore = E501"])
def test_a_prefix_of_other_tools_codes_turns_nothing_on(project: Path, name: str, setting: str) -> None:
    (project / name).write_text(f"[flake8]\n{setting}\n")
    assert codes(project) == ON


@pytest.mark.parametrize(
    ("setting", "reported"),
    [
        ("max-line-length = 120", ON),
        ("select = E,F,W", ON),
        ("select = F", ON),
        ("select = FW", ON),
        ("select = B,C,E,F,W,T4,B9", ON),
        ("ignore = E501", ON),
        ("ignore = E501\nselect = E,F,W", ON),
        ("extend-select = F", ON),
        ("extend-ignore = FWD005", ["FWD001"]),
        ("ignore = FWD001", ["FWD005"]),
        ("select = E,W", []),
        ("select = E9,F63,F7,F82", []),
        ("ignore = FWD", []),
        ("ignore = F", []),
        ("select = E,F\nignore = FWD", []),
        ("select = FWD", ALL),
        ("extend-select = FWD", ALL),
        ("select = FWD0\nignore = E501", ALL),
        ("extend-select = FWD003", ["FWD001", "FWD003", "FWD005"]),
        ("select = E,W\nextend-select = FWD004", ["FWD004"]),
        ("select =\n    E\n    F\n    FWD002\nignore = E,W", ["FWD001", "FWD002", "FWD005"]),
        ("extend-select = FWD\nextend-ignore = FWD002", ["FWD001", "FWD003", "FWD004", "FWD005"]),
        ("extend-select = FWD003\nextend-ignore = FWD", ["FWD003"]),
        ("extend-select = FWD002,FWD003\nper-file-ignores = net.py:FWD003", ["FWD001", "FWD002", "FWD005"]),
        ("per-file-ignores = net.py:E501", ON),
    ],
)
def test_a_configuration_turns_on_only_what_it_names(project: Path, setting: str, reported: list[str]) -> None:
    (project / ".flake8").write_text(f"[flake8]\n{setting}\n")
    assert codes(project) == reported


@pytest.mark.parametrize(
    ("options", "reported"),
    [
        ((), ["FWD001", "FWD003", "FWD005"]),
        (("--ignore", "E501"), ["FWD001", "FWD003", "FWD005"]),
        (("--select", "E,F,W"), ["FWD001", "FWD003", "FWD005"]),
        (("--extend-select", "FWD004"), ["FWD001", "FWD004", "FWD005"]),
        (("--select", "F", "--extend-select", "F"), ON),
        (("--isolated",), ON),
        (("--isolated", "--ignore", "W503"), ON),
        (("--isolated", "--select", "FWD002"), ["FWD002"]),
        (("--append-config", "more.cfg"), ["FWD001", "FWD002", "FWD005"]),
        (("--append-config", "more.cfg", "--extend-select", "FWD003"), ["FWD001", "FWD003", "FWD005"]),
        (("--config", "more.cfg"), ["FWD001", "FWD002", "FWD005"]),
    ],
)
def test_the_command_line_goes_before_the_configuration(
    project: Path, options: tuple[str, ...], reported: list[str]
) -> None:
    (project / ".flake8").write_text("[flake8]\nextend-select = FWD003\n")
    (project / "more.cfg").write_text("[flake8]\nextend-select = FWD002\n")
    assert codes(project, *options) == reported


@pytest.mark.parametrize(("setting", "reported"), [("select = E,F,W", ON), ("extend-select = FWD003", [*ON, "FWD003"])])
def test_workers_know_what_is_selected(project: Path, setting: str, reported: list[str]) -> None:
    (project / "tox.ini").write_text(f"[flake8]\n{setting}\n")
    for number in range(4):
        (project / f"net{number}.py").write_text(PROGRAM)
    done = run("flake8", "--jobs", "2", ".", cwd=project)
    found = {tuple(line.split(":")[0:4:3]) for line in done.lines if "FWD" in line}
    names = ["net", *(f"net{number}" for number in range(4))]
    assert sorted({(path, text.split()[0]) for path, text in found}) == sorted(
        (f"./{name}.py", code) for name in names for code in reported
    )


def test_what_the_python_interface_of_flake8_selects_counts(project: Path) -> None:
    def found(options: str) -> list[str]:
        code = f"from flake8.api import legacy; legacy.get_style_guide({options}).check_files(['net.py'])"
        done = python(code, cwd=project)
        return sorted({line.split()[1] for line in done.lines if "FWD" in line})

    assert found("select=['FWD002']") == ["FWD002"]
    assert found("select=['F'], ignore=['W']") == ON


@pytest.mark.parametrize(
    ("options", "reported"),
    [
        (("--select", "F"), ON),
        (("--select", "FW"), ON),
        (("--extend-select", "F"), ON),
        (("--select", "FWD"), ALL),
        (("--select", "F", "--extend-select", "FWD003"), ["FWD001", "FWD003", "FWD005"]),
        (("--extend-select", "FWD00"), ALL),
        (("--ignore", "F"), []),
    ],
)
def test_the_command_agrees(
    project: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], reported: list[str]
) -> None:
    monkeypatch.chdir(project)
    assert sorted({line.split()[1] for line in forward_call("check", *options, "net.py").lines}) == reported
    same = ("flake8", "--isolated", "-j", "1", *options, "net.py")
    assert sorted({line.split()[1] for line in run(*same, cwd=project).lines if "FWD" in line}) == reported
