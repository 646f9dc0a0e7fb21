"""The messages of a client, even invalid ones: pygls' protocol and its reader, tolerant of clients' mistakes."""

from __future__ import annotations

import logging
import re
from typing import Any, BinaryIO

from lsprotocol import types
from pygls.protocol import LanguageServerProtocol

from flake8_forward_call.server.paths import is_path, path_of

log = logging.getLogger(__name__)

# https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#errorCodes
_INVALID_REQUEST = int(types.ErrorCodes.InvalidRequest)
_INVALID_PARAMS = int(types.ErrorCodes.InvalidParams)
_NOT_INITIALIZED = int(types.ErrorCodes.ServerNotInitialized)

# No document is this large. A greater length is a mistake, and waiting for it would take forever.
MAX_LENGTH = 1 << 28
_LENGTH = re.compile(rb"content-length:[ \t]*(\d{1,20})[ \t]*\r?\n\Z", re.IGNORECASE)
_CHUNK = 1 << 16

# The logged part of an error. A client that never reads standard error must not block the server.
_SHOWN = 300


class Incoming:
    """The bytes of a client, for pygls. After invalid bytes, it finds the next message."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readline(self) -> bytes:
        """The next line of a header; empty at the end of the stream."""
        line = b""
        while piece := self._stream.readline(_CHUNK):
            line += piece
            if line.endswith(b"\n"):
                break
            line = line[-len("content-length: ") - 24 :]  # The header is never longer.
        else:
            return b""
        # If the last length was wrong, the end of that body is on the same line.
        found = _LENGTH.search(line)
        if found is None:
            return b"\r\n" if not line.strip() else b"-\r\n"
        length = int(found[1])
        return b"Content-Length: %d\r\n" % length if 0 < length <= MAX_LENGTH else b"-\r\n"

    def read(self, length: int) -> bytes:
        """The body of a message; empty if the stream ends within it."""
        data = self._stream.read(length)
        return data if len(data) == length else b""


class Protocol(LanguageServerProtocol):
    """pygls' protocol. An invalid message gets an error response if the client expects a response."""

    @property
    def is_shut_down(self) -> bool:
        """Whether the client has requested the shutdown."""
        return bool(self._shutdown)

    def _send_data(self, data: Any) -> None:
        """Send a message. If the client is gone, only log it."""
        try:
            super()._send_data(data)
        except OSError as error:
            log.warning("the client does not listen any more: %s", in_short(error))

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Return each JSON object unchanged. Only the outermost is a message; `handle_message` gets it."""
        return data

    def handle_message(self, message: Any) -> None:
        """Handle a message, or respond with an error."""
        if not isinstance(message, dict):
            log.warning("a message is not an object")
            return
        number, method = message.get("id"), message.get("method")
        try:
            refusal = self._refusal(message.get("jsonrpc"), method)
            if refusal is None:
                if method is not None and self.get_message_type(method) is None:
                    message = {"params": None, **message}  # Report the method, not the missing field.
                if method == types.INITIALIZE:
                    message = {**message, "params": _with_valid_root(message["params"])}
                super().handle_message(super().structure_message(message))
                return
        except Exception as error:
            log.warning(
                "%s cannot be understood: %s", in_short(method or "a response"), in_short(error.__cause__ or error)
            )
            refusal = types.ResponseError(_INVALID_PARAMS, "the message cannot be understood")
        if not isinstance(number, (str, int)) or isinstance(number, bool):
            return  # No response is expected.
        if method is not None:
            self._send_response(number, error=refusal)
        elif number in self._request_futures:
            self._handle_response(number, None, refusal)  # The client's response is invalid.

    def _refusal(self, version: Any, method: Any) -> types.ResponseError | None:
        """Why a message is not allowed at this stage; None if it is. `exit` is always allowed."""
        if version != self.VERSION:
            return types.ResponseError(_INVALID_REQUEST, f"is no message of JSON-RPC {self.VERSION}")
        if method == types.EXIT:
            return None
        if self._shutdown:
            return types.ResponseError(_INVALID_REQUEST, "the server is shut down")
        if method is not None and (method == types.INITIALIZE) == (self._workspace is not None):
            if method == types.INITIALIZE:
                return types.ResponseError(_INVALID_REQUEST, "the server is initialized already")
            return types.ResponseError(_NOT_INITIALIZED, "the server is not initialized yet")
        return None


def _with_valid_root(params: Any) -> Any:
    """The parameters of ``initialize`` without a root where no folder can be, which pygls cannot handle."""
    if not isinstance(params, dict):
        return params
    uri, path = params.get("rootUri"), params.get("rootPath")
    odd: dict[str, None] = {}
    if isinstance(uri, str) and path_of(uri) is None:
        odd["rootUri"] = None
    if isinstance(path, str) and not is_path(path):
        odd["rootPath"] = None
    return {**params, **odd}


def in_short(text: object) -> str:
    """The start of a text, in one line."""
    line = " ".join(str(text).split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."
