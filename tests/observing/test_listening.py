"""Functions are heard when they start, and stay what they are."""

from __future__ import annotations

import builtins
import copy
import functools
import inspect
import pickle
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flake8_forward_call.observing import listening
from flake8_forward_call.observing.listening import Listener, ListeningError
from flake8_forward_call.observing.observer import listen

IS_OLD = sys.version_info < (3, 12)

Heard = list[tuple[str, str]]


class Base:
    def forward(self, x: int) -> int:
        return x + 1


class Net(Base):
    def forward(self, x: int, *more: int, scale: int = 2, **rest: int) -> int:
        """Doubles."""
        total = 0
        while x > 0:
            try:
                if x == 3:
                    raise ValueError(x)
                total += super().forward(x)
            except ValueError:
                total += sum([scale * self.one for _ in more]) if more else scale
            x -= 1
        return total

    one = 1


class Late:
    def forward(self, x: int) -> Iterator[int]:
        yield x


def function(one: Callable[..., Any]) -> types.FunctionType:
    """A function as what it is: mypy knows that only of classes."""
    assert isinstance(one, types.FunctionType)
    return one


def listener(heard: Heard, quiet: tuple[types.CodeType, ...] = (), compiling: Callable[[], bool] = bool) -> Listener:
    def hear(frame: types.FrameType, caller: types.FrameType) -> None:
        heard.append((frame.f_code.co_name, caller.f_code.co_name))

    return listen(hear, quiet, compiling)


@pytest.fixture
def heard() -> Iterator[Heard]:
    """What is heard of Net.forward, as long as the test runs."""
    found: Heard = []
    made = listener(found)
    assert made.attend(function(Net.forward)) is None
    yield found
    made.stop()


def test_start_of_a_function_is_heard_with_its_caller(heard: Heard) -> None:
    assert Net().forward(4, 5) == 5 + 2 + 3 + 2
    assert ("forward", test_start_of_a_function_is_heard_with_its_caller.__name__) in heard


def test_caller_of_a_function_that_c_calls_is_the_python_function_around_it(heard: Heard) -> None:
    assert list(map(Net().forward, [1])) == [2]
    assert heard[0] == ("forward", "test_caller_of_a_function_that_c_calls_is_the_python_function_around_it")


def test_calls_from_quiet_code_are_not_heard() -> None:
    def plumbing() -> int:
        return Net().forward(1)

    found: Heard = []
    made = listener(found, (plumbing.__code__,))
    made.attend(function(Net.forward))
    try:
        plumbing()
        assert [one for one in found if one[1] == "plumbing"] == []
    finally:
        made.stop()


def test_function_stays_the_same_function(heard: Heard) -> None:
    same = function(Net.forward)
    assert str(inspect.signature(same)) == "(self, x: 'int', *more: 'int', scale: 'int' = 2, **rest: 'int') -> 'int'"
    assert inspect.getsource(same).startswith("    def forward(self, x: int, *more")
    assert same.__doc__ == "Doubles."
    assert (same.__name__, same.__qualname__, same.__kwdefaults__) == (
        "forward",
        "Net.forward",
        {"scale": 2},
    )
    code = same.__code__
    assert (code.co_argcount, code.co_kwonlyargcount, code.co_varnames[:2]) == (1 + 1, 1, ("self", "x"))
    assert pickle.loads(pickle.dumps(same)) is same
    assert copy.deepcopy(same) is same
    assert heard == []


def test_errors_come_from_the_same_rows(heard: Heard) -> None:
    def failing_row() -> int:
        with pytest.raises(TypeError) as caught:
            Net().forward("a")  # type: ignore[arg-type]
        return caught.traceback[-1].lineno

    inside = failing_row()
    first = Net.forward.__code__.co_firstlineno
    assert inside == first + 2  # `while x > 0`, counted from 0.


def test_nothing_is_left_after_the_end() -> None:
    before = Net.forward.__code__
    made = listener([])
    made.attend(function(Net.forward))
    made.stop()
    assert Net.forward.__code__ is before
    assert [name for name in vars(builtins) if "forward_call" in name] == []
    found: Heard = []
    listener(found).stop()
    Net().forward(1)
    assert found == []


def test_function_whose_body_starts_late_is_refused() -> None:
    made = listener([])
    try:
        assert made.attend(function(Late.forward)) == "it is a generator or a coroutine"
        assert list(Late().forward(1)) == [1]
    finally:
        made.stop()


def test_function_with_another_name_is_heard_even_if_it_ran_before() -> None:
    def predict(x: int) -> int:
        return x

    found: Heard = []
    made = listener(found)
    try:
        predict(1)
        made.attend(function(predict))
        predict(1)
        assert [one[0] for one in found] == ["predict"]
    finally:
        made.stop()


def test_error_in_a_function_passes_through(heard: Heard) -> None:
    class Broken:
        def forward(self) -> None:
            raise KeyError("mine")

    made_before = len(heard)
    with pytest.raises(KeyError, match="mine"):
        Broken().forward()
    assert len(heard) >= made_before


@pytest.mark.skipif(not IS_OLD, reason="only older Pythons need more instructions")
class TestPrologues:
    def test_code_that_is_read_and_not_run_is_not_heard(self) -> None:
        found: Heard = []
        made = listener(found, compiling=lambda: True)
        made.attend(function(Net.forward))
        try:
            Net().forward(1)
            assert found == []
        finally:
            made.stop()

    def test_code_runs_in_a_process_where_nobody_listens(self, heard: Heard) -> None:
        sent: Any = types.FunctionType(Net.forward.__code__, globals(), "forward", (), Net.forward.__closure__)
        sent.__kwdefaults__ = {"scale": 2}
        made = [name for name in vars(builtins) if "forward_call" in name]
        kept = [vars(builtins).pop(name) for name in made]
        try:
            assert sent(Net(), 4, 5) == 5 + 2 + 3 + 2
        finally:
            vars(builtins).update(zip(made, kept, strict=True))

    @pytest.mark.parametrize("size", [1, 40, 400])
    def test_long_functions_with_many_names_run_as_before(self, size: int) -> None:
        names = "".join(f"    total += value_{number}\n" for number in range(size))
        program = f"def forward(x):\n    total = 0\n{names}    try:\n        x / 0\n"
        program += "    except ZeroDivisionError:\n        x += 1\n"
        program += "    return total, x, [one for one in (x,)], (lambda: x)()\n"
        known: dict[str, Any] = {f"value_{number}": number for number in range(size)}
        exec(program, known)
        made = function(known["forward"])
        expected = made(1)
        found: Heard = []
        listening_one = listener(found)
        listening_one.attend(made)
        assert made(1) == expected
        assert found[0] == ("forward", "test_long_functions_with_many_names_run_as_before")
        code = made.__code__
        listening_one.stop()
        assert types.FunctionType(code, known)(1) == expected
        assert made(1) == expected

    def test_code_that_someone_else_replaced_is_left_alone(self) -> None:
        def one() -> int:
            return 1

        def two() -> int:
            return 2

        made = listener([])
        made.attend(function(one))
        one.__code__ = two.__code__
        made.stop()
        assert one() == 2

    def test_only_one_listens_at_a_time(self, heard: Heard) -> None:
        with pytest.raises(ListeningError, match="already"):
            listener([])

    def test_missing_package_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from flake8_forward_call.observing import prologues

        monkeypatch.setattr(prologues, "_IS_OLD", True)
        monkeypatch.setattr(prologues, "find_spec", lambda _: None)
        with pytest.raises(ListeningError, match=r"flake8-forward-call\[observe\]"):
            listener([])

    def test_functions_of_the_standard_library_keep_their_instructions_and_rows(self) -> None:
        import dis
        import json.decoder
        import textwrap

        from flake8_forward_call.observing.prologues import extended

        functions = [one for module in (textwrap, json.decoder, inspect) for one in vars(module).values()]
        for one in filter(inspect.isfunction, functions):
            if listening.hindrance(one) is not None:
                continue
            made = extended(one.__code__)
            assert made is not None
            old = [
                (each.opname, each.starts_line) for each in dis.get_instructions(one) if each.opname != "EXTENDED_ARG"
            ]
            new = [
                (each.opname, each.starts_line) for each in dis.get_instructions(made) if each.opname != "EXTENDED_ARG"
            ]
            names = [name for name, _ in old]
            added = [name for name, _ in new]
            tail = names[names.index("RESUME") + 1 :] if "RESUME" in names else names
            assert any(added[index : index + len(tail)] == tail for index in range(len(added)))
            rows, all_rows = [row for _, row in old if row], [row for _, row in new if row]
            assert any(all_rows[index : index + len(rows)] == rows for index in range(len(all_rows)))


def test_decorated_function_is_heard_inside() -> None:
    def logged(function: Callable[..., int]) -> Callable[..., int]:
        @functools.wraps(function)
        def wrapper(*args: Any) -> int:
            return function(*args)

        return wrapper

    class Decorated:
        @logged
        def forward(self, x: int) -> int:
            return x

    from flake8_forward_call.observing.frames import inner_function

    found: Heard = []
    made = listener(found)
    try:
        made.attend(inner_function(vars(Decorated)["forward"]))
        Decorated().forward(1)
        assert found == [("forward", "wrapper")]
    finally:
        made.stop()
