"""The server's reports on open documents, while they change and are closed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from flake8_forward_call.findings.selection import Selection
from flake8_forward_call.server.checks import Checks
from flake8_forward_call.server.settings import Terms

ADDRESS = "file:///project/net.py"


@dataclass
class Document:
    """An open document."""

    uri: str = ADDRESS
    version: int | None = 1
    source: str = "x = 1\n"


def checks(documents: dict[str, Document]) -> Checks:
    return Checks(
        lambda: documents,
        lambda _: "/project/net.py",
        lambda _: Terms(is_skipped=False, selection=Selection()),
        lambda _document, _report: None,
        lambda _: None,
    )


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
