"""Who answers what: the one place that knows the modules behind the questions."""

from __future__ import annotations

from flake8_forward_call.inference.calling import altering, obstacles
from flake8_forward_call.inference.calling.own_calls import OwnCalls
from flake8_forward_call.inference.classes import bases, decoration, family, likeness, mixins
from flake8_forward_call.inference.classes.hierarchy import Hierarchy
from flake8_forward_call.inference.engine import Engine
from flake8_forward_call.inference.evaluating import (
    attributes,
    calls,
    containers,
    declarations,
    expressions,
    names,
    naming,
    parameters,
    refinement,
)
from flake8_forward_call.inference.evaluating import bound as binding_values
from flake8_forward_call.inference.hooks import hooks
from flake8_forward_call.inference.hooks import reentry as hook_reentry
from flake8_forward_call.inference.importing import known, lazy, modules, stars, stubs
from flake8_forward_call.inference.project.project import Project
from flake8_forward_call.inference.swapping import owners, swaps
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.usage import callers, elsewhere, handing, registries, search
from flake8_forward_call.inference.usage import origins as value_origins


class Evaluator(Engine):
    """Answers all questions about a project's files. One evaluator serves many receivers, and stores its answers."""

    def __init__(self, project: Project) -> None:
        super().__init__()
        self.project = project
        self.hierarchy = Hierarchy(self)
        self.own_calls = OwnCalls(self)

    def files_mentioning(self, word: str, own: File, limit: int, beside: str = "") -> tuple[File, ...] | None:
        """The ``own`` file and the project's files that contain ``word`` and ``beside``; None if they are too many."""
        found = self.project.mentioning(word, beside, limit)
        self.refill()
        return None if found is None else tuple(dict.fromkeys((own, *found)))

    # Values

    expression = expressions.expression
    named = names.named
    bound_name = names.bound_name
    bindings = binding_values.bindings
    binding = binding_values.binding
    narrowed = refinement.narrowed
    tested_instances = refinement.instances
    attribute = attributes.attribute
    own_member = attributes.own_member
    call = calls.call
    returned = calls.returned
    fixture_value = calls.fixture_value
    parameter = parameters.parameter
    parameter_of = parameters.parameter_of
    passed = parameters.passed
    slots_for = parameters.slots_for
    declared = declarations.declared
    type_comment = declarations.comment
    may_be_name = naming.may_be

    # Containers

    element = containers.element
    item = containers.item
    unpacked = containers.unpacked
    values = containers.values
    held = containers.held
    container_kind = containers.container_kind
    is_container = containers.is_container
    filled = containers.filled
    put_in = containers.put

    # Imports

    imported_name = modules.imported_name
    member = modules.member
    global_of = modules.global_of
    starred = modules.starred
    hidden_by_stars = stars.hiding
    imported_module = lazy.imported_module
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
    behaves_like_module = likeness.behaves_like_module
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
    made_by_registry = registries.made
    named_global = registries.named_global
    origins = value_origins.origins
    bound = value_origins.bound
    holder = value_origins.holder
    owners_of_store = owners.owners
    is_stored_into = owners.is_into

    # Calls

    alterations = altering.alterations
    obstacle = obstacles.worst_of
    certainty_of_call = handing.certainty
    reentry = hook_reentry.reentry
    attachments = hooks.attachments
    swapped = swaps.swapped
