"""On a worker: check one project in a process of its own, which can be stopped without harm to the worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from flake8_forward_call import __version__
from flake8_forward_call.scanning.counting import counts_of
from flake8_forward_call.scanning.inside import START
from flake8_forward_call.scanning.records import Order, Outcome, State
from flake8_forward_call.terminal.trouble import Status, reason

_PREFIX = "forward-call: "

# The last words of a process that has died are shortened to this many characters.
_MOST = 300


def run(order: Order) -> Outcome:
    """Check a project. Never raises because of the project or its process."""
    if order.version != __version__:
        return Outcome(State.FAILED, reason=f"the worker has version {__version__}, and not {order.version}")
    started = time.monotonic()
    try:
        ended = _run(order)
    except subprocess.TimeoutExpired:
        took = time.monotonic() - started
        return Outcome(State.TIMEOUT, seconds=took, reason=f"stopped after {order.timeout:g} s")
    except OSError as error:
        return Outcome(State.FAILED, reason=f"cannot be checked: {reason(error)}")
    return _outcome(order, *ended, time.monotonic() - started)


def _run(order: Order) -> tuple[int, str, str]:
    """The exit status and the two outputs of the process. Raises TimeoutExpired and OSError."""
    path = json.dumps([one for one in sys.path if one])
    command = [sys.executable, "-I", "-X", "utf8", "-c", START, path, str(order.memory or 0)]
    command += ["check", "--output-format", order.output_format, *order.arguments]
    ours, end = os.pipe()
    try:
        with subprocess.Popen(
            command,
            cwd=order.root,
            env=_environment(),
            stdin=ours,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                out, err = process.communicate(timeout=order.timeout)
            finally:
                _stop(process)
    finally:
        os.close(ours)
        os.close(end)
    return process.returncode, out, err


def _environment() -> dict[str, str]:
    """The variables of the worker, without those that ask for colours."""
    return {**{name: value for name, value in os.environ.items() if name != "FORCE_COLOR"}, "NO_COLOR": "1"}


def _stop(process: subprocess.Popen[str]) -> None:
    """Kill the process, and what it has started, if it has not ended."""
    if process.poll() is None:
        with suppress(OSError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)


def _outcome(order: Order, status: int, out: str, err: str, seconds: float) -> Outcome:
    lines = [line for line in err.splitlines() if line.strip()]
    messages = tuple(line.removeprefix(_PREFIX) for line in lines)
    if status not in tuple(Status):
        return Outcome(State.DIED, seconds=seconds, reason=_last_words(status, messages), messages=messages)
    try:
        counts = counts_of(order.output_format, out) if out.strip() else {}
    except (KeyError, TypeError, ValueError):
        return Outcome(State.DIED, seconds=seconds, reason="its output cannot be read", messages=messages)
    if status == Status.FAILED:
        told = messages[0] if messages else "exit status 2"
        more = f" (and {len(messages) - 1} more)" if messages[1:] else ""
        return Outcome(State.FAILED, out, counts, seconds, f"{told}{more}", messages)
    # Python itself ends with 1 if it cannot start the command.
    if bool(counts) is not (status == Status.FINDINGS):
        return Outcome(State.DIED, seconds=seconds, reason=_last_words(status, messages), messages=messages)
    state = State.FINDINGS if counts else State.CLEAN
    return Outcome(state, out, counts, seconds, messages=messages)


def _last_words(status: int, messages: tuple[str, ...]) -> str:
    """Why a process ended that should not have, as far as it can be known."""
    if status < 0:
        with suppress(ValueError):
            return f"its process was ended by {signal.Signals(-status).name}"
    said = f": {messages[-1][:_MOST]}" if messages else ""
    return f"its process ended with exit status {status}{said}"
