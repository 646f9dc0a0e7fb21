"""Functions that are called by what they are passed to: what comes there is what that call passes."""

from __future__ import annotations

from pathlib import Path

from marked import NET, hold

# How something comes to the function `run`. `NEW` is what comes; `run(Net())` is called by its name as well.
CALLS = (
    "list(map(run, [NEW]))",
    "list(filter(run, [NEW]))",
    "sorted([NEW], key=run)",
    "max([NEW], key=run)",
    "functools.reduce(two, [NEW, NEW])",
    "list(itertools.starmap(run, [(NEW,)]))",
    "threading.Thread(target=run, args=(NEW,)).start()",
    "threading.Thread(target=run, kwargs={'m': NEW}).start()",
    "threading.Timer(1, run, [NEW]).start()",
    "asyncio.to_thread(run, NEW)",
    "pool.submit(run, m=NEW)",
    "pool.apply_async(run, (NEW,))",
    "pool.starmap(run, [(NEW,)])",
    "loop.run_in_executor(None, run, NEW)",
    "functools.partial(run, NEW)()",
    "functools.partial(run, m=NEW)()",
    "later = functools.partial(run, m=Net()); later(m=NEW)",
    "run.__call__(NEW)",
    "run.__get__(NEW)()",
    "G().__call__(NEW)",
    "list(map(G(), [NEW]))",
    "threading.Thread(target=G(), args=(NEW,)).start()",
    "hand(G(), NEW)",
    "hand(run, NEW)",
)


def _program(at: int, call: str, new: str, mark: str) -> str:
    other = "  # FWD001 unsafe"  # `two` may get anything, and so may an instance.
    in_call, in_run = (mark, other) if "G()" in call else (other, mark)
    return f"""
# --- run{at}.py
import asyncio, functools, itertools, threading
from net import *
from far import pool, loop
def run(m): return m.forward(1){in_run}
def two(m, n): return run(m)
def hand(f, v): return f(v)
class G:
    def __call__(self, m): return m.forward(1){in_call}
run(Net())
G()(Net())
{call.replace("NEW", new)}
"""


def test_something_else_that_comes_by_another_call_counts(tmp_path: Path) -> None:
    hold(tmp_path, NET + "".join(_program(at, call, "Robot()", "") for at, call in enumerate(CALLS)))
