"""A setting as a line of TOML."""

from __future__ import annotations

import json
import sys

from flake8_forward_call.configuration.options import Kind, Option
from flake8_forward_call.terminal.printing import LOG_COMMAND, one_line


def line_of(option: Option, name: str, value: object, origin: str) -> str:
    """An option's value with its origin in a comment. One without a value is a comment, for TOML has no word for that.

    ``name`` is the option's name as it is to be printed, ``value`` one of ``Settings``.
    """
    if value is None:
        return f"# {name} is not set  # {origin}"
    if option.kind is Kind.CODES_BY_PATTERN:
        assert isinstance(value, tuple)
        pairs = [f"{_text(pattern)} = {_value(codes)}" for pattern, codes in dict(value).items()]
        return f"{name} = {{ {', '.join(pairs)} }}  # {origin}" if pairs else f"{name} = {{}}  # {origin}"
    return f"{name} = {_value(value)}  # {origin}"


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case tuple():
            return f"[{', '.join(map(_value, value))}]"
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    """A basic string, as https://toml.io/en/v1.0.0#string defines it.

    It holds nothing that a terminal or a log obeys, that cannot be seen, or that standard output cannot encode.
    """
    escaped = "".join(map(_character, json.dumps(text, ensure_ascii=False)))
    return LOG_COMMAND.sub(r"#\\u0023", escaped)


def _character(one: str) -> str:
    if (
        "\ud800" <= one <= "\udfff"
    ):  # A byte of a file's name that is of no text: TOML cannot say it, nor name the file.
        return f"\\\\u{ord(one):04x}"
    return one if one_line(one) == one and _can_print(one) else f"\\U{ord(one):08x}"


def _can_print(one: str) -> bool:
    try:
        one.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
