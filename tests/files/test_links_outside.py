"""A link in a repository is no permission to change a target outside of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from command_line import FIXED, MESSAGE, PLACE, PROGRAM, forward_call

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows lets few users make links")


@pytest.fixture(autouse=True)
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program next to a repository, with a link to it in the repository."""
    target = tmp_path / "home/x.py"
    target.parent.mkdir()
    target.write_text(PROGRAM)
    repository = tmp_path / "repository"
    (repository / "src").mkdir(parents=True)
    (repository / "src/x.py").symlink_to(target)
    (repository / "net.py").write_text(PROGRAM)
    monkeypatch.chdir(repository)
    return target


@pytest.mark.parametrize("args", [["."], [], ["src", "net.py"], ["--unsafe-fixes", "."]])
def test_target_is_left_alone_and_told_and_the_others_are_fixed(args: list[str], outside: Path) -> None:
    done = forward_call("fix", *args)
    assert done.status == 2
    name = "src/x.py" if "src" in args else "./src/x.py"
    assert done.err == (
        f"forward-call: {name}: is a link to {outside}, outside the given paths; "
        "name the link itself to change that file\n"
    )
    assert f"{name}:{PLACE}: {MESSAGE}" in done.lines
    assert (outside.read_text(), Path("net.py").read_text()) == (PROGRAM, FIXED)
    assert Path("src/x.py").is_symlink()


def test_diff_does_not_show_it(outside: Path) -> None:
    done = forward_call("fix", "--diff", ".")
    assert done.status == 2
    assert "net.py" in done.out
    assert "x.py" not in done.out
    assert str(outside) in done.err


def test_nobody_is_asked_about_it(outside: Path) -> None:
    done = forward_call("fix", "-i", "src", stdin=b"y\ny\n")
    assert (done.status, outside.read_text()) == (2, PROGRAM)
    assert str(outside) in done.err


def test_no_comment_is_added_to_it(outside: Path) -> None:
    done = forward_call("check", "--add-noqa", ".")
    assert (done.status, outside.read_text()) == (2, PROGRAM)
    assert str(outside) in done.err
    assert "# noqa" in Path("net.py").read_text()


def test_it_is_checked() -> None:
    done = forward_call("check", ".")
    assert (done.status, done.err) == (1, "")
    assert f"./src/x.py:{PLACE}: {MESSAGE}" in done.lines


def test_nothing_is_told_where_there_is_nothing_to_change(outside: Path) -> None:
    outside.write_text(FIXED)
    done = forward_call("fix", ".")
    assert (done.status, done.err) == (0, "")


@pytest.mark.parametrize("args", [["src/x.py"], [".", "src/x.py"], [".", "../home"], ["src/../src/x.py"]])
def test_link_that_is_named_is_written_through_and_stays(args: list[str], outside: Path) -> None:
    done = forward_call("fix", *args)
    assert (done.status, done.err) == (0, "")
    assert outside.read_text() == FIXED
    assert Path("src/x.py").is_symlink()


def test_link_to_a_folder_is_followed_only_where_it_is_named(outside: Path) -> None:
    Path("lib").symlink_to(outside.parent)
    Path("src/x.py").unlink()
    assert forward_call("fix", ".").status == 0
    assert outside.read_text() == PROGRAM
    assert forward_call("fix", "lib").status == 0
    assert outside.read_text() == FIXED


def test_link_within_what_was_given_is_written_once() -> None:
    Path("src/x.py").unlink()
    Path("src/x.py").symlink_to("../net.py")
    done = forward_call("fix", ".")
    assert (done.status, done.err, done.lines[-1]) == (0, "", "Fixed 1 call in 1 file; no findings remain.")
    assert Path("net.py").read_text() == FIXED
    Path("net.py").write_text(PROGRAM)
    assert forward_call("fix", "src").status == 2
    assert Path("net.py").read_text() == PROGRAM


def test_chain_of_links_is_followed_to_its_end(outside: Path) -> None:
    Path("src/x.py").unlink()
    Path("between").symlink_to(outside.parent)
    Path("src/x.py").symlink_to("../between/x.py")
    done = forward_call("fix", ".")
    assert (done.status, outside.read_text()) == (2, PROGRAM)


def test_folder_whose_name_begins_like_the_given_one_is_outside(tmp_path: Path) -> None:
    other = tmp_path / "repository2/x.py"
    other.parent.mkdir()
    other.write_text(PROGRAM)
    Path("src/x.py").unlink()
    Path("src/x.py").symlink_to(other)
    assert forward_call("fix", ".").status == 2
    assert other.read_text() == PROGRAM


def test_root_may_be_given(tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder's name may end in a slash, and the name of the root does."""
    from flake8_forward_call.files.inputs import Input

    assert Input(str(outside), b"", given=("/",)).leads_out_to is None
    assert Input(str(outside), b"", given=(str(tmp_path),)).leads_out_to is None
    assert Input(str(outside), b"", given=()).leads_out_to == str(outside)


@pytest.mark.parametrize("option", ["--output-file", "--write-baseline"])
def test_report_makes_no_file_that_a_link_names(option: str, outside: Path) -> None:
    target = outside.parent / "authorized"
    Path("report").symlink_to(target)
    done = forward_call("check", option, "report", ".")
    assert (done.status, done.out) == (2, "")
    assert f"report is a link to {target}, which does not exist" in done.err
    assert not target.exists()
