"""The table of speeds on the page is one that the benchmark wrote."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

TOP = Path(__file__).parents[2]
PAGE = TOP / "docs/benchmarks.md"


@pytest.fixture
def speed(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(TOP / "benchmarks"))
    spec = importlib.util.spec_from_file_location("speed", TOP / "benchmarks/speed.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "speed", module)
    spec.loader.exec_module(module)
    yield module
    for name in [one for one in sys.modules if one.partition(".")[0] in {"labelled", "timed"}]:
        del sys.modules[name]


def test_table_on_the_page_has_the_programs_and_the_format_of_the_benchmark(speed: ModuleType, tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    where, _, *table = page[page.index(speed.BEGIN) + len(speed.BEGIN) : page.index(speed.END)].strip().splitlines()
    programs = speed.programs_for(speed.made_up(tmp_path), speed.Others())
    costs = {one.name: [speed.Cost(1.0, 2.0, 3.0)] for one in programs}
    assert _without_figures(table) == _without_figures(speed.table(programs, costs))
    assert re.fullmatch(
        r"On \d{4}-\d\d-\d\d, version \S+, Python \S+, \d+ cores, .* files with .* lines, rounds: \d+\.", where
    )


def test_limits_on_the_page_are_compared_with_the_figures_on_the_page(speed: ModuleType, tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    begin, end = speed.TARGETS
    table = page[page.index(begin) + len(begin) : page.index(end)].strip().splitlines()
    programs = speed.programs_for(speed.made_up(tmp_path), speed.Others())
    costs = {one.name: [speed.Cost(1.0, 2.0, 3.0)] for one in programs}
    columns = [line.split("|")[1:4] for line in speed.targets.compared(programs, costs)]
    assert [line.split("|")[1:4] for line in table] == columns
    assert len(table) == 2 + len(speed.targets.LIMITS)
    figures = {row[1].strip(): row for row in (line.split("|") for line in page.splitlines()) if len(row) == 8}
    for _, name, must, _, measured, held, _ in (line.split("|") for line in table[2:]):
        *_, wall, _, compared, _ = figures[name.strip()]
        assert measured.strip() == (wall if must.endswith(" seconds ") else compared).split()[0]
        assert (held.strip() == "yes") is (float(measured) <= float(must.split()[0]))


def test_a_limit_is_held_up_to_the_second_place_after_the_point(speed: ModuleType) -> None:
    flake8 = speed.Program("flake8 with the plugin, warm", [], "flake8 alone")
    costs = {"flake8 alone": [speed.Cost(100.0, 0, 0)], flake8.name: [speed.Cost(102.4, 0, 0)]}
    _, _, line = speed.targets.compared([flake8], costs)
    assert line == "| flake8 with the plugin, warm | 1.02 x flake8 alone | 1.01 | 1.02 | yes |"
    costs[flake8.name] = [speed.Cost(102.6, 0, 0)]
    assert list(speed.targets.compared([flake8], costs))[-1].endswith("| 1.03 | **no** |")


def test_a_limit_in_seconds_is_one_of_the_time_until_the_program_ends(speed: ModuleType) -> None:
    large = speed.Program(speed.targets.LARGE, [])
    *_, line = speed.targets.compared([large], {large.name: [speed.Cost(9.0, 2.5, 0)]})
    assert line == f"| {large.name} | 3 seconds | 1.5 | 2.50 | yes |"


def test_what_was_not_measured_has_no_line(speed: ModuleType) -> None:
    cold = speed.Program("`check`, cold", [], "ruff")
    assert len(list(speed.targets.compared([cold], {cold.name: [speed.Cost(1.0, 1.0, 1.0)]}))) == 2


def test_writing_replaces_what_is_between_the_marks_and_nothing_else(speed: ModuleType) -> None:
    page = f"before\n{speed.BEGIN}\nold\n{speed.END}\nafter\n"
    assert speed.with_table(page, "new") == f"before\n{speed.BEGIN}\nnew\n{speed.END}\nafter\n"
    with pytest.raises(ValueError, match="substring not found"):
        speed.with_table("no marks\n", "new")


def test_a_program_is_compared_round_by_round(speed: ModuleType) -> None:
    slow, fast = speed.Program("slow", [], "fast"), speed.Program("fast", [])
    costs = {
        "slow": [speed.Cost(2.0, 0, 10), speed.Cost(9.0, 0, 20), speed.Cost(40.0, 0, 30)],
        "fast": [speed.Cost(1.0, 0, 10), speed.Cost(3.0, 0, 10), speed.Cost(10.0, 0, 10)],
    }
    *_, first, second = speed.table([slow, fast], costs)
    assert first == "| slow | 9.00 | 2.00 - 40.00 | 0.00 | 20 | 3.00 x fast |"
    assert second == "| fast | 3.00 | 1.00 - 10.00 | 0.00 | 10 | - |"


def _without_figures(lines: Iterable[str]) -> list[str]:
    return [re.sub(r"(?<=[| ])\d+(?:\.\d+)?(?= )", "N", line) for line in lines]


def test_the_plot_has_a_bar_for_each_program_and_ten_times_as_long_is_one_mark_further(speed: ModuleType) -> None:
    root = ElementTree.fromstring(speed.plot({"`rg`": 0.1, "a < b": 1.0, "slow": 10.0}))
    texts = ["".join(one.itertext()) for one in root.findall(".//{*}text")]
    assert texts == ["0.01 s", "0.1 s", "1 s", "10 s", "rg", "0.10", "a < b", "1.00", "slow", "10.00"]
    widths = [float(one.attrib["width"]) for one in root.findall(".//{*}rect")]
    assert widths == pytest.approx([widths[0], 2 * widths[0], 3 * widths[0]], abs=2)
