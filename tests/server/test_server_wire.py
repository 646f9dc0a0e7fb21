"""Odd messages of a client: each is answered or ignored, and the next one is handled normally."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import PROGRAM
from editor import uri
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wire import Wire, framed, message

pytestmark = pytest.mark.slow

LINE, CHARACTER = 10, 25  # Of `forward` in the program.
INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, NOT_INITIALIZED = -32600, -32601, -32602, -32002


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "setup.py").touch()
    (folder / "net.py").write_text(PROGRAM)
    return folder / "net.py"


@pytest.fixture(scope="module")
def wire(net: Path) -> Iterator[Wire]:
    """One server for all the odd messages."""
    with Wire() as one:
        one.initialize(net.parent)
        yield one
        _, errors = one.end()
    assert "Traceback" not in errors


def works(wire: Wire, net: Path) -> bool:
    """Whether the server handles a document that is opened now."""
    wire.tell("textDocument/didOpen", {"textDocument": item(uri(net))})
    answer = wire.ask("textDocument/codeAction", action_at(uri(net), LINE, CHARACTER))
    wire.tell("textDocument/didClose", {"textDocument": {"uri": uri(net)}})
    return [one["kind"] for one in answer["result"]] == ["quickfix", "quickfix", "source.fixAll.forward-call"]


def item(address: str, text: str = PROGRAM, version: int = 1) -> dict[str, Any]:
    return {"uri": address, "languageId": "python", "version": version, "text": text}


def action_at(address: str, line: int, character: int) -> dict[str, Any]:
    place = {"line": line, "character": character}
    return {"textDocument": {"uri": address}, "range": {"start": place, "end": place}, "context": {"diagnostics": []}}


# The next message, which is lost if one is shorter than its header says.
LOST = b"\r\n\r\n" + message(method="textDocument/lost", params={})

NO_MESSAGES = [
    b"{}",
    b"Content-Length: 2\r\n\r\n",  # The length of the following text.
    b"\r\n\r\n\r\n",
    b"Content-Length: -3\r\n\r\n{}",
    b"Content-Length: 0\r\n\r\n",
    b"Content-Length: " + b"9" * 30 + b"\r\n\r\n",
    b"Content-Length: 99999999999\r\n\r\n{}",
    b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    b"Content-Length: 3\r\n\r\n{}{}{}",  # It is shorter than the text.
    b"Content-Type: nothing\r\n\r\n",
    b"\0" * 100_000,
    b'{"jsonrpc": "2.0", "method": "exit"}',  # Without a header it is not a message.
    framed(b""),
    framed(b"{"),
    framed(b"\xff\xfe\xff"),
    framed(b"[" * 100_000),
    framed(b'{"a":' * 100_000),
    framed(b"9" * 10_000),
    framed(b"[]"),
    framed(b"null"),
    framed(b"3"),
    framed(b'"exit"'),
    framed(b'[{"jsonrpc": "2.0", "method": "exit"}]'),
    framed(b'{"jsonrpc": "2.0"}'),
    framed(b'{"jsonrpc": 2, "id": 1, "method": "shutdown"}'),
    framed(b'{"id": 1, "method": "shutdown"}'),
]


@pytest.mark.parametrize("data", NO_MESSAGES, ids=lambda data: repr(data[:40]))
def test_what_is_no_message_is_ignored(wire: Wire, net: Path, data: bytes) -> None:
    wire.send(data + LOST)
    assert works(wire, net)


def test_header_is_understood_however_it_is_written(wire: Wire, net: Path) -> None:
    body = b'{"jsonrpc": "2.0", "id": "odd", "method": "textDocument/nothing"}'
    for header in (
        b"content-length:%d\r\n\r\n",
        b"X: 1\r\nCONTENT-LENGTH:  %d\r\nY: 2\r\n\r\n",
        b"Content-Length: %d\n\n",
    ):
        wire.send(header % len(body) + body)
        assert wire.answer("odd")["error"]["code"] == METHOD_NOT_FOUND
    assert works(wire, net)


WRONG = [
    {"textDocument": None},
    {"textDocument": {}},
    {"textDocument": {"uri": None}},
    {"textDocument": {"uri": "file:///a.py"}, "position": None},
    {"textDocument": {"uri": "file:///a.py"}, "position": {"line": -1, "character": 0}},
    {"textDocument": {"uri": "file:///a.py"}, "position": {"line": "one", "character": 0}},
    {"textDocument": {"uri": "file:///a.py"}, "position": {"line": 10**400, "character": 0}},
    {"textDocument": {"uri": "file:///a.py"}, "position": {"line": float("inf"), "character": float("nan")}},
    None,
    [],
    3,
    "text",
]


@pytest.mark.parametrize("params", WRONG, ids=repr)
@pytest.mark.parametrize("method", ["textDocument/hover", "textDocument/codeAction"])
def test_request_that_cannot_be_understood_is_answered_with_an_error(
    wire: Wire, net: Path, method: str, params: object
) -> None:
    assert wire.ask(method, params)["error"]["code"] == INVALID_PARAMS
    assert works(wire, net)


def test_unknown_request_is_answered_and_an_unknown_notification_is_not(wire: Wire, net: Path) -> None:
    for method in ("nothing", "$/nothing", "workspace/nothing", ""):
        wire.tell(method, {})
        assert wire.ask(method)["error"]["code"] == METHOD_NOT_FOUND
    assert works(wire, net)


@pytest.mark.parametrize("number", ["none", 0, -1, None, [], {}, 10**30, True, 1.5])
def test_request_with_an_odd_number(wire: Wire, net: Path, number: object) -> None:
    for fields in (
        {"method": "shutdown"},
        {"method": "nothing"},
        {"result": None},
        {"error": 3},
        {"error": {"code": 1}},
        {},
    ):
        if fields != {"method": "shutdown"} or isinstance(number, (list, dict)):
            wire.send(message(id=number, **fields))
    for params in ({"id": number}, {}, None, [number]):
        wire.tell("$/cancelRequest", params)
    assert works(wire, net)


def test_changes_out_of_order(wire: Wire, net: Path) -> None:
    """A change before the document is open, a second opening, a decreasing version, a second closing."""
    address = uri(net.with_name("other.py"))

    def change(version: object, *texts: object) -> None:
        changes = [{"text": text} for text in texts]
        wire.tell(
            "textDocument/didChange", {"textDocument": {"uri": address, "version": version}, "contentChanges": changes}
        )

    def offered() -> int:
        return len(wire.ask("textDocument/codeAction", action_at(address, LINE, CHARACTER))["result"] or ())

    change(1, "")
    assert offered() == 0
    wire.tell("textDocument/didSave", {"textDocument": {"uri": address}})
    wire.tell("textDocument/didClose", {"textDocument": {"uri": address}})
    wire.tell("textDocument/didOpen", {"textDocument": item(address, "", 7)})
    wire.tell("textDocument/didOpen", {"textDocument": item(address, PROGRAM, 7)})
    assert offered() == 3
    change(3, "")
    assert offered() == 0
    change(3, "", PROGRAM)
    assert offered() == 3
    change(None, "")
    change(-(10**30), None)
    wire.tell("textDocument/didClose", {"textDocument": {"uri": address}})
    wire.tell("textDocument/didClose", {"textDocument": {"uri": address}})
    assert offered() == 0
    assert works(wire, net)


@pytest.mark.parametrize("name", ["a/" * 3000 + "net.py", "a" * 5000 + ".py", "%00/net.py", "%ff/net.py", ""])
def test_address_where_no_file_can_be(wire: Wire, net: Path, name: str) -> None:
    address = f"{uri(net.parent)}/{name}"
    wire.tell("textDocument/didOpen", {"textDocument": item(address)})
    assert "error" not in wire.ask("textDocument/codeAction", action_at(address, LINE, CHARACTER))
    assert works(wire, net)
    wire.tell("textDocument/didClose", {"textDocument": {"uri": address}})


# URIs that contain no path that the system can have. A lone surrogate arrives by JSON's escape for it.
PATHLESS = ["file:///tmp/%00", "file:///tmp/\ud800.py", "file:///tmp/%00/\udfff", "http://[::", "untitled:\ud800", ""]


@pytest.mark.parametrize("address", PATHLESS, ids=ascii)
def test_document_without_a_path_does_not_keep_others_from_being_checked(wire: Wire, net: Path, address: str) -> None:
    wire.tell("textDocument/didOpen", {"textDocument": item(address)})
    assert "error" not in wire.ask("textDocument/codeAction", action_at(address, LINE, CHARACTER))
    assert works(wire, net)
    wire.tell("textDocument/didClose", {"textDocument": {"uri": address}})


@pytest.mark.parametrize("address", PATHLESS, ids=ascii)
def test_folder_without_a_path_is_ignored(wire: Wire, net: Path, address: str) -> None:
    folder = {"uri": address, "name": "odd"}
    wire.tell("workspace/didChangeWorkspaceFolders", {"event": {"added": [folder], "removed": []}})
    assert works(wire, net)
    new = "untitled:Untitled-1"  # It belongs to the first folder.
    wire.tell("textDocument/didOpen", {"textDocument": item(new)})
    assert len(wire.ask("textDocument/codeAction", action_at(new, LINE, CHARACTER))["result"]) == 3
    wire.tell("textDocument/didClose", {"textDocument": {"uri": new}})
    wire.tell("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [folder]}})
    assert works(wire, net)


@pytest.mark.parametrize("address", PATHLESS, ids=ascii)
def test_changed_files_without_a_path_are_ignored(wire: Wire, net: Path, address: str) -> None:
    wire.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": address, "type": 1}]})
    wire.tell("workspace/didRenameFiles", {"files": [{"oldUri": address, "newUri": address}]})
    assert works(wire, net)


@pytest.mark.parametrize("address", PATHLESS, ids=ascii)
def test_root_without_a_path_is_none(net: Path, address: str) -> None:
    folder = {"uri": address, "name": "odd"}
    roots: tuple[dict[str, Any], ...] = (
        {"rootUri": address},
        {"rootUri": None, "rootPath": "/tmp/\ud800"},
        {"rootUri": None, "rootPath": "\0"},
    )
    for root in roots:
        with Wire() as wire:
            params: dict[str, Any] = {"processId": None, "capabilities": {}, "workspaceFolders": [folder], **root}
            assert "result" in wire.ask("initialize", params)
            wire.tell("initialized", {})
            assert works(wire, net)
            assert "Traceback" not in wire.end()[1]


def test_second_initialization_is_refused_and_changes_nothing(wire: Wire, net: Path) -> None:
    assert (
        wire.ask("initialize", {"processId": None, "capabilities": {}, "rootUri": None})["error"]["code"]
        == INVALID_REQUEST
    )
    assert works(wire, net)


METHODS = st.sampled_from(
    [
        "initialize",
        "initialized",
        "textDocument/didOpen",
        "textDocument/didChange",
        "textDocument/didSave",
        "textDocument/didClose",
        "textDocument/hover",
        "textDocument/codeAction",
        "workspace/didChangeConfiguration",
        "workspace/didChangeWatchedFiles",
        "workspace/didChangeWorkspaceFolders",
        "workspace/executeCommand",
        "notebookDocument/didOpen",
        "notebookDocument/didChange",
        "window/workDoneProgress/cancel",
        "$/setTrace",
        "$/cancelRequest",
        "nothing",
    ]
)
ADDRESSES = st.sampled_from(
    [
        "",
        "%",
        "file://",
        "file:///nul%00.py",
        "file:///a%ff.py",
        "untitled:Untitled-1",
        "vscode-notebook-cell:/a/b.ipynb#W0sZmlsZQ%3D%3D",
        "git:/a/b.py?%7B%22ref%22%3A%22HEAD%22%7D",
        "http://[",
        "file:///\ud800.py",
        "untitled:\ud800",
        "file:///" + "a/" * 3000,
    ]
)
TEXTS = st.one_of(
    st.text(), st.sampled_from([PROGRAM, PROGRAM.replace("\n", "\r"), "x.forward(", "\ud800.forward()", "\0"])
)
NUMBERS = st.one_of(st.integers(), st.floats(), st.just(2**31), st.just(-(10**40)))
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS, ADDRESSES)
NAMES = st.sampled_from(
    re.findall(
        r"\S+",
        "uri textDocument position range start end line character version text languageId contentChanges "
        "settings changes event added removed context diagnostics only id token jsonrpc method forward-call "
        "select checkExcluded",
    )
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4))


def either(wanted: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value that mostly has the expected type."""
    return st.one_of(wanted, wanted, wanted, VALUES)


PLACES = st.fixed_dictionaries({"line": either(NUMBERS), "character": either(NUMBERS)})
PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "textDocument": either(
            st.fixed_dictionaries(
                {"uri": either(ADDRESSES)},
                optional={"version": either(NUMBERS), "text": either(TEXTS), "languageId": SCALARS},
            )
        ),
        "position": either(PLACES),
        "range": either(st.fixed_dictionaries({"start": either(PLACES), "end": either(PLACES)})),
        "context": either(st.fixed_dictionaries({"diagnostics": st.just([])}, optional={"only": VALUES})),
        "contentChanges": either(st.lists(st.fixed_dictionaries({"text": either(TEXTS)}), max_size=2)),
        "settings": VALUES,
        "changes": VALUES,
        "event": VALUES,
    },
)
MESSAGES = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0"), "method": either(METHODS)}, optional={"id": SCALARS, "params": either(PARAMS)}
)
ODD = st.one_of(
    MESSAGES.map(lambda fields: framed(json.dumps(fields).encode())),
    MESSAGES.map(lambda fields: framed(json.dumps(fields).encode())[:-1]),
    st.binary(max_size=200).map(framed),
    st.binary(max_size=200).filter(lambda data: b"ength" not in data),
)


@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ODD, min_size=1, max_size=5))
def test_whatever_a_client_sends_the_next_document_is_served(wire: Wire, net: Path, odd: list[bytes]) -> None:
    for data in odd:
        wire.send(data)
    wire.send(LOST)
    assert works(wire, net)


def test_nothing_of_all_that_is_a_traceback(net: Path) -> None:
    with Wire() as wire:
        wire.initialize(net.parent)
        for data in NO_MESSAGES:
            wire.send(data + LOST)
        for params in WRONG:
            wire.ask("textDocument/hover", params)
        assert works(wire, net)
        assert wire.ask("shutdown")["result"] is None
        wire.tell("exit")
        status, errors = wire.end()
    assert status == 0
    assert "Traceback" not in errors
    assert max(map(len, errors.splitlines())) < 1000  # The client's texts are not logged in full.


def test_server_that_is_not_initialized_or_is_shut_down_says_so(net: Path) -> None:
    with Wire() as wire:
        wire.tell("textDocument/didOpen", {"textDocument": item(uri(net))})
        assert wire.ask("textDocument/hover", WRONG[0])["error"]["code"] == NOT_INITIALIZED
        assert wire.ask("initialize", None)["error"]["code"] == INVALID_PARAMS
        assert "result" in wire.initialize(net.parent)
        assert works(wire, net)
        assert wire.ask("shutdown")["result"] is None
        assert wire.ask("textDocument/hover", {})["error"]["code"] == INVALID_REQUEST
        assert wire.ask("shutdown")["error"]["code"] == INVALID_REQUEST
        wire.tell("exit")
        assert wire.end()[0] == 0


@pytest.mark.parametrize(
    "data",
    [b"", b"Content-Length: 1", b"Content-Length: 10\r\n", b"Content-Length: 10\r\n\r\n", framed(b"{}" * 9)[:-3]],
)
def test_client_that_vanishes_ends_the_server_quietly(net: Path, data: bytes) -> None:
    with Wire() as wire:
        wire.initialize(net.parent)
        wire.tell("textDocument/didOpen", {"textDocument": item(uri(net))})
        wire.send(data)
        assert wire.end() == (1, "")


def test_exit_without_a_goodbye_is_status_1(net: Path) -> None:
    with Wire() as wire:
        wire.initialize(net.parent)
        wire.tell("exit")
        assert wire.end() == (1, "")
