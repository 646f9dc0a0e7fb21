"""The progress of long work, as the client shows it: for a request that wants it, or of the server's own accord."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.progress import Progress as Tokens

from flake8_forward_call.server.wire import in_short

# The server's own work is only shown if it takes longer than this many seconds, and then at most this often.
PATIENCE = 1.0


@dataclass
class Progress:
    """The progress of one piece of work; ``token`` is None if nobody wants to see it."""

    tokens: Tokens
    token: types.ProgressToken | None
    title: str

    def begin(self) -> None:
        """Show that the work has begun."""
        if self.token is not None:
            self.tokens.begin(self.token, types.WorkDoneProgressBegin(self.title, percentage=0, cancellable=False))

    def report(self, done: int, of: int) -> None:
        """Show how much is done."""
        if self.token is not None:
            value = types.WorkDoneProgressReport(message=f"{done}/{of} files", percentage=100 * done // max(of, 1))
            self.tokens.report(self.token, value)

    def end(self) -> None:
        """Show that the work is done."""
        if self.token is not None:
            self.tokens.end(self.token, types.WorkDoneProgressEnd())


@contextlib.asynccontextmanager
async def shown_if_long(server: Any, title: str) -> AsyncIterator[None]:
    """Show work as progress, if the client can show it and it takes long. There is no way to know how much is left."""
    window = server.client_capabilities.window
    if not (window and window.work_done_progress):
        yield
        return
    progress = Progress(server.work_done_progress, None, title)
    timer = asyncio.get_running_loop().create_task(_begin_later(server, progress))
    try:
        yield
    finally:
        timer.cancel()
        if progress.token is not None:
            progress.end()


async def _begin_later(server: Any, progress: Progress) -> None:
    await asyncio.sleep(PATIENCE)
    token = str(uuid.uuid4())
    try:
        await server.work_done_progress.create_async(token)
    except JsonRpcException as error:
        server.note(f"the client shows no progress: {in_short(error)}")
        return
    progress.token = token
    value = types.WorkDoneProgressBegin(progress.title, cancellable=False)
    progress.tokens.begin(token, value)
