"""The questions behind facts: what gives the answer to each as things are now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from flake8_forward_call.inference.places.environment import VERSION, Environment
from flake8_forward_call.inference.places.folders import (
    BELOW,
    INSTALLED_MODULE,
    INSTALLED_NAMES,
    MODULE,
    NAMES,
    Folders,
    programs_below,
)
from flake8_forward_call.inference.places.layout import (
    EXISTS,
    LAYOUT,
    MARKED,
    REAL,
    exists,
    is_marked,
    layout_of,
    real,
    told_existing,
    told_layout,
)
from flake8_forward_call.inference.places.siblings import SIBLINGS, siblings_of, told_siblings
from flake8_forward_call.inference.project.disk import CONTENT
from flake8_forward_call.inference.project.facts import Ledger, digest
from flake8_forward_call.inference.project.texts import CALLING, SUBCLASSES, WORD, told_paths
from flake8_forward_call.inference.project.workspace import Workspace

# By the kind of a fact: what gives the answer for its subject.
Answers = dict[str, Callable[[str], str]]


def answers(workspace: Workspace, environment: Environment) -> Answers:
    """What answers each kind of question about a project, as far as its files were looked at already."""
    texts = workspace.texts
    return {
        **_of_disk(workspace.folders, environment),
        CONTENT: workspace.disk.digest,
        WORD: lambda subject: told_paths(texts.mentioning_as_noted(subject)),
        SUBCLASSES: lambda name: told_paths(texts.subclasses(name)),
        CALLING: lambda name: told_paths(texts.calling_subclasses(name)),
    }


def all_hold(ledger: Ledger, workspace: Workspace, environment: Environment) -> Iterator[bool]:
    """Yield for each fact about what is on disk whether it still holds. Folders and files are looked at again.

    A search of the project's text has the same result as long as no text is another one: see ``Texts.are_as_before``.
    """
    new = Folders(workspace.disk.new, is_installed=False)
    asked = _of_disk(new, replace(environment, folders=Folders()))
    yield not ledger.is_torn
    for kind, subject, answer in ledger.now():
        if kind == CONTENT:
            yield workspace.disk.is_as_before(subject)
        elif kind in asked:
            yield asked[kind](subject) == answer


def _of_disk(own: Folders, installed: Environment) -> Answers:
    return {
        MODULE: own.told_module,
        NAMES: lambda folder: own.told_names(Path(folder)),
        INSTALLED_MODULE: installed.folders.told_module,
        INSTALLED_NAMES: lambda folder: installed.folders.told_names(Path(folder)),
        VERSION: installed.told_version,
        BELOW: lambda folder: digest(*programs_below(Path(folder))),
        EXISTS: lambda path: told_existing(exists(Path(path))),
        MARKED: lambda folder: told_existing(is_marked(Path(folder))),
        REAL: real,
        LAYOUT: lambda folder: told_layout(layout_of(Path(folder))),
        SIBLINGS: lambda folder: told_siblings(siblings_of(Path(folder))),
    }
