"""Generated projects: what is found is what the values say that reach each call, in whatever order files are looked at.

Values go from file to file over factories, globals, parameters, constructors, attributes and containers. What reaches a
call is known by construction, without reading the program.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marked import found_in, written

from flake8_forward_call.inference import session

HEAD = """\
from torch import nn
from elsewhere import load

class Net(nn.Module):
    def forward(self, x): return x

class Odd(nn.Module):
    def forward(self, x): return x
    def __call__(self, x): return -x

class Robot:
    def forward(self, x): return x

"""
FILES = ("alpha", "beta", "gamma")
VALUES = {"net": "Net()", "odd": "Odd()", "robot": "Robot()", "unknown": "load()", "none": "None"}


def expected(values: Iterable[str]) -> str | None:
    """The mark for a call whose receiver is one of the values."""
    found = set(values) - {"none"}
    if not found or "robot" in found or found == {"unknown"} or {"odd", "unknown"} <= found:
        return None
    if "unknown" in found:
        return "FWD001 unsafe"
    return "FWD002" if "odd" in found else "FWD001"


@dataclass
class Project:
    """The files as they grow, and what is to be found in each."""

    texts: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in FILES})
    sites: dict[str, list[str | None]] = field(default_factory=lambda: {name: [] for name in FILES})
    count: int = 0

    def name(self, stem: str) -> str:
        """A name that is nowhere else."""
        self.count += 1
        return f"{stem}{self.count}"

    def put(self, file: str, text: str, *sites: Iterable[str]) -> None:
        """Append to a file a text with a call of `forward` for each of the sites: the values that reach it."""
        self.texts[file].append(text)
        self.sites[file] += map(expected, sites)

    def bring(self, name: str, home: str, file: str, *, to_alias: bool = False) -> str:
        """Import a name where it is not at home, and give what it is called there."""
        if file == home:
            return name
        alias = self.name("alias") if to_alias else name
        self.put(file, f"from {home} import {name} as {alias}\n")
        return alias

    def text(self) -> str:
        bodies = (f"# --- {name}.py\nfrom base import *\n" + "".join(lines) for name, lines in self.texts.items())
        return f"# --- base.py\n{HEAD}" + "".join(bodies)

    def found(self, root: Path, order: Iterable[str]) -> dict[str, list[str]]:
        """What one process finds that looks at the files in the order."""
        session._SESSIONS = session._Sessions()
        return {name: [mark for _, mark in found_in(root / f"{name}.py")] for name in order}


Values = list[tuple[str, str]]  # Each a kind, and the file in which it is passed.

values = st.lists(st.tuples(st.sampled_from([*VALUES, "net", "net"]), st.sampled_from(FILES)), min_size=1, max_size=3)


@st.composite
def projects(draw: st.DrawFn) -> Project:
    project = Project()
    for _ in range(draw(st.integers(1, 4))):
        route, home, given_values = draw(st.sampled_from(ROUTES)), draw(st.sampled_from(FILES)), draw(values)
        through = draw(st.booleans())
        given_values = [(kind, file) for kind, file in given_values if kind in VALUES]
        route(project, home, given_values, through)
    return project


def made(project: Project, kind: str, file: str, through: bool) -> str:
    """An expression in a file that gives a value of the kind: as such, or by a factory of the next file."""
    if not through:
        return VALUES[kind]
    other = FILES[(FILES.index(file) + 1) % len(FILES)]
    name = project.name("make")
    project.put(other, f"def {name}():\n    return {VALUES[kind]}\n")
    return f"{project.bring(name, other, file)}()"


def kinds(given_values: Values) -> list[str]:
    return [kind for kind, _ in given_values]


def parameter(project: Project, home: str, given_values: Values, through: bool) -> None:
    """A function called with each value."""
    name = project.name("run")
    project.put(home, f"def {name}(m, x=1):\n    return m.forward(x)\n", kinds(given_values))
    for kind, file in given_values:
        value = made(project, kind, file, through)
        called = project.bring(name, home, file, to_alias=through)
        project.put(file, f"{called}({value})\n")


def handed_down(project: Project, home: str, given_values: Values, through: bool) -> None:
    """A function that hands its argument to another."""
    inner, outer = project.name("inner"), project.name("outer")
    project.put(home, f"def {inner}(m):\n    return m.forward(1)\n", kinds(given_values))
    for kind, file in given_values[:1]:
        called = project.bring(inner, home, file, to_alias=through)
        project.put(file, f"def {outer}(m):\n    {called}(m)\n{outer}({VALUES[kind]})\n")
    for kind, file in given_values[1:]:
        value = made(project, kind, file, through)
        project.put(file, f"{project.bring(inner, home, file)}(m={value})\n")


def constructor(project: Project, home: str, given_values: Values, through: bool) -> None:
    """A class that keeps what it is made with."""
    name = project.name("Keeper")
    text = (
        f"class {name}:\n    def __init__(self, m):\n        self.m = m\n    def go(self):\n        self.m.forward(1)\n"
    )
    project.put(home, text, kinds(given_values))
    for kind, file in given_values:
        value = made(project, kind, file, through)
        called = project.bring(name, home, file, to_alias=through)
        project.put(file, f"{called}({value}).go()\n")


def subclasses_constructor(project: Project, home: str, given_values: Values, through: bool) -> None:
    """A class whose subclasses pass on what it keeps."""
    name = project.name("Parent")
    text = (
        f"class {name}:\n    def __init__(self, m):\n        self.m = m\n    def go(self):\n        self.m.forward(1)\n"
    )
    project.put(home, text, kinds(given_values))
    for kind, file in given_values:
        value = made(project, kind, file, through)
        subclass = project.name("Heir")
        base = project.bring(name, home, file, to_alias=through)
        project.put(file, f"class {subclass}({base}):\n    def __init__(self):\n        super().__init__({value})\n")


def attribute(project: Project, home: str, given_values: Values, through: bool) -> None:
    """An attribute that is set from outside."""
    name, attr = project.name("Bag"), project.name("item")
    project.put(home, f"class {name}:\n    def go(self):\n        self.{attr}.forward(1)\n", kinds(given_values))
    for kind, file in given_values:
        value = made(project, kind, file, through)
        bag = project.name("bag")
        called = project.bring(name, home, file, to_alias=through)
        project.put(file, f"{bag} = {called}()\n{bag}.{attr} = {value}\n")


def imported_global(project: Project, home: str, given_values: Values, through: bool) -> None:
    """A global of one of several values."""
    name, user = project.name("VALUE"), given_values[0][1]
    for number, (kind, _) in enumerate(given_values):
        value = made(project, kind, home, through)
        project.put(home, f"if load({number}):\n    {name} = {value}\n" if number else f"{name} = {value}\n")
    project.put(user, f"{project.bring(name, home, user)}.forward(1)\n", kinds(given_values))


def container(project: Project, home: str, given_values: Values, through: bool) -> None:
    """A global list to which other files add."""
    name = project.name("ITEMS")
    project.put(home, f"{name} = []\n")
    for kind, file in given_values:
        value = made(project, kind, file, through)
        project.put(file, f"{project.bring(name, home, file)}.append({value})\n")
    project.put(home, f"for one in {name}:\n    one.forward(1)\n", kinds(given_values))


def mapping(project: Project, home: str, given_values: Values, through: bool) -> None:
    """A global dict to which other files add classes and factories, by a key that only a run tells."""
    name = project.name("MAKERS")
    project.put(home, f"{name} = {{}}\n")
    for kind, file in given_values:
        value = made(project, kind, file, through)
        project.put(file, f"{project.bring(name, home, file)}['{kind}'] = lambda: {value}\n")
    user = given_values[0][1]
    called = project.bring(name, home, user, to_alias=through)
    project.put(user, f"def pick{called}(key):\n    return {called}[key]().forward(1)\n", kinds(given_values))


def method(project: Project, home: str, given_values: Values, through: bool) -> None:
    """A method of a class and of its subclass, called on instances of either."""
    name, subclass, run = project.name("Runner"), project.name("Heir"), project.name("run")
    text = f"class {name}:\n    def {run}(self, m):\n        return m.forward(1)\nclass {subclass}({name}): ...\n"
    project.put(home, text, kinds(given_values))
    for number, (kind, file) in enumerate(given_values):
        value = made(project, kind, file, through)
        called = project.bring(subclass if number % 2 else name, home, file, to_alias=through)
        project.put(file, f"{called}().{run}({value})\n")


def template(project: Project, home: str, given_values: Values, through: bool) -> None:
    """A method called by the name of the one that it overrides, in another file."""
    base, subclass, run, go = (project.name(stem) for stem in ("Base", "Heir", "run", "go"))
    above = given_values[0][1]
    above = above if above != home else FILES[(FILES.index(home) + 1) % len(FILES)]
    calls = "".join(f"        self.{run}({made(project, kind, above, through)})\n" for kind, _ in given_values)
    project.put(above, f"class {base}:\n    def {run}(self, m): ...\n    def {go}(self):\n{calls}")
    called = project.bring(base, above, home, to_alias=through)
    project.put(
        home, f"class {subclass}({called}):\n    def {run}(self, m):\n        m.forward(1)\n", kinds(given_values)
    )


def maker(project: Project, home: str, given_values: Values, through: bool) -> None:
    """A function that another makes, called at once; or, where it is stored, by nobody knows whom."""
    name = project.name("maker")
    reached = [*kinds(given_values), *(["unknown"] if through else [])]
    project.put(home, f"def {name}(x):\n    def run(m):\n        return m.forward(x)\n    return run\n", reached)
    for kind, file in given_values:
        called = project.bring(name, home, file)
        project.put(file, f"{called}(1)({VALUES[kind]})\n")
        if through:
            project.put(file, f"load({called}(2))\n")


def mixin(project: Project, home: str, given_values: Values, through: bool) -> None:
    """A class that is mixed into others, each of them the class of a value."""
    name = project.name("Mixin")
    users = [(kind, file) for kind, file in given_values if kind in ("net", "odd", "robot")]
    mark = kinds(users) or ["robot"]
    project.put(home, f"class {name}:\n    def go(self):\n        self.forward(1)\n", mark)
    for kind, file in users:
        base = project.bring(name, home, file, to_alias=through)
        project.put(file, f"class {project.name('Alias' if through else 'User')}({base}, {kind.capitalize()}): ...\n")


def subclasses_attribute(project: Project, home: str, given_values: Values, through: bool) -> None:
    """An attribute that each subclass sets on its own."""
    name = project.name("Frame")
    project.put(home, f"class {name}:\n    def go(self):\n        self.net.forward(1)\n", kinds(given_values))
    for kind, file in given_values:
        value = made(project, kind, file, through)
        base = project.bring(name, home, file, to_alias=through)
        project.put(
            file, f"class {project.name('Heir')}({base}):\n    def __init__(self):\n        self.net = {value}\n"
        )


ROUTES = [
    parameter,
    handed_down,
    constructor,
    subclasses_constructor,
    attribute,
    imported_global,
    container,
    mapping,
    method,
    template,
    maker,
    mixin,
    subclasses_attribute,
]


@pytest.mark.slow
@given(projects())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_findings_are_what_the_values_say_in_any_order(project: Project) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        written(root, project.text())
        wanted = {name: [mark for mark in marks if mark is not None] for name, marks in project.sites.items()}
        for order in permutations(FILES):
            assert project.found(root, order) == wanted, project.text()
