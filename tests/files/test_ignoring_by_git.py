"""Odd patterns have the same meaning as in git, and no line affects the others."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest
from command_line import PROGRAM, forward_call

from flake8_forward_call.configuration.patterns import PatternError, Patterns, check, lines_of
from flake8_forward_call.files.discovery import find_files
from flake8_forward_call.files.ignoring import reason_for
from flake8_forward_call.terminal.trouble import Trouble

pytestmark = pytest.mark.slow

# Each is a separate `.gitignore`, or several by folder, for the same tree.
TABLE: dict[str, bytes | dict[str, bytes]] = {
    "range the wrong way round": b"[z-a].py\na.py",
    "mark alone": b"!\na.py",
    "mark and slash": b"!/\na.py",
    "slash": b"/\na.py",
    "two slashes": b"//\na.py",
    "set": b"[ab].py",
    "negated set": b"[!a].py",
    "negated set with a caret": b"[^a].py",
    "closing bracket first": b"[]a].py",
    "closing bracket first, negated": b"[!]a].py",
    "only a closing bracket": b"[]].py",
    "bracket that is not closed": b"[ab.py\nb.py",
    "bracket that is not closed, with a slash": b"sub/[ab\nb.py",
    "empty brackets": b"[]\nb.py",
    "dash at the end": b"[a-].py",
    "dash at the beginning": b"[-a].py",
    "range of dashes": b"[--b].py",
    "escape in a set": b"[\\]].py",
    "escaped range": b"[\\a-\\b].py",
    "class": b"[[:alpha:]].py",
    "class in a set": b"[[:digit:]_a].py",
    "negated class": b"[![:alpha:]].py",
    "unknown class": b"[[:letter:]].py\nb.py",
    "class that is not closed": b"[[:alpha:\nb.py",
    "half a class": b"[[:al].py",
    "slash in a set": b"sub[/]a.py\nsub/deep[!b]a.py",
    "question mark": b"?.py",
    "question mark for a letter of two bytes": b"\xc3\xa9?py\n??.py",
    "question mark for a slash": b"sub?a.py",
    "star": b"*.py\n!a.py",
    "star for a slash": b"sub/*.py",
    "two stars in a name": b"a**.py\nsub/a**y",
    "two stars before": b"**/a.py",
    "two stars behind": b"sub/**",
    "two stars between": b"sub/**/b.py",
    "two stars at the end of a name": b"sub/d**/b.py",
    "two stars at the end of a whole name": b"/sub**",
    "two stars and an escaped slash": b"sub/**\\/b.py",
    "two stars twice": b"**/deep/**/b.py",
    "three stars": b"***/b.py\nsub/***",
    "two stars alone": b"**\n!a.py",
    "two stars and a slash": b"**/\n!sub/",
    "escaped star": b"\\*.py",
    "escaped letter": b"\\a.py",
    "escaped slash": b"sub\\/a.py",
    "backslash at the end": b"a.py\\\nb.py",
    "backslash before a slash at the end": b"sub\\/",
    "two backslashes": b"back\\\\slash.py",
    "escaped hash": b"\\#a.py",
    "hash": b"#a.py\nb.py",
    "hash behind a blank": b" #a.py",
    "escaped mark": b"\\!a.py",
    "two marks": b"*.py\n!!a.py",
    "mark before a hash": b"*.py\n!#a.py",
    "blank at the end": b"a.py   ",
    "escaped blank at the end": b"blank.py\\ ",
    "escaped blank and more": b"blank.py\\   ",
    "tabulator at the end": b"a.py\t",
    "blank at the beginning": b" a.py",
    "blank in the middle": b"a b.py",
    "only blanks": b"   \na.py",
    "slash before": b"/a.py",
    "slash behind": b"sub/\na.py/",
    "slashes before and behind": b"/sub/",
    "two slashes behind": b"sub//",
    "dot and slash": b"./a.py",
    "file taken back from a folder": b"sub/\n!sub/a.py",
    "file taken back": b"sub/*\n!sub/a.py",
    "folder taken back": b"*.py\n!sub/",
    "order": b"!a.py\na.py\n!a.py\na.py",
    "CRLF": b"a.py\r\nsub/\r\n",
    "CR alone": b"a.py\rb.py\n",
    "two CR": b"a.py\r\r\n",
    "only CR": b"\r\na.py\r\n",
    "byte-order mark": b"\xef\xbb\xbfa.py\nb.py",
    "byte-order mark before a hash": b"\xef\xbb\xbf#a.py",
    "byte-order mark in the second line": b"b.py\n\xef\xbb\xbfa.py",
    "UTF-16": "a.py\n".encode("utf-16"),
    "not UTF-8": b"caf\xe9.py\n\xff\xfe\nb.py",
    "set of bytes": b"caf[\xe0-\xff].py",
    "not UTF-8 in a set": b"[\xff]\nb.py",
    "letter of two bytes in a set": b"[\xc3\xa9].py",
    "null byte": b"a.py\0x\nb.py",
    "only a null byte": b"\0\nb.py",
    "no newline at the end": b"a.py\nb.py",
    "other letters": b"A.PY\nSub/",
    "very long line": b"x" * 100_000 + b"\n" + b"*x" * 50_000 + b"\na.py",
    "very many lines": b"".join(b"name%d.py\nfolder%d/*.py\n" % (one, one) for one in range(5_000)) + b"a.py",
    "nested": {"": b"*.py", "sub": b"!a.py"},
    "nested, of a folder": {"": b"*.py", "sub": b"!deep/"},
    "nested, the other way round": {"": b"!*.py", "sub": b"*.py"},
    "nested, with a slash": {"": b"sub/a.py", "sub": b"/deep/a.py"},
    "nested below what is ignored": {"": b"sub/", "sub": b"!a.py"},
    "nested with a broken line": {"": b"a.py", "sub": b"[z-a]\n!\n!a.py"},
}
NAMES = (
    "a.py", "b.py", "ab.py", "].py", "-.py", "_.py", "*.py", "\\a.py", "back\\slash.py", "#a.py", "!a.py", " a.py",
    " #a.py", "a b.py", "blank.py ", "a.py\t", "a.py\r", "A.py", "\u00e9.py", "\u00e9a.py", "[ab.py", "[].py",
    "sub/a.py", "sub/b.py", "sub/deep/a.py", "sub/deep/b.py", "sub/deep/er/b.py", "sub/dxa.py", "subxa.py",
    "sub.py/a.py", "deep/b.py", os.fsdecode(b"caf\xe9.py"),
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def trees(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, set[str], list[str]]]:
    """For each case: its folder, the files that git ignores there, and all files there."""
    if os.name == "nt":
        pytest.skip("most of these names can be none on Windows")
    top = tmp_path_factory.mktemp("ignoring").resolve()
    subprocess.run(["git", "init", "--quiet", str(top)], check=True)
    made = {}
    for number, (case, written) in enumerate(TABLE.items()):
        folder = top / f"case{number}"
        names = [name for name in NAMES if create(folder / name)]
        for below, data in ({"": written} if isinstance(written, bytes) else written).items():
            (folder / below / ".gitignore").write_bytes(data)
        made[case] = folder, names
    asked = b"\0".join(os.fsencode(folder / name) for folder, names in made.values() for name in names)
    command = ["git", "-C", str(top), "-c", "core.ignorecase=false", "check-ignore", "--no-index", "-z", "--stdin"]
    told = subprocess.run(command, input=asked + b"\0", capture_output=True, check=True).stdout.split(b"\0")
    ignored = set(map(os.fsdecode, told))
    return {
        case: (folder, {name for name in names if str(folder / name) in ignored}, names)
        for case, (folder, names) in made.items()
    }


def create(path: Path) -> bool:
    """Create an empty file. Returns whether this name is possible here."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError:  # macOS: not UTF-8.
        return False
    return True


@pytest.mark.parametrize("case", TABLE)
def test_odd_pattern_means_what_it_means_to_git(case: str, trees: dict[str, tuple[Path, set[str], list[str]]]) -> None:
    folder, ignored, names = trees[case]
    assert {name for name in names if reason_for(str(folder / name), is_folder=False)} == ignored
    # A search from above, which asks folder by folder, finds them as well.
    found = {os.path.relpath(name, folder) for name in find_files([str(folder.parent)], Trouble())}
    here = {name for name in names if name.endswith(".py")}
    assert here & found == here - ignored


ATOMS = (
    "a", "b", "ab", "*", "**", "?", "/", "**/", "/**", "[", "]", "[ab]", "[!a]", "[a-b]", "[]a]", "[b-a]", "\\", "\\*",
    "\\/", ".py", "*.py", "!", "#", " ", "[[:alpha:]]", "[[:foo:]]", "[a-", "\u00e9", "\t", "\r",
)  # fmt: skip


def test_patterns_made_by_chance_mean_what_they_mean_to_git(tmp_path: Path) -> None:
    chance, top = random.Random(7), tmp_path.resolve()
    subprocess.run(["git", "init", "--quiet", str(top)], check=True)
    names = ("a.py", "ab.py", "a/b/a.py", "a/ab/b.py", "a]b.py", "[a].py", "!a.py", "#a.py", "a b.py", "\u00e9.py")
    for number in range(150):
        lines = ("".join(chance.choices(ATOMS, k=chance.randint(1, 6))) for _ in range(chance.randint(1, 3)))
        for name in names:
            create(top / f"t{number}" / name)
        (top / f"t{number}" / ".gitignore").write_bytes("\n".join(lines).encode())
    paths = [str(top / f"t{number}" / name) for number in range(150) for name in names]
    command = ["git", "-C", str(top), "-c", "core.ignorecase=false", "check-ignore", "--no-index", "-z", "--stdin"]
    told = subprocess.run(command, input="\0".join(paths).encode() + b"\0", capture_output=True, check=False).stdout
    assert [path for path in paths if reason_for(path, is_folder=False)] == told.decode().split("\0")[:-1]


def test_stars_without_end_take_no_time() -> None:
    name = "a" * 200 + ".py"
    for pattern in (b"*a" * 60 + b"b", b"**/" * 60 + b"b", b"/" + b"**/a*a*a*a/" * 20 + b"b", b"*" * 5_000 + b"b"):
        assert Patterns([pattern]).verdict("/".join([name] * 40), is_folder=False) is None


def test_what_git_ignores_is_not_rewritten_whatever_else_the_file_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    for name in ("net.py", "generated.py"):
        (tmp_path / name).write_text(PROGRAM)
    (tmp_path / ".gitignore").write_bytes(b"[z-a]\n!\n\\\n[\nx\\\n\xff\ngenerated.py\n")
    assert forward_call("fix", ".").lines[-1] == "Fixed 1 call in 1 file; no findings remain."
    assert (tmp_path / "generated.py").read_text() == PROGRAM


def test_list_of_more_patterns_than_can_be_asked_about_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "net.py").write_text(PROGRAM)
    (tmp_path / ".gitignore").write_text("*a?b\n" * 10_001)
    done = forward_call("fix", ".")
    assert (done.status, done.out, (tmp_path / "net.py").read_text()) == (2, "", PROGRAM)
    assert done.err == "forward-call: .gitignore: has more than 10,000 patterns with wildcards\n"


def test_link_to_a_list_says_nothing_as_with_git(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "list").write_text("a.py\n")
    (tmp_path / ".gitignore").symlink_to("list")
    assert reason_for(str(tmp_path.resolve() / "a.py"), is_folder=False) is None


def test_lines_are_taken_apart_as_git_takes_them() -> None:
    assert lines_of(b"\xef\xbb\xbfa\r\nb\rc\nd") == (b"a", b"b\rc", b"d")


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("!", "it names nothing"),
        ("/", "it names nothing"),
        ("[ab", "it has a bracket that is not closed"),
        ("[z-a]", None),
        ("[/]", "it has brackets that no character matches"),
        ("[[:letter:]]", "it has an unknown class [:letter:]"),
        ("a\\", "it ends with a backslash"),
        ("a*" + "b" * 2_000, "it is longer than any name"),
        ("\ud800", "it has a character that no path can have"),
        ("# comment", None),
        ("", None),
        ("lib/**/*.py", None),
    ],
)
def test_pattern_that_a_person_wrote_in_vain_is_an_error(pattern: str, why: str | None) -> None:
    if why is None:
        check(pattern)
        return
    with pytest.raises(PatternError) as raised:
        check(pattern)
    assert str(raised.value) == why
