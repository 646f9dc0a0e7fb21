"""The server's reports on open documents, while they change and are closed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field

from flake8_forward_call.server.checks import Checks
from flake8_forward_call.server.reports import Report
from flake8_forward_call.server.settings import Preferences

ADDRESS = "file:///project/net.py"


@dataclass
class Document:
    """An open document."""

    uri: str = ADDRESS
    version: int | None = 1
    source: str = "x = 1\n"


@dataclass
class Client:
    """A client with these documents, in which nothing is shown."""

    open: dict[str, Document]
    shown: list[Report] = field(default_factory=list)

    def documents(self) -> Mapping[str, Document]:
        return self.open

    def path_of(self, _uri: str) -> str:
        return "/project/net.py"

    def preferences(self, _path: str) -> Preferences:
        return Preferences()

    def folders(self) -> list[str]:
        return []

    def show(self, _document: object, report: Report) -> None:
        self.shown.append(report)

    def all_shown(self) -> None:
        pass

    def changed_on_disk(self) -> None:
        pass

    def warn(self, _text: str) -> None:
        pass

    def first_look(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()


def checks(documents: dict[str, Document]) -> Checks:
    return Checks(Client(documents))


def test_report_is_current_until_the_text_or_its_version_changes() -> None:
    async def session() -> None:
        document = Document()
        one = checks({ADDRESS: document})
        report = await one.current(ADDRESS)
        assert report is not None
        assert one.is_current(ADDRESS, report)
        document.version = 2
        assert not one.is_current(ADDRESS, report)
        document.version, document.source = 1, "x = 2\n"  # A client that does not count versions.
        assert not one.is_current(ADDRESS, report)
        again = await one.current(ADDRESS)
        assert again is not None
        assert again.text == "x = 2\n"
        one.end()

    asyncio.run(session())


def test_nothing_is_kept_of_a_document_that_is_closed_while_it_is_looked_at() -> None:
    async def session() -> None:
        documents = {ADDRESS: Document()}
        one = checks(documents)
        looking = asyncio.create_task(one.current(ADDRESS))
        await asyncio.sleep(0)
        del documents[ADDRESS]
        await looking
        assert await one.current(ADDRESS) is None
        assert not one._reports
        one.end()

    asyncio.run(session())


def test_many_requests_at_the_same_time_are_answered_by_one_check() -> None:
    async def session() -> None:
        one = checks({ADDRESS: Document()})
        reports = await asyncio.gather(*(one.current(ADDRESS) for _ in range(1000)))
        assert len({id(report) for report in reports}) == 1
        one.end()

    asyncio.run(session())
