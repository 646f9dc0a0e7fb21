"""Replacing a file atomically."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from flake8_forward_call.files.writing import WriteError, replace


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "net.py"
    path.write_bytes(b"old")
    return path


def refused(file: Path, what: str) -> None:
    """A write that must fail for this reason, change nothing and leave no files behind."""
    with pytest.raises(WriteError, match=what):
        replace(str(file), b"new", expected=b"old")
    assert file.read_bytes() == b"old"
    assert os.listdir(file.parent) == [file.name]  # noqa: PTH208


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o755, 0o664, 0o4755])
def test_mode_is_kept(file: Path, mode: int) -> None:
    file.chmod(mode)
    replace(str(file), b"new", expected=b"old")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert os.listdir(file.parent) == [file.name]  # noqa: PTH208


def test_owner_and_group_are_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[int, int]] = []
    real = os.fstat

    def foreign(descriptor: int) -> os.stat_result:
        status = list(real(descriptor))
        status[stat.ST_UID] += 1
        return os.stat_result(status)

    monkeypatch.setattr(os, "fstat", foreign)  # As if the new file had another owner than the old one.
    monkeypatch.setattr(os, "fchown", lambda _descriptor, uid, gid: given.append((uid, gid)))
    replace(str(file), b"new", expected=b"old")
    status = file.stat()
    assert given == [(status.st_uid, status.st_gid)]


def test_owner_that_cannot_be_kept_is_a_reason_not_to_write(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fstat

    def foreign(descriptor: int) -> os.stat_result:
        status = list(real(descriptor))
        status[stat.ST_UID] += 1
        return os.stat_result(status)

    def refuse(_descriptor: int, _uid: int, _gid: int) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "fstat", foreign)
    monkeypatch.setattr(os, "fchown", refuse)
    refused(file, "belongs to another user or group, which could not be kept")


def test_link_stays_and_its_target_is_written(file: Path) -> None:
    link = file.parent / "sub" / "link.py"
    link.parent.mkdir()
    link.symlink_to("../net.py")
    replace(str(link), b"new", expected=b"old")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"
    assert not file.is_symlink()


def test_read_only_file_is_left_alone(file: Path) -> None:
    file.chmod(0o444)
    refused(file, "is read-only")


def test_file_of_which_only_the_owner_may_write_is_read_only_for_others(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    refused(file, "is read-only")


@pytest.mark.parametrize("call", ["fsync", "fchmod", "replace"])
def test_full_disk_leaves_the_file_and_nothing_else(file: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path if call == "replace" else os, call, fail)
    refused(file, "could not be written and is unchanged: No space left on device")


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_interrupt_leaves_the_file_and_nothing_else(file: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path if call == "replace" else os, call, interrupt)
    with pytest.raises(KeyboardInterrupt):
        replace(str(file), b"new", expected=b"old")
    assert file.read_bytes() == b"old"
    assert os.listdir(file.parent) == [file.name]  # noqa: PTH208


def test_file_that_changed_meanwhile_is_left_alone(file: Path) -> None:
    file.write_bytes(b"newer")
    with pytest.raises(WriteError, match="was changed by another program in the meantime"):
        replace(str(file), b"new", expected=b"old")
    assert file.read_bytes() == b"newer"
    assert os.listdir(file.parent) == [file.name]  # noqa: PTH208


def test_file_that_vanished_meanwhile_is_told(file: Path) -> None:
    file.unlink()
    with pytest.raises(WriteError, match="No such file or directory"):
        replace(str(file), b"new", expected=b"old")


def test_directory_that_takes_no_new_file_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    refused(file, "could not be written and is unchanged: Permission denied")


def test_same_text_from_another_program_is_no_failure_and_no_work(file: Path) -> None:
    file.write_bytes(b"new")
    before = file.stat()
    assert replace(str(file), b"new", expected=b"old") is False
    assert (file.stat().st_ino, os.listdir(file.parent)) == (before.st_ino, [file.name])  # noqa: PTH208


def test_file_with_several_names_is_left_alone(file: Path) -> None:
    other = file.parent / "backup.py"
    other.hardlink_to(file)
    with pytest.raises(WriteError, match=r"has 2 names \(hard links\); replace it with a copy first"):
        replace(str(file), b"new", expected=b"old")
    assert file.samefile(other)
    assert file.read_bytes() == b"old"
    other.unlink()
    assert replace(str(file), b"new", expected=b"old") is True


def test_mode_that_cannot_be_kept_is_a_reason_not_to_write(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.chmod(0o2755)
    real = os.fchmod
    monkeypatch.setattr(os, "fchmod", lambda descriptor, mode: real(descriptor, mode & 0o777))  # As without the group.
    refused(file, "has the mode 2755, which could not be kept")


def test_longest_name_that_a_file_can_have(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 252 + ".py")
    path.write_bytes(b"old")
    replace(str(path), b"new", expected=b"old")
    assert path.read_bytes() == b"new"


@pytest.mark.skipif(sys.platform != "linux", reason="Python reads extended attributes on Linux only")
class TestExtendedAttributes:
    @pytest.fixture(autouse=True)
    def attributes(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, bytes]]:
        """Fake attributes of the old and the new file, because not every file system supports them."""
        kept: dict[str, dict[str, bytes]] = {"old": {}, "new": {}}

        def of(file: int | Path) -> dict[str, bytes]:
            return kept["new" if isinstance(file, int) else "old"]

        monkeypatch.setattr(os, "listxattr", lambda file: list(of(file)))
        monkeypatch.setattr(os, "getxattr", lambda file, name: of(file)[name])
        monkeypatch.setattr(os, "setxattr", lambda file, name, value: of(file).__setitem__(name, value))
        monkeypatch.setattr(os, "removexattr", lambda file, name: of(file).pop(name))
        return kept

    def test_those_of_the_user_are_kept(self, file: Path, attributes: dict[str, dict[str, bytes]]) -> None:
        own = {"user.origin": b"a", "system.posix_acl_access": b"b", "security.selinux": b"c"}
        attributes["old"] = {**own, "security.ima": b"checksum of the old content"}
        attributes["new"] = {"security.selinux": b"that of the folder"}
        replace(str(file), b"new", expected=b"old")
        assert attributes["new"] == own

    def test_what_the_folder_gives_to_new_files_is_taken_off(
        self, file: Path, attributes: dict[str, dict[str, bytes]]
    ) -> None:
        attributes["new"] = {"system.posix_acl_access": b"everybody"}
        replace(str(file), b"new", expected=b"old")
        assert attributes["new"] == {}

    def test_one_that_cannot_be_kept_is_a_reason_not_to_write(
        self, file: Path, attributes: dict[str, dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise PermissionError(errno.EPERM, "Operation not permitted")

        attributes["old"] = {"user.origin": b"a"}
        monkeypatch.setattr(os, "setxattr", refuse)
        refused(file, r"has the extended attribute user\.origin, which could not be kept: Operation not permitted")

    def test_file_system_without_them_is_as_good(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(_file: object) -> None:
            raise OSError(errno.ENOTSUP, "Operation not supported")

        monkeypatch.setattr(os, "listxattr", refuse)
        replace(str(file), b"new", expected=b"old")
        assert file.read_bytes() == b"new"

    def test_those_that_cannot_be_read_are_a_reason_not_to_write(
        self, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(_file: object) -> None:
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(os, "listxattr", refuse)
        refused(file, "could not be written and is unchanged: Input/output error")
