"""The list of words, which replaces searches in a project whose text is searched often."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_forward_call.inference.project import texts
from flake8_forward_call.inference.project.searching import CREATING, storing, taking
from flake8_forward_call.inference.project.texts import Texts
from flake8_forward_call.inference.project.words import Words

FILES = {
    "use": "net.encoder = Net()\nrun(encoder)\n",
    "text": 'setattr(net, "encoder", Net())\n',
    "take": "def forward(self, x, mask): ...\n",
    "make": 'Made = type("Made", (Net,), {})\n',
    "other": "my_encoder = encoders = 1encoder\n",
    "letters": "größe = net.größe\n",
}
KEYS = ["encoder", "Net", "größe", "gr", "x.y", storing("encoder"), taking("forward", ["mask"]), CREATING, "nothing"]


def searched(folder: Path, *, listed: bool, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    monkeypatch.setattr(texts, "MANY_SEARCHES", 0 if listed else 1_000)
    found = Texts(folder)
    return [*(found.mentioning(key) for key in KEYS), found.mentioning("encoder", "setattr")]


def test_what_is_found_is_the_same_with_and_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in FILES.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    with_list = searched(tmp_path, listed=True, monkeypatch=monkeypatch)
    assert with_list == searched(tmp_path, listed=False, monkeypatch=monkeypatch)
    assert with_list[0] == [str(tmp_path / f"{name}.py") for name in ("text", "use")]


@given(st.lists(st.text("ab_1é .\n").map(str.encode), max_size=5), st.sampled_from(["a", "ab", "_1", "é", "a.b"]))
def test_no_text_with_the_word_is_left_out(contents: list[bytes], word: str) -> None:
    having = Words(contents).having(word.encode())
    there = [number for number, text in enumerate(contents) if word in text.decode().replace(".", " ").split()]
    assert having is None or (set(there) <= set(having) and list(having) == sorted(having))
