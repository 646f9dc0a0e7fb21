"""Kate, without a screen: it starts the server with the settings on the page, and gets the finding."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from command_line import PROGRAM
from editor import PATIENCE
from editor_pages import COMMAND, settings
from test_started import PROGRAMS, program


def test_kate(tmp_path: Path) -> None:
    path = program("kate", "kate")
    given = settings("Kate")
    (tmp_path / "setup.py").touch()
    (tmp_path / "net.py").write_text(PROGRAM)
    (tmp_path / "run").mkdir(mode=0o700)
    (own := tmp_path / "config" / "kate" / "lspclient" / "settings.json").parent.mkdir(parents=True)
    own.write_text(json.dumps(given))
    # The command as it is on the page, which also writes down what the server and Kate say.
    sent, answered = tmp_path / "sent", tmp_path / "answered"
    (logged := tmp_path / "bin" / COMMAND).parent.mkdir()
    logged.write_text(
        f'#!/bin/sh\ntee {shlex.quote(str(sent))} | {shlex.quote(str(PROGRAMS / COMMAND))} "$@" | '
        f"tee {shlex.quote(str(answered))}\n"
    )
    logged.chmod(0o755)
    # The user has answered Kate's question whether it may start the server, which it asks with the full path.
    allowed = shlex.join([str(logged), *given["servers"]["python"]["command"][1:]])
    (tmp_path / "config" / "katerc").write_text(f"[lspclient]\nAllowedServerCommandLines={allowed}\n")
    folders = {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    variables = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run"), "QT_QPA_PLATFORM": "offscreen"}
    paths = {"PATH": f"{logged.parent}{os.pathsep}{os.environ['PATH']}"}
    with (tmp_path / "said").open("wb") as said:
        process = subprocess.Popen(
            [path, "-n", str(tmp_path / "net.py")],
            env={**os.environ, **folders, **variables, **paths},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + PATIENCE
        while not (answered.exists() and b'"FWD001"' in answered.read_bytes()):
            assert process.poll() is None, (tmp_path / "said").read_text()
            assert time.monotonic() < end, (tmp_path / "said").read_text()
            time.sleep(0.05)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)
    _, _, body = sent.read_bytes().decode().partition("\r\n\r\n")
    first, _ = json.JSONDecoder().raw_decode(body)
    assert first["method"] == "initialize"
    assert first["params"]["initializationOptions"] == given["servers"]["python"]["initializationOptions"]
