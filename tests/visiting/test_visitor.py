"""Where `.forward(` is, and in what."""

from __future__ import annotations

import ast
import sys

import libcst as cst
import pytest

from flake8_forward_call.findings.finding import Place
from flake8_forward_call.findings.ruling import shortened
from flake8_forward_call.sources.source import Source, SourceError
from flake8_forward_call.visiting import collecting, visitor
from flake8_forward_call.visiting.visitor import find_sites, locate


@pytest.fixture(autouse=True)
def _nothing_was_read_before() -> None:
    visitor._paired.cache_clear()


def places(text: str) -> list[str]:
    return [str(site.start) for site in find_sites(Source("net.py", text))]


def receivers(text: str) -> list[str]:
    return [site.receiver for site in find_sites(Source("net.py", text))]


def failure(text: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        find_sites(Source("net.py", text))
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "m.forward(x)",
        "y = m.forward(x)",
        "y: m.forward(x)",
        "y: int = m.forward(x)",
        "y += m.forward(x)",
        "y[m.forward(x)] = 1",
        "m.forward(x).y = 1",
        "del m.forward(x).y",
        "assert m.forward(x)",
        "assert y, m.forward(x)",
        "raise m.forward(x)",
        "raise y from m.forward(x)",
        "if m.forward(x): pass",
        "if y: pass\nelif m.forward(x): pass",
        "if y: pass\nelse: m.forward(x)",
        "while m.forward(x): pass",
        "for y in m.forward(x): pass",
        "for m.forward(x).y in z: pass",
        "try: m.forward(x)\nexcept: pass",
        "try: pass\nexcept m.forward(x): pass",
        "try: pass\nexcept y: pass\nelse: m.forward(x)",
        "try: pass\nfinally: m.forward(x)",
        "with m.forward(x): pass",
        "with m.forward(x) as y: pass",
        "with y as m.forward(x).z: pass",
        "@m.forward(x)\ndef f(): pass",
        "@m.forward(x)\nclass C: pass",
        "class C(m.forward(x)): pass",
        "class C(metaclass=m.forward(x)): pass",
        "class C: y = m.forward(x)",
        "def f(): return m.forward(x)",
        "def f(): yield m.forward(x)",
        "def f(): yield from m.forward(x)",
        "def f(y=m.forward(x)): pass",
        "def f(*, y=m.forward(x)): pass",
        "def f(y: m.forward(x)): pass",
        "def f(*y: m.forward(x)): pass",
        "def f(**y: m.forward(x)): pass",
        "def f() -> m.forward(x): pass",
        "async def f(): await m.forward(x)",
        "async def f(): return (await m.forward)(m.forward(x))",
        "async def f():\n async for y in m.forward(x): pass",
        "async def f():\n async with m.forward(x): pass",
        "lambda: m.forward(x)",
        "lambda y=m.forward(x): y",
        "[m.forward(x) for x in y]",
        "[x for x in m.forward(y)]",
        "[x for x in y if m.forward(x)]",
        "{x: m.forward(x) for x in y}",
        "{m.forward(x): x for x in y}",
        "{m.forward(x) for x in y}",
        "(m.forward(x) for x in y)",
        "[m.forward(x)]",
        "{m.forward(x): 1}",
        "{1: m.forward(x)}",
        "{**m.forward(x)}",
        "[*m.forward(x)]",
        "f(m.forward(x))",
        "f(*m.forward(x))",
        "f(y=m.forward(x))",
        "f(**m.forward(x))",
        "y[m.forward(x)]",
        "y[1 : m.forward(x)]",
        "y[m.forward(x), ...]",
        "m.forward(x) + 1",
        "1 if m.forward(x) else 2",
        "m.forward(x) if y else 2",
        "1 if y else m.forward(x)",
        "not m.forward(x)",
        "y and m.forward(x)",
        "y < m.forward(x) < z",
        "(y := m.forward(x))",
        "f'{m.forward(x)}'",
        "f'{y:{m.forward(x)}}'",
        "f'{m.forward(x)!r:>{y}}'",
        "f'{f\"{m.forward(x)}\"}'",
        "'a' f'{m.forward(x)}' 'b'",
        "rf'\\{m.forward(x)}'",
        "match m.forward(x):\n case 1: pass",
        "match y:\n case 1 if m.forward(x): pass",
        "match y:\n case 1: m.forward(x)",
        "(m.forward)(x)",
        "(m.forward)()",
        "m.forward(*x, y=z, **w)",
        "m.forward",
        "m.forward.y(x)",
        "forward(x)",
        "'m.forward(x)'  # m.forward(x)",
        "m.forward = x",
    ],
)
def test_finds_the_call_wherever_an_expression_can_stand(text: str) -> None:
    called = text not in {
        "m.forward",
        "m.forward.y(x)",
        "forward(x)",
        "'m.forward(x)'  # m.forward(x)",
        "m.forward = x",
    }
    assert receivers(text) == (["m"] if called else [])
    if called:
        (site,) = find_sites(Source("net.py", text))
        start = text.rindex("forward") + 1 if text.count("\n") == 0 else None
        assert start in {None, site.start.column}
        assert ast.unparse(site.candidate.call).startswith("m.forward(")
        assert isinstance(site.node, cst.Call)
        assert site.end == Place(site.start.row, site.start.column + len("forward"))


def test_finds_nested_and_chained_calls_in_the_order_of_their_names() -> None:
    assert places("a.forward(b.forward(x)).forward(y)") == ["1:3", "1:13", "1:25"]
    assert receivers("a.forward(b.forward(x)).forward(y)") == ["a", "b", "a.forward(b.forward(x))"]


def test_order_is_that_of_the_text_where_the_trees_have_another() -> None:
    text = "{a.forward(): b.forward(), c.forward(): d.forward()}\ne.forward() if f.forward() else g.forward()\n"
    text += "@h.forward()\ndef i(j=k.forward(), *l, m=n.forward()) -> o.forward(): p.forward()\n"
    text += "q(r=s.forward(), *t.forward())\nclass U(V.forward(), w=x.forward()): y.forward()\n"
    assert receivers(text) == list("abcdefghknopstVxy")


def test_leaves_super_out() -> None:
    text = "super().forward(x)\nsuper(C, self).forward(x)\n(super()).forward(x)\n"
    assert receivers(text) == []
    assert receivers(text + "super().net.forward(super().forward(x))\n") == ["super().net"]


def test_reads_only_python_s_tree_if_there_is_no_site(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse_module(_: str) -> cst.Module:
        raise AssertionError

    monkeypatch.setattr(cst, "parse_module", parse_module)
    assert places("super().forward(x)\nm.forward\n") == []


def test_columns_are_characters() -> None:
    assert places("'é\U0001f600' + é.forward('é'); é.forward(x)\n") == ["1:10", "1:26"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_count_each_line_end(end: str) -> None:
    assert places(end.join(["'''", "'''; a.forward(x)", "(b", "  .forward(x))", ""])) == ["2:8", "4:4"]


def test_form_feeds_are_characters_and_no_line_ends() -> None:
    assert places("\fx = 1\n\fa.forward(x)\n\f\nif a:\n\f  b\f.\fforward\f(x)\n") == ["2:4", "5:8"]


def test_places_in_f_strings_are_right_on_every_python() -> None:
    text = "é = f'''\n é {a.forward(\n 1)} {{x.forward(y)}}\n {b  .forward(x):{c.forward(y)}}''' + d.forward(2)\n"
    text += "f'é{a.forward(x)}' f\"{f'é{b.forward(y)}'}\" 'x.forward(y)' f'{c.forward(z)!r}'\n"
    source = Source("net.py", text)
    sites = find_sites(source)
    assert [site.receiver for site in sites] == list("abcdabc")
    for site in sites:
        start = source.offset(site.start)
        assert text[start : source.offset(site.end)] == "forward"
        assert text[:start].rstrip(" .").endswith(site.receiver)


def test_normalised_spelling_counts() -> None:
    assert places("a.forward(x)\nb.\uff46\uff4f\uff52\uff57\uff41\uff52\uff44(x)\n") == ["1:3", "2:3"]
    assert places("a.forward(x)\na.\uff46(x)\n") == ["1:3"]


@pytest.mark.parametrize(
    ("text", "receiver"),
    [
        ("self.net.forward(x)", "self.net"),
        ("(a or b).forward(x)", "(a or b)"),
        ("((a) .forward)(x)", "(a)"),
        ("a [ 0 ] . forward(x)", "a [ 0 ]"),
        ("a  [\t0].forward(x)", "a [ 0]"),
        ("a[\n  0\n].forward(x)", "a[0]"),
        ("a[0,  # first\n  1].forward(x)", "a[0, 1]"),
        ("(a\n  .b\n  .c)\\\n  .forward(x)", "(a.b.c)"),
        ("a\\\n  .b.forward(x)", "a.b"),
        ("a['  # b'].forward(x)", "a['  # b']"),
        ("a['''b\n\n  c'''].forward(x)", "a['''b c''']"),
        ("a['\\n'].forward(x)", "a['\\n']"),
        ("build(\r\n    1,\r\n    [2,\r\n     3],\r\n).forward(x)", "build(1, [2, 3],)"),
        ("x.y.forward(\n1).forward(x)", "x.y.forward(1)"),
    ],
)
def test_receiver_is_as_written_on_one_line(text: str, receiver: str) -> None:
    assert receivers(text)[-1] == receiver


def test_shortened_keeps_both_ends() -> None:
    assert shortened("a" * 40, 40) == "a" * 40
    assert (
        shortened("self.model.decoder.layers[index].block.attention", 40) == "self.model.decoder....x].block.attention"
    )
    assert len(shortened("a" * 41, 40)) == 40
    assert len(shortened("a" * 50, 41)) == 41


def test_no_edit_where_the_program_prints_its_own_source() -> None:
    sites = find_sites(Source("net.py", "f'{a.forward(b.forward(x))=}' f'{c=:{d.forward(x)}}' f'{e.forward(x)}'\n"))
    assert [(site.receiver, site.edit is None) for site in sites] == [
        ("a", True),
        ("b", True),
        ("d", False),
        ("e", False),
    ]


def test_no_edit_where_a_second_run_would_find_the_result() -> None:
    sites = find_sites(Source("net.py", "a.forward.forward(x)\n(a .forward).forward(x)\na.forward.b.forward(x)\n"))
    assert [site.edit is None for site in sites] == [True, True, False]


def test_t_strings_keep_their_source_too() -> None:
    collector = collecting.Collector()
    cst.parse_module("t'{a.forward(x):{b.forward(x)}}'").visit(collector)
    assert [call in collector.echoed for call in collector.found] == [True, True]
    if sys.version_info >= (3, 14):
        assert [site.edit is None for site in find_sites(Source("net.py", "t'{a.forward(x)}'"))] == [True]


@pytest.mark.parametrize(
    "deep",
    [
        "-" * 500 + "a",
        "'a'" + ".b()" * 500,
        "a" + ".b" * 500,
        "[" * 180 + "]" * 180,
        "f(" * 180 + ")" * 180,
        "lambda: " * 500 + "a",
        "a if b else " * 500 + "a",
        " + ".join(["a"] * 500),
        " and ".join(["a"] * 500),
        "a" + " and ".join(["b"] * 50_000),
        " ".join(["'a'"] * 500),
    ],
)
def test_a_site_behind_deep_nesting_is_found(deep: str) -> None:
    assert places(f"x = {deep}; m.forward(x)\n") == [f"1:{len(deep) + 9}"]


def test_a_site_in_a_chain_that_libcst_would_take_minutes_for_has_no_edit() -> None:
    (site,) = find_sites(Source("net.py", f"m.forward(x{'.b()' * 900})\n"))
    assert (site.receiver, str(site.start), str(site.end), site.edit) == ("m", "1:3", "1:10", None)
    (near,) = find_sites(Source("net.py", f"m.forward(x{'.b()' * 90})\n"))
    assert near.edit is not None


def test_deep_nesting_beside_a_site_is_no_failure() -> None:
    assert places(f"y = {' + '.join(['a'] * 500)}\nm.forward(x)\n") == ["2:3"]


def test_deep_nesting_without_a_site_is_no_failure() -> None:
    assert places(f"y = {' + '.join(['a'] * 500)}\nsuper().forward(x)\n") == []


def test_a_site_in_a_long_chain_of_branches_is_found() -> None:
    assert places("if m.forward(x): pass\n" + "elif a: pass\n" * 500) == ["1:6"]


def test_nesting_as_in_real_programs_is_no_failure() -> None:
    text = f"x = {' + '.join(['a'] * 150)}\ny = {'[' * 60}{']' * 60}\nz = a{'.b()' * 80}\nm.forward(x)\n"
    assert places(text) == ["4:3"]


def test_what_libcst_cannot_parse_is_a_reason_with_its_place() -> None:
    error = failure("x\nif m.forward(x):\n  \\\n  b\n")
    assert (error.reason, error.place) == ("libcst cannot parse it: expected INDENT", Place(4, 3))


def test_what_libcst_cannot_parse_elsewhere_is_no_failure() -> None:
    assert places("class A(k=1, *b): pass\nm.forward(x)\n") == ["2:3"]


def test_place_of_a_parse_failure_at_the_end_stays_in_the_file() -> None:
    error = failure("x\nclass A(k=1, *b): m.forward(x)\n")
    assert error.reason.startswith("libcst cannot parse it: expected one of")
    assert error.place == Place(2, 1)


def test_parse_failure_in_words_unheard_of_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse_module(_: str) -> cst.Module:
        raise cst.ParserSyntaxError("no such\nluck", lines=["m.forward(x)"], raw_line=1, raw_column=4)

    monkeypatch.setattr(cst, "parse_module", parse_module)
    error = failure("m.forward(x)\n")
    assert (error.reason, error.place) == ("libcst cannot parse it: no such luck", Place(1, 5))


@pytest.mark.parametrize("text", ["m.forward(x\n", "x = 1\n\x1a", "m.forward(x)\0\n"])
def test_what_python_cannot_parse_is_a_reason(text: str) -> None:
    assert failure(text).attempt == "parse"


def paired_with(text: str, other: str, monkeypatch: pytest.MonkeyPatch) -> SourceError:
    """The error if libcst gets another text than Python."""
    module = cst.parse_module(other)
    monkeypatch.setattr(cst, "parse_module", lambda _: module)
    return failure(text)


def test_trees_with_different_numbers_of_calls_are_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    error = paired_with("a.forward(x)\n", "a.forward(a.forward(x))\n", monkeypatch)
    assert error.reason == "libcst and Python see different uses of forward() in it"


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("a.forward(x)\n", "b.forward(x)\n"),
        ("a .forward(x)\n", "(a # b\n.forward(x))\n"),
        ("a.forward(x)\n", "a. \\\n\\\n forward(x)\n"),
        ("a.forward (x)\n", "a.forward \\\n (x)\n"),
        ("a.forward(x)\n", "a.\uff46orward(x)\n"),
        ("f'{a.forward(x)}'\n", "f' {a.forward(x)}'\n"),
        ("f'{a.forward(x)}'\n", "f'{a!r:{a.forward(x)}}'\n"),
    ],
)
def test_trees_with_different_calls_are_a_reason(text: str, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    error = paired_with(text, other, monkeypatch)
    assert error.reason == "libcst and Python disagree about a use of forward() in it"


def test_receiver_that_does_not_read_alike_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cst.Module, "code_for_node", lambda *_: ")")
    assert "disagree about a use" in failure("a.forward(x)\n").reason


def test_located_sites_stand_in_the_module() -> None:
    (located,) = locate(Source("net.py", "a.forward(x)\n"))
    assert located.module.code == "a.forward(x)\n"
    (statement,) = located.module.body
    assert isinstance(statement, cst.SimpleStatementLine)
    (expression,) = statement.body
    assert isinstance(expression, cst.Expr)
    assert [site.node for site in located.sites] == [expression.value]
