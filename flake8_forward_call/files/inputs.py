"""The inputs of the command: files by path, or standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from flake8_forward_call.files.discovery import find_files, is_chosen
from flake8_forward_call.files.reading import MAX_BYTES, NotPlainError, Stamp, read_bytes, stamp_of
from flake8_forward_call.files.skipping import Skipped
from flake8_forward_call.terminal.printing import near
from flake8_forward_call.terminal.trouble import Trouble, reason

STDIN = "-"
# flake8's name for standard input if --stdin-display-name is not given.
STDIN_NAME = "stdin"


class Input(NamedTuple):
    """Bytes to check, and the file name for their findings.

    The bytes are empty if nothing is to be reported about the file. ``stamp`` is that of the file before it was read.
    """

    name: str
    data: bytes
    is_stdin: bool = False
    given: tuple[str, ...] = ()  # The real paths of what the user gave.
    stamp: Stamp | None = None

    @property
    def leads_out_to(self) -> str | None:
        """The file that would be written, if the name is a link to a file outside the given paths; else None.

        A repository can contain a link to any file of the user. If the user gave the link itself, its target is meant.
        """
        real = os.path.realpath(self.name)
        is_inside = any(real == one or real.startswith(os.path.join(one, "")) for one in self.given)  # noqa: PTH118
        return None if self.is_stdin or is_inside else real


def read_inputs(
    paths: Sequence[str],
    stdin_filename: str,
    trouble: Trouble,
    skipped: Skipped,
    over: Callable[[Iterable[str]], Iterable[str]] = iter,
    *,
    need_not_be_read: Callable[[str, Stamp], bool] = lambda _name, _stamp: False,
) -> Iterator[Input]:
    """Yield the files under the paths, read one by one. What cannot be read is reported to ``trouble``.

    ``skipped`` notes what is checked and what is skipped. ``over`` yields the file names that it gets: it can show the
    progress. ``need_not_be_read`` says of a file with its stamp whether it is known that nothing is to be reported.
    """
    if list(paths) == [STDIN]:
        if not is_chosen(stdin_filename):
            skipped.not_python(stdin_filename, os.path.realpath(stdin_filename), is_document=True)
        elif (data := _read_stdin(trouble)) is not None:
            skipped.looked_at.add(STDIN)
            yield Input(stdin_filename, data, is_stdin=True)
        return
    given = tuple(map(os.path.realpath, paths))
    for name in over(find_files(paths, trouble, skipped)):
        try:
            stamp = stamp_of(name)
            if need_not_be_read(name, stamp):
                yield Input(name, b"", given=given)
                continue
            data = read_bytes(name)
        except NotPlainError as error:
            trouble.error(f"{near(name)}: {error}")
        except OSError as error:
            trouble.error(f"{near(name)}: cannot be read: {reason(error)}")
        else:
            yield Input(name, data, given=given, stamp=stamp)


def _read_stdin(trouble: Trouble) -> bytes | None:
    if sys.stdin is None:  # The caller has closed it.
        trouble.error("standard input cannot be read: it is closed")
        return None
    try:
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
    except OSError as error:
        trouble.error(f"standard input cannot be read: {reason(error)}")
        return None
    if len(data) > MAX_BYTES:
        trouble.error(f"standard input is larger than {MAX_BYTES // 1_000_000} MB")
        return None
    return data
