"""The JSON schema of ``[tool.forward-call]``, for editors."""

from __future__ import annotations

from flake8_forward_call.configuration.options import AUTO, OPTIONS, Kind, Option
from flake8_forward_call.rules import RULES

# The dialect that SchemaStore, and therefore most editors, use: https://json-schema.org/draft-07
_DIALECT = "http://json-schema.org/draft-07/schema#"


def schema() -> dict[str, object]:
    """The schema of the table as a JSON object."""
    return {
        "$schema": _DIALECT,
        "title": "flake8-forward-call",
        "description": "The table [tool.forward-call] of pyproject.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": {option.name: _of(option) for option in OPTIONS},
        "definitions": {"codes": {"type": "array", "items": {"type": "string", "pattern": _CODE}}},
    }


# A code, or the beginning of one.
_CODE = "^(" + "|".join(sorted({rule.code[:length] for rule in RULES for length in range(1, 7)})) + ")$"


def _of(option: Option) -> dict[str, object]:
    found: dict[str, object] = {"description": option.help, **_shape(option)}
    if option.default is not None:
        found["default"] = list(option.default) if isinstance(option.default, tuple) else option.default
    return found


def _shape(option: Option) -> dict[str, object]:
    match option.kind:
        case Kind.SWITCH:
            return {"type": "boolean"}
        case Kind.CHOICE:
            return {"type": "string", "enum": list(option.choices)}
        case Kind.PATH | Kind.VERSION:
            return {"type": "string"}
        case Kind.COUNT:
            return {"anyOf": [{"type": "integer", "minimum": 1}, {"const": AUTO}]}
        case Kind.CODES:
            return {"$ref": "#/definitions/codes"}
        case Kind.CODES_BY_PATTERN:
            return {"type": "object", "additionalProperties": {"$ref": "#/definitions/codes"}}
        case _:
            return {"type": "array", "items": {"type": "string"}}
