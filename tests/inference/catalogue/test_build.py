"""The catalogue's builder, on a package of a few files."""

from __future__ import annotations

import ast
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from flake8_forward_call.inference.catalogue import MODULE_CLASS, Catalogue, Package, build
from flake8_forward_call.inference.catalogue.builder import Builder
from flake8_forward_call.inference.catalogue.package import write
from flake8_forward_call.inference.evaluator import Evaluator
from flake8_forward_call.inference.project.project import Project
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.types import ClassObject, Instance
from flake8_forward_call.inference.verdicts.verdict import Sameness, Standing

TORCH = {
    "torch/__init__.py": "from torch import nn as nn\ndef compile(model=None, *, mode=None): ...\n",
    "torch/nn/__init__.py": "from torch.nn.modules import *\n",
    "torch/nn/modules/__init__.py": "from .module import Module\nfrom .more import *\n",
    "torch/nn/modules/module.py": """\
        from typing import Any, TypeVar, Iterator
        T = TypeVar("T", bound="Module")
        class Module:
            _modules: dict[str, "Module | None"]
            def __call__(self, *args): ...
            def to(self: T, device: Any) -> T: ...
            def children(self) -> Iterator["Module"]: ...
            def named(self):
                yield "", self
                for name, child in self._modules.items():
                    yield name, child
            def size(self) -> int: ...
            def _apply(self, change): return self
            def _count(self): return 3
        """,
    "torch/nn/modules/more.py": """\
        from .module import Module
        __all__ = ["Linear", "Pair"]
        class Linear(Module):
            bias = None
            def __init__(self, size, *, inner=None):
                self.size = size
                self.inner = inner
            def forward(self, x): return self.inner(x)
        class Pair(Module):
            def __init__(self, left: Module, right: Module | None = None):
                self.left = left
                self.right = right
                self.made = Linear(1)
                self._hidden = Linear(1)
        class _Private(Module): ...
        class _Unused(Module): ...
        class Exposed(_Private): ...
        """,
}

COMPILE = {"torch.compile": [["model"], "~model"]}


def files(root: Path, contents: dict[str, str]) -> Path:
    for name, text in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = text.splitlines(keepends=True)
        indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        path.write_text("".join(line[indent:] for line in lines), encoding="utf-8")
    return root


def built(root: Path, contents: dict[str, str], package: str = "torch") -> dict[str, Any]:
    """What the builder makes of a package, by kind."""
    facts = Builder(package, files(root, contents)).build()
    modules: dict[str, dict[str, str]] = {}
    for dotted, target in facts.items():
        if isinstance(target, str):
            module, _, name = dotted.rpartition(".")
            modules.setdefault(module, {})[name] = target
    return {
        "facts": facts,
        "classes": {name: fact for name, fact in facts.items() if isinstance(fact, dict)},
        "functions": {name: fact for name, fact in facts.items() if isinstance(fact, list)},
        "modules": modules,
    }


def catalogue(facts: dict[str, Any], package: str = "torch") -> Catalogue:
    return Catalogue({package: Package(write(package, "1.0", facts["facts"]).encode())})


def test_writes_down_module_classes_and_where_their_names_are(tmp_path: Path) -> None:
    facts = built(tmp_path, TORCH)
    classes = facts["classes"]
    assert set(classes) == {
        MODULE_CLASS,
        "torch.nn.modules.more.Linear",
        "torch.nn.modules.more.Pair",
        "torch.nn.modules.more.Exposed",
        "torch.nn.modules.more._Private",
    }
    assert facts["modules"]["torch.nn"] == {
        "Linear": "torch.nn.modules.more.Linear",
        "Module": MODULE_CLASS,
        "Pair": "torch.nn.modules.more.Pair",
    }
    assert "torch.nn.modules.more" not in facts["modules"]
    assert classes["torch.nn.modules.more.Linear"] == {
        "attributes": {"inner": "~inner"},
        "bases": [MODULE_CLASS],
        "parameters": ["size", "inner"],
    }
    assert classes["torch.nn.modules.more.Pair"]["attributes"] == {
        "left": MODULE_CLASS,
        "made": "torch.nn.modules.more.Linear",
        "right": f"{MODULE_CLASS} | None",
    }
    assert classes[MODULE_CLASS] == {
        "attributes": {"_modules": f"dict[Plain, {MODULE_CLASS} | None]"},
        "methods": {
            "_apply": [[], "Self"],
            "children": [[], f"list[{MODULE_CLASS}]"],
            "named": [[], f"list[tuple[Plain, Self] | tuple[Plain, {MODULE_CLASS} | None]]"],
            "named_modules": [[], f"list[tuple[Plain, {MODULE_CLASS}]]"],
            "to": [[], "Self"],
        },
    }


def test_private_methods_of_module_alone_are_told(tmp_path: Path) -> None:
    text = "from .modules import Module\nclass Own(Module):\n    def _own(self): return self\n"
    classes = built(tmp_path, {**TORCH, "torch/nn/own.py": text})["classes"]
    assert classes[MODULE_CLASS]["methods"]["_apply"] == [[], "Self"]
    assert "_count" not in classes[MODULE_CLASS]["methods"]
    assert "_own" not in classes.get("torch.nn.own.Own", {}).get("methods", {})


def test_what_was_built_is_read_again(tmp_path: Path) -> None:
    evaluator = Evaluator(Project(catalogue(built(tmp_path, TORCH))))
    kind = evaluator.namespace("torch.nn.Pair")
    assert isinstance(kind, ClassObject)
    assert evaluator.hierarchy.standing(kind.cls) is Standing.MODULE
    text = "import torch\npair = torch.nn.Pair(torch.nn.Linear(1))\nleft = pair.to(1).left\nmade = pair.made"
    file = File("net.py", ast.parse(text))
    for name, expected in [("left", "Linear"), ("made", "Linear"), ("pair", "Pair")]:
        found = evaluator.global_of(file, name)
        assert f"more.{expected}" in repr(found) or name == "left"


def test_functions_that_give_modules(tmp_path: Path) -> None:
    utils = """\
        import copy
        from typing import Any, TypeVar
        from torch.nn import Linear, Module
        M = TypeVar("M", bound=Module)
        def norm(module, name="weight"):
            setattr(module, name, 1)
            return module
        def typed(module: M, name: str = "weight") -> M:
            return module
        def make(size): return Linear(size)
        def declared(name) -> Module: return find(name)
        def perhaps(flag):
            if flag: return Linear(1)
        def pair(module): return module, 1
        def copied(module, n): return [copy.deepcopy(module) for _ in range(n)]
        def size(module) -> int: return 1
        def anything(module) -> Any: return find(module)
        def nothing(module): print(module)
        def _private(module): return module
        def loops(n): return loops(n - 1)
        async def later(size): return Linear(size)
        def inner_function(module):
            def inner(): return module
            return inner
        class Helper:
            def build(self) -> Module: ...
            def other(self): return 1
        class NoHelper:
            def build(self): return 1
        def helper() -> Helper: ...
        def no_helper() -> NoHelper: ...
        """
    facts = built(tmp_path, TORCH | {"torch/utils.py": utils})
    assert facts["functions"] == {
        **COMPILE,
        "torch.utils.norm": [["module"], "~module"],
        "torch.utils.typed": [["module"], "~module"],
        "torch.utils.make": [[], "torch.nn.modules.more.Linear"],
        "torch.utils.declared": [[], MODULE_CLASS],
        "torch.utils.perhaps": [[], "torch.nn.modules.more.Linear | None"],
        "torch.utils.pair": [["module"], "tuple[~module, Plain]"],
        "torch.utils.copied": [["module"], "list[~module]"],
        "torch.utils.later": [[], "Awaitable[torch.nn.modules.more.Linear]"],
        "torch.utils.helper": [[], "torch.utils.Helper"],
    }
    assert facts["classes"]["torch.utils.Helper"] == {"methods": {"build": [[], MODULE_CLASS]}}
    assert facts["classes"]["torch.utils.NoHelper"] == {}


def test_calls_interfaces_and_mixins_are_told(tmp_path: Path) -> None:
    more = """\
        import abc, paddle
        from typing import Generic, Protocol, TypeVar
        from elsewhere import Unread
        from torch.nn import Module
        from torch.jit import interface
        T = TypeVar("T")
        class Odd(Module):
            def __call__(self, x): return x
        class Same(Module):
            def __call__(self, x): return super().__call__(x)
        class Partly(Module):
            def __call__(self, x):
                if x: return x
                return super().__call__(x)
        class Mixin(abc.ABC): ...
        class Says(Protocol): ...
        class CallMixin(Says):
            def __call__(self, x): return x
        class Mixed(Mixin, Module): ...
        class MixedCall(CallMixin, Module): ...
        class OfUnread(Unread, Module): ...
        class Typed(Module, Generic[T]): ...
        class Unrelated(Mixin): ...
        class Foreign(Unread): ...
        class Layer(paddle.nn.Layer): ...
        @interface
        class Face(Module): ...
        """
    jit = "def interface(obj): return obj\n"
    facts = built(tmp_path, TORCH | {"torch/more.py": more, "torch/jit.py": jit})
    classes = {name.removeprefix("torch.more."): entry for name, entry in facts["classes"].items()}
    assert classes["Odd"]["call"] == "different"
    assert classes["Same"]["call"] == "same"
    assert classes["Partly"]["call"] == "perhaps"
    assert classes["Mixed"]["bases"] == ["torch.more.Mixin", MODULE_CLASS]
    assert classes["Mixin"] == {}
    assert classes["CallMixin"] == {"bases": ["torch.more.Says"], "call": "different"}
    assert classes["OfUnread"]["bases"] == [None, MODULE_CLASS]
    assert classes["Typed"]["bases"] == [MODULE_CLASS]
    assert classes["Unrelated"] == {}
    assert "Foreign" not in classes
    assert classes["Layer"] == {}
    evaluator = Evaluator(Project(catalogue(facts)))
    known = {name: evaluator.known_class(f"torch.more.{name}") for name in ("Mixed", "MixedCall", "OfUnread", "Typed")}
    meanings = {name: evaluator.hierarchy.meaning_of_call(cls) for name, cls in known.items() if cls is not None}
    assert meanings == {
        "Mixed": Sameness.SAME,
        "MixedCall": Sameness.DIFFERENT,
        "OfUnread": Sameness.PERHAPS,
        "Typed": Sameness.SAME,
    }


def test_stand_ins_do_not_count(tmp_path: Path) -> None:
    text = """\
        import os
        from torch.nn import Module
        if os.environ.get("X"):
            class Real(Module):
                def make(self) -> Module: ...
            def helper(): ...
        else:
            class Real: ...
            class Other(Module): ...
        """
    facts = built(tmp_path, TORCH | {"torch/real.py": text, "torch/api.py": "from torch.real import Real, Other\n"})
    assert facts["classes"]["torch.real.Real"]["bases"] == [MODULE_CLASS]
    assert facts["modules"]["torch.api"] == {"Other": "torch.real.Other", "Real": "torch.real.Real"}


def test_stand_ins_for_a_failed_import_do_not_count(tmp_path: Path) -> None:
    text = """\
        from torch.nn import Module
        try:
            from elsewhere import thing
            class Real(Module): ...
        except ImportError:
            class Real: ...
        try:
            from elsewhere import other
        except ImportError:
            class Late: ...
        else:
            class Late(Module): ...
        """
    classes = built(tmp_path, TORCH | {"torch/real.py": text})["classes"]
    assert classes["torch.real.Real"]["bases"] == classes["torch.real.Late"]["bases"] == [MODULE_CLASS]


def test_compilers_give_back_what_goes_in(tmp_path: Path) -> None:
    facts = built(tmp_path, TORCH | {"torch/jit/_script.py": "def script(obj, optimize=None): ...\n",
                                     "torch/jit/__init__.py": "from torch.jit._script import script\n"})  # fmt: skip
    assert facts["functions"] == {**COMPILE, "torch.jit._script.script": [["obj"], "~obj"]}
    assert facts["modules"]["torch.jit"] == {"script": "torch.jit._script.script"}


def test_compiler_with_another_parameter_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"torch\.jit\._script\.script has no parameter 'obj' any more"):
        built(tmp_path, TORCH | {"torch/jit/_script.py": "def script(thing): ...\n"})


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    odd = {
        "torch/broken.py": "class Broken(:\n",
        "torch/null.py": "class Null: ...\0\n",
        "torch/strange-name.py": "class Strange: ...\n",
        "torch/testing/tools.py": "from torch.nn import Module\nclass Tool(Module): ...\n",
        "torch/_internal/secret.py": "from torch.nn import Module\nclass Secret(Module): ...\n",
        "torch/cycle_a.py": "from torch.cycle_b import *\nfrom torch.nn import Module\nclass A(B): ...\n",
        "torch/cycle_b.py": "from torch.cycle_a import *\nfrom torch.nn import Module\nclass B(Module): ...\n",
        "torch/selfish.py": "from torch.nn import Module\nclass Own(Own): ...\nclass Loop(Module, Loop): ...\n",
        "torch/old.py": 'x = "\\d"\nfrom torch.nn import Module\nclass Old(Module): ...\n',
        "torch/chain_a.py": "from torch.chain_b import *\nfrom ....... import nothing\n",
        "torch/chain_b.py": "from torch.cycle_b import *\nfrom torch.nowhere import *\n",
        "torch/missing.py": "from torch.nowhere import *\nfrom torch.nn import Module as M\n",
        "torch/given.py": "__all__ = ['M']\nfrom torch.nn import Module as M, Linear\nclass G(M): ...\n",
    }
    facts = built(tmp_path, TORCH | odd)
    names = {name.rpartition(".")[2] for name in facts["classes"]}
    assert {"A", "B", "Old", "Loop"} <= names
    assert not names & {"Broken", "Null", "Strange", "Tool", "Secret", "Own"}
    assert "torch.cycle_a" not in facts["modules"]
    assert facts["modules"]["torch.chain_a"]["B"] == "torch.cycle_b.B"
    assert facts["modules"]["torch.given"] == {"M": MODULE_CLASS}
    assert facts["modules"]["torch.missing"] == {"M": MODULE_CLASS}


def test_members_by_every_kind_of_type(tmp_path: Path) -> None:
    kinds = """\
        from typing import Awaitable, Generic, TypeVar
        from torch.nn import Linear, Module
        from torch.nn.modules.container import ModuleList, Sequential
        M = TypeVar("M", bound=Module)
        T = TypeVar("T")
        class Box(Generic[M]):
            value: M
            def __init__(self, value: M, count: int, *rest):
                self.kept = value
                self.pair = (value, Linear(1))
                self.table = {"a": [Linear(1)]}
                self.kind = Linear
                self.stack = Sequential(Linear(1), Linear(2))
                self.layers = ModuleList([Linear(1)])
                self.first = self.layers[0]
            async def later(self) -> Linear: ...
            def unpacked(*args): return args[0].value
            @staticmethod
            def build(): return Linear(1)
            def __enter__(self): return self
            def _hidden(self) -> Module: ...
            def run(self): return self.kept(1), self.value.weight
        class Empty: ...
        """
    containers = """\
        from torch.nn.modules.module import Module
        class ModuleList(Module): ...
        class Sequential(Module): ...
        """
    facts = built(tmp_path, TORCH | {"torch/kinds.py": kinds, "torch/nn/modules/container.py": containers})
    linear = "torch.nn.modules.more.Linear"
    assert facts["classes"]["torch.kinds.Box"] == {
        "attributes": {
            "kept": "~value",
            "kind": f"type[{linear}]",
            "layers": "torch.nn.modules.container.ModuleList",
            "pair": f"tuple[~value, {linear}]",
            "stack": "torch.nn.modules.container.Sequential",
            "table": f"dict[Plain, list[{linear}]]",
            "value": "~value",
        },
        "methods": {
            "__enter__": [[], "Self"],
            "build": [[], linear],
            "later": [[], f"Awaitable[{linear}]"],
        },
        "parameters": ["value"],
    }


def test_what_leads_too_deep_is_left_out(tmp_path: Path) -> None:
    steps = "".join(f"def f{i}(): return f{i + 1}()\n" for i in reversed(range(100)))
    more = f"from torch.nn import Linear\ndef f100(): return Linear(1)\n{steps}"
    functions = built(tmp_path, TORCH | {"torch/more.py": more})["functions"]
    assert "torch.more.f0" not in functions
    assert "torch.more.f100" in functions


def test_another_package_may_build_on_one_that_is_not_read(tmp_path: Path) -> None:
    text = "from torch import nn\nfrom elsewhere import Base\nclass A(nn.Module): ...\nclass B(Base): ...\n"
    facts = built(tmp_path, {"pack/__init__.py": text}, "pack")
    assert facts["classes"] == {"pack.A": {"bases": ["torch.nn.modules.module.Module"]}}


RELEASE = ("torch==9.9", ("torch",))


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, *arguments: str) -> int:
    """Run the builder's command for a catalogue of one release that lies in a folder."""
    monkeypatch.setattr(build, "__file__", str(folder / "build.py"))
    monkeypatch.setattr(build, "RELEASES", (RELEASE,))
    monkeypatch.setattr(sys, "argv", ["build", *arguments])
    return build.main()


def test_writes_beside_the_catalogue_and_says_whether_it_still_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = files(tmp_path / "source", TORCH)
    assert run(monkeypatch, tmp_path, "torch==9.9", str(source), "--check") == 1
    assert run(monkeypatch, tmp_path, "torch==9.9", str(source)) == 0
    package = Package((tmp_path / "torch.tsv").read_bytes())
    assert (package.name, package.version) == ("torch", "9.9")
    assert run(monkeypatch, tmp_path, "torch==9.9", str(source), "--check") == 0
    files(source, {"torch/new.py": "from torch.nn import Module\nclass New(Module): ...\n"})
    capsys.readouterr()
    assert run(monkeypatch, tmp_path, "torch==9.9", str(source), "--check") == 1
    assert "torch.tsv differs from what the source of torch==9.9 gives" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["torch==1.0"]])
def test_builds_no_release_but_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, tmp_path, *arguments)


def test_source_that_lacks_the_package_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="has no folder torch"):
        run(monkeypatch, tmp_path, "torch==9.9", str(tmp_path))


def test_what_else_lies_in_the_folder_changes_nothing(tmp_path: Path) -> None:
    text = "from torch import nn\nfrom torchlike import Base\nclass A(nn.Module): ...\nclass B(Base): ...\n"
    alone = built(tmp_path / "alone", {"pack/__init__.py": text}, "pack")
    neighbour = {"torchlike/__init__.py": "from torch import nn\nclass Base(nn.Module): ...\n"}
    assert built(tmp_path / "more", {"pack/__init__.py": text, **neighbour}, "pack") == alone
    root = files(tmp_path / "more", {})
    assert "pack.B" in Builder("pack", root, ["pack", "torchlike"]).build()


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_fetches_what_it_is_to_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    source = files(tmp_path / "torch-9.9", TORCH)

    def download(command: list[str], *, check: bool) -> None:
        """Leave what pip would: the release as one archive in the folder that it is told."""
        assert check
        assert command[-1] == "torch==9.9"
        folder = Path(command[command.index("--dest") + 1])
        if kind == "wheel":
            with zipfile.ZipFile(folder / "torch-9.9-py3-none-any.whl", "w") as wheel:
                for path in source.rglob("*.py"):
                    wheel.write(path, path.relative_to(source))
                wheel.writestr("torch/lib/data.bin", b"")
        else:
            with tarfile.open(folder / "torch-9.9.tar.gz", "w:gz") as sdist:
                sdist.add(source, source.name)

    monkeypatch.setattr(subprocess, "run", download)
    assert run(monkeypatch, tmp_path, "--all") == 0
    assert Package((tmp_path / "torch.tsv").read_bytes()).entry("torch.nn.Linear")
    assert run(monkeypatch, tmp_path, "torch==9.9", "--check") == 0


def test_class_methods_make_instances_of_the_class_that_they_are_called_on(tmp_path: Path) -> None:
    text = """\
        from typing import Self, TypeVar
        from torch.nn import Linear, Module
        T = TypeVar("T", bound="Net")
        class Net(Module):
            @classmethod
            def typed(cls: type[T], path) -> T: ...
            @classmethod
            def declared(cls) -> Self: ...
            @classmethod
            def base(cls) -> "Net": ...
            @classmethod
            def layer(cls): return Linear(1)
            @classmethod
            def nothing(cls): return 1
        """
    facts = built(tmp_path, TORCH | {"torch/net.py": text})
    assert facts["classes"]["torch.net.Net"]["methods"] == {
        "base": [[], "torch.net.Net"],
        "declared": [[], "Self()"],
        "layer": [[], "torch.nn.modules.more.Linear"],
        "typed": [[], "Self()"],
    }
    program = "from torch.net import Net\nclass Mine(Net): ...\nmade = Mine.declared()\nagain = made.typed('a')\n"
    file, evaluator = File("mine.py", ast.parse(program), "mine"), Evaluator(Project(catalogue(facts)))
    for name in ("made", "again"):
        kind = evaluator.global_of(file, name)
        assert isinstance(kind, Instance)
        assert kind.cls.dotted == "mine.Mine"


def test_values_that_are_modules_or_give_them(tmp_path: Path) -> None:
    impl = """\
        from torch.nn import Linear, Module
        class Bundle:
            def get_model(self) -> Module: ...
        BASE = Bundle()
        size = 1
        """
    zoo = "from torch.zoo._impl import BASE, size\nfrom torch.nn import Linear\nLAYER = Linear(1)\n_HIDDEN = LAYER\n"
    facts = built(tmp_path, TORCH | {"torch/zoo/_impl.py": impl, "torch/zoo/__init__.py": zoo})
    values = {name: fact for name, fact in facts["facts"].items() if len(fact) == 1 and isinstance(fact, list)}
    assert values == {"torch.zoo.BASE": ["torch.zoo._impl.Bundle"], "torch.zoo.LAYER": ["torch.nn.modules.more.Linear"]}
    kind = Evaluator(Project(catalogue(facts))).namespace("torch.zoo.BASE")
    assert isinstance(kind, Instance)
    assert kind.cls.dotted == "torch.zoo._impl.Bundle"


def test_name_that_outer_packages_have_from_inner_ones_is_written_once(tmp_path: Path) -> None:
    star = {
        "torch/__init__.py": TORCH["torch/__init__.py"] + "from torch.zoo import *\n",
        "torch/zoo/__init__.py": "from torch.zoo.net import *\nfrom torch.other import Net as Other, Less\n",
        "torch/zoo/net/__init__.py": "from torch.zoo.net.code import *\nfrom torch.zoo.net import code as also\n",
        "torch/zoo/net/code.py": "from torch.nn import Module\nclass Net(Module): ...\nclass Less(Module): ...\n",
        "torch/other.py": "from torch.nn import Module\nclass Net(Module): ...\nclass Less(Module): ...\n",
    }
    facts = built(tmp_path, TORCH | star)
    names, known = facts["modules"], catalogue(facts)
    assert names["torch"]["Net"] == "torch.zoo.net.code.Net"
    assert "Net" not in names["torch.zoo"]
    assert set(names["torch.zoo.net"]) == {"Less", "Module"}
    assert names["torch"]["also"] == "torch.zoo.net.code"
    for module in ("torch", "torch.zoo", "torch.zoo.net", "torch.zoo.net.code"):
        net = known.resolve(f"{module}.Net")
        assert net is not None
        assert net.name == "torch.zoo.net.code.Net"
    for dotted, home in [("torch.zoo.Less", "other"), ("torch.Less", "other"), ("torch.zoo.net.Less", "zoo.net.code")]:
        less = known.resolve(dotted)
        assert less is not None
        assert less.name == f"torch.{home}.Less"
    assert known.resolve("torch.nn.Net") is None


def test_conventions_are_put_in(tmp_path: Path) -> None:
    hub = {"torch/hub.py": "def load(repo, model): return find(repo)(model)\n"}
    assert built(tmp_path, TORCH | hub)["functions"]["torch.hub.load"] == [[], f"Opaque[{MODULE_CLASS}]"]


def test_convention_that_no_function_has_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"torch\.hub\.load is there no more"):
        built(tmp_path, TORCH | {"torch/hub.py": "def find(repo): ...\n"})


def test_convention_for_a_method_is_put_in_its_class(tmp_path: Path) -> None:
    text = "class Accelerator:\n    def prepare(self, *args): return wrapped(args)\n"
    facts = built(tmp_path, {"accelerate/accelerator.py": text}, "accelerate")
    methods = facts["classes"]["accelerate.accelerator.Accelerator"]["methods"]
    assert methods["prepare"] == [["*args"], "~args"]


def test_bases_that_are_read_in_part_and_classes_that_give_nothing(tmp_path: Path) -> None:
    text = """\
        from elsewhere import Unread
        from torch.nn import Module
        class Partly(Unread): ...
        class More(Partly): ...
        class Mixed(More, Module): ...
        class Fluent:
            def to(self, device): return self
        class Derived(Fluent): ...
        def local():
            class Inner(Module): ...
            return Inner()
        class Holder:
            def inner(self):
                class Inner(Module): ...
                return Inner()
        """
    facts = built(tmp_path, TORCH | {"torch/parts.py": text})
    parts = {name.removeprefix("torch.parts."): fact for name, fact in facts["classes"].items() if "parts" in name}
    assert parts == {
        "Partly": {"bases": [None]},
        "More": {"bases": ["torch.parts.Partly"]},
        "Mixed": {"bases": ["torch.parts.More", MODULE_CLASS]},
        "Fluent": {},
        "Derived": {},
        "Holder": {},
    }
    assert "torch.parts.local" not in facts["functions"]


def test_interfaces_are_told(tmp_path: Path) -> None:
    text = "import torch\n@torch.jit.interface\nclass Face(torch.nn.Module): ...\n"
    face = built(tmp_path, {"pack/__init__.py": text}, "pack")["classes"]["pack.Face"]
    assert face == {"bases": [MODULE_CLASS], "interface": True}
