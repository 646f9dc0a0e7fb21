"""The types in docstrings, in the styles of Google, NumPy and Sphinx, as texts. Anything else in them says nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

# No docstring that a person has written is longer.
_MAX_CHARACTERS, _MAX_LINES = 30_000, 1_000

# The headings of sections, in lower case, and what their entries describe.
_PARAMETERS = frozenset(
    {"args", "arguments", "parameters", "params", "keyword args", "keyword arguments", "other parameters"}
)
_ATTRIBUTES = frozenset({"attributes", "instance attributes"})
_RETURNS = frozenset({"returns", "return"})

# A heading of any section, such as `Examples:` or `See Also:`.
_HEADING = re.compile(r"([A-Z][A-Za-z]*(?: [A-Za-z]+){0,2}):(?: +(\S.*))?")
_RULE = re.compile(r"-{3,}|={3,}")
_GOOGLE = re.compile(r"\*{0,2}(\w+) ?(?:\((.*?)\))? ?:(?:\s+(.*))?$")
_NUMPY = re.compile(r"\*{0,2}(\w+(?:, ?\*{0,2}\w+)*) ?(?::\s*(.*))?$")
_FIELD = re.compile(
    r"[:@](param|parameter|arg|argument|key|keyword|type|rtype|ivar|var|cvar|vartype)\b ?([^:]*):\s*(.*)"
)


@dataclass(slots=True)
class Described:
    """What a docstring says about types: of the parameters and attributes, by name, and of the result.

    Each text is the place where a type is expected, or a description that may begin or end with one.
    """

    parameters: dict[str, list[str]] = field(default_factory=dict)
    attributes: dict[str, list[str]] = field(default_factory=dict)
    returns: list[str] = field(default_factory=list)

    def of_parameter(self, name: str) -> Sequence[str]:
        """The texts for a parameter, also for the only name that differs from it in upper and lower case alone."""
        alike = [one for one in self.parameters if one.lower() == name.lower()]
        if name not in self.parameters and len(alike) == 1:
            return self.parameters[alike[0]]
        return self.parameters.get(name, ())


def described(docstring: str) -> Described:
    """The types that a docstring gives."""
    found = Described()
    lines = docstring[:_MAX_CHARACTERS].expandtabs().splitlines()[:_MAX_LINES]
    _read_fields(lines, found)
    for heading, body in _sections(lines):
        if heading in _RETURNS:
            found.returns += _result(body)
        elif heading in _PARAMETERS or heading in _ATTRIBUTES:
            table = found.parameters if heading in _PARAMETERS else found.attributes
            for name, texts in _entries(body):
                table.setdefault(name, []).extend(texts)
    return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _sections(lines: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each section: its heading in lower case, and its lines, the first of them at the level of the entries."""
    at = 0
    while at < len(lines):
        line = lines[at]
        below = lines[at + 1] if at + 1 < len(lines) else ""
        text, level = line.strip(), _indent(line)
        at += 1
        if text and _RULE.fullmatch(below.strip()) and _indent(below) == level:
            at += 1
            end = _end_of_numpy(lines, at, level)
            yield text.rstrip(":").lower(), list(lines[at:end])
            at = end
        elif (heading := _HEADING.fullmatch(text)) is not None and heading[1].lower() in _ALL:
            end = at
            while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > level):
                end += 1
            yield heading[1].lower(), [*([heading[2]] if heading[2] else []), *lines[at:end]]
            at = end


_ALL = _PARAMETERS | _ATTRIBUTES | _RETURNS


def _end_of_numpy(lines: Sequence[str], start: int, level: int) -> int:
    for at in range(start, len(lines)):
        line, below = lines[at], lines[at + 1] if at + 1 < len(lines) else ""
        if line.strip() and (_indent(line) < level or _RULE.fullmatch(below.strip())):
            return at
    return len(lines)


def _blocks(body: Sequence[str]) -> Iterator[list[str]]:
    """Yield each entry of a section: its first line, and its indented lines."""
    level: int | None = None
    block: list[str] = []
    for line in body:
        if not line.strip():
            continue
        level = _indent(line) if level is None else level
        if _indent(line) <= level and block:
            yield block
            block = []
        block.append(line.strip())
    if block:
        yield block


def _entries(body: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the name of each entry and the texts that may have its type, the one for the type first."""
    for first, *rest in _blocks(body):
        google = _GOOGLE.fullmatch(first)
        if google is not None and google[2]:
            yield google[1], [google[2]]
            continue
        numpy = _NUMPY.fullmatch(first)
        if numpy is not None and numpy[2]:
            texts = [numpy[2]] if is_type(numpy[2]) else _clauses(" ".join([numpy[2], *rest]))
            for name in numpy[1].split(","):
                yield name.strip(" *"), texts


def _result(body: Sequence[str]) -> list[str]:
    """The texts that may have the type of the result; none if several results are described."""
    blocks = list(_blocks(body))
    if not blocks or (len(blocks) > 1 and all(_NUMPY.fullmatch(one[0]) for one in blocks)):
        return []
    first, *rest = blocks[0]
    named, colon, after = first.partition(": ")
    if is_type(first.rstrip(":.")):
        return [first.rstrip(":.")]
    if colon and is_type(named):
        # NumPy's `name : type`, or Google's `type: description`.
        return [after if named.endswith(" ") else named.strip()]
    return _clauses(" ".join([first, *rest, *(line for block in blocks[1:] for line in block)]))


def _clauses(description: str) -> list[str]:
    """The first clause of a description, and the last of its first sentence."""
    sentence = re.split(r"\.\s|\.$|;", description, maxsplit=1)[0]
    clauses = sentence.split(",")
    return list(dict.fromkeys(one.strip() for one in (clauses[0], clauses[-1])))


def _read_fields(lines: Sequence[str], found: Described) -> None:
    for line in lines:
        match = _FIELD.fullmatch(line.strip())
        if match is None:
            continue
        kind, names, text = match.groups()
        *kinds, name = names.split() or [""]
        if kind == "rtype":
            found.returns.append(text)
        elif kind in ("type", "vartype"):
            (found.parameters if kind == "type" else found.attributes).setdefault(name, []).append(text)
        elif kinds:  # `:param nn.Module net: what it is`
            table = found.attributes if kind in ("ivar", "var", "cvar") else found.parameters
            table.setdefault(name, []).append(" ".join(kinds))


# Types as texts

_NAME = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_MARKUP = re.compile(
    rf":(?:py:)?(?:class|obj|mod|attr|data|ref):`[~!]?(?:[^`<]*<)?({_NAME})>?`|`{{1,2}}[~!]?({_NAME})`{{1,2}}"
)
_OPTIONAL = re.compile(r",? *(?:\(?(?:optional|required)\)?|\(?defaults?\b.*|keyword-only)$", re.IGNORECASE)
_ARTICLE = r"(?:an? +|the +|any +)?"
_AROUND = re.compile(
    rf"{_ARTICLE}(?:(?:instance|object) +of +(?:an? +|class +)?)?({_NAME})(?: +(?:instance|object|model))?"
)
_CONTAINER = r"(?:list|tuple|sequence|iterable|set|iterator|generator|collection)"
_MANY = re.compile(rf"(?:an? +)?{_CONTAINER} *(?:of|\[) *(.+?)\]?$", re.IGNORECASE)
_OR = re.compile(r" *(?:\||/|,? or) +| *\| *")


@dataclass(frozen=True, slots=True)
class Named:
    """A type as a docstring names it: one of several dotted names, or many of them."""

    dotted: tuple[str, ...]
    is_many: bool = False


def is_type(text: str) -> bool:
    """Whether a text has the form of a type, and is not a sentence."""
    return named(text) is not None


def named(text: str) -> Named | None:
    """The type that a text names, without ``None`` and what is said about a default; None if it is no type."""
    text = _MARKUP.sub(lambda match: match[1] or match[2], text.strip())
    for _ in range(3):
        text = _OPTIONAL.sub("", text.strip()).strip()
    optional = re.fullmatch(r"(?:typing\.)?Optional\[(.*)\]", text)
    text = optional[1] if optional is not None else text
    many = _MANY.fullmatch(text)
    names: list[str] = []
    for part in _OR.split(text if many is None else many[1]):
        match = _AROUND.fullmatch(part.strip())
        if match is None:
            return None
        name = match[1]
        if many is not None and name.endswith("s") and part.strip() != name:
            return None
        names += [name] if name != "None" else []
    return Named(tuple(names), many is not None) if names else None
