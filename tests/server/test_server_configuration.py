"""Invalid settings of a project: there is one warning, and the valid settings apply."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from command_line import PROGRAM
from editor import capabilities, edit, editing, uri

pytestmark = pytest.mark.slow

LINE, CHARACTER = 10, 25  # Of `forward` in the program.
FOUND = [f"FWD001 {LINE}:{CHARACTER}"]
WRONG = '[tool.forward-call]\nignore = ["FWD001"]\nselct = ["FWD001"]\n'
TOLD = "{0}:3: unknown key 'selct' in [tool.forward-call]; did you mean 'select'?"


@pytest.fixture
def net(tmp_path: Path) -> Path:
    (tmp_path / "net.py").write_text(PROGRAM)
    return tmp_path / "net.py"


def configure(net: Path, text: str) -> Path:
    path = net.with_name("pyproject.toml")
    path.write_text(text)
    return path


def test_valid_settings_apply_beside_a_wrong_key(net: Path) -> None:
    path = configure(net, WRONG)

    async def session() -> None:
        async with editing(net.parent) as editor:
            editor.open(net)
            assert await editor.codes(net) == []  # Neither FWD900 nor the ignored rules.
            assert editor.messages == [f"forward-call: {TOLD.format(path)}"]

    edit(session())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[tool.forward-call]\nignore = "FWD999"\n', "{0}:2: ignore has an unknown rule code 'FWD999'"),
        ("[tool.forward-call]\nroots = 3\n", "{0}:2: roots must be a list of strings, not 3"),
        ("[tool.forward-call\n", "{0}:1:19: invalid TOML"),
        (f"[tool.forward-call]\nselect = {'[' * 5000}\n", "{0}:"),
        ("[tool.forward_call]\n", "{0}:1: [tool.forward_call] is not read"),
        ("tool.forward-call = 3\n", "{0}: tool.forward-call is not a table"),
    ],
)
def test_defaults_apply_in_place_of_what_cannot_be_used(net: Path, text: str, told: str) -> None:
    path = configure(net, text)

    async def session() -> None:
        async with editing(net.parent) as editor:
            editor.open(net)
            assert await editor.codes(net) == FOUND
            assert len(await editor.actions(net, LINE, CHARACTER)) == 3
            (message,) = editor.messages
            assert message.startswith(f"forward-call: {told.format(path)}")

    edit(session())


@pytest.mark.parametrize("name", ["pyproject.toml", "forward-call.toml"])
def test_rule_that_must_not_be_fixed_is_not_fixed_in_an_editor_either(net: Path, name: str) -> None:
    table = "[tool.forward-call]\n" if name == "pyproject.toml" else ""
    net.with_name(name).write_text(f'{table}unfixable = ["FWD001"]\n')

    async def session() -> None:
        async with editing(net.parent) as editor:
            editor.open(net)
            assert await editor.codes(net) == FOUND
            titles = [one.title for one in await editor.actions(net, LINE, CHARACTER)]
            assert titles == ["Ignore with # noqa: FWD001"]

    edit(session())


@pytest.mark.parametrize("kind", ["text that is not UTF-8", "pipe"])
def test_defaults_apply_in_place_of_a_file_that_cannot_be_read(net: Path, kind: str) -> None:
    path = net.with_name("pyproject.toml")
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.write_bytes(b"[tool.forward-call]\n# \xff\n")

    async def session() -> None:
        async with editing(net.parent) as editor:
            editor.open(net)
            assert await editor.codes(net) == FOUND
            assert [str(path) in one for one in editor.messages] == [True]

    edit(session())


@pytest.mark.parametrize("name", ["pyproject.toml", "forward-call.toml"])
def test_a_fault_is_told_once_and_again_after_a_change_of_the_file(net: Path, name: str) -> None:
    path = configure(net, WRONG)
    told = f"forward-call: {TOLD.format(path)}"
    if name != path.name:
        path.unlink()
        path = net.with_name(name)
        path.write_text(WRONG.partition("\n")[2])
        told = f"forward-call: {path}:2: unknown key 'selct' in the file; did you mean 'select'?"

    async def session() -> None:
        async with editing(net.parent, can=capabilities(watching=True)) as editor:
            for document in ("net.py", "other.py"):  # Two documents, one settings file.
                editor.open(net.with_name(document), PROGRAM)
            for number in range(3):
                editor.change(net, "\n" * number + PROGRAM)
                assert await editor.codes(net) == []
            assert editor.messages == [told]
            editor.tell_of(path)
            assert await editor.codes(net) == []
            assert editor.messages == [told, told]

    edit(session())


def test_a_fault_that_is_mended_is_gone_and_may_come_back(net: Path) -> None:
    path = configure(net, WRONG)
    told = f"forward-call: {TOLD.format(path)}"

    async def session() -> None:
        async with editing(net.parent) as editor:
            editor.open(net)
            assert await editor.codes(net) == []
            configure(net, "[tool.forward-call]\n")
            editor.save(net)
            assert await editor.codes(net) == FOUND
            assert editor.messages == [told]
            configure(net, WRONG)
            editor.save(net)
            assert await editor.codes(net) == []
            assert editor.messages == [told, told]

    edit(session())


def test_of_many_faults_a_few_are_told(net: Path) -> None:
    path = configure(net, "[tool.forward-call]\n" + "".join(f"key{number} = 1\n" for number in range(1000)))

    async def session() -> None:
        async with editing(net.parent) as editor:
            editor.open(net)
            assert await editor.codes(net) == FOUND
            assert [one.partition("; ")[0] for one in editor.messages] == [
                *(
                    f"forward-call: {path}:{row}: unknown key 'key{row - 2}' in [tool.forward-call]"
                    for row in range(2, 7)
                ),
                f"forward-call: {path}: 995 more unknown keys in [tool.forward-call]",
            ]

    edit(session())


def test_a_key_cannot_speak_for_the_server(net: Path) -> None:
    configure(net, '[tool.forward-call]\n"a\\u001b[2J\\n" = 1\n')

    async def session() -> None:
        async with editing(net.parent) as editor:
            editor.open(net)
            assert await editor.codes(net) == FOUND
            assert "\x1b" not in editor.messages[0]
            assert "\n" not in editor.messages[0]

    edit(session())


def test_a_bad_setting_of_the_client_leaves_its_others(net: Path) -> None:
    async def session() -> None:
        settings = {uri(net.parent): {"select": "FWD777", "ignore": "FWD001"}}
        async with editing(net.parent, can=capabilities(asked=True), settings=settings) as editor:
            await editor.until(lambda: editor.messages)
            editor.open(net)
            assert await editor.codes(net) == []

    edit(session())
