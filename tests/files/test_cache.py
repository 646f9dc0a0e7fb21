"""Records on disk: what is written can be read, and any damage of a file or folder is only a miss."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from flake8_forward_call.files import cache
from flake8_forward_call.files.cache import Store, default_folder

VALUE = {"files": {"größe.py": [1, "\udcff"]}, "words": {}}


def record_in(folder: Path) -> Path:
    (only,) = folder.iterdir()
    return only


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one record in it."""
    Store(str(tmp_path / "cache")).write("texts", "/project", VALUE)
    return tmp_path / "cache"


def read(folder: Path, kind: str = "texts", key: str = "/project") -> object:
    return Store(str(folder)).read(kind, key)


def test_record_comes_back(folder: Path) -> None:
    assert read(folder) == VALUE
    assert folder.stat().st_mode & 0o777 == 0o700


def test_record_is_of_one_kind_and_key(folder: Path) -> None:
    assert (read(folder, kind="other"), read(folder, key="/other")) == (None, None)


def test_record_of_another_version_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "__version__", "0.0.0")
    assert read(folder) is None


def test_record_under_a_foreign_name_is_none(folder: Path) -> None:
    content = record_in(folder).read_bytes()
    Store(str(folder)).write("texts", "/other", {})
    for path in folder.iterdir():
        path.write_bytes(content)
    assert (read(folder), read(folder, key="/other")) == (VALUE, None)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"words", b"wordz"),
        lambda data: b"\0" * len(data),
        lambda data: b"\xff" + data,
        lambda data: data.partition(b"\n")[2],
        lambda data: cache._MARK + cache._checksum(b"not json").encode() + b"\nnot json",
        lambda data: cache._MARK + cache._checksum(b"[1]").encode() + b"\n[1]",
        lambda data: cache._MARK + cache._checksum(b"7").encode() + b"\n7",
        lambda data: cache._MARK + cache._checksum(b"[" * 100_000).encode() + b"\n" + b"[" * 100_000,
    ],
)
def test_damaged_record_is_none_and_is_written_anew(folder: Path, damage: object) -> None:
    path = record_in(folder)
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert read(folder) is None
    Store(str(folder)).write("texts", "/project", VALUE)
    assert read(folder) == VALUE


def test_record_that_is_too_large_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_RECORD", 10)
    assert read(folder) is None
    Store(str(folder)).write("texts", "/other", VALUE)
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_something_else_in_the_place_of_a_record_is_none(folder: Path, make: object) -> None:
    path = record_in(folder)
    path.unlink()
    make(path)  # type: ignore[operator]
    assert read(folder) is None
    Store(str(folder)).write("texts", "/project", VALUE)


def test_folder_that_others_may_write_to_is_not_used(folder: Path) -> None:
    folder.chmod(0o777)
    assert read(folder) is None
    Store(str(folder)).write("texts", "/other", VALUE)
    assert len(list(folder.iterdir())) == 1


def test_folder_of_another_user_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    assert read(folder) is None


def test_system_without_users_trusts_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "geteuid")
    assert read(folder) == VALUE


def test_link_to_a_folder_is_as_good(folder: Path) -> None:
    link = folder.parent / "link"
    link.symlink_to(folder)
    Store(str(link)).write("texts", "/other", 1)
    assert (read(link), read(folder, key="/other")) == (VALUE, 1)


@pytest.mark.parametrize("name", ["file", "file/below", "circle", "circle/below", "\0"])
def test_folder_that_cannot_be_had_is_no_failure(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    store = Store(f"{tmp_path}/{name}")
    store.write("texts", "/project", VALUE)
    assert store.read("texts", "/project") is None
    assert (tmp_path / "file").read_bytes() == b""


def test_folder_that_is_read_only_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    folder.chmod(0o500)
    monkeypatch.setattr("tempfile.mkstemp", refuse)  # For root, who may write anyway.
    Store(str(folder)).write("texts", "/other", VALUE)
    assert (read(folder), read(folder, key="/other")) == (VALUE, None)


def test_interrupted_write_leaves_the_old_record(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Store(str(folder)).write("texts", "/project", 1)
    assert read(folder) == VALUE
    record_in(folder)


def test_store_without_a_folder_keeps_nothing() -> None:
    store = Store(None)
    store.write("texts", "/project", VALUE)
    assert store.read("texts", "/project") is None


def _is_alone(folder: str) -> bool:
    before = cache.PATIENCE
    cache.PATIENCE = 0.0
    try:
        lock = cache._lock(folder)
    finally:
        cache.PATIENCE = before
    if lock is not None:
        os.close(lock)
    return lock is not None


def test_one_process_at_a_time_is_alone(folder: Path) -> None:
    with Store(str(folder)).alone():
        assert not _is_alone(str(folder))
    assert _is_alone(str(folder))


def test_process_that_never_goes_on_holds_up_no_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "PATIENCE", 0.0)
    with Store(str(folder)).alone(), Store(str(folder)).alone():
        Store(str(folder)).write("texts", "/project", 1)
    assert read(folder) == 1
    assert _is_alone(str(folder))


@pytest.mark.parametrize("name", ["new/cache", "file", "file/below", "circle", "\0"])
def test_being_alone_needs_no_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with Store(f"{tmp_path}/{name}").alone(), Store(None).alone():
        pass


def test_a_repository_with_hundreds_of_projects_is_kept_whole(folder: Path) -> None:
    store, keys = Store(str(folder)), [f"/{number}" for number in range(150)]
    for key in keys:
        store.write("texts", key, key)
        store.write("results", key, key)
    assert all(store.read(kind, key) == key for key in keys for kind in ("texts", "results"))


def test_oldest_records_go_when_there_are_too_many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_RECORDS", 5)
    (folder / "unfinished-1.forward-call").touch()
    for age, key in enumerate(("/a", "/b", "/c")):
        before = set(folder.iterdir())
        for path in before:
            os.utime(path, (age, age))
        Store(str(folder)).write("texts", key, key)
    Store(str(folder)).write("texts", "/d", "/d")
    kept = [read(folder, key=key) for key in ("/project", "/a", "/b", "/c", "/d")]
    assert (kept[0], kept[3:]) == (None, ["/c", "/d"])
    assert not (folder / "unfinished-1.forward-call").exists()


def test_what_is_no_record_is_never_deleted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_RECORDS", 1)
    monkeypatch.setattr(cache, "MAX_TOTAL", 1)
    digits = "0123456789" * 4
    others = {
        "data.json": b"[1]",
        f"{digits}.json": b"[1]",
        f"{digits}.forward-call": b"written by somebody else",
        "unfinished-work.txt": b"",
        "unfinished-x.forward-call": b"written by somebody else",
        f"{digits}.forward-call.bak": b"",
    }
    for name, data in others.items():
        (folder / name).write_bytes(data)
        os.utime(folder / name, (0, 0))
    (folder / f"{digits[:-1]}a.forward-call").symlink_to(folder / "data.json")
    for key in ("/a", "/b", "/c"):
        Store(str(folder)).write("texts", key, key)
    assert {name: (folder / name).read_bytes() for name in others} == others
    assert (folder / f"{digits[:-1]}a.forward-call").is_symlink()
    assert (read(folder), read(folder, key="/c")) == (None, "/c")


def test_oldest_records_go_when_they_are_too_large(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_TOTAL", 10)
    Store(str(folder)).write("texts", "/other", VALUE)
    assert (read(folder), read(folder, key="/other")) == (None, VALUE)


def _write_and_read(folder: str) -> list[object]:
    store = Store(folder)
    found = []
    for value in range(50):
        store.write("texts", "/project", ["x" * 10_000, value])
        found.append(store.read("texts", "/project"))
    return found


def test_processes_write_and_read_at_once(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3) as pool:
        found = [one for each in pool.map(_write_and_read, [str(tmp_path / "cache")] * 3) for one in each]
    assert len(found) == 150
    assert all(isinstance(one, list) and one[0] == "x" * 10_000 for one in found)
    record_in(tmp_path / "cache")


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "/home/me/.cache/flake8-forward-call"),
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/flake8-forward-call"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/me/.cache/flake8-forward-call"),
        ("darwin", {}, "/home/me/Library/Caches/flake8-forward-call"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/flake8-forward-call"),
        ("win32", {}, None),
        ("linux", {cache.VARIABLE: "/mine"}, "/mine"),
        ("linux", {cache.VARIABLE: ""}, None),
    ],
)
def test_folder_is_the_platforms_own(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], expected: str | None
) -> None:
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", cache.VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/me")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert default_folder() == expected


def test_user_without_a_home_folder_has_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CACHE_HOME", cache.VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert default_folder() is None
