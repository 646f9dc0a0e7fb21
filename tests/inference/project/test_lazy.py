"""Modules that make their names when they are asked for, names given as texts, and stubs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from projects import project as write

from flake8_forward_call.analysis import analyse
from flake8_forward_call.sources.source import Source

BASE = "from torch import nn\n\nclass Base(nn.Module):\n    pass\n"
CALL = "\n\ndef run(x):\n    return Base().forward(x)\n"
USE = f"from pkg import Base{CALL}"
IMPORT = "import importlib\n"
FUNCTION = "def __getattr__(name):\n"


def found(path: Path) -> list[str]:
    return [one.code for one in analyse(Source(str(path), path.read_text()))]


LAZY_BY_NAME = f"{FUNCTION}    return getattr(importlib.import_module(_LAZY[name]), name)"


@pytest.mark.parametrize(
    "init",
    [
        # lazy_loader
        "import lazy_loader as lazy\n"
        "__getattr__, __dir__, __all__ = lazy.attach(__name__, submod_attrs={'sub': ['Base']})",
        "import lazy_loader\nattrs = {'sub': ['Base']}\n__getattr__, *_ = lazy_loader.attach(__name__, {'x'}, attrs)",
        # transformers, diffusers
        "_import_structure = {'other': []}\ntry:\n    import x\nexcept ImportError:\n    pass\nelse:\n"
        "    _import_structure['sub'] = ['Base']\n"
        "import sys\nsys.modules[__name__] = _LazyModule(__name__, __file__, _import_structure)",
        "_import_structure = {'sub': ['A']}\n_import_structure['sub'].extend(['Base'])\nfrom sys import modules\n"
        "modules[__name__] = Lazy(_import_structure)",
        "_import_structure = {'sub': ['A']}\n_import_structure['sub'].append('Base')\nfrom sys import modules\n"
        "modules[__name__] = Lazy(_import_structure)",
        "_import_structure = {'sub': ['A']}\n_import_structure['sub'] += ['Base']\nfrom sys import modules\n"
        "modules[__name__] = Lazy(_import_structure)",
        # A table by name
        f"{IMPORT}_LAZY = {{'Base': '.sub'}}\n{LAZY_BY_NAME}",
        f"{IMPORT}_LAZY = {{'Base': 'pkg.sub'}}\n{LAZY_BY_NAME}",
        f"_LAZY = {{'Base': 'sub'}}\n{FUNCTION}    return load(name)",
        f"_LAZY = {{'Base': 'pkg.sub:Base'}}\n{FUNCTION}    return load(name)",
        f"_LAZY = {{'Base': 'pkg.sub.Base'}}\n{FUNCTION}    return load(name)",
        f"_LAZY = {{'Base': ('pkg.sub', 'Base')}}\n{FUNCTION}    return load(name)",
        f"_LAZY = {{'Base': ['.sub', 'Base'], **more, 1: 'x'}}\n{FUNCTION}    return load(name)",
        # A function
        f"{FUNCTION}    if name == 'Base':\n        from .sub import Base\n        return Base\n    raise E",
        f"{FUNCTION}    if name != 'Base':\n        raise AttributeError\n    from .sub import Base\n    return Base",
        f"{FUNCTION}    if name in ('A', 'Base'):\n"
        "        from pkg import sub\n        return getattr(sub, name)\n    raise E",
        f"{FUNCTION}    if name in {{'A'}} or name == 'Base':\n"
        "        from .sub import Base\n        return Base\n    return 1",
        f"{FUNCTION}    if name == 'A':\n        return 1\n    elif name.startswith('__'):\n        raise E\n"
        "    else:\n        try:\n            from . import sub\n            return getattr(sub, name)\n"
        "        finally:\n            pass",
        f"{IMPORT}{FUNCTION}    sub = importlib.import_module('.sub', __name__)\n    return getattr(sub, name)",
        f"{IMPORT}{FUNCTION}    return getattr(importlib.import_module(f'{{__name__}}.sub'), name)",
        f"{IMPORT}{FUNCTION}    return getattr(importlib.import_module(__package__ + '.sub'), name)",
        f"{FUNCTION}    if name == 'Base':\n        from .sub import Base\n        globals()[name] = Base\n"
        "        return globals()[name]\n    raise AttributeError(name)",
        # An object in place of the module
        "import sys\nfrom .sub import Base as B\nclass Lazy:\n    Base = B\nsys.modules[__name__] = Lazy()",
        "import sys\nfrom .sub import Base as B\nclass Lazy:\n    Base = B\nit = Lazy()\nsys.modules[__name__] = it",
        "import sys\nfrom . import sub\nsys.modules[__name__] = sub",
    ],
)
def test_name_is_found_where_the_module_makes_it(tmp_path: Path, init: str) -> None:
    write(tmp_path, {"pkg/__init__.py": init, "pkg/sub.py": BASE, "use.py": USE})
    assert found(tmp_path / "use.py") == ["FWD001"]


@pytest.mark.parametrize(
    "init",
    [
        "_LAZY = {'Base': '.sub'}",
        "_LAZY = {'Base': '.gone'}\n" + FUNCTION + "    return load(name)",
        "_LAZY = {'Base': '.....sub'}\n" + FUNCTION + "    return load(name)",
        "_LAZY = {'Base': 'pkg'}\n" + FUNCTION + "    return load(name)",
        "_LAZY = {'sub': ['Other']}\n" + FUNCTION + "    return load(name)",
        "def f():\n    _LAZY = {'sub': ['Base']}\ndef __getattr__(): ...",
        FUNCTION + "    if name == 'Base':\n        return 1\n    from .sub import Base\n    return Base",
        FUNCTION + "    if other == 'Base' or other in ('a',) or other.startswith('B'):\n        return\n    return x",
        FUNCTION + "    from . import Base\n    return Base",
        FUNCTION + "    pass",
        "from .other import __getattr__",
        "import sys\nsys.modules[__name__] = make()",
        "import sys\nsys.modules['pkg'] = make()",
        IMPORT + FUNCTION + "    return getattr(importlib.import_module(name), name)",
        IMPORT + FUNCTION + "    return getattr(importlib.import_module(), name)",
        IMPORT + FUNCTION + "    return getattr(importlib.import_module('.sub'), name)",
        IMPORT + FUNCTION + "    return getattr(importlib.import_module('...sub', __name__), name)",
        IMPORT + FUNCTION + "    return getattr(importlib.import_module('.sub' + name, __name__), name)",
    ],
)
def test_name_that_the_module_does_not_make(tmp_path: Path, init: str) -> None:
    write(tmp_path, {"pkg/__init__.py": init, "pkg/sub.py": BASE, "use.py": USE})
    assert found(tmp_path / "use.py") == []


def test_name_that_the_module_makes_on_some_paths_is_in_doubt(tmp_path: Path) -> None:
    init = FUNCTION + "    if odd(name):\n        from .sub import Base\n        return Base\n    return 1"
    write(tmp_path, {"pkg/__init__.py": init, "pkg/sub.py": BASE, "use.py": USE})
    assert found(tmp_path / "use.py") == ["FWD001"]


def test_submodule_by_the_name_that_a_module_is_asked_for(tmp_path: Path) -> None:
    init = "import lazy_loader\n__getattr__, *_ = lazy_loader.attach(__name__, ['sub'])\n"
    write(tmp_path, {"pkg/__init__.py": init, "pkg/sub.py": BASE, "use.py": f"import pkg\nBase = pkg.sub.Base{CALL}"})
    assert found(tmp_path / "use.py") == ["FWD001"]


@pytest.mark.parametrize(
    "line",
    [
        "import importlib\nBase = importlib.import_module('pkg.sub').Base",
        "from importlib import import_module as load\nBase = load('.sub', package='pkg').Base",
        "import pkg.sub as s\nBase = s.Base",
        "from pkg import sub as s\nBase = s.Base",
    ],
)
def test_module_by_another_name(tmp_path: Path, line: str) -> None:
    write(tmp_path, {"pkg/__init__.py": "", "pkg/sub.py": BASE, "use.py": line + CALL})
    assert found(tmp_path / "use.py") == ["FWD001"]


def test_star_import_reads_only_modules_in_which_the_name_stands(tmp_path: Path) -> None:
    broken = "def broken(:\n"
    init = "from .a import *\nfrom .b import *\nfrom .sub import *\nfrom .c import *\nfrom .gone import *\n"
    write(tmp_path, {"pkg/__init__.py": init, "pkg/a.py": broken, "pkg/b.py": BASE.replace("Base", "Other")})
    write(tmp_path, {"pkg/sub.py": BASE, "pkg/c.py": "from .gone import *\n", "use.py": USE})
    assert found(tmp_path / "use.py") == ["FWD001"]


def test_star_import_of_a_module_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"pkg.py": "from sub import *\n", "sub.py": BASE, "use.py": USE})
    real = os.open

    def denied(path: str | Path, flags: int, *rest: int) -> int:
        if Path(path).name == "sub.py":
            raise PermissionError
        return real(path, flags, *rest)

    monkeypatch.setattr(os, "open", denied)
    assert found(tmp_path / "use.py") == []


# Stubs


@pytest.mark.parametrize(
    "files",
    [
        {"pkg/__init__.py": "Base = make()\n", "pkg/__init__.pyi": BASE},
        {"pkg/__init__.py": "import lazy_loader\n__getattr__, *_ = lazy_loader.attach_stub(__name__, __file__)\n",
         "pkg/__init__.pyi": "from .sub import Base as Base\n", "pkg/sub.py": BASE},
        {"pkg/__init__.py": "from ._C import Base\n", "pkg/_C.pyi": BASE},
        {"pkg/__init__.py": "Base = make()\n", "pkg-stubs/__init__.pyi": BASE},
        {"pkg/__init__.py": "Base = make()\n", "pkg-stubs/__init__.pyi": "from .sub import Base\n",
         "pkg-stubs/sub.pyi": BASE},
        {"pkg/__init__.py": "def Base(): return _C.make()\n",
         "pkg/__init__.pyi": "from torch import nn\ndef Base() -> nn.Module: ...\n"},
        {"pkg/__init__.py": "class Maker:\n    def make(self): return _C.make()\nBase = Maker().make\n",
         "pkg/__init__.pyi": "from torch import nn\nclass Maker:\n    def make(self) -> nn.Module: ...\n"},
        {"pkg/__init__.py": "class Maker:\n    def __init__(self): self.net = make()\nBase = lambda: Maker().net\n",
         "pkg/__init__.pyi": "from torch import nn\nclass Maker:\n    net: nn.Module\n"},
    ],
)  # fmt: skip
def test_stub_tells_what_the_source_leaves_unknown(tmp_path: Path, files: dict[str, str]) -> None:
    write(tmp_path, {**files, "use.py": USE})
    assert found(tmp_path / "use.py") == ["FWD001"]


@pytest.mark.parametrize(
    ("source", "stub"),
    [
        ("class Base: ...\n", BASE),
        ("class Base: ...\n", "def broken(:\n"),
        ("def Base(): return 1\n", "from torch import nn\ndef Base() -> nn.Module: ...\n"),
        ("def Base(): return make()\n", "Base: int\n"),
        ("def Base(): return make()\n", "class Base: ...\n"),
        ("def Base(): return make()\n", "def Base() -> int: ...\ndef Base(): ...\n"),
        ("class Maker:\n    def __init__(self): self.net = make()\nBase = lambda: Maker().net\n", "def Maker(): ...\n"),
        ("Base = lambda: make()\n", "def __getattr__(name): ...\n"),
    ],
)
def test_word_of_the_source_counts(tmp_path: Path, source: str, stub: str) -> None:
    write(tmp_path, {"pkg/__init__.py": source, "pkg/__init__.pyi": stub, "use.py": USE})
    assert found(tmp_path / "use.py") == []


def test_compiled_code_may_give_back_another_object_than_went_in(tmp_path: Path) -> None:
    stub = "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass Ref(Generic[T]):\n"
    stub += "    def __init__(self, value: T) -> None: ...\n    def get(self) -> T: ...\n"
    use = "from torch import nn\nfrom pkg import Ref\n\nRef(nn.Linear(1, 1)).get().forward(1)\n"
    write(tmp_path, {"pkg.pyi": stub, "use.py": use})
    assert found(tmp_path / "use.py") == []
