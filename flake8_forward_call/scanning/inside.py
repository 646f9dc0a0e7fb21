"""The process in which one project is checked. It ends with the worker that started it."""

from __future__ import annotations

import os
import signal
import sys
import threading

from flake8_forward_call import cli
from flake8_forward_call.jobs.counting import IS_ONE_OF_SEVERAL

# Run with `python -I`, so that neither the current folder, which is the project, nor a variable adds code. The path is
# that of the worker.
START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); "
    "from flake8_forward_call.scanning.inside import main; sys.exit(main())"
)

# The exit status if an error of this tool ended the check.
CRASHED = 70


def main() -> int:
    """Run the command in ``sys.argv``, after the bytes of memory that it may use (0: no limit); the exit status."""
    if memory := int(sys.argv.pop(1)):
        _limit_memory(memory)
    IS_ONE_OF_SEVERAL.set(True)
    threading.Thread(target=_end_with_the_worker, daemon=True).start()
    try:
        return cli.main()
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return CRASHED


def _end_with_the_worker() -> None:
    """Wait for the end of standard input, whose other end only the worker has, then end this process at once."""
    try:
        while os.read(0, 1):
            pass
    except OSError:
        return
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)  # With what the process has started, such as git.
    os._exit(CRASHED)


if sys.platform == "win32":

    def _limit_memory(_limit: int) -> None:
        """Do nothing, because Windows has no such limit."""

else:
    import resource

    def _limit_memory(limit: int) -> None:
        """Let the process have this many bytes of memory. A lower limit that it has already stays."""
        _, highest = resource.getrlimit(resource.RLIMIT_AS)
        if highest != resource.RLIM_INFINITY:
            limit = min(limit, highest)
        resource.setrlimit(resource.RLIMIT_AS, (limit, highest))
