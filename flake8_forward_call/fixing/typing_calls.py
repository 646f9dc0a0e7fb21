"""What ``fix --typed-call`` does once all files are fixed: it types the calls of the classes that they reach."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from flake8_forward_call.analysis import internal_error
from flake8_forward_call.files.reading import read_bytes
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.fixing.typed_call import typed
from flake8_forward_call.inference.classes.receivers import ClassPlace, classes_called
from flake8_forward_call.sources.opening import read
from flake8_forward_call.sources.source import Source, SourceError, is_document, is_notebook
from flake8_forward_call.terminal.printing import near
from flake8_forward_call.terminal.trouble import Trouble, reason


@dataclass(frozen=True, slots=True)
class Retyped:
    """A file that gets typed calls: its name, its bytes before and after, and the classes."""

    name: str
    before: bytes
    after: bytes
    classes: list[str]


@dataclass
class TypingCalls:
    """Collects the classes whose calls were rewritten. Only files that this run has checked are changed."""

    trouble: Trouble
    _names: dict[str, str] = field(default_factory=dict)  # Of the checked files, by real path.
    _classes: dict[ClassPlace, None] = field(default_factory=dict)

    def saw(self, name: str) -> None:
        """Note a file that was checked."""
        self._names[os.path.realpath(name)] = name

    def called(self, source: Source, findings: Sequence[Finding]) -> list[ClassPlace]:
        """The classes that the reported calls reach. To be asked before the file is rewritten."""
        return classes_called(source, findings)

    def add(self, classes: Sequence[ClassPlace]) -> None:
        """Note classes whose calls were rewritten."""
        self._classes.update(dict.fromkeys(classes))

    def retyped(self, pending: dict[str, bytes]) -> Iterator[Retyped]:
        """Yield the files that get typed calls. ``pending`` has the bytes of files that are not written, by name.

        What cannot be read or changed is reported.
        """
        by_path: dict[str, list[tuple[str, ...]]] = {}
        for one in self._classes:
            by_path.setdefault(os.path.realpath(one.path), []).append(one.names)
        for path, classes in sorted(by_path.items()):
            name = self._names.get(path)
            if name is not None and not (is_notebook(name) or is_document(name)):
                try:
                    data = pending[name] if name in pending else read_bytes(name)
                    made = self._made(name, data, classes)
                except OSError as error:
                    self.trouble.error(f"{near(name)}: cannot be read: {reason(error)}")
                except SourceError as error:
                    self.trouble.error(f"{near(name)}: {error}")
                else:
                    if made is not None:
                        yield made

    def _made(self, name: str, data: bytes, classes: Sequence[tuple[str, ...]]) -> Retyped | None:
        source = read(name, data)
        if source is None or source.to_bytes() != data:
            return None
        try:
            found = typed(source, classes)
        except (SourceError, RecursionError):
            raise
        except Exception as error:  # A bug in this tool.
            raise SourceError(internal_error(error), attempt="type the calls in") from None
        return None if found is None else Retyped(name, data, found.source.to_bytes(), found.classes)
