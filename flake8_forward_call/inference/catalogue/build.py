"""Build a package's part of the catalogue from its source: ``python -m flake8_forward_call.inference.catalogue.build``.

The source is read with the tool's own inference, over all files of the package, and nothing of it is imported.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from flake8_forward_call.inference import attributes, calls, declarations
from flake8_forward_call.inference.bindings import Annotated, Assigned
from flake8_forward_call.inference.catalogue import MODULE_CLASS, Catalogue, ClassEntry, notation
from flake8_forward_call.inference.catalogue.conventions import RETURNS
from flake8_forward_call.inference.catalogue.package import outward, write
from flake8_forward_call.inference.evaluate import Evaluator, OutOfBudget
from flake8_forward_call.inference.hierarchy import Class, SourceClass
from flake8_forward_call.inference.library import GIVES_BACK
from flake8_forward_call.inference.parameters import names_of
from flake8_forward_call.inference.project import File, Project
from flake8_forward_call.inference.scopes import Scope
from flake8_forward_call.inference.types import (
    ClassObject,
    Function,
    Instance,
    KnownFunction,
    Namespace,
    Origin,
    Slot,
    Type,
    Union,
    substitute,
    union,
)
from flake8_forward_call.inference.verdict import Standing

# What the catalogue is built from, each release after those that it builds on. How they were chosen: docs/catalogue.md.
RELEASES = (
    ("torch==2.13.0", ("torch",)),
    ("scikit-learn==1.9.1", ("sklearn",)),
    ("huggingface-hub==2.4.0", ("huggingface_hub",)),
    ("accelerate==1.15.0", ("accelerate",)),
    ("einops==0.8.2", ("einops",)),
    ("tensordict==0.15.3", ("tensordict",)),
    ("torchmetrics==1.9.0", ("torchmetrics",)),
    ("torchvision==0.29.1", ("torchvision",)),
    ("torchaudio==2.11.0", ("torchaudio",)),
    ("torchtext==0.18.0", ("torchtext",)),
    ("pytorch-lightning==2.6.6", ("lightning_fabric", "pytorch_lightning")),
    ("lightning==2.6.6", ("lightning",)),
    ("pytorch-ignite==0.5.5", ("ignite",)),
    ("timm==1.0.31", ("timm",)),
    ("torch-geometric==2.8.1", ("torch_geometric",)),
    ("linear-operator==0.6.1", ("linear_operator",)),
    ("gpytorch==1.15.2", ("gpytorch",)),
    ("botorch==0.18.1", ("botorch",)),
    ("pyro-ppl==1.9.2", ("pyro",)),
    ("kornia==0.9.0", ("kornia",)),
    ("e3nn==0.6.0", ("e3nn",)),
    ("mmengine==0.10.7", ("mmengine",)),
    ("mmcv-lite==2.2.0", ("mmcv",)),
    ("mmdet==3.3.0", ("mmdet",)),
    ("mmsegmentation==1.2.2", ("mmseg",)),
    ("mmpretrain==1.2.0", ("mmpretrain",)),
    ("compressed-tensors==0.20.0", ("compressed_tensors",)),
    ("torchao==0.18.0", ("torchao",)),
    ("bitsandbytes==0.50.2", ("bitsandbytes",)),
    ("transformers==5.23.0", ("transformers",)),
    ("peft==0.21.2", ("peft",)),
    ("diffusers==0.42.1", ("diffusers",)),
    ("trl==1.16.0", ("trl",)),
    ("optimum==2.3.0", ("optimum",)),
    ("sentence-transformers==6.2.0", ("sentence_transformers",)),
    ("setfit==1.2.0", ("setfit",)),
    ("open-clip-torch==3.3.0", ("open_clip",)),
    ("segmentation-models-pytorch==0.6.0", ("segmentation_models_pytorch",)),
    ("segment-anything==1.0", ("segment_anything",)),
    ("monai==1.6.1", ("monai",)),
    ("ultralytics==8.4.190", ("ultralytics",)),
    ("fastai==2.8.12", ("fastai",)),
    ("skorch==1.4.0", ("skorch",)),
    ("torchrl==0.14.1", ("torchrl",)),
    ("stable-baselines3==2.9.2", ("stable_baselines3",)),
    ("pytorch-metric-learning==2.9.0", ("pytorch_metric_learning",)),
    ("torchrec==1.9.2", ("torchrec",)),
    ("torchsde==0.2.6", ("torchsde",)),
    ("nflows==0.14", ("nflows",)),
    ("vector-quantize-pytorch==1.32.0", ("vector_quantize_pytorch",)),
    ("x-transformers==2.31.10", ("x_transformers",)),
    ("rotary-embedding-torch==0.9.1", ("rotary_embedding_torch",)),
    ("ema-pytorch==0.8.3", ("ema_pytorch",)),
    ("lightly==1.6.0", ("lightly",)),
    ("captum==0.9.0", ("captum",)),
    ("opacus==1.6.0", ("opacus",)),
    ("pytorch-forecasting==1.8.0", ("pytorch_forecasting",)),
    ("gluonts==0.17.0", ("gluonts",)),
    ("neuralforecast==3.3.0", ("neuralforecast",)),
    ("darts==0.48.1", ("darts",)),
    ("pytorch-tabnet==4.1.0", ("pytorch_tabnet",)),
    ("pytorch-crf==0.7.2", ("torchcrf",)),
    ("torchtune==0.6.1", ("torchtune",)),
    ("megatron-core==0.19.2", ("megatron",)),
    ("julius==0.2.8", ("julius",)),
    ("asteroid-filterbanks==0.4.0", ("asteroid_filterbanks",)),
    ("torch-audiomentations==0.12.0", ("torch_audiomentations",)),
    ("nnaudio==0.3.4", ("nnAudio",)),
    ("vocos==0.1.0", ("vocos",)),
    ("speechbrain==1.1.2", ("speechbrain",)),
    ("pyannote-audio==4.0.7", ("pyannote",)),
    ("nemo-toolkit==3.0.0", ("nemo",)),
    ("coqui-tts-trainer==0.4.0", ("trainer",)),
    ("flair==0.15.1", ("flair",)),
    ("stanza==1.15.0", ("stanza",)),
    ("allennlp==2.10.1", ("allennlp",)),
    ("lpips==0.1.4", ("lpips",)),
    ("piq==0.8.0", ("piq",)),
    ("pytorch-msssim==1.0.0", ("pytorch_msssim",)),
    ("facenet-pytorch==2.6.0", ("facenet_pytorch",)),
    ("loralib==0.1.2", ("loralib",)),
    ("liger-kernel==0.8.5", ("liger_kernel",)),
    ("spandrel==0.4.2", ("spandrel",)),
    ("openai-whisper==20250625", ("whisper",)),
    ("deepspeed==0.19.8", ("deepspeed",)),
    ("fairscale==0.4.13", ("fairscale",)),
    ("gliner==0.2.29", ("gliner",)),
    ("encodec==0.1.1", ("encodec",)),
    ("local-attention==1.11.2", ("local_attention",)),
    ("efficientnet-pytorch==0.7.1", ("efficientnet_pytorch",)),
)

# Classes whose instances leave their hook tables behind when they are sent to another process, so that calling one
# there fails: see _REMOTE_MODULE_ATTRIBUTES_IGNORE_FOR_PICKLING in the module of this one.
_HOOKLESS = frozenset({"torch.distributed.nn.api.remote_module._RemoteModule"})

# A package's own tests: nobody derives from them.
_LEFT_OUT = frozenset({"test", "tests", "testing", "_internal"})


class Builder:
    """Reads one package of a release.

    ``root`` is the folder that holds the package's folder, ``release`` the top-level names that come with it. Their
    source is read, and nothing else that lies in the folder: other packages are what the catalogue says they are, but
    for the ``later`` ones, which are built on this one.
    """

    def __init__(self, package: str, root: Path, release: Iterable[str] = (), later: Iterable[str] = ()) -> None:
        self.package = package
        self.root = root
        self._release = frozenset([package, *release])
        self._others = Catalogue(without=frozenset([package, *later]))
        earlier = Catalogue(without=self._release | frozenset(later))
        self.evaluator = Evaluator(Project(earlier, self._find, is_published=True))
        self._bare: dict[str, SourceClass] = {}  # Classes whose bases cannot all be read, without a fact of their own.
        self._givers: set[str] = set()  # Classes that are no modules, but have members that are.

    def _find(self, name: str) -> File | None:
        if name.partition(".")[0] not in self._release:
            return None
        base = self.root.joinpath(*name.split("."))
        for path, is_package in ((base / "__init__.py", True), (base.with_suffix(".py"), False)):
            if path.is_file():
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    try:
                        tree = ast.parse(path.read_bytes(), type_comments=False)
                    except (SyntaxError, ValueError):
                        return None
                _drop_stand_ins(tree)
                return File(str(path), tree, name, is_package)
        return None

    def names(self) -> Iterator[str]:
        """Yield the dotted name of each Python module of the package, in order."""
        for path in sorted((self.root / self.package).rglob("*.py")):
            parts = list(path.relative_to(self.root).with_suffix("").parts)
            if parts[-1] == "__init__":
                parts.pop()
            if _LEFT_OUT.isdisjoint(parts) and all(part.isidentifier() for part in parts):
                yield ".".join(parts)

    def build(self) -> dict[str, Any]:
        """The package's facts by dotted name, ready for JSON."""
        files = [file for name in self.names() for file in [self.evaluator.project.file(name)] if file is not None]
        top_level = [(file, scope) for file in files for scope in file.root.children]
        classes = self._classes([self.evaluator.source_class(scope) for _, scope in top_level if scope.is_class])
        functions: dict[str, Any] = {}
        for file, scope in top_level:
            if isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                name = f"{file.name}.{scope.node.name}"
                function = self._asked(partial(self._function, scope, name))
                if function is not None:
                    functions[name] = function
        functions.update(self._compilers())
        functions.update(self._by_convention(classes))
        written = {*classes, *functions, *(file.name for file in files)}
        modules = {file: self._names(file, written) for file in files if _is_public(file.name)}
        exported = set(_DOTTED.findall(json.dumps([list(names.values()) for names in modules.values()])))
        facts = _reachable(classes | functions, exported)
        self._cut_loose(facts)
        lost = written - {*facts, *(file.name for file in files)}
        offered = {
            f"{file.name}.{name}": fact
            for file, names in modules.items()
            for name, fact in names.items()
            if _is_offered(file, name) and str(fact) not in lost
        }
        return facts | {name: fact for name, fact in offered.items() if not _is_led_to(name, offered)}

    def _classes(self, found: list[SourceClass]) -> dict[str, Any]:
        """The facts of all modules and of all that certainly are none, and of the bases of either."""
        classes: dict[str, Any] = {}
        by_name: dict[str, SourceClass] = {}
        for cls in found:
            # One of a name that is there already stands in for it where an import fails, unless it is the module.
            if cls.dotted not in classes or self.evaluator.hierarchy.standing(cls) is Standing.MODULE:
                entry = self._asked(partial(self._class, cls))
                if entry is not None:
                    classes[cls.dotted], by_name[cls.dotted] = entry, cls
                    if self._gives_modules(entry):
                        self._givers.add(cls.dotted)
        self._add_bare(classes)
        for name, cls in by_name.items():
            self._shorten(cls, classes[name], classes)
        return classes

    def _add_bare(self, classes: dict[str, Any]) -> None:
        """Write down bases of which nothing else is told: that they were read tells what they leave alone."""
        todo = [base for entry in classes.values() for base in entry.get("bases", ())]
        while todo:
            base = todo.pop()
            if base in self._bare and base not in classes:
                entry = self._asked(partial(self._framework, self._bare[base]))
                if entry is not None:
                    classes[base] = entry
                    todo.extend(entry.get("bases", ()))

    def _shorten(self, cls: SourceClass, entry: dict[str, Any], classes: dict[str, Any]) -> None:
        """Leave out what tells nothing: bases of which nothing is to be known, a constructor that hides no other."""
        order = self.evaluator.hierarchy.order(cls)
        above = [self._told(one.dotted, classes) for one in order[1:] if one is not None]
        parents = [parent for parent in above if parent is not None]
        if None in order or len(parents) < len(above):
            return
        if not entry.get("parameters", True) and not any(parent.get("parameters") for parent in parents):
            del entry["parameters"]
        if entry.keys() == {"bases"} and not any(parent.keys() - {"bases", "parameters"} for parent in parents):
            standing = self.evaluator.hierarchy.standing(cls)
            if standing is Standing.NOT_MODULE:
                del entry["bases"]

    def _cut_loose(self, facts: dict[str, Any]) -> None:
        """Make an unknown base of one of which nothing was written down, such as a class inside a function."""
        for entry in facts.values():
            if isinstance(entry, dict) and "bases" in entry:
                entry["bases"] = [self._or_none(base, facts) for base in entry["bases"]]

    def _or_none(self, base: str | None, facts: dict[str, Any]) -> str | None:
        return base if base in facts or (base is not None and self._is_elsewhere(base)) else None

    def _told(self, dotted: str, classes: dict[str, Any]) -> dict[str, Any] | None:
        """The facts of a class of this package or another; None where nothing was written down."""
        entry = self._others.resolve(dotted)
        if not isinstance(entry, ClassEntry):
            return classes.get(dotted)
        facts = {"parameters": entry.parameters, "attributes": entry.attributes, "methods": entry.methods}
        return {name: fact for name, fact in {**facts, "call": entry.call}.items() if fact}

    def _compilers(self) -> Iterator[tuple[str, list[Any]]]:
        """Yield the functions that the package has of those that give back a module."""
        for name, parameter in GIVES_BACK.items():
            module, _, function = name.rpartition(".")
            file = self.evaluator.project.file(module)
            if file is None:
                continue
            found = self._asked(partial(self.evaluator.global_of, file, function))
            if not isinstance(found, KnownFunction) or parameter not in found.parameters:
                raise SystemExit(f"{name} has no parameter {parameter!r} any more: mend the table")
            yield name, [_needed(list(found.parameters), f"~{parameter}"), f"~{parameter}"]

    def _by_convention(self, classes: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
        """Yield the functions that the package has of those whose result is known by convention.

        Raises SystemExit where a Python module has one no more.
        """
        for name, (given, returns) in RETURNS.items():
            owner, _, last = name.rpartition(".")
            file = self.evaluator.project.file(owner)
            around = self.evaluator.project.file(owner.rpartition(".")[0])
            if file is not None and last in file.root.flow.bound:
                yield name, [given, returns]
            elif file is not None or (around is not None and not around.is_package and owner not in classes):
                raise SystemExit(f"{name} is there no more: mend the table")

    def _asked(self, question: Any) -> Any:
        try:
            return self.evaluator.ask(question)
        except (OutOfBudget, RecursionError):
            return None

    # Classes

    def _class(self, cls: SourceClass) -> dict[str, Any] | None:
        standing = self.evaluator.hierarchy.standing(cls)
        entry: dict[str, Any] = {}
        owner = Slot("Self", "Self", Instance(cls, Origin.DECLARED))
        used = _used_as_objects(cls)
        for name in sorted(_member_names(cls)):
            kind = self._asked(partial(self._member, cls, owner, name))
            if kind is None:
                continue
            if isinstance(kind, Function):
                result = self._asked(partial(self._method, kind, cls, name))
                if result is not None:
                    entry.setdefault("methods", {})[name] = result
            elif self._says_something(kind, cls.dotted):
                text = notation.write(kind, cls.dotted)
                if name in used or not text.startswith("~"):
                    entry.setdefault("attributes", {})[name] = text
        for name, (given, returns) in RETURNS.items():
            if name.rpartition(".")[0] == cls.dotted:
                entry.setdefault("methods", {})[name.rpartition(".")[2]] = [given, returns]
        members = [*entry.get("attributes", {}).values(), *(text for _, text in entry.get("methods", {}).values())]
        if standing is not Standing.MODULE and set(members) == {"Self"}:
            entry = {}  # What is no module gives what is no module.
        if standing is Standing.UNKNOWN and not entry:
            self._bare[cls.dotted] = cls
            return None
        return entry | self._framework(cls, " ".join(entry.get("attributes", {}).values()))

    def _framework(self, cls: SourceClass, attributes_texts: str = "") -> dict[str, Any]:
        """What is written down of every class: its bases, its constructor, what calling an instance means."""
        hierarchy = self.evaluator.hierarchy
        entry: dict[str, Any] = {}
        bases = [None if base is None else base.dotted for base in hierarchy.bases(cls)]
        if bases:
            entry["bases"] = bases
        constructor = attributes.first_method(cls, "__init__")
        if constructor is not None:
            own = [one.arg for one in names_of(constructor.node)][1:]  # type: ignore[arg-type]
            entry["parameters"] = _needed(own, attributes_texts)
        call = hierarchy.own_call(cls)
        if call is not None and cls.dotted != MODULE_CLASS:
            entry["call"] = call.value
        if hierarchy.is_interface(cls):
            entry["interface"] = True
        if cls.dotted in _HOOKLESS:
            entry["hookless"] = True
        return entry

    def _member(self, cls: SourceClass, owner: Slot, name: str) -> Type:
        kind = attributes.attribute(self.evaluator, owner, name)
        constructor = attributes.first_method(cls, "__init__")
        if constructor is None:
            return kind
        # What the constructor was passed is a parameter of the class in the catalogue.
        node = constructor.node
        own = names_of(node)  # type: ignore[arg-type]
        renamed: dict[Slot, Type] = {Slot(node, one.arg): Slot(cls.dotted, one.arg) for one in own}
        for one in own:
            if one.annotation is not None and constructor.parent is not None:
                declared = declarations.declared(self.evaluator, one.annotation, constructor.parent)
                if isinstance(declared, Slot) and declared.owner == "TypeVar":
                    renamed[declared] = Slot(cls.dotted, one.arg, declared.bound)
        return substitute(kind, renamed)

    # Functions

    def _function(self, scope: Scope, name: str) -> list[Any] | None:
        return self._result(Function(scope.node, scope), name)  # type: ignore[arg-type]

    def _result(self, function: Function, name: str) -> list[Any] | None:
        """Write down the parameters and the result of a function; None where the result says nothing of modules."""
        own = names_of(function.node)
        if function.owner is not None:
            own = own[1:]
        slots: dict[Slot, Type] = {Slot(function.node, one.arg): Slot(name, one.arg) for one in own}
        kind = calls.returned(self.evaluator, function)
        assert function.scope.parent is not None
        for one in own:
            if one.annotation is not None:
                declared = declarations.declared(self.evaluator, one.annotation, function.scope.parent)
                if isinstance(declared, Slot) and declared.owner == "TypeVar":
                    slots[declared] = Slot(name, one.arg, declared.bound)
        kind = substitute(kind, slots)
        if not self._says_something(kind, name):
            return None
        text = notation.write(kind, name)
        return [_needed([one.arg for one in own], text), text]

    def _method(self, function: Function, cls: SourceClass, name: str) -> list[Any] | None:
        """Write down a method, and of a class method what it makes of the class that it is called on."""
        full = f"{cls.dotted}.{name}"
        if not isinstance(function.owner, ClassObject):
            return self._result(function, full)
        # Opaque is what nothing else here is: so the instances are told apart that the class itself has made.
        result = self._result(Function(function.node, function.scope, ClassObject(cls, Origin.OPAQUE)), full)
        return result and [result[0], result[1].replace(f"Opaque[{cls.dotted}]", "Self()")]

    def _says_something(self, kind: Type, owner: str) -> bool:
        """Whether the type's text would name a module class, or what the caller passed."""
        text = notation.write(kind, owner)
        if text in ("Any", "None", "Plain"):
            return False
        if "~" in text or "Self" in text or "Opaque[" in text:
            return True
        return any(self._is_module(cls) for cls in _classes_in(kind))

    def _is_module(self, cls: Class) -> bool:
        if isinstance(cls, SourceClass) and cls.scope.parent is not cls.scope.file.root:
            return False  # Nothing is written down of it: it stands inside a function or another class.
        return self.evaluator.hierarchy.standing(cls) is Standing.MODULE or cls.dotted in self._givers

    def _gives_modules(self, entry: dict[str, Any]) -> bool:
        """Whether a member of the class is a module, or gives one, whatever the instance was made of."""
        texts = [*entry.get("attributes", {}).values(), *(text for _, text in entry.get("methods", {}).values())]
        return any("." in name for text in texts for name in _DOTTED.findall(text))

    # Names

    def _names(self, file: File, written: set[str]) -> dict[str, str | list[str]]:
        """The names of a module that are bound to what is written down elsewhere, or to an instance of that."""
        found: dict[str, str | list[str]] = {}
        for name in sorted(_global_names(self.evaluator, file, set())):
            kind = self._asked(partial(self.evaluator.member, file.name, name))
            canonical = None if kind is None else _canonical(kind)
            if isinstance(kind, Instance) and self._is_module(kind.cls):
                found[name] = [notation.write(kind, "")]
            elif canonical is None or canonical == f"{file.name}.{name}":
                continue
            elif canonical in written or self._is_elsewhere(canonical):
                found[name] = canonical
        return found

    def _is_elsewhere(self, canonical: str) -> bool:
        """Whether another package of the catalogue has a fact under the name, or is the Python module of it."""
        package = self._others.package(canonical.partition(".")[0])
        return package is not None and (self._others.resolve(canonical) is not None or package.holds(canonical))


def _needed(parameters: list[str], text: str) -> list[str]:
    """The parameters of a function up to the last that its type names: those before it tell its place."""
    named = _PARAMETER.findall(text)
    return parameters[: max((parameters.index(one) + 1 for one in named if one in parameters), default=0)]


_PARAMETER = re.compile(r"~(\w+)")


def _is_offered(file: File, name: str) -> bool:
    """Whether a module offers a name for others, and did not just import it for its own use."""
    bound = file.root.flow.bound
    if "__all__" in bound and file.exports(name):
        return True
    if name.startswith("_"):
        return False
    if file.is_package or any(isinstance(one, Assigned) for one in bound.get(name, ())):
        return True
    return "__all__" not in bound and not any(
        isinstance(one, (ast.ClassDef, ast.FunctionDef)) for one in file.tree.body
    )


def _is_led_to(dotted: str, offered: dict[str, str | list[str]]) -> bool:
    """Whether a package further out offers the same under the same name, where a look-up finds it."""
    module, _, name = dotted.rpartition(".")
    for outer in outward(module):
        target = offered.get(f"{outer}.{name}")
        if isinstance(target, str) and target.startswith(f"{module}."):
            return target == offered[dotted]
    return False


def _used_as_objects(cls: SourceClass) -> set[str]:
    """The attributes that the class calls, or reads attributes of: what it never does so with is no module."""
    used = set()
    for node in ast.walk(cls.node):
        match node:
            case ast.Attribute(value=ast.Attribute(attr=name)) | ast.Call(func=ast.Attribute(attr=name)):
                used.add(name)
    return used


def _drop_stand_ins(tree: ast.Module) -> None:
    """Drop what only stands in for something: the class of an ``else`` for the one of that name in the ``if``, and what
    a star brings where an import has failed.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            node.body = [one for one in node.body if not _is_star(one)] or [ast.Pass()]
    for node in tree.body:
        if isinstance(node, ast.If):
            defined = {one.name for one in node.body if isinstance(one, ast.ClassDef)}
            kept = [one for one in node.orelse if not isinstance(one, ast.ClassDef) or one.name not in defined]
            node.orelse = kept


def _is_star(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.names[0].name == "*"


def _member_names(cls: SourceClass) -> set[str]:
    names = {name for name in cls.scope.flow.exit if "." not in name and "[" not in name}
    for scope in cls.scope.children:
        if isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            own = names_of(scope.node)
            if own:
                prefix = f"{own[0].arg}."
                names |= {key[len(prefix) :] for key in scope.flow.bound if key.startswith(prefix)}
    declared = {name for name in names if any(isinstance(one, Annotated) for one in cls.scope.flow.exit.get(name, ()))}
    public = {name for name in names if name.isidentifier() and not name.startswith("_") and name != "forward"}
    return public | declared | (names & {"__enter__", "__iter__", "__getitem__", "__new__"})


def _is_public(dotted: str) -> bool:
    return not any(part.startswith("_") for part in dotted.split("."))


def _reachable(facts: dict[str, Any], exported: set[str]) -> dict[str, Any]:
    """The facts that a public name leads to: by itself, by re-export, as a base, or in a type."""
    todo = [name for name in facts if _is_public(name) or name in exported]
    reached: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo.extend(one for one in _DOTTED.findall(json.dumps(facts[name])) if one in facts)
    return {name: fact for name, fact in facts.items() if name in reached}


_DOTTED = re.compile(r"[A-Za-z_][\w.]*")


def _classes_in(kind: Type) -> Iterator[Class]:
    match kind:
        case Instance(cls) | ClassObject(cls):
            yield cls
        case Union(several):
            for one in several:
                yield from _classes_in(one)
        case Slot(bound=bound):
            yield from _classes_in(bound)
        case _:
            for inner in _inner(kind):
                yield from _classes_in(inner)


def _inner(kind: Type) -> Iterable[Type]:
    for name in ("element", "value", "items", "result", "entered"):
        inner = getattr(kind, name, None)
        if isinstance(inner, tuple):
            yield union(inner)
        elif inner is not None:
            yield inner


def _global_names(ev: Evaluator, file: File, seen: set[str]) -> set[str]:
    """The names that a module binds, with those that its star imports bring."""
    if file.name in seen:
        return set()
    seen.add(file.name)
    names = {name for name in file.root.flow.bound if name.isidentifier()}
    for star in file.root.stars:
        full = file.absolute(star.module or "", star.level)
        source = None if full is None else ev.project.file(full)
        if source is not None:
            names |= {name for name in _global_names(ev, source, seen) if source.exports(name)}
    return names


def _canonical(kind: Type) -> str | None:
    match kind:
        case ClassObject(cls):
            return cls.dotted
        case Function(node, scope) if not isinstance(node, ast.Lambda):
            return f"{scope.file.name}.{node.name}"
        case Namespace(name) | KnownFunction(name=name):
            return name
        case _:
            return None


def main() -> int:
    """Write ``<package>.tsv`` beside the catalogue's code, or see whether it says what the source says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", nargs="?", help="one of the catalogue's releases: torch==2.13.0")
    parser.add_argument("source", nargs="?", type=Path, help="the folder that holds its packages; else it is fetched")
    parser.add_argument("--all", action="store_true", help="fetch and build every release of the catalogue")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file would change")
    options = parser.parse_args()
    releases = dict(RELEASES)
    if options.all:
        return max(_fetch_and_build(release, releases[release], check=options.check) for release in releases)
    if options.release not in releases:
        parser.error("name a release of the catalogue, or say --all")
    if options.source is None:
        return _fetch_and_build(options.release, releases[options.release], check=options.check)
    return _build(options.release, releases[options.release], options.source, check=options.check)


def _fetch_and_build(release: str, names: Sequence[str], *, check: bool) -> int:
    """Build what a release holds, from its wheel or else its sdist: nothing of it is installed."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--ignore-requires-python"]
        subprocess.run([*pip, "--dest", folder, release], check=True)
        for path in list(Path(folder).iterdir()):
            _unpack(path, Path(folder))
        return _build(release, names, Path(folder), check=check)


def _unpack(archive: Path, folder: Path) -> None:
    """Put the Python files of a wheel or an sdist into a folder."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder, [name for name in wheel.namelist() if name.endswith(".py")])
    else:
        with tarfile.open(archive) as sdist:
            sdist.extractall(folder, [one for one in sdist if one.name.endswith(".py")], filter="data")


def _build(release: str, names: Sequence[str], source: Path, *, check: bool) -> int:
    """Write the files of a release, or count those that would change. Raises SystemExit where one has no source."""
    changed = 0
    order = [one for _, several in RELEASES for one in several]
    for name in names:
        # An sdist has a folder of its own round the package.
        root = next((one for one in (source, *sorted(source.glob("*/"))) if (one / name).is_dir()), None)
        if root is None:
            raise SystemExit(f"{source} has no folder {name}")
        text = write(
            name, release.partition("==")[2], Builder(name, root, names, order[order.index(name) + 1 :]).build()
        )
        target = Path(__file__).with_name(f"{name}.tsv")
        if not check:
            target.write_text(text, encoding="utf-8")
        elif not target.is_file() or target.read_text(encoding="utf-8") != text:
            changed += 1
            print(f"{target.name} differs from what the source of {release} gives")
    return int(changed > 0)


if __name__ == "__main__":
    sys.exit(main())
