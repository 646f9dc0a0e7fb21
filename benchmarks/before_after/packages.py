"""The packages whose tests are run: their sdists hold the tests, and the tests come to calls that are rewritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TORCH = "torch==2.13.0"


@dataclass(frozen=True, slots=True)
class Suite:
    """A release with tests in its sdist.

    ``needs`` is what the tests need besides what the package requires, ``pytest`` what pytest is told, ``source`` the
    folder of the sdist from which the package is imported.
    """

    name: str
    version: str
    needs: tuple[str, ...] = ()
    pytest: tuple[str, ...] = ("tests",)
    source: str = "."
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def requirement(self) -> str:
        return f"{self.name}=={self.version}"


SUITES = (
    Suite("nflows", "0.14", needs=("torchtestcase",)),
    Suite("normflows", "1.7.3", pytest=("normflows",)),
    Suite("glasflow", "0.4.1"),
    Suite("pomegranate", "1.1.2"),
)
