"""What the tests of the inference share: verdicts and types of programs given as text."""

from __future__ import annotations

import ast
import textwrap

from flake8_forward_call.inference.catalogue import Catalogue
from flake8_forward_call.inference.evaluating.evaluate import Evaluator
from flake8_forward_call.inference.project.project import File, Project
from flake8_forward_call.inference.types import Type
from flake8_forward_call.inference.verdicts.judge import judge
from flake8_forward_call.inference.verdicts.verdict import Sameness, Standing
from flake8_forward_call.sources.source import Source
from flake8_forward_call.visiting.candidates import Candidate

HEAD = "import torch\nfrom torch import nn\nfrom elsewhere import load\n"


def parsed(text: str) -> ast.Module:
    return ast.parse(HEAD + textwrap.dedent(text), type_comments=True)


def calls(tree: ast.Module) -> list[Candidate]:
    """The calls of `forward`, those on `super()` included, in the order of the text."""
    found = [
        Candidate(node.func, node, (node.func.end_lineno or 0, node.func.end_col_offset or 0), False)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "forward"
    ]
    return sorted(found, key=lambda candidate: candidate.order)


def verdicts(text: str) -> list[str]:
    """For each call of `forward`: "unknown", "not a module", or what calling the module means."""
    source = Source("net.py", HEAD + textwrap.dedent(text))
    return [
        verdict.sameness.value if verdict.standing is Standing.MODULE else verdict.standing.value
        for verdict in judge(source, calls(source.tree))
    ]


def verdict(text: str) -> str:
    (only,) = verdicts(text)
    return only


def type_of(text: str, name: str = "found") -> Type:
    """The type of a global name at the end of the program."""
    file = File("net.py", parsed(text), "net")
    evaluator = Evaluator(Project(Catalogue()))
    kind = evaluator.ask(lambda: evaluator.global_of(file, name))
    assert kind is not None
    return kind


SAME, PERHAPS, DIFFERENT, UNREAD = (
    one.value for one in (Sameness.SAME, Sameness.PERHAPS, Sameness.DIFFERENT, Sameness.UNREAD)
)
UNKNOWN, PROBABLE, NOT_MODULE = Standing.UNKNOWN.value, Standing.PROBABLE.value, Standing.NOT_MODULE.value
