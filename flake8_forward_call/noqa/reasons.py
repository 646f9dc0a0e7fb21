"""The reason after the codes of a ``# noqa`` comment."""

from __future__ import annotations

from flake8_forward_call.terminal.printing import one_line

_LONGEST = 200


def hindrance_of_reason(reason: str) -> str | None:
    """Why a text cannot be the reason in a comment, as the end of a sentence; None if it can."""
    if not reason:
        return None
    # Late, because most runs add no comments.
    from flake8.violation import _find_noqa  # type: ignore[import-untyped, unused-ignore]

    if one_line(reason) != reason:
        return "has characters that are invisible or end a line"
    if len(reason) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    match = _find_noqa(f"# noqa: FWD001 {reason}")
    if match is None or match["codes"].rstrip() != "FWD001":
        return "starts with what flake8 takes for a code"
    if _find_noqa(reason) is not None:
        return "contains a noqa comment"
    return None
