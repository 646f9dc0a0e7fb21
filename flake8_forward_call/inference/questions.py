"""Every question that one part of inference may put to another: the page to read first.

A module that answers questions knows this page, the types (``types``, ``definitions``, ``answers``) and the syntax of
files, and no other module that asks. It gets ``asked: Questions`` and writes ``asked.attribute(owner, name)``. Who
answers stands in one table, ``evaluator.py``. A test can answer a question by hand.

The answer "not known" is UNKNOWN where a type is asked for, which means that it may be anything, and None where the
docstring says so. A question that would take too long raises OutOfBudget, which ends the question from outside.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from flake8_forward_call.inference.answers import (
    Alteration,
    Callers,
    Global,
    Judged,
    Member,
    Obstacle,
    OwnCall,
    Place,
    Reentry,
)
from flake8_forward_call.inference.definitions import Class, Meaning, SourceClass
from flake8_forward_call.inference.engine import Engine
from flake8_forward_call.inference.project.project import Project, Shared
from flake8_forward_call.inference.statements.fillings import Filling
from flake8_forward_call.inference.statements.stores import Store
from flake8_forward_call.inference.syntax.bindings import AnyBinding, Binding, Parameter, Step, Test
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.references import Handed
from flake8_forward_call.inference.syntax.scopes import FunctionNode, Scope
from flake8_forward_call.inference.types import ClassObject, Function, Instance, Slot, Type
from flake8_forward_call.inference.verdicts.verdict import Attachment, Sameness, Standing
from flake8_forward_call.visiting.candidates import Candidate

_Answer = TypeVar("_Answer")
_Notes = TypeVar("_Notes")

# At most so many files are read for one function. A name that occurs in more is a common word, and its callers are
# unknown.
MAX_FILES = 60

# A project with `__call__` and `forward` in more files than this is assumed to have modules of every kind.
MAX_CALL_FILES = 200


class Values(Protocol):
    """The type of an expression, and of what it is made of. UNKNOWN where the source does not show it."""

    def expression(self, node: ast.expr, scope: Scope) -> Type:
        """The type of an expression at its location. Raises OutOfBudget."""

    def named(self, name: str, scope: Scope) -> Type:
        """The type of a name that its scope has not bound before its use: from a closure, a global or a builtin."""

    def bound_name(self, bindings: Sequence[AnyBinding], name: str, scope: Scope, use: ast.Name | None = None) -> Type:
        """The type of a name from its bindings, what its scope puts into it, and later star imports that hide it."""

    def bindings(self, bindings: Iterable[AnyBinding]) -> Type:
        """The union of what the bindings give; a stand-in for a failed import counts only if nothing else is known."""

    def binding(self, binding: AnyBinding) -> Type:
        """What one binding gives."""

    def narrowed(self, kind: Type, test: Test, positive: bool, *, may_be_never: bool = False) -> Type:
        """The type after the test: ``positive`` says whether it was true.

        If nothing passes the test, the source is not complete, unless it ``may_be_never``: then it was not reached.
        """

    def tested_instances(self, classes: ast.expr, scope: Scope) -> Iterator[Type]:
        """Yield the type of a value that passes ``isinstance(value, classes)``, for each of the classes."""

    def entered(self, context: ast.expr, scope: Scope) -> Type:
        """What entering a context manager gives."""

    def attribute(self, owner: Type, name: str) -> Type:
        """The type of ``owner.name``, UNKNOWN if nothing shows it."""

    def own_member(self, cls: Class, owner: Type, name: str) -> Type | None:
        """The type that the class itself gives the name; None if it gives none."""

    def call(self, callee: Type, node: ast.Call, scope: Scope) -> Type:
        """The union of what the alternatives of the callee return for the call's arguments."""

    def returned(self, callee: Type) -> Type:
        """What a function returns, whatever it is passed; parameters that decide the result remain as slots."""

    def for_call(self, function: Function, kind: Type, node: ast.Call, scope: Scope) -> Type:
        """What a function returns, with the owner and the arguments of a call in place of its parameters."""

    def filled_in(self, kind: Type, given: dict[Slot, Type]) -> Type:
        """The type with slots replaced by what a caller passes for them."""

    def fixture_value(self, scope: Scope) -> Type:
        """The value that a pytest fixture passes to its tests: what it returns or yields."""

    def parameter(self, binding: Parameter) -> Type:
        """The type of a parameter inside its function: that of its annotation, or a slot that the caller fills in."""

    def parameter_of(self, slot: Slot) -> Parameter | None:
        """The parameter without an annotation that a slot stands for; None for any other slot."""

    def passed(self, call: ast.Call, scope: Scope, names: list[str]) -> dict[str, Type]:
        """What a call passes for each parameter, by name; positional arguments are known up to a starred one.

        ``*args`` among the names takes the rest: the single argument, or a tuple of several.
        """

    def slots_for(
        self,
        node: FunctionNode,
        inner: Scope,
        call: ast.Call,
        scope: Scope,
        *,
        bound: bool,
        of: Type | None = None,
    ) -> dict[Slot, Type]:
        """The types that one call of a function gives to the slots in its types, or in the type ``of``."""

    def declared(self, node: ast.expr, scope: Scope) -> Type:
        """The type that an annotation declares; UNKNOWN if it says nothing (``Any``, a class that was not read)."""

    def says_nothing(self, node: ast.expr, scope: Scope) -> bool:
        """Whether an annotation allows any object, or anything that can be called: ``Any``, ``Optional[Callable]``."""

    def type_comment(self, text: str, scope: Scope) -> Type:
        """What a ``# type:`` comment declares."""

    def may_be_name(self, key: ast.expr, scope: Scope, name: str) -> bool:
        """Whether the value of an expression can be the name, as far as the source shows."""

    def texts_of(self, key: ast.expr, scope: Scope) -> set[str] | None:
        """All strings that an expression can evaluate to; None if they are not known."""

    def found_by_string(self, node: ast.Call | ast.Subscript, scope: Scope) -> Type:
        """What is found by a name that is a string: ``import_module(...)``, ``getattr`` on it, ``sys.modules[...]``."""

    def returned_for_string(self, function: Function, node: ast.Call, scope: Scope) -> Type | None:
        """What a function returns that looks up a string which the call passes; None if it does not."""

    def guarded(self, node: ast.expr, scope: Scope) -> Type:
        """The type of an expression in a method by what the constructor has checked; UNKNOWN if it says nothing."""


class Containers(Protocol):
    """What comes out of containers, and what goes in. UNKNOWN where nothing shows it."""

    def element(self, kind: Type) -> Type:
        """What iterating over the value yields."""

    def item(self, kind: Type, index: ast.expr, scope: Scope) -> Type:
        """The type of ``value[index]``."""

    def unpacked(self, kind: Type, step: Step) -> Type:
        """What one of several unpacking targets gets."""

    def values(self, kind: Type) -> Type:
        """The values of a dict that is created from a mapping or from pairs."""

    def held(self, kind: Instance) -> Type:
        """What a module container contains: certainly modules, of an unknown class if nothing shows which."""

    def container_kind(self, kind: Type) -> str | None:
        """The dotted name of the torch module container that a value is an instance of, or None."""

    def is_container(self, kind: Type) -> bool:
        """Whether the instance is one of torch's module containers."""

    def filled(self, kind: Type, key: str, scope: Scope, *, declared: bool) -> Type:
        """The type of a name, with what its scope puts into the container that the name is bound to.

        An annotation that names the elements is complete; one that only names a module container is not.
        """

    def put_in(self, filling: Filling, scope: Scope) -> Iterator[Type]:
        """Yield what a filling in a scope puts into its container."""

    def put_by_call(self, call: ast.Call, scope: Scope) -> Iterator[Type]:
        """Yield what a call such as ``xs.append(x)`` adds."""

    def stored_in(self, key: str, scope: Scope) -> Iterator[tuple[str | None, Type]]:
        """Yield what the scope's own code puts into the container at ``key``, each with its key if that is written."""

    def can_be_filled(self, kind: Type, *, declared: bool) -> bool:
        """Whether code may put something into the value that its type does not include yet."""

    def refilled(self, kind: Type, put: Iterable[tuple[str | None, Type]]) -> Type:
        """The type of a container after more was added to it, each with its key if that is written."""


class Imports(Protocol):
    """What names of other files and packages are. One that is not read is a Namespace."""

    def imported_name(self, module: str, name: str, level: int, file: File) -> Type:
        """The type of a name that a file imports with ``from module import name``; UNKNOWN if the dots lead nowhere."""

    def member(self, module: str, name: str) -> Type:
        """The type of ``module.name``, from the project's file of the module or else from the catalogue."""

    def global_of(self, file: File, name: str) -> Type | None:
        """The type of a global name at the end of its file; None if the file does not bind it."""

    def starred(self, module: str, name: str) -> Type:
        """What ``from module import *`` binds the name to; NEVER if nothing is known about it.

        A Python module counts only if the file binds the name to it, as ``import torch.nn as nn`` does.
        """

    def entry(self, node: ast.Attribute | ast.Subscript, scope: Scope) -> Type:
        """What the scopes around, or the other methods of the class, store under the same key; else UNKNOWN."""

    def tabled(self, node: ast.Subscript, scope: Scope) -> Type | None:
        """The type of ``vars(module)[name]`` or ``globals()[name]``; None for any other subscript."""

    def member_by_name(self, owner: Type, key: ast.expr, scope: Scope) -> Type:
        """The type of the owner's member under one of the names that the key may be; UNKNOWN if nothing shows it."""

    def among_lacking(self, owner: Type, name: str) -> Type:
        """The type of an attribute of one of several values; those that may make it up count, too."""

    def hidden_by_stars(
        self, bindings: Sequence[AnyBinding], name: str, scope: Scope, use: ast.Name | None
    ) -> Iterator[Type]:
        """Yield the types that star imports after a name's bindings give it, up to its use, if one is given."""

    def counterpart(self, scope: Scope) -> Scope | None:
        """The function or class in the stub that corresponds to one in the source; None if there is none or several."""

    def namespace(self, dotted: str) -> Type:
        """The type of a full dotted name: a class, function or value in the catalogue, a Python module, or unread."""

    def global_name(self, dotted: str) -> Type:
        """The class with a canonical dotted name of the catalogue, as a type; UNKNOWN if there is none."""

    def known_class(self, dotted: str) -> Class | None:
        """The class with a canonical dotted name, or None."""


class Classes(Protocol):
    """Which class an expression is, and what its bases, decorators and subclasses make of it."""

    def source_class(self, scope: Scope) -> SourceClass:
        """The class whose body the scope is."""

    def base(self, node: ast.expr, scope: Scope, given: dict[Slot, Type] | None = None) -> Type:
        """The type of one of a class's bases: class objects, PLAIN for one that is not a module, else UNKNOWN.

        A base that is a parameter is what is ``given`` for it, else what the callers pass.
        """

    def dotted(self, node: ast.expr, scope: Scope | None) -> str | None:
        """The full dotted name of a decorator or callee, without its own call; None if it has none."""

    def cause_of_base(self, cls: Class, base: Class | None) -> str | None:
        """The decorator or metaclass that gives a class one of its bases; None if its header names that base."""

    def unread_part(self, cls: Class) -> str:
        """What could not be resolved, so that it is unknown whether a class is a module: a clause in plain words."""

    def users_of_mixin(self, cls: SourceClass) -> tuple[SourceClass, ...]:
        """The modules that use a mixin; none if some of its subclasses are unknown.

        Also none if the mixin, or a subclass that is not a module, is instantiated or is not a base of any module.
        """

    def is_for_others(self, cls: SourceClass, name: str) -> bool:
        """Whether only subclasses outside the project can give an instance of a class an attribute of that name."""

    def behaves_like_module(self, cls: SourceClass) -> bool:
        """Whether a class with an unread base has a ``forward``, calls its parent's constructor and stores modules."""

    def creations(self, cls: SourceClass) -> Iterator[tuple[ast.Call, Scope]]:
        """Yield the calls of ``type(name, bases, body)`` and the like that create a subclass of a class."""

    def implementations(self, owner: Instance | ClassObject, name: str) -> Iterator[Type]:
        """Yield the members of subclasses, if the owner's class only declares a method or property of that name.

        UNKNOWN if there may be other subclasses.
        """

    def stand_ins(self, cls: SourceClass, name: str) -> Iterator[Type]:
        """Yield what may be in ``self.name`` instead of a module: the class tests it for a class with a ``forward``.

        A wrapper that annotates what it wraps as ``nn.Module`` may wrap another wrapper, which cannot be called.
        """

    def called_classes(self, kind: Type) -> Iterator[SourceClass]:
        """Yield the classes of the source whose ``__call__`` a call of the receiver may go through."""

    def at_worst(self, kind: Type, file: File, question: Callable[[Questions, SourceClass], Sameness]) -> Judged | None:
        """The first class with an answer other than SAME; DIFFERENT only if all possible classes answer so."""


class Uses(Protocol):
    """What other code does with a value: who calls it, who stores it, where it comes from."""

    def calls_of(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> Callers:
        """All calls of a function that opens a scope, or of the class whose constructor it is."""

    def resolved(self, kind: Type) -> Type:
        """The type with each open parameter replaced by what callers pass; in doubt, UNKNOWN is one alternative."""

    def of_callers(self, kind: Type) -> Type:
        """Such a type as its callers decide it, for its attributes or elements; UNKNOWN if that leaves it open."""

    def places(
        self, name: str, home: File, is_itself: Callable[[Type], bool], sought: Callable[[str], str] = str
    ) -> Iterator[tuple[File, str] | None]:
        """Yield each file with a name that something has there, aliases included; None if there are too many files.

        ``sought`` makes from a name what is searched for, if that is more than the name.
        """

    def goes_on(self, handed: Handed, is_itself: Callable[[Type], bool]) -> bool:
        """Whether a value that is passed on is the one in question, and its calls cannot be found from there."""

    def set_elsewhere(self, owner: Instance, cls: SourceClass, name: str, known: Type) -> Type:
        """The type of an attribute from code elsewhere in the project that sets it; ``known`` if there is none.

        ``known`` is what the class itself says: nothing, None, or something that its callers decide.
        """

    def calls_of_argument(self, node: ast.expr, call: ast.Call, scope: Scope) -> Sequence[ast.Call]:
        """The calls that a call makes of one of its arguments: ``f(x)`` for ``submit(f, x)``; none if not known."""

    def keeps_defaults(self, function: Scope) -> bool:
        """Whether no code of the project sets the default values of a function: ``f.__defaults__ = (True,)``."""

    def passed_to_field(self, cls: SourceClass, name: str) -> Iterator[Type]:
        """Yield what callers pass for a field if the class's constructor is generated; UNKNOWN for what is not read."""

    def set_on_class(self, cls: SourceClass, name: str) -> Type:
        """What code elsewhere in the project sets on a class itself: ``Net.make = make``; UNKNOWN if there is none."""

    def made_by_registry(self, callee: ast.expr, scope: Scope) -> Type:
        """The result of a call such as ``MODELS.build(config)``: a module of unknown class, or UNKNOWN."""

    def named_global(self, node: ast.expr, scope: Scope) -> Global | None:
        """The global that an expression names, through imports; None if it is not one of the project's."""

    def origins(self, node: ast.expr, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
        """Yield each expression, with its scope, that can have created the value: calls, displays, literals.

        Raises OutOfBudget.
        """

    def bound(self, node: ast.Name | ast.Attribute, scope: Scope) -> tuple[Binding, ...]:
        """The bindings of a name or attribute where it is read: in its scope, one around it, or the owner's class."""

    def holder(self, cls: SourceClass, name: str) -> SourceClass | None:
        """The first class in the MRO that sets an attribute; None if none does."""

    def parametrized_with(self, handed: Handed) -> Iterator[str]:
        """Yield the parameters of tests that ``parametrize`` fills in with a value, as far as they are known."""

    def passed_by_pytest(self, binding: Parameter) -> Type | None:
        """What pytest passes for a parameter; None if this is no test or fixture, or nothing provides the parameter."""

    def owners_of_store(self, store: Store) -> Iterator[Type]:
        """Yield the types of the object that something is stored in."""

    def is_stored_into(self, store: Store, member: Member) -> bool | None:
        """Whether something is stored in this attribute; None if that is unknown."""


class Calls(Protocol):
    """Whether calling the receiver means what calling its ``forward`` means. None where nothing speaks against it."""

    def alterations(self, cls: SourceClass) -> Iterator[Alteration]:
        """Yield how the functions that create a class change its call."""

    def obstacle(self, place: Place, *, is_safe: bool) -> Obstacle | None:
        """The worst obstacle at a place, or None; ``is_safe`` if the receiver's type allows a safe fix.

        Raises OutOfBudget.
        """

    def certainty_of_call(self, candidate: Candidate, scope: Scope) -> Sameness | None:
        """Whether the function that gets the attribute calls it; None if nothing shows that it does.

        SAME if everything that happens to it is read or documented, PERHAPS if only the name of a method suggests it.
        """

    def reentry(self, receiver: ast.expr, scope: Scope, kind: Type) -> Reentry | None:
        """Whether calling the receiver runs a hook that reaches the call; None if nothing shows it."""

    def attachments(self, receiver: ast.expr, scope: Scope) -> tuple[Attachment, ...]:
        """Everything that the project attaches to the hooks of a receiver, the nearest first."""

    def swapped(self, receiver: ast.expr, scope: Scope) -> Obstacle | None:
        """What may put something else where the receiver is stored; None if nothing is found.

        Raises OutOfBudget.
        """


class Hierarchy(Protocol):
    """Bases, subclasses, and what calling an instance means according to its classes."""

    def bases(self, cls: Class) -> tuple[Class | None, ...]:
        """The direct bases; None for each base that cannot be resolved."""

    def read_base(self, node: ast.expr, scope: Scope, given: dict[Slot, Type] | None = None) -> Iterator[Class | None]:
        """Yield the classes of a base expression: none for ``object``, None if it cannot be resolved.

        ``given`` has what is passed to the functions around the class.
        """

    def order(self, cls: Class) -> tuple[Class | None, ...]:
        """The MRO, by C3 if possible, else depth first; None for each base that cannot be resolved."""

    def standing(self, cls: Class) -> Standing:
        """Whether the class derives from ``torch.nn.Module``."""

    def is_module(self, kind: Type) -> bool:
        """Whether the type is an instance of a module class."""

    def derives(self, cls: Class, other: Class) -> bool:
        """Whether the class is the other class, or is certainly a subclass of it."""

    def derives_from(self, cls: Class, dotted: str) -> bool:
        """Whether the class is, or derives from, the class with a full dotted name."""

    def subclasses_in(self, cls: Class, file: File) -> Sequence[SourceClass]:
        """The subclasses of a class in a file, without the class itself."""

    def subclasses(self, cls: SourceClass) -> Sequence[SourceClass]:
        """The subclasses of a class: those in its file, and those in the project with a ``__call__``."""

    def project_subclasses(self, cls: SourceClass) -> Sequence[SourceClass]:
        """All subclasses of a class in the project, found by name in its text."""

    def below(self, file: File) -> dict[Class, list[SourceClass]] | None:
        """The subclasses of each class in a file, without the class itself; not from the store."""

    def searched(self, cls: SourceClass) -> tuple[SourceClass | None, ...]:
        """The subclasses of a class in the project, and None if only some files were searched; not from the store."""

    def knows_all_subclasses(self, cls: SourceClass) -> bool:
        """Whether ``project_subclasses`` has all subclasses, and not only those in the files that were searched."""

    def meaning_to_subclasses(self, cls: SourceClass) -> Meaning:
        """The worst meaning of a call among the project's classes below a class, and the class that causes it."""

    def meaning_of_call(self, cls: Class) -> Sameness:
        """Whether calling an instance of a module class reaches ``Module.__call__``."""

    def call_of(self, cls: Class) -> Meaning:
        """The meaning of calling an instance of a module class, with the class that changes it."""

    def objection(self, cls: Class) -> str:
        """The reason why calling an instance of the class is not equivalent, as a clause."""

    def other_calls_abound(self) -> bool:
        """Whether a module class of the project overrides ``__call__`` with another meaning."""

    def other_calls(self) -> Iterator[SourceClass | None]:
        """Yield the project's module classes that override ``__call__`` with another meaning; None for too many."""

    def own_call(self, cls: Class) -> Sameness | None:
        """What the class itself changes about calling its instances; None if nothing."""

    def comes_without_hooks(self, cls: Class) -> bool:
        """Whether an instance that was created elsewhere may lack what ``Module.__call__`` needs."""

    def is_interface(self, cls: Class) -> bool:
        """Whether the class is a TorchScript interface, whose values have ``forward`` but cannot be called."""


class OwnCalls(Protocol):
    """What each class by itself does to calls of its instances."""

    def of(self, cls: Class) -> OwnCall | None:
        """What the class itself does to its call; None if it does nothing."""

    def names_base(self, cls: SourceClass, scope: Scope, node: ast.expr) -> bool:
        """Whether an expression in a method of the class is one of its base classes."""

    def is_set_from_outside(self, cls: SourceClass) -> bool:
        """Whether the project sets or deletes the class's ``__call__`` or ``_call_impl`` outside its body."""


class Working(Protocol):
    """What answering needs besides: the project, and the engine that asks each question once."""

    @property
    def project(self) -> Project:
        """The files that names lead to, and the catalogue."""

    @property
    def hierarchy(self) -> Hierarchy:
        """The questions about bases and subclasses."""

    @property
    def own_calls(self) -> OwnCalls:
        """The questions about what a class itself does to its call."""

    @property
    def engine(self) -> Engine:
        """What asks each question once, whatever kind its answer has."""

    def files_mentioning(self, word: str, own: File, limit: int, beside: str = "") -> tuple[File, ...] | None:
        """The ``own`` file and the project's files that contain ``word`` and ``beside``; None if they are too many."""

    def once(self, key: Hashable, compute: Callable[[], Type]) -> Type:
        """The type that answers a question, computed once. Raises OutOfBudget."""

    def ask(self, question: Callable[[], _Answer]) -> _Answer:
        """The answer to a question from outside. Raises OutOfBudget."""

    def of_project(
        self, kind: Shared, subject: Hashable, question: Callable[[Questions], _Answer], unknown: _Answer
    ) -> _Answer:
        """The answer to a question that depends on nothing but its subject, stored for all files of the project.

        It is asked of an evaluator that knows nothing yet, so that neither the answer nor what exceeds a limit depends
        on what was asked before. ``unknown`` is the answer if it would take too long. It must hold no evaluator.
        """

    def notes(self, kind: Callable[[], _Notes]) -> _Notes:
        """What the asking module remembers from one question to the next: one object of each kind."""


class Questions(Values, Containers, Imports, Classes, Uses, Calls, Working, Protocol):
    """Everything that can be asked."""
