"""The code of a document as one program, which has each row and column of code where the document has it.

So all locations and edits are the same in both, and nothing needs to be translated. Rows without code are empty.
Indented code, and code after a prompt, is the body of an ``if True:`` on a row above it that has no code. If there is
no such row, a simple statement is the second one of its own row.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain

from flake8_forward_call.findings.finding import Edit, Place
from flake8_forward_call.sources.documents.blocks import Block, Piece, Row, has_prompt, piece_of, sessions_in
from flake8_forward_call.sources.edits import edited
from flake8_forward_call.sources.notebook.magics import parses, python_of
from flake8_forward_call.sources.source import Source, SourceError

_HEADER = "if True:"
# What may be before a simple statement on its own row.
_BEFORE = "0;"

# Parsing Markdown takes up to four seconds for a million characters. Of the documents in the sdists of 97 releases, the
# longest has 0.17 million.
MAX_CHARACTERS = 3_000_000


@dataclass(frozen=True, slots=True)
class Program:
    """The text of a program, and by row the columns of its code: the first, and the one after the last."""

    text: str
    code: dict[int, tuple[int, int]]

    def has(self, place: Place) -> bool:
        """Whether a location is in the code or at its end, and not in the rest of its row."""
        first, last = self.code.get(place.row, (0, -1))
        return first <= place.column <= last


@dataclass(frozen=True, eq=False, kw_only=True)
class DocumentSource(Source):
    """The code of a document; ``document`` is its text, without a byte-order mark."""

    document: str = field(repr=False)

    def to_bytes(self) -> bytes:
        """The whole file."""
        return self.encode(self.document)

    @cached_property
    def file(self) -> Source:
        """The text of the document."""
        return Source(self.path, self.document, self.encoding)

    def rewritten(self, text: str, edits: Sequence[Edit]) -> Source:
        """The document after edits whose resulting program is ``text``. Raises SourceError if it is not."""
        changed = edited(self.file, in_document(self, edits))
        new = replace(self, text=program_of(self.path, changed).text, document=changed)
        if new.text != text:
            raise SourceError("the code of the rewritten document differs from the rewritten code")
        return new


def read(path: str, data: bytes) -> Source:
    """The program in a document's bytes. Raises SourceError if the document is too large.

    A document does not say what its encoding is. If it is not UTF-8, each byte counts as one character, which is right
    for everything that is code.
    """
    encoding = "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8"
    try:
        document = data.decode(encoding)
    except UnicodeDecodeError:
        encoding, document = "latin-1", data.decode("latin-1")
    if len(document) > MAX_CHARACTERS:
        raise SourceError(f"it is a document of more than {MAX_CHARACTERS // 1_000_000} million characters")
    try:
        text = program_of(path, document).text
    except Exception as error:  # A bug in this tool or in the parser of Markdown.
        raise SourceError(" ".join(f"internal error: {type(error).__name__}: {error}".split())) from None
    return DocumentSource(path, text, encoding, document=document)


def program_of(path: str, document: str) -> Program:
    """The program of a document; its name says how it is written."""
    lines = Source("", document).lines
    rows = [Row(number, 0, line.rstrip("\r\n")) for number, line in enumerate(lines, 1)]
    return assembled(lines, _blocks(path, rows))


def _blocks(path: str, rows: Sequence[Row]) -> Iterable[Block]:
    if path.lower().endswith((".md", ".markdown")):
        from flake8_forward_call.sources.documents import markdown

        return markdown.blocks(rows)
    from flake8_forward_call.sources.documents import restructured

    return restructured.blocks(rows)


def assembled(lines: Sequence[str], blocks: Iterable[Block]) -> Program:
    """The program of the blocks, which are in order, in a document with these lines."""
    texts, code = [""] * len(lines), dict[int, tuple[int, int]]()
    current = 0  # The column of the code above.
    for piece in (piece for block in blocks for piece in _pieces(block)):
        first, before, starts = piece.rows[0].number, "", frozenset[int]()
        if piece.column not in (0, current):
            if first > 1 and not texts[first - 2]:
                texts[first - 2] = _HEADER
            elif (starts := _starts_of_simple(piece)) and piece.column >= len(_BEFORE):
                before = _BEFORE.ljust(piece.column)
            else:
                continue  # There is no row for the header.
        current = 0 if starts else piece.column
        for index, (row, text) in enumerate(zip(piece.rows, piece.text.split("\n"), strict=True)):
            if text:
                texts[row.number - 1] = (before if index in starts else " " * piece.column) + text
                code[row.number] = (piece.column + 1, piece.column + len(text) + 1)
    ends = (line[len(line.rstrip("\r\n")) :] for line in lines)
    return Program("".join(text + end for text, end in zip(texts, ends, strict=True)), code)


def _starts_of_simple(piece: Piece) -> frozenset[int]:
    """The indexes of the rows on which statements start; none if one of them is compound."""
    body = Source("", piece.text).tree.body
    return frozenset() if any(hasattr(one, "body") for one in body) else frozenset(one.lineno - 1 for one in body)


def _pieces(block: Block) -> Iterator[Piece]:
    """Yield the code of a block that parses. A document is not a program, so what does not parse is no error."""
    whole = _parsing(piece_of(block.rows)) if block.is_python else None
    if whole is not None:
        yield whole
    elif any(map(has_prompt, block.rows)):
        for session in sessions_in(block.rows):
            # Many docstrings have a prompt on each row of a class. doctest does not accept that, but readers do.
            together = _parsing(piece_of(list(chain.from_iterable(session))))
            found = [together] if together is not None else map(_parsing, map(piece_of, session))
            yield from (one for one in found if one is not None)


def _parsing(piece: Piece | None) -> Piece | None:
    """The piece, if it contains a statement that Python accepts, at least without what is IPython's; else None."""
    if piece is None:
        return None
    text = piece.text
    if not parses(text):
        python = python_of(text)
        if python is None or not parses(python):
            return None
        texts = zip(piece.rows, python.split("\n"), strict=True)
        piece = Piece(tuple(Row(row.number, piece.column, text) for row, text in texts))
    return piece if Source("", piece.text).tree.body else None


def in_document(program: Source, edits: Iterable[Edit]) -> Iterator[Edit]:
    """Yield edits that do the same to the document as the given ones to its program.

    They are the same edits. But the rows of an edit may begin with prompts, so text that is kept is not touched.
    """
    for edit in edits:
        start, end = program.offset(edit.start), program.offset(edit.end)
        kept = program.text[start:end].find(edit.content)
        if not edit.content or kept < 0:
            yield edit
            continue
        middle = start + kept
        pieces = ((start, middle), (middle + len(edit.content), end))
        yield from (Edit(program.place(first), program.place(last), "") for first, last in pieces if first < last)
