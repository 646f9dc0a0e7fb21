"""Records keep what was seen, whoever wrote them, and say what is wrong with those that cannot be used."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import flake8_forward_call.observing.record as records
from flake8_forward_call.files import temporary
from flake8_forward_call.observing import storing
from flake8_forward_call.observing.record import CALLED, Receiver, Record, RecordError, Sight, Spot

SCHEMA = json.loads((Path(records.__file__).parent / "record.schema.json").read_text(encoding="utf-8"))


def spot(row: int, path: str = "net.py", digest: str = "d") -> Spot:
    return Spot(path, digest, row, 5, CALLED, "Net.run", "l")


def record(*rows: int, calls: int = 1, name: str = "net.Net", test: str = "t", path: str = "net.py") -> Record:
    made = Record(runs=[("3.12.1", "2.13.0")])
    for row in rows:
        sight = Sight({name: Receiver(True, True, calls)}, {("forward hook", "hooks.log"): calls})
        sight.note_test(test)
        made.spots[spot(row, path)] = sight
    return made


def written(made: Record) -> Any:
    return json.loads(storing.text_of(made))


def test_record_comes_back_as_it_was() -> None:
    made = record(3, 1)
    made.unseen["net.Fast"] = "its forward is a builtin"
    made.notes["a note"] = None
    made.untraced, made.lost = 2, 3
    made.spots[Spot("torch/x.py", "", 4, 0, "indirect", "", "", is_outside=True)] = Sight()
    back = Record.of_json(written(made))
    assert back == made
    assert written(back) == written(made)


def test_records_are_of_the_form_that_the_schema_describes() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    made = record(1, 2)
    made.spots[Spot("a.py", "", 4, 0, "indirect", "", "")] = Sight(has_more=True)
    jsonschema.validate(written(made), SCHEMA)
    jsonschema.validate(written(Record()), SCHEMA)


def test_limits_of_the_schema_are_those_of_the_program() -> None:
    properties, call = SCHEMA["properties"], SCHEMA["$defs"]["call"]["properties"]
    assert properties["runs"]["maxItems"] == records.MAX_RUNS
    assert properties["files"]["maxItems"] == records.MAX_SPOTS
    assert properties["unseen"]["maxItems"] == properties["notes"]["maxItems"] == records.MAX_UNSEEN
    assert call["receivers"]["maxItems"] == records.MAX_RECEIVERS
    assert call["skipped"]["maxItems"] == records.MAX_HOOKS
    assert call["tests"]["maxItems"] == records.MAX_TESTS
    assert tuple(call["form"]["enum"]) == records.FORMS
    assert SCHEMA["$defs"]["count"]["maximum"] == records.MAX_CALLS
    assert (properties["kind"]["const"], properties["version"]["const"]) == (records.KIND, records.VERSION)


def test_runs_are_added_up() -> None:
    made = record(1, calls=2)
    made.add(record(1, 2, calls=3, name="net.Other", test="u"))
    made.add(record(1, calls=4))
    first = made.spots[spot(1)]
    assert {name: one.calls for name, one in first.receivers.items()} == {"net.Net": 6, "net.Other": 3}
    assert first.skipped == {("forward hook", "hooks.log"): 9}
    assert list(first.tests) == ["t", "u"]
    assert made.spots[spot(2)].calls == 3
    assert len(made.runs) == 3


def test_class_that_is_a_module_in_one_run_and_none_in_another_is_none() -> None:
    made, other = record(1), record(1)
    other.spots[spot(1)].receivers["net.Net"] = Receiver(False, False, 1)
    made.add(other)
    assert made.spots[spot(1)].receivers["net.Net"] == Receiver(False, False, 2)


def test_same_file_with_another_content_is_kept_apart() -> None:
    made, other = record(1), Record()
    other.spots[spot(1, digest="e")] = Sight({"net.Net": Receiver(True, True, 1)})
    made.add(other)
    assert [one.digest for one in sorted(made.spots)] == ["d", "e"]


def test_record_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_SPOTS", 2)
    monkeypatch.setattr(records, "MAX_RECEIVERS", 2)
    made = record(1)
    for row in range(5):
        made.add(record(row, name=f"net.Net{row}", test=f"t{row}"))
        made.add(record(1, name=f"net.Net{row}", test=f"t{row}"))
    for number in range(20):
        made.add(record(1, test=f"u{number}"))
    assert len(made.spots) == 2
    assert made.lost == 3
    sight = made.spots[spot(1)]
    assert (len(sight.receivers), len(sight.tests), sight.has_more) == (2, records.MAX_TESTS, True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not JSON"),
        ("[1, 2]", "is not a record of observed calls"),
        ('{"version": 1, "findings": []}', "is not a record of observed calls"),
        ("[" * 100_000, "is not a record of observed calls: it is nested too deeply"),
        (
            json.dumps({"kind": records.KIND, "version": 2}),
            "is a record of version 2, and this release reads version 1",
        ),
        (json.dumps({"kind": records.KIND, "version": True}), "is a record of version True"),
        (json.dumps({"kind": records.KIND, "version": 1}), "is a damaged record"),
        (storing.text_of(record(1))[:-40], "is not JSON"),
        (storing.text_of(record(1)).replace('"row": 1', '"row": -1'), "is a damaged record"),
        (storing.text_of(record(1)).replace('"row": 1', '"row": true'), "is a damaged record"),
        (storing.text_of(record(1)).replace('"called"', '"sung"'), "is a damaged record"),
        (storing.text_of(record(1)).replace('"calls": 1', '"calls": 1e99'), "is a damaged record"),
        (storing.text_of(record(1)).replace('"net.py"', '"/net.py"'), "is a damaged record: ValueError: a path leaves"),
        (
            storing.text_of(record(1)).replace('"net.py"', '"../a/../net.py"'),
            "is a damaged record: ValueError: a path leaves",
        ),
        (storing.text_of(record(1)).replace('"net.Net"', "null"), "is a damaged record"),
        (storing.text_of(record(1)).replace('"receivers": [', '"receivers": [[],'), "is a damaged record"),
    ],
)
def test_what_is_no_record_is_refused_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "record.json"
    path.write_text(text)
    with pytest.raises(RecordError) as caught:
        storing.read(str(path))
    assert str(caught.value).startswith(reason)


def test_every_damage_to_a_record_is_a_record_error_or_another_record() -> None:
    whole = written(record(1))

    def damaged(value: Any) -> Any:
        yield from (None, 7, "x", [], {}, True)
        if isinstance(value, dict):
            for key, inner in value.items():
                yield {one: each for one, each in value.items() if one != key}
                yield from ({**value, key: bad} for bad in damaged(inner))
        if isinstance(value, list):
            for index, inner in enumerate(value):
                yield from ([*value[:index], bad, *value[index + 1 :]] for bad in damaged(inner))

    tried = 0
    for one in damaged(whole):
        tried += 1
        try:
            Record.of_json(one)
        except RecordError:
            continue
    assert tried > 200


def test_huge_record_and_pipe_are_refused(tmp_path: Path) -> None:
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(500_000_000)
    with pytest.raises(RecordError, match="is larger than 64 MB"):
        storing.read(str(huge))
    with pytest.raises(RecordError, match="is a directory"):
        storing.read(str(tmp_path))
    with pytest.raises(RecordError, match="cannot be read: No such file"):
        storing.read(str(tmp_path / "none.json"))


def test_record_replaces_a_record_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    assert storing.hindrance(str(path)) is None
    assert storing.finish(str(path), record(1), appends=False) is None
    assert storing.hindrance(str(path)) is None
    assert storing.finish(str(path), record(2), appends=True) is None
    assert [one.row for one in sorted(storing.read(str(path)).spots)] == [1, 2]
    assert [one.name for one in sorted(tmp_path.iterdir())] == ["record.json"]
    path.write_text("my notes")
    assert "is not overwritten" in str(storing.hindrance(str(path)))
    assert "does not exist" in str(storing.hindrance(str(tmp_path / "none" / "record.json")))
    assert storing.hindrance(str(tmp_path)) == "it is a folder"


def test_record_of_another_version_is_replaced_but_not_added_to(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text(json.dumps({"kind": records.KIND, "version": 99}))
    assert storing.hindrance(str(path)) is None
    assert "it is a record of version 99" in str(storing.hindrance(str(path), appends=True))


def test_what_prevents_writing_is_known_before_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "record.json"
    assert storing.finish(str(path), record(1), appends=False) is None
    path.chmod(0o444)
    assert "it is read-only" in str(storing.hindrance(str(path)))
    path.chmod(0o644)

    def full(_folder: Path) -> tuple[int, Path]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(temporary, "make", full)
    assert f"no file can be made in {tmp_path}: No space left" in str(storing.hindrance(str(path)))


def test_parts_of_processes_are_joined_and_removed_once_the_record_is_written(tmp_path: Path) -> None:
    path = str(tmp_path / "record.json")
    parts = storing.Parts(path)
    parts.write(record(1))
    folder = Path(f"{path}.parts")
    (folder / "1.json").write_text(storing.text_of(record(2)))
    (folder / "2.json").write_text("half a par")
    found = parts.others()
    assert [one.row for one in found.spots] == [2]
    assert any("a part of the record was lost" in note for note in found.notes)
    assert len(list(folder.iterdir())) == 3
    assert storing.finish(path, found, appends=False) is None
    assert [one.name for one in tmp_path.iterdir()] == ["record.json"]


def test_parts_stay_if_the_record_could_not_be_written(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    storing.Parts(str(path)).write(record(1))
    path.mkdir()
    assert "was not written" in str(storing.finish(str(path), record(1), appends=False))
    path.rmdir()
    assert len(storing.read_all(str(path)).spots) == 1


def test_parts_of_a_run_that_did_not_end_outlive_the_next_one_if_that_is_killed_too(tmp_path: Path) -> None:
    path = str(tmp_path / "record.json")
    storing.Parts(path).write(record(1))
    mine = Record()
    assert storing.Parts(path).inherit(mine) == 1
    assert len(mine.spots) == 1
    assert [one.row for one in storing.read_all(path).spots] == [1]
    assert next(iter(storing.read_all(path).spots.values())).calls == 1
    assert storing.Parts(path).inherit(Record()) == 1


def test_process_with_the_number_of_one_that_has_ended_leaves_its_part_alone(tmp_path: Path) -> None:
    path = str(tmp_path / "record.json")
    storing.Parts(path).write(record(1))
    storing.Parts(path).write(record(2))
    assert [one.row for one in sorted(storing.read_all(path).spots)] == [1, 2]


def test_part_is_written_at_once_if_something_is_new_and_seldom_if_not(tmp_path: Path) -> None:
    parts = storing.Parts(str(tmp_path / "record.json"))
    parts.write(record(1), is_new=True)
    parts.write(record(1, calls=9), is_new=False)
    assert parts.read().spots[spot(1)].calls == 1
    parts.write(record(1, 2), is_new=True)
    assert len(parts.read().spots) == 2


def test_record_of_a_run_that_was_killed_is_read_from_its_parts(tmp_path: Path) -> None:
    path = str(tmp_path / "record.json")
    storing.Parts(path).write(record(1))
    assert len(storing.read_all(path).spots) == 1
    with pytest.raises(RecordError):
        storing.read_all(str(tmp_path / "other.json"))


@pytest.mark.skipif(sys.platform == "win32", reason="modes say nothing there")
def test_record_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain.json").write_text("")
    assert storing.finish(str(tmp_path / "record.json"), record(1), appends=False) is None
    assert (tmp_path / "record.json").stat().st_mode == (tmp_path / "plain.json").stat().st_mode


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be killed in the same way there")
def test_process_that_is_killed_while_it_writes_leaves_a_whole_record(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    program = (
        "import sys\n"
        "from flake8_forward_call.observing import storing\n"
        "from flake8_forward_call.observing.record import Record\n"
        "record = storing.read(sys.argv[1])\n"
        "print('begun', flush=True)\n"
        "while True:\n    storing.finish(sys.argv[1], record, appends=False)\n"
    )
    assert storing.finish(str(path), record(*range(200)), appends=False) is None
    process = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.1)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert len(storing.read(str(path)).spots) == 200
