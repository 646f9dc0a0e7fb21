"""What is searched for in the text of a file: whole words, and code that does something with a name.

What is searched for is written as a key: a word, with a sign before it unless the word itself is searched for, and
after ``BESIDE`` another text that the file must contain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, partial

# Separates a word and the other text that a file must contain, in the key of a result.
BESIDE = "\0"

# Before a word: search for code that may store something under that name in an object other than ``self``.
_STORED = "="

# Before words: search for a method that may take all of them as keywords. Its own name is the first word.
_TAKEN = "("

# The word to search for calls that create a class: ``type(name, bases, body)``, which are rare beside ``type(x)``.
CREATING = "type("
_CREATES = re.compile(rb"type\((?<![\w.]type\()[^,()]*(?:\([^()]*\)[^,()]*)*,\s*[^\s)]")

# Before a word: search for code in which a class may get that name as its base.
_DERIVING = "<"

# What is between `import` and a name that it binds.
_NAMES_BEFORE = re.compile(rb"[ \t]*(?:\([\w\s,]*|[\w \t,]*)")
_RENAMED = re.compile(rb"\s+as\b")

# How long the header of a method may be.
MAX_SIGNATURE = 3_000

# What such code contains if it gives the name as a string.
_BY_TEXT = re.compile(rb"setattr|patch|__dict__|globals\(|vars\(|add_module|register_module")


def storing(name: str) -> str:
    """The word to search for code that may store a name in an object: ``x.name = ...``, ``setattr(x, "name", ...)``.

    ``self.name = ...`` is not included, because inference knows it from the class.
    """
    return f"{_STORED}{name}"


def taking(method: str, keywords: Iterable[str]) -> str:
    """The word to search for files with a method that may take all the keywords, according to its header."""
    return _TAKEN + ",".join([method, *keywords])


def deriving(name: str) -> str:
    """The word to search for files in which a class may have the name among its bases, directly or by another name.

    A file that only imports the name, calls it or has it as a text, as in ``__all__``, is not among them.
    """
    return f"{_DERIVING}{name}"


def name_of(key: str) -> str:
    """The name whose uses are searched for, or that becomes a base; empty if a key is about something else."""
    name = key.removeprefix(_DERIVING)
    return name if name.isidentifier() else ""


def word_of(key: str) -> str:
    """The word that every file with what the key says contains as a whole."""
    return key.partition(BESIDE)[0].lstrip(_STORED + _TAKEN + _DERIVING).partition(",")[0]


def search(key: str) -> Callable[[bytes], bool]:
    """A function that tests whether a text contains the whole word, and the other text of the key."""
    plain, _, beside = (part.encode(errors="replace") for part in key.partition(BESIDE))
    if key == CREATING:
        return lambda data: b"new_class(" in data or _CREATES.search(data) is not None
    if key.startswith(_STORED):
        return _search_for_stores(plain.removeprefix(_STORED.encode()), beside)
    if key.startswith(_TAKEN):
        return _search_for_takers(*plain.removeprefix(_TAKEN.encode()).split(b","))
    if key.startswith(_DERIVING):
        return _search_for_bases(plain.removeprefix(_DERIVING.encode()), beside)
    # The character before is checked last, so that the pattern starts with plain letters.
    pattern = rb"%b(?!\w)(?<!\w%b)" % (re.escape(plain), re.escape(plain))
    # Late, because few files are searched if few have changed, and most do not have the word.
    whole = cache(partial(re.compile, pattern))

    def has(data: bytes) -> bool:
        if plain not in data or beside not in data:
            return False
        return whole().search(data) is not None

    return has


def _search_for_bases(name: bytes, beside: bytes) -> Callable[[bytes], bool]:
    word = re.escape(name)
    # Neither called nor quoted. Compiled late, as above.
    used = cache(partial(re.compile, rb"""%b(?!\w|[ \t]*\()(?<!\w%b)(?!(?<=["']%b)["'])""" % (word, word, word)))

    def has(data: bytes) -> bool:
        if name not in data or beside not in data:
            return False
        return any(not _is_imported(data, match) for match in used().finditer(data))

    return has


def _is_imported(data: bytes, match: re.Match[bytes]) -> bool:
    """Whether the name at a location is imported and not renamed."""
    start = data.rfind(b"import", 0, match.start())
    if start < 0 or _RENAMED.match(data, match.end()):
        return False
    return _NAMES_BEFORE.fullmatch(data, start + len(b"import"), match.start()) is not None


def _search_for_stores(name: bytes, beside: bytes) -> Callable[[bytes], bool]:
    attribute = b"." + name
    patterns: list[tuple[re.Pattern[bytes], ...]] = []

    def stores(data: bytes) -> bool:
        if name not in data or beside not in data:
            return False
        if not patterns:
            patterns.append(_patterns_of_stores(re.escape(name)))
        plainly, by_text, by_keyword = patterns[0]
        if attribute in data and plainly.search(data):
            return True
        if by_text.search(data) and _BY_TEXT.search(data):
            return True
        return (b"multiple(" in data or b"__dict__.update(" in data) and by_keyword.search(data) is not None

    return stores


def _search_for_takers(method: bytes, *keywords: bytes) -> Callable[[bytes], bool]:
    start = re.compile(rb"def[ \t]+%b[ \t]*\(" % re.escape(method))
    named = [re.compile(rb"%b(?!\w)(?<!\w%b)" % (re.escape(word), re.escape(word))) for word in keywords]

    def takes(data: bytes) -> bool:
        for match in start.finditer(data):
            # The header ends with the line that ends with a colon, at the latest before the next method.
            header = data[match.end() : match.end() + MAX_SIGNATURE].partition(b"def ")[0]
            end = _HEADER_END.search(header)
            header = header if end is None else header[: end.end()]
            if b"**" in header or all(one.search(header) for one in named):
                return True
        return False

    return takes


_HEADER_END = re.compile(rb":[ \t]*(?:#[^\r\n]*)?[\r\n]|:[ \t]*\.\.\.")


def _patterns_of_stores(word: bytes) -> tuple[re.Pattern[bytes], ...]:
    """Code that stores a name: as an attribute, by a string, by a keyword argument."""
    after = rb"\s*(?:=(?!=)|,[^=\n(]*=(?!=)|:[^=\n]*=(?!=))"
    return (
        re.compile(rb"%b(?!\w)(?<=\.%b)(?<!\bself\.%b)%b" % (word, word, word, after)),
        re.compile(rb"""%b(?=["'])(?<=["'.]%b)""" % (word, word)),
        re.compile(rb"(?:multiple|update)\([^)]*\b%b\s*=(?!=)" % word),
    )
