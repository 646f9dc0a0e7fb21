"""Editors that are started with the settings on the page: they show the finding and apply the fix."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from command_line import FIXED, PROGRAM

PAGE = Path(__file__).parents[2] / "docs" / "editors.md"
FIXED_LINE = next(new for old, new in zip(PROGRAM.splitlines(), FIXED.splitlines(), strict=True) if old != new)
DRIVE = """
local function wait(holds) return vim.wait(30000, holds, 20) end
local out = { found = wait(function() return #vim.diagnostic.get(0) > 0 end) }
vim.lsp.buf.code_action({ context = { only = { 'source.fixAll.forward-call' }, diagnostics = {} }, apply = true })
out.fixed = wait(function() return vim.api.nvim_buf_get_lines(0, 10, 11, false)[1] == vim.env.FIXED end)
out.gone = wait(function() return #vim.diagnostic.get(0) == 0 end)
local file = io.open(vim.env.OUT, 'w')
file:write(vim.json.encode(out))
file:close()
vim.cmd('qa!')
"""


def test_neovim(tmp_path: Path) -> None:
    programs = Path(sys.executable).parent
    (init := tmp_path / "init.lua").write_text(re.findall("```lua\n(.*?)```", PAGE.read_text(), re.DOTALL)[0])
    (drive := tmp_path / "drive.lua").write_text(DRIVE)
    (tmp_path / "setup.py").touch()
    (net := tmp_path / "net.py").write_text(PROGRAM)
    own = {f"XDG_{name}_HOME": str(tmp_path / "own") for name in ("CONFIG", "DATA", "STATE")}
    paths = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "OUT": str(tmp_path / "out"), "FIXED": FIXED_LINE}
    command = [str(programs / "nvim"), "--headless", "-u", str(init), str(net), "-c", f"luafile {drive}"]
    subprocess.run(command, env={**os.environ, **own, **paths}, timeout=100, check=True)
    assert json.loads((tmp_path / "out").read_text()) == {"found": True, "fixed": True, "gone": True}
