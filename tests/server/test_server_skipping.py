"""Open files that the server skips, because the command skips them when it searches their folder."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import PROGRAM
from editor import SERVER, capabilities, edit, editing, uri
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from flake8_forward_call.configuration import files
from flake8_forward_call.files.discovery import find_files
from flake8_forward_call.inference.places import apart
from flake8_forward_call.server.skipping import is_skipped
from flake8_forward_call.terminal.trouble import Unheard

LINE, CHARACTER = 10, 25  # Of `forward` in the program.
FIX_ALL = "source.fixAll.forward-call"
EXCLUDE = '[tool.forward-call]\nexclude = ["vendored", "old_*.py"]\n'
SKIPPED = (
    ".venv/lib/python3.11/site-packages/pack/net.py",
    "env/lib/python3.11/site-packages/pack/net.py",
    "env/src/net.py",
    "usr/lib/python3/dist-packages/pack/net.py",
    "node_modules/pack/net.py",
    "build.egg/net.py",
    "vendored/net.py",
    "old_net.py",
    "made/net.py",
)


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    files.forget()
    apart.look_again()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with third-party files, and settings that exclude some more."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "pyproject.toml").write_text(EXCLUDE)
    (tmp_path / ".gitignore").write_text("made/\n")
    for name in ("net.py", *SKIPPED):
        write(tmp_path / name)
    (tmp_path / "env" / "pyvenv.cfg").touch()
    return tmp_path


def write(path: Path, text: str = PROGRAM) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.slow
def test_nothing_is_reported_or_fixed_in_files_that_the_command_skips(project: Path) -> None:
    async def session() -> None:
        async with editing(project) as editor:
            for name in ("net.py", *SKIPPED):
                editor.open(project / name)
            assert await editor.codes(project / "net.py") == [f"FWD001 {LINE}:{CHARACTER}"]
            for name in SKIPPED:
                assert await editor.codes(project / name) == []
                assert await editor.actions(project / name, LINE, CHARACTER) == []
                assert await editor.actions(project / name, 0, 0, [FIX_ALL]) == []
                assert await editor.hover(project / name, LINE, CHARACTER) is None

    edit(session())


@pytest.mark.slow
def test_the_user_may_ask_for_what_is_skipped(project: Path) -> None:
    async def session() -> None:
        name = project / "vendored" / "net.py"
        can = capabilities(asked=True)
        async with editing(project, can=can, settings={"": {"checkExcluded": True}}) as editor:
            editor.open(name)
            assert await editor.codes(name) == [f"FWD001 {LINE}:{CHARACTER}"]
            editor.set({"": {"checkExcluded": True}, uri(project): {"checkExcluded": False}})
            assert await editor.codes(name) == []
        async with editing(project, options={"checkExcluded": True}) as editor:
            editor.open(name)
            assert len(await editor.actions(name, LINE, CHARACTER, ["quickfix"])) == 2

    edit(session())


@pytest.mark.slow
def test_options_of_the_server_say_what_is_skipped(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)  # Patterns are relative to the folder in which the server was started.

    async def session() -> None:
        options = ["--exclude", "/net.py", "--no-respect-gitignore"]
        async with editing(project, command=[*SERVER, *options]) as editor:
            for name in ("vendored/net.py", "made/net.py"):
                editor.open(project / name)
            assert len(await editor.codes(project / "vendored" / "net.py")) == 1  # This replaces the project's setting.
            assert len(await editor.codes(project / "made" / "net.py")) == 1
        async with editing(project, command=[*SERVER, "--exclude", "net.py"]) as editor:
            editor.open(project / "net.py")
            assert await editor.codes(project / "net.py") == []

    edit(session())


@pytest.mark.slow
def test_what_is_excluded_later_is_cleared(project: Path) -> None:
    async def session() -> None:
        async with editing(project) as editor:
            editor.open(project / "net.py")
            assert len(await editor.codes(project / "net.py")) == 1
            (project / "pyproject.toml").write_text('[tool.forward-call]\nexclude = ["net.py"]\n')
            editor.save(project / "net.py")
            assert await editor.codes(project / "net.py") == []
            assert await editor.actions(project / "net.py", 0, 0, [FIX_ALL]) == []

    edit(session())


@pytest.mark.slow
def test_document_of_another_scheme_is_no_file_of_the_project(project: Path) -> None:
    """For example, a file of an old commit that an editor shows."""

    async def session() -> None:
        async with editing(project) as editor:
            for scheme in ("git", "output", "jar", "http"):
                address = f"{scheme}:{(project / 'net.py').as_posix()}?ref=HEAD"
                item = types.TextDocumentItem(address, "python", 1, PROGRAM)
                editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
                await editor.until(lambda address=address: address in editor._latest)
                assert not editor._latest[address].diagnostics

    edit(session())


@pytest.mark.parametrize("name", ["net.py", *SKIPPED])
def test_the_server_skips_what_a_search_of_the_folder_skips(project: Path, name: str) -> None:
    assert is_skipped(str(project / name), [str(project)]) == (name not in searched(project)) == (name != "net.py")


def searched(top: Path) -> set[str]:
    """The files that the command checks for a folder."""
    return {Path(one).relative_to(top).as_posix() for one in find_files([str(top)], Unheard())}


FOLDERS = st.sampled_from(["a", "b", "made", ".venv", "env", "node_modules", "site-packages", ".git", "x.egg", "build"])
PATTERNS = st.sampled_from(
    ["a", "/a", "b/", "!b", "*.py", "!net.py", "a/b", "**/b", "a/*", "!a/b/", "made/**", "build"]
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.lists(FOLDERS, max_size=3), min_size=1, max_size=5), st.data())
def test_one_file_is_judged_as_a_search_judges_it(
    tmp_path_factory: pytest.TempPathFactory, ways: list[list[str]], data: st.DataObject
) -> None:
    """For any patterns and settings in the folders above it."""
    top = Path(os.path.realpath(tmp_path_factory.mktemp("tree")))
    for way in ways:
        folder = top.joinpath(*way)
        write(folder / "net.py", "")
        if data.draw(st.booleans()):
            write(folder / ".gitignore", "\n".join(data.draw(st.lists(PATTERNS, max_size=3))))
        keys = data.draw(st.sets(st.sampled_from(["exclude", "include"])))
        if keys:
            lines = [f"{key} = {data.draw(st.lists(PATTERNS, max_size=2))}" for key in sorted(keys)]
            write(folder / "pyproject.toml", "\n".join(["[tool.forward-call]", *lines]))
        if way and data.draw(st.integers(0, 5)) == 0:
            write(folder / "pyvenv.cfg", "")
    forget()
    found = searched(top)
    for way in ways:
        path = top.joinpath(*way, "net.py")
        assert is_skipped(str(path), [str(top)]) == (path.relative_to(top).as_posix() not in found)


@pytest.mark.parametrize("name", ["net.py", "scripts/run", "run", "train.ipynb"])
@pytest.mark.parametrize(
    ("include", "expected"),
    [
        ('["*.py", "scripts/*"]', {"net.py", "scripts/run"}),
        ('["*.ipynb"]', {"train.ipynb"}),
        ('["*.py", "*.ipynb"]', {"net.py", "scripts/run", "run", "train.ipynb"}),  # The default.
    ],
)
def test_only_what_the_settings_include_is_checked(project: Path, name: str, include: str, expected: set[str]) -> None:
    """By default every open file is checked, because the editor says that it is Python."""
    (project / "pyproject.toml").write_text(f"[tool.forward-call]\ninclude = {include}\n")
    write(project / name)
    forget()
    assert is_skipped(str(project / name), [str(project)]) == (name not in expected)
    assert searched(project) & {name} <= expected


@pytest.mark.slow
def test_file_that_the_settings_do_not_include_is_neither_reported_nor_fixed(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.forward-call]\ninclude = ["*.ipynb", "/scripts/"]\n')

    async def session() -> None:
        async with editing(project) as editor:
            editor.open(project / "net.py")
            assert await editor.codes(project / "net.py") == []
            assert await editor.actions(project / "net.py", LINE, CHARACTER) == []
            assert await editor.actions(project / "net.py", 0, 0, [FIX_ALL]) == []
            (project / "pyproject.toml").write_text('[tool.forward-call]\ninclude = ["net.py"]\n')
            editor.save(project / "net.py")
            assert await editor.codes(project / "net.py") == [f"FWD001 {LINE}:{CHARACTER}"]

    edit(session())


def test_program_that_an_editor_makes_of_a_notebook_is_judged_as_the_notebook(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.forward-call]\nexclude = ["*.ipynb"]\n')
    forget()
    assert is_skipped(str(project / "train.ipynb.py"), [str(project)])
    assert not is_skipped(str(project / "train.py"), [str(project)])


def test_the_innermost_folder_of_the_workspace_counts(project: Path) -> None:
    vendored, name = str(project / "vendored"), str(project / "vendored" / "net.py")
    assert is_skipped(name, [str(project)])
    assert not is_skipped(name, [str(project), vendored])
    assert not is_skipped(name, [vendored, str(project)])


def test_installed_packages_are_skipped_even_as_a_workspace(project: Path) -> None:
    """An editor without a project opens the file's folder as one when it goes to a definition."""
    for name in SKIPPED[:4]:
        if "-packages" in name:
            assert is_skipped(str(project / name), [str((project / name).parent)])


def test_file_outside_of_the_workspace_is_judged_by_its_own_project(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = [str(tmp_path_factory.mktemp("elsewhere"))]
    for folders in ([], elsewhere):
        assert not is_skipped(str(project / "net.py"), folders)
        for name in SKIPPED:
            assert is_skipped(str(project / name), folders)


def test_installed_package_that_has_settings_of_its_own_is_skipped(project: Path) -> None:
    for name in SKIPPED[:2]:
        folder = (project / name).parent
        (folder / "pyproject.toml").write_text("[tool.forward-call]\nexclude = []\n")
        assert is_skipped(str(folder / "net.py"), [])


def test_link_to_a_file_is_judged_where_the_link_is(project: Path) -> None:
    (project / "link.py").symlink_to(project / "vendored" / "net.py")
    (project / "vendored" / "link.py").symlink_to(project / "net.py")
    assert not is_skipped(str(project / "link.py"), [str(project)])
    assert is_skipped(str(project / "vendored" / "link.py"), [str(project)])


def test_file_that_does_not_exist_yet_is_judged_by_its_name(project: Path) -> None:
    assert not is_skipped(str(project / "new.py"), [str(project)])
    assert is_skipped(str(project / "old_new.py"), [str(project)])
