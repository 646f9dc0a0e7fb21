"""Patterns of paths, as ``.gitignore`` has them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class PatternError(Exception):
    """A pattern that cannot be read; the text says why."""


@lru_cache(maxsize=256)
def compiled(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    """The patterns, ready to be matched with paths relative to the folder that they stand in.

    Raises PatternError. The form is git's: https://git-scm.com/docs/gitignore#_pattern_format
    """
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(patterns)
    except ValueError as error:
        raise PatternError(str(error)) from None
