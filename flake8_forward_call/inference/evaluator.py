"""Who answers what: the one place that knows the modules behind the questions."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from flake8_forward_call.inference.calling import altering, obstacles
from flake8_forward_call.inference.calling.own_calls import OwnCalls
from flake8_forward_call.inference.classes import bases, created, declaring, decoration, family, likeness, mixins
from flake8_forward_call.inference.classes.hierarchy import Hierarchy
from flake8_forward_call.inference.classes.joining import joined
from flake8_forward_call.inference.engine import Answers, Engine
from flake8_forward_call.inference.evaluating import (
    attributes,
    calls,
    containers,
    declarations,
    expressions,
    names,
    parameters,
    refinement,
    substituting,
)
from flake8_forward_call.inference.evaluating import bound as binding_values
from flake8_forward_call.inference.evaluating.ranking import rank
from flake8_forward_call.inference.hooks import hooks
from flake8_forward_call.inference.hooks import reentry as hook_reentry
from flake8_forward_call.inference.members import (
    by_name,
    entries,
    known,
    lacking,
    modules,
    naming,
    stars,
    stubs,
    tables,
)
from flake8_forward_call.inference.project.project import Project, Shared
from flake8_forward_call.inference.project.searching import name_of
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.strings import lookups
from flake8_forward_call.inference.swapping import owners, swaps
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.testing import by_pytest, parametrizing
from flake8_forward_call.inference.types import NEVER, UNKNOWN, Type, bounded, is_same, union
from flake8_forward_call.inference.usage import (
    callers,
    defaults,
    elsewhere,
    fields,
    filling,
    guards,
    handing,
    registries,
    relaying,
    search,
)
from flake8_forward_call.inference.usage import origins as value_origins
from flake8_forward_call.inference.usage.doctests import with_doctests

_Answer = TypeVar("_Answer")
_Notes = TypeVar("_Notes")


class Evaluator:
    """Answers all questions about a project's files. One evaluator serves many receivers, and stores its answers."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.engine = Engine(rank)
        self._types: Answers[Type] = Answers(
            nothing=NEVER,
            unknown=UNKNOWN,
            join=lambda one, other: union([one, other]),
            is_same=is_same,
            bounded=lambda kind: bounded(joined(self, kind)),
        )
        self.hierarchy = Hierarchy(self)
        self.own_calls = OwnCalls(self)
        self._notes: dict[object, Any] = {}
        self._of_project: dict[Hashable, Any] = {}

    def ask(self, question: Callable[[], _Answer]) -> _Answer:
        """The answer to a question from outside. Raises OutOfBudget."""
        return self.engine.ask(question)

    def files_mentioning(self, word: str, own: File, limit: int, beside: str = "") -> tuple[File, ...] | None:
        """The ``own`` file and the project's files that contain ``word`` and ``beside``; None if they are too many.

        The examples in a file's docstrings are a file of their own.
        """
        found = self.project.mentioning(word, beside, limit)
        return None if found is None else tuple(with_doctests(dict.fromkeys((own, *found)), name_of(word)))

    def once(self, key: Hashable, compute: Callable[[], Type]) -> Type:
        """The type that answers a question, computed once. Raises OutOfBudget."""
        return self.engine.once(key, compute, self._types)

    def of_project(
        self, kind: Shared, subject: Hashable, question: Callable[[Questions], _Answer], unknown: _Answer
    ) -> _Answer:
        """The answer to a question that depends on nothing but its subject, stored for all files of the project."""
        shared = self.project.shared.get(kind)
        if shared is None:
            return question(self)  # Not stored here: the engine knows whether the answer is final.
        key = kind, subject
        if key not in self._of_project:
            self._of_project[key] = shared(subject, question, unknown)
        return cast("_Answer", self._of_project[key])

    def notes(self, kind: Callable[[], _Notes]) -> _Notes:
        """What an answering module remembers for as long as this evaluator lives: one object of each kind."""
        found = self._notes.get(kind)
        if found is None:
            found = self._notes[kind] = kind()
        return cast("_Notes", found)

    # Values

    expression = expressions.expression
    named = names.named
    bound_name = names.bound_name
    bindings = binding_values.bindings
    binding = binding_values.binding
    entered = binding_values.entered
    narrowed = refinement.narrowed
    tested_instances = refinement.instances
    attribute = attributes.attribute
    own_member = attributes.own_member
    call = calls.call
    returned = calls.returned
    for_call = calls.for_call
    filled_in = substituting.filled_in
    fixture_value = calls.fixture_value
    parameter = parameters.parameter
    parameter_of = parameters.parameter_of
    passed = parameters.passed
    slots_for = parameters.slots_for
    declared = declarations.declared
    says_nothing = declarations.says_nothing
    type_comment = declarations.comment
    may_be_name = naming.may_be
    texts_of = naming.texts_of
    found_by_string = lookups.found
    returned_for_string = lookups.returned
    guarded = guards.guarded

    # Containers

    element = containers.element
    item = containers.item
    unpacked = containers.unpacked
    values = containers.values
    held = containers.held
    container_kind = containers.container_kind
    is_container = containers.is_container
    filled = filling.filled
    put_in = filling.put
    put_by_call = filling.put_by
    stored_in = filling.stored
    can_be_filled = filling.can_be_filled
    refilled = filling.refilled

    # Imports

    imported_name = modules.imported_name
    member = modules.member
    global_of = modules.global_of
    starred = modules.starred
    entry = entries.entry
    tabled = tables.entry
    member_by_name = by_name.member
    among_lacking = lacking.among
    hidden_by_stars = stars.hiding
    counterpart = stubs.counterpart
    namespace = known.namespace
    global_name = known.global_name
    known_class = known.known_class

    # Classes

    source_class = bases.source_class
    base = bases.base
    dotted = bases.dotted
    cause_of_base = decoration.cause
    unread_part = decoration.unread
    users_of_mixin = mixins.users
    is_for_others = mixins.is_for_others
    behaves_like_module = likeness.behaves_like_module
    creations = created.creations
    implementations = declaring.implementations
    stand_ins = likeness.stand_ins
    called_classes = family.called
    at_worst = family.at_worst

    # Uses

    calls_of = search.calls_of
    resolved = callers.resolved
    of_callers = callers.of_callers
    places = search.places
    goes_on = search.goes_on
    set_elsewhere = elsewhere.attribute
    calls_of_argument = relaying.calls
    keeps_defaults = defaults.are_kept
    passed_to_field = fields.passed
    set_on_class = elsewhere.class_attribute
    made_by_registry = registries.made
    named_global = registries.named_global
    origins = value_origins.origins
    bound = value_origins.bound
    holder = value_origins.holder
    parametrized_with = parametrizing.parametrized_with
    passed_by_pytest = by_pytest.passed
    owners_of_store = owners.owners
    is_stored_into = owners.is_into

    # Calls

    alterations = altering.alterations
    obstacle = obstacles.worst_of
    certainty_of_call = handing.certainty
    reentry = hook_reentry.reentry
    attachments = hooks.attachments
    swapped = swaps.swapped
