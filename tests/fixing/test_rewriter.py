"""`x.forward(...)` to `x(...)`, byte for byte."""

from __future__ import annotations

import ast
import sys

import libcst as cst
import pytest
from rewriting import fix, fixes, rewritten

from flake8_forward_call.findings.finding import Edit, Place
from flake8_forward_call.fixing import rewriter
from flake8_forward_call.fixing.rewriter import RewriteError, edited, rewrite
from flake8_forward_call.sources.source import Source
from flake8_forward_call.visiting.visitor import find_sites


def check(before: bytes, after: bytes) -> None:
    """The rewrite turns one program into the other, and a second rewrite changes nothing."""
    assert rewritten(before) == after
    assert fixes(Source.from_bytes("net.py", after)) == []
    assert rewritten(after) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("m.forward(x)", "m(x)"),
        ("self.net.forward(x, *y, z=1, **w)", "self.net(x, *y, z=1, **w)"),
        ("(self.stem \n    .forward (x))", "(self.stem(x))"),
        ("self.stem \\\n    .forward (x)", "self.stem(x)"),
        ("m\\\n.\\\nforward\\\n(x)", "m(x)"),
        ("m . \t forward \t (x)", "m(x)"),
        ("f(m\n\n\n  .\n\n  forward\n\n  (x))", "f(m(x))"),
        ("m.forward(\n    x,  # c\n)", "m(\n    x,  # c\n)"),
        ("m.forward( x )", "m( x )"),
        ("a.forward(b.forward(x))", "a(b(x))"),
        ("a.forward(b.forward(c.forward(x), d.forward(y)))", "a(b(c(x), d(y)))"),
        ("a.forward(x).forward(y).z.forward(w)", "a(x)(y).z(w)"),
        ("a.forward.forward(x)", "a.forward.forward(x)"),
        ("a.forward(b.forward)", "a(b)"),
        ("f(a.forward, b . forward , c=d\\\n.forward)", "f(a, b , c=d)"),
        ("f((a.forward), ((b) .forward))", "f((a), ((b)))"),
        (
            "f(\n    a\n    .forward,  # c\n    *b.forward,\n    **c.forward,\n)",
            "f(\n    a,  # c\n    *b.forward,\n    **c.forward,\n)",
        ),
        ("f(a  # c\n.forward)", "f(a  # c\n.forward)"),
        ("f(a.forward.forward, super().forward)", "f(a.forward.forward, super().forward)"),
        ("f((yield).forward, (b := c).forward, (a for a in b).forward)", "f((yield), (b := c), (a for a in b))"),
        ("f(a.forward(b.forward).forward)", "f(a(b))"),
        ("class A(f.forward, x=g.forward): pass", "class A(f.forward, x=g.forward): pass"),
        ('f"{g(a.forward)=} {g(b.forward)}"', 'f"{g(a.forward)=} {g(b)}"'),
        ("(x.forward)(a)", "(x)(a)"),
        ("(x.forward )(a)", "(x)(a)"),
        ("((x . forward)) (a)", "((x)) (a)"),
        ("((x.forward  ) ) (a)", "((x) ) (a)"),
        ("( ( x ) . forward ) (a)", "( ( x )) (a)"),
        ("(\n  x\n  .forward\n)(a)", "(\n  x)(a)"),
        ("(a or b).forward(x)", "(a or b)(x)"),
        ("(a,).forward(x)", "(a,)(x)"),
        ("(a for a in b).forward(x)", "(a for a in b)(x)"),
        ("((a,) .forward)(x)", "((a,))(x)"),
        ("(y := x).forward(z)", "(y := x)(z)"),
        ("(yield).forward(x)", "(yield)(x)"),
        ("1 .forward(x)", "1(x)"),
        ("1..forward(x)", "1.(x)"),
        ("{}.forward(x)", "{}(x)"),
        ("'é' + é.forward('é') + é.forward(x)", "'é' + é('é') + é(x)"),
        ("'\U0001f600', a.forward(x)", "'\U0001f600', a(x)"),
        ("return_ = not(a.forward)(x)", "return_ = not(a)(x)"),
        ("[(yield)if a.forward(x)else(b.forward)(y)]", "[(yield)if a(x)else(b)(y)]"),
        ("m.forward(x)  # m.forward(x)", "m(x)  # m.forward(x)"),
        ("'m.forward(x)', m.forward('.forward(')", "'m.forward(x)', m('.forward(')"),
        ("x = m.forward(y) # type: ignore", "x = m(y) # type: ignore"),
    ],
)
def test_what_goes_is_forward_and_the_blanks_around_it(before: str, after: str) -> None:
    check(before.encode(), after.encode())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(m  # c\n   .forward (x))", "(m  # c\n    (x))"),
        ("(m  # c\n   .forward\n (x))", "(m  # c\n   \n (x))"),
        ("(m\n  # c\n  # d\n  .forward(x))", "(m\n  # c\n  # d\n  (x))"),
        ("(m\n  .  # c\n  forward (x))", "(m  # c\n  (x))"),
        ("(m\n  .forward  # c\n  (x))", "(m  # c\n  (x))"),
        ("(m.  # c\n  forward # d\n  (x))", "(m  # c\n   # d\n  (x))"),
        ("(m # b\n  .\n  forward # d\n  (x))", "(m # b\n   # d\n  (x))"),
        ("(m # b\n  . # c\n  forward # d\n  (x))", "(m # b\n   # c\n   # d\n  (x))"),
        ("(m # b\n  # b2\n  . # c\n  # c2\n  forward # d\n  # d2\n  (x))", None),
        ("((m # b\n  . # c\n  forward # d\n  )(x))", "((m # b\n   # c\n   # d\n  )(x))"),
        ("((m.forward # d\n  ) # e\n (x))", "((m # d\n  ) # e\n (x))"),
        ("(m.forward # ).forward(\n  (x))", "(m # ).forward(\n  (x))"),
        ("((m # )\n ).forward(x))", "((m # )\n )(x))"),
        ("if a:\n    f(m  # c\n    .forward  # d\n    (x))", "if a:\n    f(m  # c\n      # d\n    (x))"),
        ("if a:\n\tf(m.  # c\n\tforward  # d\n\n\t(x))", "if a:\n\tf(m  # c\n\t  # d\n\n\t(x))"),
        ("(m.forward(  # c\n  x))", "(m(  # c\n  x))"),
    ],
)
def test_no_comment_is_lost(before: str, after: str | None) -> None:
    if after is None:
        after = before.replace(".", "").replace("forward", "")
    for end in ("\n", "\r\n", "\r"):
        check(before.replace("\n", end).encode(), after.replace("\n", end).encode())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(b"\xef\xbb\xbfm.forward('\xc3\xa9')\n", b"\xef\xbb\xbfm('\xc3\xa9')\n", id="byte-order mark"),
        pytest.param(
            b"# coding: latin-1\n'\xe9', \xe9 .forward('\xe9')\n",
            b"# coding: latin-1\n'\xe9', \xe9('\xe9')\n",
            id="latin-1",
        ),
        pytest.param(b"m.forward(x)\r\nm .forward(y)\r\n", b"m(x)\r\nm(y)\r\n", id="CRLF"),
        pytest.param(b"m.forward(x)\rm .forward(y)\r", b"m(x)\rm(y)\r", id="CR"),
        pytest.param(
            b"a = 1\r\nm.forward(\n x\r)\nf(m\r\n .forward(x))\rb = '''\r\n\n\r'''\n",
            b"a = 1\r\nm(\n x\r)\nf(m(x))\rb = '''\r\n\n\r'''\n",
            id="mixed line ends",
        ),
        pytest.param(b"m.forward(x)\r\ny = 1\r", b"m(x)\r\ny = 1\r", id="lone CR at the end"),
        pytest.param(
            b"\x0c\n\x0cm.forward(x)\nif a:\n\x0c  b\n  m\x0c.\x0cforward\x0c(\x0cx)\n\x0c",
            b"\x0c\n\x0cm(x)\nif a:\n\x0c  b\n  m(\x0cx)\n\x0c",
            id="form feeds",
        ),
        pytest.param(b"if a:\n\tm.forward(\tx)\t\n\t\t# c\n", b"if a:\n\tm(\tx)\t\n\t\t# c\n", id="tabs"),
        pytest.param(b"if a:\n  m.forward(x)\n  ", b"if a:\n  m(x)\n  ", id="blanks at the end"),
        pytest.param(b"m.forward(x)", b"m(x)", id="no final newline"),
        pytest.param(b"\n\n  \n# c\nm.forward(x) ;  \n\n\n", b"\n\n  \n# c\nm(x) ;  \n\n\n", id="layout"),
    ],
)
def test_everything_else_stays_byte_for_byte(before: bytes, after: bytes) -> None:
    check(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f'{m.forward(x)}'", "f'{m(x)}'"),
        ("f'é{ m . forward (x) !r:>{n.forward(y)}}é' + n.forward(y)", "f'é{ m(x) !r:>{n(y)}}é' + n(y)"),
        ("f'''\né {m.forward(\n  x)}\n {{m.forward(x)}} {n .forward(y)}\n''' 'm.forward'", None),
        ("f\"{f'{m.forward(n.forward(x))}'}\" f'{n.forward(y)}'", "f\"{f'{m(n(x))}'}\" f'{n(y)}'"),
        ("f'{(m\t.forward)(x)}' rf'\\d{m.forward(x)}'", "f'{(m)(x)}' rf'\\d{m(x)}'"),
        ("f'{m.forward(x)=}' f'{n.forward(y)}'", "f'{m.forward(x)=}' f'{n(y)}'"),
        ("f'{x:{m.forward(x)}.{n.forward(y)}f}'", "f'{x:{m(x)}.{n(y)}f}'"),
        (
            "\fm.forward(f'{n.forward(y)}')\n\f\fif a:\n\f f'{m\f.forward(x)}'",
            "\fm(f'{n(y)}')\n\f\fif a:\n\f f'{m(x)}'",
        ),
    ],
)
def test_calls_in_f_strings(before: str, after: str | None) -> None:
    if after is None:
        after = "f'''\né {m(\n  x)}\n {{m.forward(x)}} {n(y)}\n''' 'm.forward'"
    check(before.encode(), after.encode())


def test_calls_in_f_strings_of_python_3_12() -> None:
    before, after = b"f'{m.forward('\xc3\xa9', f'{n\n.forward(y)}')}'", b"f'{m('\xc3\xa9', f'{n(y)}')}'"
    if sys.version_info >= (3, 12):
        check(before, after)
    else:
        with pytest.raises(Exception, match="cannot parse file"):
            rewritten(before)


def test_calls_in_every_kind_of_statement() -> None:
    before = b"""\
@m.forward(x)
class C(m.forward(x), metaclass=m.forward(x)):
    y: m.forward(x) = m.forward(x)

    @m.forward(x)
    async def f(self, y: m.forward(x) = m.forward(x), *, z=m.forward(x)) -> m.forward(x):
        async with m.forward(x) as y, m.forward(x): await m.forward(x)
        async for y in m.forward(x): yield m.forward(x)
        match m.forward(x):
            case [1, {"a": 2}] if m.forward(x): return
        return [lambda y=m.forward(x): m.forward(x) async for y in m.forward(x) if m.forward(x)]
"""
    check(before, before.replace(b".forward", b""))


def test_type_comments_are_part_of_the_tree() -> None:
    check(
        b"for a in f(m\n  .forward(x)):  # type: int\n  b = 1  # type: ignore[x]\n",
        (b"for a in f(m(x)):  # type: int\n  b = 1  # type: ignore[x]\n"),
    )


def test_only_the_named_calls_are_rewritten() -> None:
    source = Source("net.py", "a.forward(b.forward(x).forward(y))\n")
    edits = [site.edit for site in find_sites(source)]
    assert edits[1] is not None
    assert rewrite(source, [fix(edits[1])]) == "a.forward(b(x).forward(y))\n"
    assert edits[0] is not None
    assert edits[2] is not None
    assert rewrite(source, [fix(edits[2], edits[0])]) == "a(b.forward(x)(y))\n"


def test_no_fix_is_no_change() -> None:
    assert rewrite(Source("net.py", "this is no Python"), []) == "this is no Python"


def failure(source: Source, *edits: Edit) -> str:
    with pytest.raises(RewriteError) as caught:
        rewrite(source, [fix(edit) for edit in edits])
    assert str(caught.value) == caught.value.reason
    return caught.value.reason


def first_edit(source: Source) -> Edit:
    (site, *_) = find_sites(source)
    assert site.edit is not None
    return site.edit


def test_edits_may_touch_but_not_overlap() -> None:
    source = Source("net.py", "abcdef\n")
    first, second, third = (
        Edit(Place(1, start), Place(1, end), content) for start, end, content in ((1, 3, "x"), (3, 5, ""), (2, 4, "y"))
    )
    assert edited(source, [second, first]) == "xef\n"
    with pytest.raises(RewriteError, match="two edits overlap at 1:2"):
        edited(source, [first, third])


def test_the_same_edit_twice_is_refused() -> None:
    source = Source("net.py", "a.forward(x)\n")
    assert failure(source, first_edit(source), first_edit(source)) == "two edits overlap at 1:2"


def test_an_edit_of_something_else_is_refused() -> None:
    source = Source("net.py", "a.forward(x)\n")
    edit = Edit(Place(1, 1), Place(1, 2), "b")
    assert failure(source, edit) == "the edit at 1:1 rewrites no use of forward()"


def test_a_file_that_does_not_parse_is_refused() -> None:
    edit = Edit(Place(1, 2), Place(1, 10), "")
    assert failure(Source("net.py", "a.forward(x"), edit).startswith("cannot parse file: ")


@pytest.mark.parametrize(
    ("text", "encoding"), [("é.forward(x)\n", "ascii"), ("a.forward('\u203e')\n", "shift_jis"), ("a.forward(x)", "no")]
)
def test_a_text_that_its_encoding_cannot_hold_is_refused(text: str, encoding: str) -> None:
    source = Source("net.py", text, encoding)
    assert failure(source, first_edit(source)) == f"the rewritten text cannot be encoded as {encoding}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a(x", "cannot parse the rewritten text: "),
        ("b(x)\n", "the rewritten text has a different syntax tree than the file"),
        ("a(x, x)\n", "the rewritten text has a different syntax tree than the file"),
        ("a.forward(x)\n", "the rewritten text has a different syntax tree than the file"),
        ("a(x)\na\n", "the rewritten text has a different syntax tree than the file"),
        ("a(x,)\n", "libcst produces a different text"),
        ("a(x) # c\n", "libcst produces a different text"),
    ],
)
def test_a_wrong_text_is_refused(text: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriter, "edited", lambda *_: text)
    source = Source("net.py", "a.forward(x)\n")
    assert failure(source, first_edit(source)).startswith(reason)


def test_a_changed_constant_is_another_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source("net.py", "a.forward(1)\n")
    for text in ("a(True)\n", "a(1.0)\n", "a(2)\n", "a('1')\n"):
        monkeypatch.setattr(rewriter, "edited", lambda *_, text=text: text)
        assert failure(source, first_edit(source)) == "the rewritten text has a different syntax tree than the file"


def test_what_libcst_does_not_give_back_is_proved_by_the_tree_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source("net.py", "\fa.forward(x)\n")
    monkeypatch.setattr(rewriter, "edited", lambda *_: "\fa(x)  # c\n")
    assert rewrite(source, [fix(first_edit(source))]) == "\fa(x)  # c\n"


@pytest.mark.parametrize("error", [RecursionError("too\ndeep"), cst.CSTValidationError("too\ndeep")])
def test_a_derivation_that_fails_is_refused(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def leave_call(*_: object) -> cst.Call:
        raise error

    monkeypatch.setattr(rewriter._Derivation, "leave_Call", leave_call)
    source = Source("net.py", "a.forward(x)\n")
    assert failure(source, first_edit(source)) == "libcst cannot produce the rewritten text: too deep"


@pytest.mark.slow
def test_a_long_file_is_rewritten_in_reasonable_time() -> None:
    before = b"".join(b"y%d = f(m.forward(x), [1, 2, {'a': 3}])  # c\n" % number for number in range(500))
    assert rewritten(before) == before.replace(b".forward", b"")


def test_the_source_s_own_tree_is_left_as_it_was() -> None:
    source = Source("net.py", "a.forward(b.forward(x))\n")
    before = ast.dump(source.tree)
    assert rewrite(source, fixes(source)) == "a(b(x))\n"
    assert ast.dump(source.tree) == before


def test_what_libcst_cannot_parse_elsewhere_stands_in_no_way() -> None:
    source = Source("net.py", "class A(k=1, *b): pass\n\n\nm.forward(x)\n")
    assert rewrite(source, fixes(source)) == "class A(k=1, *b): pass\n\n\nm(x)\n"
