"""Generated programs: the rewrite is correct for any receiver, layout and location of the calls."""

from __future__ import annotations

import ast
import copy
import io
import re
import tokenize
import warnings

import pytest
from grammar import HEADS, Piece, programs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rewriting import fix, fixes

from flake8_forward_call.checking import check_bytes
from flake8_forward_call.findings.selection import Selection, everywhere
from flake8_forward_call.fixing.proposing import Outcome
from flake8_forward_call.fixing.proposing import rewrite as fixed
from flake8_forward_call.fixing.rewriter import rewrite
from flake8_forward_call.sources.source import Source
from flake8_forward_call.visiting.visitor import find_sites

generated = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


class WithoutForward(ast.NodeTransformer):
    """The expected tree after the rewrite of every use."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        node.func = _receiver(node.func)
        node.args = [_receiver(argument) for argument in node.args]
        for keyword in node.keywords:
            if keyword.arg is not None:
                keyword.value = _receiver(keyword.value)
        return node


def _receiver(node: ast.expr) -> ast.expr:
    is_use = isinstance(node, ast.Attribute) and node.attr == "forward" and ast.unparse(node.value) != "super()"
    return node.value if is_use and isinstance(node, ast.Attribute) else node


def _comments(source: Source) -> list[str]:
    """The comments of a file, including those in lines that end with a lone carriage return."""
    text = "".join(line.rstrip("\r\n") + "\n" for line in source.lines)
    return [one.string for one in tokenize.generate_tokens(io.StringIO(text).readline) if one.type == tokenize.COMMENT]


@generated
@given(program=programs(), head=st.sampled_from(HEADS))
def test_rewrite_of_every_use(program: Piece, head: tuple[str, str, str]) -> None:
    cookie, codec, encoding = head
    source = Source.from_bytes("net.py", (cookie + program.before).encode(codec))
    assert source.encoding == encoding
    assert len(find_sites(source)) == program.uses

    text = rewrite(source, fixes(source))
    assert source.encode(text) == (cookie + program.after).encode(codec)

    again = Source.from_bytes("net.py", source.encode(text))
    assert fixes(again) == []
    assert len(find_sites(again)) == program.left
    assert rewrite(again, []) == text
    assert _comments(again) == _comments(source)
    if not program.left:  # The tree does not show calls that must stay because of a comment or of the output.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert ast.dump(ast.parse(text)) == ast.dump(WithoutForward().visit(copy.deepcopy(ast.parse(source.text))))


@pytest.mark.slow
@generated
@given(program=programs(), data=st.data())
def test_rewrite_of_some_uses(program: Piece, data: st.DataObject) -> None:
    source = Source("net.py", program.before)
    found = find_sites(source)
    starts = [source.offset(site.start) for site in found]
    assert starts == sorted(set(starts))
    for site, start in zip(found, starts, strict=True):
        assert source.text[start : source.offset(site.end)] == "forward"
        assert not {"\n", "\r"} & set(site.receiver)

    sites = [site for site in found if data.draw(st.booleans())]
    edits = [site.edit for site in sites if site.edit is not None]
    text = rewrite(source, [fix(edit) for edit in reversed(edits)])

    # Outside the edits no character changes, and an edit only removes `.forward` and whitespace.
    pieces, done = [], 0
    for edit in edits:
        start, end = source.offset(edit.start), source.offset(edit.end)
        pieces += [source.text[done:start], edit.content]
        gone = "".join(source.text[start:end].replace(edit.content, "", 1).replace("\\", "").split())
        assert gone == ".forward"
        done = end
    assert text == "".join(pieces) + source.text[done:]
    assert len(find_sites(Source("net.py", text))) == program.uses - len(edits)


# Comments after a call: those that silence FWD001 and those that do not, by flake8's rules.
SILENCING = ["# noqa", "# NOQA: E501, FWD001", "# noqa:FWD001", "# c  # noqa: FWD001 # c", "# noqa:FWD001,E501"]
TELLING = ["", "# c", "#noqa", "# noqa: E501", "# no qa", "# noqa: FWD002", "# é"]
LINES = [
    "y = m.forward(x){}{end}",
    "if x: f(m .forward(x), 1){}{end}",
    "y = ({end}    m.forward({}{end}        m.weight))  # noqa{end}",
    "y = [{end}    m{end}    .forward(x),{}{end}]{end}",
    "f'{{m.forward(x)}}'{}{end}",
    "m.forward('''noqa{end}# c{end}'''){}{end}",
]


@pytest.mark.slow
@generated
@given(data=st.data(), end=st.sampled_from(["\n", "\r\n"]))
def test_noqa_is_kept_and_so_is_what_it_silences(data: st.DataObject, end: str) -> None:
    before = after = f"from torch import nn{end}m = nn.Linear(1, 1){end}"
    for line in data.draw(st.lists(st.sampled_from(LINES), max_size=4)):
        comment = data.draw(st.sampled_from([*SILENCING, *TELLING]))
        text = line.format(f"  {comment}" if comment else "", end=end)
        before += text
        after += text if comment in SILENCING else re.sub(r"\s*\.forward", "", text, count=1)
    selection = Selection(select=("FWD",))
    checked = check_bytes("net.py", before.encode(), everywhere(selection))
    fixes = [finding.fix for finding in checked.findings if finding.fix is not None]
    assert len(fixes) == len(checked.findings)
    source = Source("net.py", before)
    outcome = fixed(before.encode(), checked, fixes, selection) if fixes else Outcome(before.encode(), [], source)
    assert outcome == Outcome(after.encode(), [], Source("net.py", after))
    assert _comments(Source("net.py", after)) == _comments(Source("net.py", before))
