"""From paths to files."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from flake8_forward_call.files import python_files
from flake8_forward_call.files.discovery import find_files
from flake8_forward_call.terminal.trouble import Trouble


@pytest.fixture(autouse=True)
def _in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def make(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()


def find(*paths: str) -> list[str]:
    trouble = Trouble()
    found = list(find_files(paths, trouble))
    assert not trouble.errors
    return found


def complaints(capsys: pytest.CaptureFixture[str], *paths: str) -> tuple[bool, str]:
    trouble = Trouble()
    list(find_files(paths, trouble))
    return bool(trouble.errors), capsys.readouterr().err


def test_files_of_a_directory_in_order() -> None:
    make("b.py", "a.py", "c/d.py", "c/a.py", "B/z.py", "notes.txt", "stub.pyi", "py")
    assert find(".") == ["./a.py", "./b.py", "./B/z.py", "./c/a.py", "./c/d.py"]


def test_names_are_as_the_user_began_them() -> None:
    make("src/net/a.py")
    assert find("src") == find("src/") == ["src/net/a.py"]
    assert find("./src/../src") == ["./src/../src/net/a.py"]
    assert find(str(Path.cwd())) == [str(Path.cwd() / "src/net/a.py")]


def test_named_file_counts_wherever_it_is() -> None:
    make("node_modules/a.py", ".venv/b.py")
    assert find("node_modules/a.py", ".venv") == ["node_modules/a.py", ".venv/b.py"]


@pytest.mark.parametrize(
    "name", ["a.py", "a.pyi", "a.PY", "a.pyw", "a.ipynb", "app.wsgi", "bot.tac", "x.gyp", "x.gypi", "wscript", ".pdbrc"]
)
def test_named_file_that_is_python_by_its_name_counts(name: str) -> None:
    make(name)
    assert find(name) == [name]


SHEBANGS = {
    "#!/usr/bin/python\n": True,
    "#!/usr/bin/env python3\n": True,
    "#!/usr/bin/env -S python3.12 -u\r\n": True,
    '#!"/a folder/bin/python3.13"\n': True,
    "#! /opt/pypy3.10\n": True,
    "#!/usr/bin/env -S uv run --script\n": True,
    "#!/usr/bin/env nix-shell\n#!nix-shell -p python3 -i python3\n": True,
    "#!/bin/sh\nexec python3 $0\n": False,
    "#!/usr/bin/python3-config\n": False,
    "#!/bin/bash\n": False,
    "import torch  # python\n": False,
    "": False,
}


@pytest.mark.parametrize("name", ["train", "train.txt", "train.in.cfg", "py", ".py"])
@pytest.mark.parametrize("shebang", SHEBANGS)
def test_named_file_of_another_name_counts_if_its_first_line_names_python(name: str, shebang: str) -> None:
    Path(name).write_text(f"{shebang}net.forward(1)\n", newline="")
    assert find(name) == ([name] if SHEBANGS[shebang] else [])


def test_named_file_that_cannot_be_read_is_left_to_whoever_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    make("train")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(python_files, "read_head", refuse)  # Permissions do not stop root, who may run the tests.
    assert find("train") == ["train"]


@pytest.mark.parametrize(
    "folder",
    [
        ".git",
        ".hg",
        ".tox",
        ".nox",
        ".venv",
        "node_modules",
        "__pycache__",
        "net.egg",
        ".eggs",
        "lib/site-packages",
        "lib/dist-packages",
    ],
)
def test_other_peoples_code_and_caches_are_left_out(folder: str) -> None:
    make("a.py", f"{folder}/b.py", f"sub/{folder}/c/d.py")
    assert find(".") == ["./a.py"]


def test_environment_is_known_by_its_mark_not_its_name() -> None:
    make("venv/a.py", "env/b.py", "mine/pyvenv.cfg", "mine/lib/c.py", "conda/conda-meta/history", "conda/d.py")
    assert find(".") == ["./env/b.py", "./venv/a.py"]
    assert find("mine") == ["mine/lib/c.py"]


def test_build_directories_are_looked_at_as_flake8_looks_at_them() -> None:
    make("build/lib/net.py", "dist/net.py")
    assert find(".") == ["./build/lib/net.py", "./dist/net.py"]


def test_each_file_comes_once_however_many_names_lead_to_it() -> None:
    make("pkg/a.py", "pkg/sub/b.py")
    Path("pkg/c.py").symlink_to("a.py")
    Path("link.py").symlink_to("pkg/a.py")
    assert find("pkg/a.py", ".", "pkg", "./pkg/sub/", "link.py") == ["pkg/a.py", "./pkg/sub/b.py"]


def test_named_link_to_a_directory_is_followed_and_its_files_come_once() -> None:
    make("real/a.py", "real/sub/b.py")
    Path("link").symlink_to("real")
    assert find("link", "real") == ["link/a.py", "link/sub/b.py"]


def test_links_to_directories_below_are_not_followed() -> None:
    make("pkg/a.py", "elsewhere/b.py")
    Path("pkg/loop").symlink_to("..")
    Path("pkg/out").symlink_to("../elsewhere")
    assert find("pkg") == ["pkg/a.py"]


def test_what_is_no_file_is_passed_over_in_a_directory() -> None:
    make("a.py", "package.py/b.py")
    os.mkfifo("pipe.py")
    Path("lost.py").symlink_to("nowhere")
    Path("circle.py").symlink_to("circle.py")
    assert find(".") == ["./a.py", "./package.py/b.py"]


def test_missing_path_is_told_and_the_others_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    make("a.py")
    trouble = Trouble()
    assert list(find_files(["lost", "", "a.py/b", "a.py"], trouble)) == ["a.py"]
    assert trouble.errors
    assert capsys.readouterr().err.splitlines() == [
        "forward-call: lost: no such file or directory",
        "forward-call: '': no such file or directory",
        "forward-call: a.py/b: no such file or directory",
    ]


def test_circular_link_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("circle.py").symlink_to("circle.py")
    failed, err = complaints(capsys, "circle.py")
    assert failed
    assert err == "forward-call: circle.py: Too many levels of symbolic links\n"


@pytest.mark.parametrize("kind", ["a named pipe", "a socket", "a device"])
def test_what_could_be_read_for_ever_is_refused(capsys: pytest.CaptureFixture[str], kind: str) -> None:
    path = "odd.py"
    if kind == "a named pipe":
        os.mkfifo(path)
    elif kind == "a socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path)
    else:
        path = "/dev/zero"
    failed, err = complaints(capsys, path)
    assert failed
    assert err.startswith(f"forward-call: {path}: is {kind}; ")


def test_closed_directory_is_told_and_the_rest_is_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make("a.py", "closed/b.py", "open/c.py")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path == "./closed":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)  # Permissions do not stop root, who may run the tests.
    trouble = Trouble()
    assert list(find_files(["."], trouble)) == ["./a.py", "./open/c.py"]
    assert trouble.errors
    assert capsys.readouterr().err == "forward-call: ./closed: cannot be read: Permission denied\n"
