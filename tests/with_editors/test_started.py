"""Editors that are started with the settings on the page: they show the finding and apply the fix.

Each program comes from a package manager. Where there is none to ask, its test is skipped, and says what is missing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from command_line import FIXED, PROGRAM
from editor_pages import snippets

PROGRAMS = Path(sys.executable).parent
FIXED_LINE = next(new for old, new in zip(PROGRAM.splitlines(), FIXED.splitlines(), strict=True) if old != new)
LUA = """
local function wait(holds) return vim.wait(30000, holds, 20) end
local out = { found = wait(function() return #vim.diagnostic.get(0) > 0 end) }
local context = { only = { 'source.fixAll.forward-call' }, diagnostics = {} }
vim.ui.select = function(items, _, chosen) chosen(items[1], 1) end
vim.lsp.buf.code_action(vim.fn.has('nvim-0.8') == 1 and { context = context, apply = true } or context)
out.fixed = wait(function() return vim.api.nvim_buf_get_lines(0, 10, 11, false)[1] == vim.env.FIXED end)
out.gone = wait(function() return #vim.diagnostic.get(0) == 0 end)
local file = io.open(vim.env.OUT, 'w')
file:write(vim.fn.json_encode(out))
file:close()
vim.cmd('qa!')
"""
VIM = """
function! Wait(holds) abort
  let l:left = 600
  while !a:holds() && l:left > 0
    sleep 50m
    let l:left -= 1
  endwhile
  return a:holds() ? v:true : v:false
endfunction
let g:out = {}
let g:out.found = Wait({-> match(map(getloclist(0), 'v:val.text'), 'FWD001') >= 0})
ALEFix
let g:out.fixed = Wait({-> getline(11) ==# $FIXED})
let g:out.gone = Wait({-> empty(getloclist(0))})
call writefile([json_encode(g:out)], $OUT)
qa!
"""
LISP = """
(require 'json)
(require 'package)
(defun wait-for (holds)
  (let ((end (+ (float-time) 30)))
    (while (and (not (funcall holds)) (< (float-time) end)) (accept-process-output nil 0.05))
    (if (funcall holds) t :json-false)))
(package-initialize)
(load (getenv "INIT"))
(require 'eglot)
(find-file (getenv "FILE"))
(run-hooks 'post-command-hook)
(let ((found (wait-for (lambda () (and (eglot-managed-p) (flymake-diagnostics))))))
  (eglot-code-actions (point-min) (point-max) "source.fixAll.forward-call" t)
  (let* ((line (lambda () (save-excursion (goto-char (point-min)) (search-forward (getenv "FIXED") nil t))))
         (fixed (wait-for line))
         (gone (wait-for (lambda () (not (flymake-diagnostics))))))
    (with-temp-file (getenv "OUT")
      (insert (json-encode `((found . ,found) (fixed . ,fixed) (gone . ,gone)))))))
(kill-emacs)
"""


def program(name: str, *packages: str) -> str:
    """The path of a program of the system. Where it can be installed and is not, that is an error."""
    found = shutil.which(name, path=os.pathsep.join(one for one in os.get_exec_path() if Path(one) != PROGRAMS))
    needed = f"{name} is missing: apt-get install {' '.join(packages)}"
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        pytest.fail(needed)
    if found is None:
        pytest.skip(needed)
    return found


def started(folder: Path, command: Sequence[object], drive: str, **variables: str | Path) -> dict[str, Any]:
    """What an editor says at the end. ``drive`` is the script that it runs, ``DRIVE`` in the command."""
    (folder / "setup.py").touch()
    (folder / "net.py").write_text(PROGRAM)
    (folder / "drive").write_text(drive)
    own = {f"XDG_{name}_HOME": folder / "own" for name in ("CONFIG", "DATA", "STATE")}
    given = {"HOME": folder, "OUT": folder / "out", "FIXED": FIXED_LINE, "FILE": folder / "net.py", **own, **variables}
    paths = {"PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}", "TERM": "dumb"}
    done = subprocess.run(
        [str(one) for one in command],
        env={**os.environ, **{name: str(value) for name, value in given.items()}, **paths},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=150,
        check=False,
    )
    out = folder / "out"
    assert out.exists(), f"{done.stdout.decode()}\n{done.stderr.decode()}"
    said = json.loads(out.read_text())
    assert isinstance(said, dict)
    return said


ALL = {"found": True, "fixed": True, "gone": True}


def settings_for_neovim(path: str) -> str:
    """The block on the page for the version of a Neovim."""
    said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    minor = int(said.split("\n")[0].split(".")[1])
    latest, until_10, until_7, _ = snippets("Neovim", "lua")
    return latest if minor >= 11 else until_10 if minor >= 8 else until_7


@pytest.mark.parametrize("of_system", [False, True], ids=["latest", "Debian's"])
def test_neovim(tmp_path: Path, of_system: bool) -> None:
    path = program("nvim", "neovim") if of_system else str(PROGRAMS / "nvim")
    (init := tmp_path / "init.lua").write_text(settings_for_neovim(path))
    command = [path, "--headless", "-u", init, tmp_path / "net.py", "-c", f"luafile {tmp_path / 'drive'}"]
    assert started(tmp_path, command, LUA) == ALL


def test_emacs_with_eglot(tmp_path: Path) -> None:
    path = program("emacs", "emacs-nox", "elpa-eglot")
    (init := tmp_path / "init.el").write_text("".join(snippets("Emacs", "lisp")))
    assert started(tmp_path, [path, "--batch", "--load", tmp_path / "drive"], LISP, INIT=init) == ALL


def test_vim_with_ale(tmp_path: Path) -> None:
    path = program("vim", "vim-nox", "vim-ale")
    loading, linter, fixer = snippets("Vim with ALE", "vim")
    (place := tmp_path / ".vim/ale_linters/python/forward_call.vim").parent.mkdir(parents=True)
    place.write_text(linter)
    (tmp_path / ".vimrc").write_text(f"set nocompatible\n{loading}{fixer}")
    command = [path, "--not-a-term", tmp_path / "net.py", "-S", tmp_path / "drive"]
    assert started(tmp_path, command, VIM) == ALL
