"""The children of a node are those that ``ast`` gives, without what has no children itself."""

from __future__ import annotations

import ast
from pathlib import Path

from flake8_forward_call.sources.trees import children

PROGRAM = """
from a import b as c
import d
type_ignored = 1  # type: ignore[x]
@e(f, *g, h=i, **j)
class K(l, metaclass=m):
    n: o = p
    q = r = (s, *t)
async def u(v: w, /, x=1, *y: z, a=b, **c) -> d:
    global e
    async with f as g, h: await i
    async for j in k: yield l
    else: return m if n else -o
    try: raise p from q
    except r as s: del t, u[v:w, x]
    finally: assert y, z
    while a and b or not c:
        break
        continue
    return [d for e in f if g], {h: i for j in k}, {l async for m in n}, lambda o, p=q: r
match a:
    case {"b": c, **d}: pass
    case E(f, g=h) | [i, *_] | None | -1: pass
    case j.k as l if l: nonlocals = f"{m!r:>{n}}"
o += p @ q < r <= (s := t)
"""


def test_children_are_those_of_ast_without_leaves() -> None:
    leaves = (ast.Constant, ast.alias, ast.Pass, ast.Break, ast.Continue, ast.expr_context, ast.operator, ast.unaryop,
              ast.boolop, ast.cmpop)  # fmt: skip
    for text in (PROGRAM, Path(__file__).read_text(encoding="utf-8")):
        for node in ast.walk(ast.parse(text)):
            assert children(node) == [one for one in ast.iter_child_nodes(node) if not isinstance(one, leaves)]
