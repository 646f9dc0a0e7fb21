"""Real processes of the command that start in milliseconds: forked from one that has imported the server.

To import what the protocol needs takes most of the time of a test with a server. So the first such test starts a
process that imports it once, listens on a socket, and does nothing else. For each server there is a caller in place of
the process itself: it hands over its arguments, environment, folder and streams, passes on signals, and ends as the
server ends. If the caller is killed, so is the server.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import socket
import sys

_START = ("-m", "flake8_forward_call")
_STREAMS = (0, 1, 2)
_MAX_REQUEST = 4_000_000


def quick(command: tuple[str, ...]) -> tuple[str, ...]:
    """A command that does the same as one of ``forward-call``; any other command as it is."""
    if command[0] != sys.executable or command[1:3] != _START or not hasattr(os, "pidfd_open"):
        return command
    return (sys.executable, "-I", "-S", __file__, _parent()[0], *command[3:])


@functools.cache
def _parent() -> tuple[str, object]:
    """The socket of the process that forks servers, and this process, which is started by the first call.

    It ends with the process that has started it, which closes the pipe to it however it ends.
    """
    import subprocess
    import tempfile

    address = os.path.join(tempfile.mkdtemp(), "s")  # noqa: PTH118
    process = subprocess.Popen(
        (sys.executable, __file__, address, "--parent"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return address, process


def _serve(address: str) -> None:
    """Fork a process for each caller, until standard input ends."""
    import select
    import shutil

    from flake8_forward_call import analysis, cli, group  # noqa: F401
    from flake8_forward_call.server import app  # noqa: F401

    analysis.get_ready()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen(64)
        print("ready", flush=True)
        watched: list[socket.socket | int] = [server, 0]
        while True:
            ready, _, _ = select.select(watched, [], [])
            if 0 in ready:
                break
            caller, _ = server.accept()
            if os.fork() == 0:
                server.close()
                _watch(caller)
                return
            caller.close()
            _reap()
    shutil.rmtree(os.path.dirname(address), ignore_errors=True)  # noqa: PTH120
    os._exit(0)


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _watch(caller: socket.socket) -> None:
    """Fork the process that a caller asks for, and tell the caller how it ends. Returns in that process only."""
    import select

    request, streams, _, _ = socket.recv_fds(caller, _MAX_REQUEST, len(_STREAMS))
    while not request.endswith(b"\n"):
        request += caller.recv(_MAX_REQUEST)
    pid = os.fork()
    if pid == 0:
        caller.close()
        _become(json.loads(request), streams)
        return
    for one in (*streams, *_STREAMS):
        os.close(one)
    caller.sendall(b"%d\n" % pid)
    watched: list[socket.socket | int] = [os.pidfd_open(pid), caller]
    ready, _, _ = select.select(watched, [], [])
    if watched[0] not in ready:  # The caller is gone.
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    try:
        caller.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    finally:
        os._exit(0)


def _become(request: dict[str, object], streams: list[int]) -> None:
    """Take over the arguments, the environment, the folder and the streams of a caller."""
    for own, theirs in zip(_STREAMS, streams, strict=True):
        os.dup2(theirs, own)
        os.close(theirs)
    # The objects of the parent know what kind of file it had there.
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(request["environment"])  # type: ignore[call-overload]
    os.chdir(str(request["folder"]))
    sys.argv = ["forward-call", *request["arguments"]]  # type: ignore[misc]
    sys.path[0] = str(request["folder"])  # As `python -m` has it.


def _call(address: str, arguments: list[str]) -> int:
    """Let a process be forked, and return its exit status; if a signal ended it, end in the same way."""
    request = {"arguments": arguments, "environment": dict(os.environ), "folder": os.getcwd()}  # noqa: PTH109
    with socket.socket(socket.AF_UNIX) as parent, parent.makefile("rb") as answers:
        parent.connect(address)
        data = json.dumps(request).encode() + b"\n"
        sent = socket.send_fds(parent, [data], _STREAMS)
        parent.sendall(data[sent:])
        pid = int(answers.readline())
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, lambda number, _: os.kill(pid, number))
        for one in _STREAMS:
            os.close(one)
        status = int(answers.readline())
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    return status


if __name__ == "__main__":
    if sys.argv[2:] == ["--parent"]:
        _serve(sys.argv[1])
        from flake8_forward_call.cli import main

        sys.exit(main())
    # Nothing needs to be put in order here, and the streams are closed.
    os._exit(_call(sys.argv[1], sys.argv[2:]))
