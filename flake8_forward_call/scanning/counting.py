"""How many findings an output of ``check`` has, by code."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator

# The start of a finding on the HTML page. No text of a program can look like it: in text `<` is escaped, and in
# attributes `"`.
_ARTICLE = re.compile(r'<article id="finding-\d+" data-code="(FWD\d{3})"')


def _in_lines(output: str) -> Iterator[str]:
    yield from (str(json.loads(line)["code"]) for line in output.splitlines())


def _in_sarif(output: str) -> Iterator[str]:
    (run,) = json.loads(output)["runs"]
    yield from (str(result["ruleId"]) for result in run["results"])


def _in_page(output: str) -> Iterator[str]:
    if not output.startswith("<!DOCTYPE html>"):
        raise ValueError("it is not a page")
    yield from _ARTICLE.findall(output)


# By the output format of `check`.
_COUNTED: dict[str, Callable[[str], Iterator[str]]] = {"json-lines": _in_lines, "sarif": _in_sarif, "html": _in_page}


def counts_of(output_format: str, output: str) -> dict[str, int]:
    """The number of findings by code, sorted. Raises KeyError, TypeError or ValueError if the output is damaged."""
    return dict(sorted(Counter(_COUNTED[output_format](output)).items()))
