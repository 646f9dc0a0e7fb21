"""``forward-call fix``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from command_line import FIXED, MESSAGE, PLACE, PROGRAM, forward_call, run

from flake8_forward_call.findings.finding import Fix
from flake8_forward_call.fixing import rewriter
from flake8_forward_call.inference.verdicts import judge
from flake8_forward_call.inference.verdicts.verdict import Sameness, Standing, Verdict
from flake8_forward_call.sources.source import Source

REWRITTEN = f"net.py:{PLACE}: self.stem.forward(...) -> self.stem(...)"
ONCE = (
    "Preserved: same arguments, same forward(). Brought back: forward pre-hooks, forward hooks, backward hooks, "
    "and everything that relies on them."
)
# A rewrite would change the output of f"{...=}", so this one is not fixed.
ECHOED = PROGRAM.replace("return self.stem.forward(x)", 'print(f"{self.stem.forward(x)=}")')


@pytest.fixture(autouse=True)
def _in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def net() -> Path:
    path = Path("net.py")
    path.write_text(PROGRAM)
    return path


@pytest.fixture
def _perhaps_not_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = Verdict(Standing.MODULE, Sameness.PERHAPS, "a subclass overrides __call__")
    monkeypatch.setattr(judge, "judge", lambda _source, calls: [verdict for _ in calls])


def test_rewrites_and_says_so(net: Path) -> None:
    done = forward_call("fix", "net.py")
    assert (done.status, done.err) == (0, "")
    assert done.lines == [REWRITTEN, ONCE, "Fixed 1 call in 1 file; no findings remain."]
    assert net.read_text() == FIXED


def test_second_run_changes_nothing(net: Path) -> None:
    forward_call("fix", "net.py")
    before = net.stat()
    done = forward_call("fix", "net.py")
    assert (done.status, done.out) == (0, "Nothing to fix.\n")
    after = net.stat()  # All except the access time.
    assert (after.st_ino, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
        before.st_ctime_ns,
    )


def test_what_remains_is_reported_as_check_does(net: Path) -> None:
    Path("broken.py").write_text("model.forward(1 2)\n")
    broken = forward_call("check", "broken.py").lines
    done = forward_call("fix", "broken.py", "net.py")
    assert done.status == 1
    assert done.lines == [REWRITTEN, ONCE, *broken, "Fixed 1 call in 1 file; 1 finding remains."]
    assert net.read_text() == FIXED


def test_place_of_what_remains_is_that_in_the_new_text() -> None:
    Path("net.py").write_text(
        PROGRAM.replace("return self", "y = (self").replace("stem.forward(x)", "stem\n            .forward(x))")
        + '        print(f"{self.stem.forward(y)=}")\n'
    )
    done = forward_call("fix", "net.py")
    assert done.status == 1
    assert done.lines[2:-1] == forward_call("check", "net.py").lines
    assert done.lines[2].startswith("net.py:12:")


def test_call_that_cannot_be_rewritten_remains() -> None:
    Path("net.py").write_text(ECHOED)
    done = forward_call("fix", "net.py")
    assert done.status == 1
    assert done.lines[-1] == "Fixed nothing; 1 finding remains."
    assert Path("net.py").read_text() == ECHOED
    assert json.loads(forward_call("check", "--output-format", "json").out)[0]["fix"] is None


def test_only_selected_rules_are_fixed(net: Path) -> None:
    assert forward_call("fix", "--ignore", "FWD001").out == "Nothing to fix.\n"
    assert net.read_text() == PROGRAM


@pytest.mark.usefixtures("_perhaps_not_the_same")
def test_unsafe_fix_is_made_only_if_asked_for(net: Path) -> None:
    done = forward_call("fix")
    assert done.status == 1
    assert done.lines[0] == f"./net.py:{PLACE}: {MESSAGE}"
    assert done.lines[1] == "Fixed nothing; 1 finding remains."
    assert "--unsafe-fixes" in done.lines[2]
    assert net.read_text() == PROGRAM
    assert json.loads(forward_call("check", "--output-format", "json").out)[0]["fix"]["applicability"] == "unsafe"

    done = forward_call("fix", "--unsafe-fixes")
    assert (done.status, done.lines[-1]) == (0, "Fixed 1 call in 1 file; no findings remain.")
    assert net.read_text() == FIXED


def test_rewrite_that_cannot_be_proved_leaves_the_file_and_is_a_finding(
    net: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> str:
        raise rewriter.RewriteError("the new text has another tree")

    monkeypatch.setattr(rewriter, "rewrite", refuse)
    done = forward_call("fix", "net.py")
    assert done.status == 1
    assert [line.split(" ", 1)[1] for line in done.lines[:2]] == [
        "FWD900 cannot rewrite file: the new text has another tree",
        MESSAGE,
    ]
    assert done.lines[2] == "Fixed nothing; 2 findings remain."
    assert net.read_text() == PROGRAM


def test_fault_of_the_rewriter_is_a_finding_and_the_others_are_fixed(
    net: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = rewriter.rewrite

    def fail_once(source: Source, fixes: Sequence[Fix]) -> str:
        if source.path == "bad.py":
            raise ZeroDivisionError("oops")
        return real(source, fixes)

    Path("bad.py").write_text(PROGRAM)
    monkeypatch.setattr(rewriter, "rewrite", fail_once)
    done = forward_call("fix", "bad.py", "net.py")
    assert done.status == 1
    assert "cannot rewrite file: internal error: ZeroDivisionError: oops" in done.out
    assert (Path("bad.py").read_text(), net.read_text()) == (PROGRAM, FIXED)


def test_encoding_that_does_not_give_the_bytes_back_is_a_finding() -> None:
    # A shift to another character set and straight back is lost when decoding.
    data = b"# coding: iso-2022-jp\nempty = '\x1b$B\x1b(B'\n" + PROGRAM.encode()
    Path("net.py").write_bytes(data)
    done = forward_call("fix")
    assert done.status == 1
    assert "cannot rewrite file: its encoding, iso-2022-jp, does not give the same bytes back" in done.out
    assert Path("net.py").read_bytes() == data


@pytest.mark.parametrize(
    ("encode", "codec"),
    [
        (lambda text: text.encode(), ""),
        (lambda text: b"\xef\xbb\xbf" + text.encode(), "byte-order mark"),
        (lambda text: text.replace("\n", "\r\n").encode(), "windows"),
        (lambda text: f"# coding: latin-1\n# é\n{text}".encode("latin-1"), "latin-1"),
        (lambda text: text.rstrip("\n").encode(), "no final newline"),
    ],
)
def test_all_else_stays_byte_for_byte_in_file_stdin_and_diff(encode: object, codec: str) -> None:
    assert callable(encode)
    before, after = encode(PROGRAM), encode(FIXED)
    path = Path("net.py")
    path.write_bytes(before)
    assert forward_call("fix", "-", stdin=before).out_bytes == after
    patch = forward_call("fix", "--diff").out_bytes
    assert path.read_bytes() == before
    subprocess.run(["git", "apply", "-"], input=patch, check=True)
    assert path.read_bytes() == after, codec
    path.write_bytes(before)
    assert forward_call("fix").status == 0
    assert path.read_bytes() == after


def test_standard_input_goes_to_standard_output_and_messages_elsewhere() -> None:
    done = forward_call("fix", "--stdin-filename", "net.py", "-", stdin=PROGRAM.encode())
    assert (done.status, done.out) == (0, FIXED)
    assert done.err.splitlines() == [REWRITTEN, ONCE, "Fixed 1 call in 1 file; no findings remain."]


@pytest.mark.parametrize("data", [b"x = 1\r\n", b"model.forward('\xff')", b"model.forward(", b""])
def test_standard_input_without_a_fix_comes_out_as_it_went_in(data: bytes) -> None:
    assert forward_call("fix", "-", stdin=data).out_bytes == data


def test_standard_input_in_json_tells_on_standard_error() -> None:
    done = forward_call("fix", "--output-format", "json", "-", stdin=ECHOED.encode())
    assert (done.status, done.out) == (1, ECHOED)
    assert done.err.startswith("[\n")


def test_diff_changes_nothing_and_ends_as_check_does(net: Path) -> None:
    done = forward_call("fix", "--diff")
    assert done.status == 1
    assert done.lines[:2] == ["--- a/net.py", "+++ b/net.py"]
    assert "-        return self.stem.forward(x)" in done.lines
    assert "+        return self.stem(x)" in done.lines
    assert done.err == "Would fix 1 call in 1 file; no findings would remain.\n"
    assert net.read_text() == PROGRAM


def test_diff_of_nothing_is_empty() -> None:
    Path("net.py").write_text(FIXED)
    done = forward_call("fix", "--diff")
    assert (done.status, done.out, done.err) == (0, "", "Nothing to fix.\n")


def test_diff_of_standard_input() -> None:
    done = forward_call("fix", "--diff", "--stdin-filename", "src/net.py", "-", stdin=PROGRAM.encode())
    assert done.status == 1
    assert done.lines[0] == "--- a/src/net.py"


def test_json_has_what_remains(net: Path) -> None:
    Path("other.py").write_text(ECHOED)
    done = forward_call("fix", "--output-format", "json")
    assert done.status == 1
    assert [finding["filename"] for finding in json.loads(done.out)] == [str(Path("other.py").absolute())]
    assert done.err.splitlines()[-1] == "Fixed 1 call in 1 file; 1 finding remains."
    assert net.read_text() == FIXED


def test_file_with_two_names_is_written_once_and_the_link_stays(net: Path) -> None:
    Path("a_link.py").symlink_to("net.py")
    done = forward_call("fix")
    assert done.lines[-1] == "Fixed 1 call in 1 file; no findings remain."
    assert Path("a_link.py").is_symlink()
    assert net.read_text() == FIXED


def test_colours_on_a_terminal_only(net: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in forward_call("fix", terminal=True).out
    net.write_text(PROGRAM)
    assert "\x1b[" not in forward_call("fix").out


PROBABLE = f"""{PROGRAM}

def run(x, base: nn.Module, path=None):
    model = load(path) if path else base
    return model.forward(x)
""".replace("import torch\n", "import torch\nfrom plugins import load\n")
FIXED_STEM = PROBABLE.replace("self.stem.forward(x)", "self.stem(x)")
FIXED_MODEL = PROBABLE.replace("model.forward(x)", "model(x)")
FIXED_BOTH = FIXED_STEM.replace("model.forward(x)", "model(x)")
HINT = "--extend-select FWD003"


@pytest.mark.parametrize(
    ("options", "text", "status", "hint"),
    [
        ("", FIXED_STEM, 0, ""),
        ("--select FWD003", PROBABLE, 1, "--unsafe-fixes"),
        ("--extend-select FWD003", FIXED_STEM, 1, "--unsafe-fixes"),
        ("--unsafe-fixes", FIXED_STEM, 0, HINT),
        ("--unsafe-fixes --select FWD001", FIXED_STEM, 0, HINT),
        ("--unsafe-fixes --ignore FWD001", PROBABLE, 0, HINT),
        ("--unsafe-fixes --ignore FWD003", FIXED_STEM, 0, ""),
        ("--unsafe-fixes --ignore FWD", PROBABLE, 0, ""),
        ("--unsafe-fixes --select FWD003", FIXED_MODEL, 0, ""),
        ("--unsafe-fixes --select FWD", FIXED_BOTH, 0, ""),
        ("--unsafe-fixes --extend-select FWD003", FIXED_BOTH, 0, ""),
        ("--unsafe-fixes --extend-select FWD003 --ignore FWD001", FIXED_MODEL, 0, ""),
        ("--unsafe-fixes --extend-select FWD003 --ignore FWD003", FIXED_STEM, 0, ""),
    ],
)
def test_what_is_selected_is_fixed_and_the_way_to_the_rest_is_told(
    options: str, text: str, status: int, hint: str
) -> None:
    path = Path("net.py")
    path.write_text(PROBABLE)
    done = forward_call("fix", *options.split())
    assert (done.status, path.read_text()) == (status, text)
    assert ("--unsafe-fixes" in done.out, "--extend-select" in done.out) == (hint == "--unsafe-fixes", hint == HINT)
    if hint:
        assert hint in done.lines[-1]


def test_silenced_calls_are_not_hinted_at() -> None:
    Path("net.py").write_text(PROBABLE.replace("model.forward(x)", "model.forward(x)  # noqa: FWD003"))
    assert "--extend-select" not in forward_call("fix", "--unsafe-fixes").out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (PROGRAM.replace("\n", "\r\n").encode(), FIXED.replace("\n", "\r\n").encode()),
        (b"\xef\xbb\xbf" + PROGRAM.encode(), b"\xef\xbb\xbf" + FIXED.encode()),
        (
            f"# coding: latin-1\n# \xe9\n{PROGRAM}".encode("latin-1"),
            f"# coding: latin-1\n# \xe9\n{FIXED}".encode("latin-1"),
        ),
        (f"\f{PROGRAM}".rstrip("\n").encode(), f"\f{FIXED}".rstrip("\n").encode()),
        *(
            (data, data)
            for data in (FIXED.encode(), b"\xef\xbb\xbfx = 1\r\n", b"model.forward(\r\n\xff", b"\0model.forward()")
        ),
    ],
)
def test_standard_input_of_a_real_process_comes_out_byte_for_byte(before: bytes, after: bytes) -> None:
    done = run(
        "flake8_forward_call", "fix", "--no-site-packages", "--stdin-filename", "sub/model.py", "-", stdin=before
    )
    assert done.out_bytes == after
    assert (done.status, "FWD900" in done.err) == ((1, True) if before.count(b"model.forward") else (0, False))
    assert not Path("sub").exists()


@pytest.mark.slow
def test_closed_output_is_the_end(net: Path) -> None:
    for args in (["--diff", "net.py"], ["-"], ["--summary", "markdown", "net.py"]):
        command = [sys.executable, "-m", "flake8_forward_call", "fix", "--no-site-packages", *args]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.close()
            _, err = process.communicate(PROGRAM.encode())
        assert process.returncode == 2
        assert b"Traceback" not in err


def test_exit_status_can_say_that_something_was_fixed() -> None:
    Path("net.py").write_text(PROGRAM)
    assert forward_call("fix", "--exit-non-zero-on-fix", "net.py").status == 1
    assert Path("net.py").read_text() == FIXED
    assert forward_call("fix", "--exit-non-zero-on-fix", "net.py").status == 0


def test_files_are_told_in_the_order_of_check_however_they_were_named() -> None:
    Path("b").mkdir()
    for name in ("c.py", "a.py", "b/net.py"):
        Path(name).write_text(PROGRAM + ECHOED.removeprefix("import torch\n"))
    named = ("c.py", "b", "a.py")
    checked = [line.partition(":")[0] for line in forward_call("check", *named).lines]
    diff = [line[6:] for line in forward_call("fix", "--diff", *named).lines if line.startswith("+++ b/")]
    fixed = [line.partition(":")[0] for line in forward_call("fix", *named).lines if " -> " in line]
    assert fixed == diff == sorted(set(checked)) == ["a.py", "b/net.py", "c.py"]
