"""A setting as a line of TOML, and where it comes from."""

from __future__ import annotations

import json
import sys

from flake8_forward_call.configuration.options import Kind, Option
from flake8_forward_call.configuration.settings import Settings
from flake8_forward_call.terminal.printing import LOG_COMMAND, near, one_line


def line_of(option: Option, name: str, value: object, origin: str) -> str:
    """An option's value, with its origin in a comment. Without a value the whole line is a comment: TOML has no null.

    ``name`` is the option's name as it should be printed, ``value`` a value of ``Settings``.
    """
    if value is None:
        return f"# {name} is not set  # {origin}"
    if option.kind is Kind.CODES_BY_PATTERN:
        assert isinstance(value, tuple)
        pairs = [f"{_text(pattern)} = {_value(codes)}" for pattern, codes in dict(value).items()]
        return f"{name} = {{ {', '.join(pairs)} }}  # {origin}" if pairs else f"{name} = {{}}  # {origin}"
    return f"{name} = {_value(value)}  # {origin}"


def origin(name: str, settings: Settings) -> str:
    """The files and lines that an option's value comes from, or ``command line``, or ``default``."""
    places = (
        "command line" if part.path is None else f"{one_line(near(str(part.path)))}:{part.row}"
        for part in settings.parts_of(name)
    )
    return ", ".join(dict.fromkeys(places)) or "default"


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case tuple():
            return f"[{', '.join(map(_value, value))}]"
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    """The text as a basic string, as https://toml.io/en/v1.0.0#string defines it.

    It contains nothing that a terminal or a log interprets, that is invisible, or that standard output cannot encode.
    """
    escaped = "".join(map(_character, json.dumps(text, ensure_ascii=False)))
    return LOG_COMMAND.sub(r"#\\u0023", escaped)


def _character(one: str) -> str:
    if (
        "\ud800" <= one <= "\udfff"
    ):  # An undecodable byte of a file name. TOML cannot express it, so it cannot name that file.
        return f"\\\\u{ord(one):04x}"
    return one if one_line(one) == one and _can_print(one) else f"\\U{ord(one):08x}"


def _can_print(one: str) -> bool:
    try:
        one.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
