"""A process that lives on while files change: what it is told to look at again, it sees as a new process would."""

from __future__ import annotations

import ast
import gc
import weakref
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flake8_forward_call.analysis import analyse
from flake8_forward_call.explaining import explain
from flake8_forward_call.files import reading
from flake8_forward_call.inference import engine, session
from flake8_forward_call.inference.classes.hierarchy import Hierarchy
from flake8_forward_call.inference.definitions import Class, SourceClass
from flake8_forward_call.inference.places.environment import CHOICE, Choice
from flake8_forward_call.inference.project import shelf, texts
from flake8_forward_call.inference.session import edit, hold, look_again
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.scopes import scopes_of
from flake8_forward_call.sources.source import Source

NET = "from torch import nn\n\nclass Net(nn.Module):\n    def forward(self, x): return x\n"
PLAIN = "class Net:\n    def forward(self, x): return x\n"
OTHER_CALL = f"{NET}    def __call__(self, x): return -x\n"
USE = "from net import Net\n\nnet: Net = make()\nnet.forward(1)\n"
HELPER = "def run(m): m.forward(1)\n"
CALLER = "from helper import run\nfrom net import Net\nrun(Net())\n"
HEIR = "from net import Net\nclass Heir(Net):\n    def __call__(self, x): return -x\n"


@pytest.fixture(autouse=True)
def _another_process() -> Iterator[None]:
    session._SESSIONS = session._Sessions()
    yield
    session._SESSIONS = session._Sessions()


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A project, where symbolic links lead to in the end."""
    write(tmp_path.resolve() / "setup.py", "")
    return tmp_path.resolve()


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def found(path: Path, text: str | None = None) -> list[str]:
    return [one.code for one in analyse(Source(str(path), path.read_text() if text is None else text))]


def held(path: Path, text: str) -> list[str]:
    hold(str(path), text)
    return found(path, text)


@pytest.mark.parametrize(("text", "codes"), [(NET, ["FWD001"]), (PLAIN, []), (OTHER_CALL, ["FWD002"])])
def test_unsaved_text_of_another_file_counts_until_it_is_closed(top: Path, text: str, codes: list[str]) -> None:
    write(top / "net.py", "")
    write(top / "use.py", USE)
    assert found(top / "use.py") == []
    look_again({str(top / "net.py"): text})
    assert found(top / "use.py") == codes
    look_again({})
    assert found(top / "use.py") == []


def test_unsaved_text_counts_where_texts_are_searched(top: Path) -> None:
    """Who calls a function and who derives from a class is asked of the text of all files."""
    for name, text in {"net": NET, "helper": HELPER, "call": "", "subclass": "", "use": USE}.items():
        write(top / f"{name}.py", text)
    assert (found(top / "helper.py"), found(top / "use.py")) == ([], ["FWD001"])
    look_again({str(top / "call.py"): CALLER, str(top / "subclass.py"): HEIR})
    assert (found(top / "helper.py"), found(top / "use.py")) == (["FWD001"], ["FWD002"])
    look_again({})
    assert (found(top / "helper.py"), found(top / "use.py")) == ([], ["FWD001"])


def test_file_that_is_not_saved_yet_is_of_the_project_that_its_path_says(top: Path) -> None:
    write(top / "net.py", NET)
    assert found(top / "new.py", USE) == []
    look_again({str(top / "new.py"): USE})
    assert found(top / "new.py", USE) == ["FWD001"]
    look_again({})
    assert held(top / "gone/new.py", USE) == ["FWD001"]


def test_file_that_is_not_saved_yet_is_read_where_others_import_it(top: Path) -> None:
    """Who calls its functions, and who derives from its classes, stands in files that are saved."""
    write(top / "net.py", NET)
    write(top / "call.py", CALLER)
    assert held(top / "helper.py", HELPER) == ["FWD001"]
    write(top / "subclass.py", "from new import Net\nclass Heir(Net):\n    def __call__(self, x): return -x\n")
    look_again({})
    assert held(top / "new.py", f"{NET}\ndef use(net: Net): net.forward(1)\n") == ["FWD002"]


def test_what_stands_in_a_file_that_is_not_saved_yet_is_found_as_in_a_saved_one(top: Path) -> None:
    write(top / "net.py", NET)
    text = f"{HEIR}\ndef use(net: Net): net.forward(1)\n"
    assert held(top / "new.py", text) == ["FWD005", "FWD002"]
    write(top / "new.py", text)
    look_again({})
    assert found(top / "new.py") == ["FWD005", "FWD002"]


def test_text_that_is_held_counts_for_its_own_file_alone(top: Path) -> None:
    write(top / "net.py", NET)
    write(top / "helper.py", HELPER)
    write(top / "use.py", USE)
    text = f"{CALLER}Net().forward(1)\n"
    assert held(top / "call.py", text) == ["FWD001"]
    assert found(top / "helper.py") == []
    assert held(top / "net.py", PLAIN) == []
    assert found(top / "use.py") == ["FWD001"]
    look_again({str(top / "call.py"): text})
    assert held(top / "other.py", USE) == ["FWD001"]
    assert found(top / "helper.py") == ["FWD001"]


def test_what_is_kept_for_other_processes_has_no_file_that_is_not_saved(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "MIN_FILES", 1)
    monkeypatch.setenv("FORWARD_CALL_CACHE_DIR", str(top / ".cache"))
    write(top / "net.py", NET)
    write(top / "call.py", CALLER)
    assert held(top / "helper.py", HELPER) == ["FWD001"]
    assert not any(one.is_file() for one in (top / ".cache").rglob("*"))
    write(top / "helper.py", HELPER)
    look_again({})
    assert found(top / "helper.py") == ["FWD001"]
    assert any(one.is_file() for one in (top / ".cache").rglob("*"))


def test_package_that_appears_and_goes(top: Path) -> None:
    use = USE.replace("from net", "from pkg.net")
    write(top / "use.py", use)
    assert found(top / "use.py") == []
    write(top / "pkg/__init__.py", "")
    write(top / "pkg/net.py", NET)
    look_again({})
    assert found(top / "use.py") == ["FWD001"]
    write(top / "pkg/net/__init__.py", PLAIN)
    look_again({})
    assert found(top / "use.py") == []
    (top / "pkg/net/__init__.py").unlink()
    look_again({})
    assert found(top / "use.py") == ["FWD001"]


def test_module_goes_by_its_new_name_when_its_folder_becomes_a_package(top: Path) -> None:
    write(top / "sub/net.py", "from .base import Base\nclass Net(Base): pass\nNet().forward(1)\n")
    write(top / "sub/base.py", "from torch import nn\nclass Base(nn.Module): pass\n")
    write(top / "sub/deep/use.py", "from ..net import Net\nNet().forward(1)\n")
    before = found(top / "sub/net.py"), found(top / "sub/deep/use.py")
    for name in ("sub", "sub/deep"):
        write(top / name / "__init__.py", "")
    look_again({})
    assert (found(top / "sub/net.py"), found(top / "sub/deep/use.py")) == (["FWD001"], ["FWD001"])
    for name in ("sub", "sub/deep"):
        (top / name / "__init__.py").unlink()
    look_again({})
    assert (found(top / "sub/net.py"), found(top / "sub/deep/use.py")) == before


def test_settings_that_change_are_read_again(top: Path) -> None:
    write(top / "code/net.py", NET)
    write(top / "app/__init__.py", "")
    write(top / "app/use.py", USE)
    write(top / "other/net.py", PLAIN)
    assert found(top / "app/use.py") == []
    write(top / "setup.cfg", "[options]\npackage_dir =\n    = code\n")
    look_again({})
    assert found(top / "app/use.py") == ["FWD001"]


def test_file_that_is_as_it_was_is_not_parsed_again(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SETTLED", -(10**12))
    for name, text in {"net": NET, "helper": HELPER, "call": CALLER, "use": USE}.items():
        write(top / f"{name}.py", text)
    for name in ("helper", "use"):
        assert found(top / f"{name}.py") == ["FWD001"]
    look_again({str(top / "use.py"): USE})
    made: list[str] = []

    def making(path: str, *others: Any) -> File:
        made.append(path)
        return File(path, *others)

    monkeypatch.setattr(shelf, "File", making)
    for name in ("helper", "use"):
        assert found(top / f"{name}.py") == ["FWD001"]
    assert made == []
    look_again({str(top / "net.py"): PLAIN})
    assert (found(top / "helper.py"), found(top / "use.py")) == ([], [])
    assert made == [str(top / "net.py")]


def test_what_is_kept_for_other_processes_is_not_what_is_unsaved(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "MIN_FILES", 1)
    monkeypatch.setattr(reading, "SETTLED", -(10**12))
    monkeypatch.setenv("FORWARD_CALL_CACHE_DIR", str(top / ".cache"))
    for name, text in {"net": NET, "helper": HELPER, "call": CALLER, "subclass": "", "use": USE}.items():
        write(top / f"{name}.py", text)
    look_again({str(top / "call.py"): "", str(top / "subclass.py"): HEIR})
    assert (found(top / "helper.py"), found(top / "use.py")) == ([], ["FWD002"])
    assert list((top / ".cache").iterdir())
    session._SESSIONS = session._Sessions()
    assert (found(top / "helper.py"), found(top / "use.py")) == (["FWD001"], ["FWD001"])


def test_explanation_sees_the_unsaved_text(top: Path) -> None:
    write(top / "net.py", PLAIN)
    write(top / "use.py", USE)
    look_again({str(top / "net.py"): f"# One line more.\n{NET}"})
    source = Source(str(top / "use.py"), USE)
    assert [one.code for one in analyse(source)] == ["FWD001"]
    (explanation,) = explain(Source(str(top / "use.py"), USE), 4)
    assert (str(top / "net.py"), 4) in {(step.path, step.row) for step in explanation.steps}


TEXTS = {
    "net.py": ["", NET, PLAIN, OTHER_CALL, "class Net("],
    "helper.py": ["", HELPER],
    "call.py": ["", CALLER, CALLER.replace("Net())", "3)"), CALLER.replace("Net())", "load())")],
    "subclass.py": ["", HEIR, HEIR.replace("__call__", "call")],
    "use.py": [USE, USE.replace("make()", "Net()"), USE.replace("net: Net = make()", "net = make()")],
    "make/__init__.py": ["", "from net import *"],
}
CHANGES = [(name, text) for name, all_texts in TEXTS.items() for text in (*all_texts, None)]


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(CHANGES), st.booleans(), st.booleans()), max_size=12))
def test_long_life_finds_what_a_new_process_finds(steps: list[tuple[tuple[str, str | None], bool, bool]]) -> None:
    """Whatever is written, removed, typed and closed, in whatever order."""
    session._SESSIONS = session._Sessions()
    with TemporaryDirectory() as folder:
        top = Path(folder).resolve()
        write(top / "setup.py", "")
        unsaved: dict[str, str] = {}
        for (name, text), is_saved, is_checked in [*steps, (("use.py", USE), True, True)]:
            path = top / name
            if not is_saved and text is not None:
                unsaved[str(path)] = text
            elif not is_saved:
                unsaved.pop(str(path), None)
            elif text is not None:
                write(path, text)
            else:
                path.unlink(missing_ok=True)
            look_as_an_editor_does(unsaved, is_saved=is_saved)
            if is_checked:
                assert _all_found(top, unsaved) == _found_anew(top, unsaved)


def look_as_an_editor_does(unsaved: dict[str, str], *, is_saved: bool) -> None:
    """Look at the disk if something was saved, and again at everything if anything on it has changed."""
    if is_saved and not all(session.are_as_before()):
        look_again(unsaved)
    else:
        edit(unsaved)


def _found_anew(top: Path, unsaved: dict[str, str]) -> dict[str, list[str]]:
    long = session._SESSIONS
    session._SESSIONS = session._Sessions()
    look_again(unsaved)
    try:
        return _all_found(top, unsaved)
    finally:
        session._SESSIONS = long


def _all_found(top: Path, unsaved: dict[str, str]) -> dict[str, list[str]]:
    paths = {name: top / name for name in TEXTS}
    return {
        name: found(path, unsaved.get(str(path)))
        for name, path in paths.items()
        if str(path) in unsaved or path.exists()
    }


def test_run_over_several_projects_keeps_the_trees_of_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_MAX_PARSED", len(NET + USE))
    for name in ("one", "two", "one", "three"):
        write(tmp_path / name / "setup.py", "")
        write(tmp_path / name / "net.py", NET)
        write(tmp_path / name / "use.py", USE)
        assert found(tmp_path / name / "use.py") == ["FWD001"]
    kept = session._SESSIONS._now.values()
    assert [one.workspace.top.name for one in kept if one.workspace.top is not None] == ["one", "three"]


def test_process_that_goes_on_keeps_the_trees_of_several_projects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_MAX_PARSED", 1)
    look_again({})
    for name in ("one", "two", "three"):
        write(tmp_path / name / "setup.py", "")
        write(tmp_path / name / "use.py", USE)
        found(tmp_path / name / "use.py")
    assert len(session._SESSIONS._now) == 3


def test_subclasses_of_a_class_that_is_named_everywhere_are_known(top: Path) -> None:
    write(top / "maker.py", "class Maker:\n    def make(self): raise NotImplementedError\n")
    write(
        top / "heir.py",
        "import maker\nfrom torch import nn\n\nclass Heir(maker.Maker):\n    def make(self): return nn.Identity()\n",
    )
    for number in range(100):
        write(top / f"user{number}.py", "from maker import Maker\n\ndef use(maker: Maker): maker.stop()\n")
    write(top / "run.py", "from maker import Maker\n\ndef run(maker: Maker): maker.make().forward(1)\n")
    assert found(top / "run.py") == ["FWD001"]


def test_what_is_known_of_subclasses_is_that_of_the_text_in_hand(top: Path) -> None:
    """flake8 may pass a text that is not the one on disk. It counts for what is checked after it."""
    for name, text in {"net": NET, "heir": HEIR, "use": USE, "other": USE}.items():
        write(top / f"{name}.py", text)
    assert found(top / "use.py") == ["FWD002"]
    assert found(top / "heir.py", HEIR.replace("-x", "super().__call__(x)")) == []
    assert found(top / "other.py") == ["FWD001"]


def test_subclasses_are_searched_once_for_all_files(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []
    search = Hierarchy.searched

    def noted(self: Hierarchy, cls: SourceClass) -> tuple[SourceClass | None, ...]:
        searched.append(cls.node.name)
        return search(self, cls)

    monkeypatch.setattr(Hierarchy, "searched", noted)
    for name, text in {"net": NET, "heir": HEIR, "use": USE, "other": USE}.items():
        write(top / f"{name}.py", text)
    assert (found(top / "use.py"), found(top / "other.py")) == (["FWD002"], ["FWD002"])
    assert searched.count("Net") == 1


def test_subclasses_that_would_take_too_long_to_find_are_not_all_known(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MAX_WORK", 3)
    write(top / "net.py", NET)
    write(top / "heir.py", HEIR)
    one = session.session_of(str(top / "net.py"))
    file, evaluator = one.take(Source(str(top / "net.py"), NET))
    cls = evaluator.source_class(scopes_of(file).classes[0])
    assert not evaluator.hierarchy.knows_all_subclasses(cls)
    assert evaluator.hierarchy.project_subclasses(cls) == []


def test_a_file_of_subclasses_is_looked_through_once_for_all_their_searches(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    below = Hierarchy._below

    def noted(self: Hierarchy, file: File) -> dict[Class, list[SourceClass]]:
        looked.append(file.name)
        return below(self, file)

    monkeypatch.setattr(Hierarchy, "_below", noted)
    write(top / "net.py", NET)
    write(top / "mixin.py", "class Mixin:\n    def go(self): self.forward(1)\n")
    kinds = "".join(f"class Kind{number}(Mixin, Net): ...\n" for number in range(20))
    write(top / "kinds.py", f"from net import Net\nfrom mixin import Mixin\n{kinds}")
    assert found(top / "mixin.py") == ["FWD001"]
    assert looked.count("kinds") <= 2  # Once by the evaluator of the file, once for all that search it.


def test_files_of_a_project_that_is_left_are_freed_without_the_collector(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_MAX_PARSED", 1)
    for name in ("one", "other"):
        write(top / name / "setup.py", "")
        write(top / name / "net.py", NET)
        write(top / name / "use.py", USE)
    used = top / "one" / "use.py"
    assert found(used) == ["FWD001"]
    trees = [weakref.ref(kept.tree) for kept in kept_files()]
    assert len(trees) == 2
    gc.collect()
    gc.disable()
    try:
        assert found(top / "other" / "use.py") == ["FWD001"]
        assert [tree() for tree in trees] == [None, None]
    finally:
        gc.enable()
    assert found(used) == ["FWD001"]


def kept_files() -> list[File]:
    """The parsed files of the session that was used last."""
    last = list(session._SESSIONS._now.values())[-1]
    return [one.file for one in last.workspace._shelf._entries.items().values() if one.file is not None]


def test_folders_of_scripts_share_what_was_parsed(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them is searched for imports by its own scripts only, so each has a session of its own."""
    monkeypatch.setattr(session, "_MAX_PARSED", 1)
    write(top / "net" / "__init__.py", NET)
    parsed: list[str] = []
    parse = ast.parse

    def counted(text: str, *args: object, **given: object) -> ast.AST:
        parsed.append(text)
        return parse(text, *args, **given)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(ast, "parse", counted)
    for number in (1, 2, 3, 1, 2, 3):
        write(top / f"scripts{number}" / "use.py", f"{USE}# {number}\n")
        assert found(top / f"scripts{number}" / "use.py") == ["FWD001"]
    assert parsed.count(NET) == 1


def test_package_that_is_installed_for_one_folder_is_not_for_another(top: Path) -> None:
    """Its classes are named in full where it is installed, whichever folder was checked before."""
    packages = top / "env/lib/python3.11/site-packages"
    write(top / "env/pyvenv.cfg", "")
    write(packages / "net/__init__.py", OTHER_CALL)
    project = top / "project"
    write(project / "setup.py", "")
    write(project / "user/forward-call.toml", f"python = {str(top / 'env')!r}\n")
    write(project / "owner/forward-call.toml", f"roots = [{str(packages)!r}]\n")
    for name in ("user/one", "user/two", "owner/one", "owner/two"):
        write(project / f"{name}.py", USE)
    CHOICE.set(Choice())  # The environment is the one in the settings.
    for name in ("user/one", "owner/one", "user/two", "owner/two"):
        path = project / f"{name}.py"
        (finding,) = analyse(Source(str(path), USE))
        assert ("net.Net overrides" in finding.message) == name.startswith("user")
