"""Printable forms of foreign text: it cannot control the terminal, mislead or hide anything."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_forward_call.terminal.printing import as_json, diff_line, one_line, shown, source_line

# Any characters, with a higher share of dangerous ones and of log commands.
texts = st.lists(
    st.one_of(
        st.characters(),
        st.characters(categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")),
        st.sampled_from(["::", "::error::", "##[", "##vso[", "#", "\x1b[31m", "\u202e", "\u3164", "\\", "\t"]),
    ),
    max_size=12,
).map("".join)
# Ordinary text: letters and their marks, digits, punctuation of every script, and the space.
ordinary = st.text(
    st.characters(categories=("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Sm", "So", "Po", "Ps", "Pe", "Zs"))
)
UNSEEN = set("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")


def is_harmless(text: str) -> bool:
    return not any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp") or one in UNSEEN for one in text)


@given(texts)
def test_nothing_harmful_is_left(text: str) -> None:
    for encoded in (one_line(text), source_line(text).replace("\t", ""), shown(text)):
        assert is_harmless(encoded)
        assert "##[" not in encoded
        assert "##vso[" not in encoded
    for encoded in (shown(text), diff_line(text)):
        assert not encoded.lstrip().startswith("::")


@given(texts)
def test_to_encode_again_changes_nothing(text: str) -> None:
    for encode in (one_line, source_line, diff_line, shown):
        assert encode(encode(text)) == encode(text)


@given(texts, texts)
def test_parts_are_encoded_as_the_whole_is(one: str, other: str) -> None:
    if "#" not in one:  # A log command may begin in one text and end in the other.
        assert one_line(one) + one_line(other) == one_line(one + other)


@given(ordinary)
def test_what_anybody_writes_stays(text: str) -> None:
    text = "".join(one for one in text if one not in UNSEEN and one != "#")
    assert one_line(text) == source_line(text) == text


def test_tabs_of_a_program_stay() -> None:
    assert source_line("\tx = '日本\u3000\x1b'\t") == "\tx = '日本\u3000\\x1b'\t"
    assert one_line("\tx") == "\\tx"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a\x1b[31m.py", r"a\x1b[31m.py"),
        ("a\x9b31m.py", r"a\x9b31m.py"),
        ("a\n::error::b.py", r"a\n::error::b.py"),
        ("a\r.py", r"a\r.py"),
        ("a\u202eyp.py", r"a\u202eyp.py"),
        ("a\u061c\u200f\u2069.py", r"a\u061c\u200f\u2069.py"),
        ("a\u200b\u00ad\ufeff.py", r"a\u200b\xad\ufeff.py"),
        ("a\U000e0041.py", r"a\U000e0041.py"),
        ("a\udcff.py", r"a\udcff.py"),
        ("::error::a.py", "./::error::a.py"),
        ("  ::error::a.py", "./  ::error::a.py"),
        ("a##[error]b.py", r"a\x23#[error]b.py"),
        ("a##vso[task.setvariable x]b.py", r"a\x23#vso[task.setvariable x]b.py"),
        (r"C:\x1b\src\a.py", r"C:\x1b\src\a.py"),
        ("netz größe 日本.py", "netz größe 日本.py"),
    ],
)
def test_names(name: str, told: str) -> None:
    assert shown(name) == told


@given(st.lists(texts, max_size=3) | st.dictionaries(texts, texts, max_size=3))
def test_json_is_ascii_that_strict_readers_take(value: object) -> None:
    encoded = as_json(value)
    assert encoded.isascii()
    assert is_harmless(encoded.replace("\n", ""))
    assert "##[" not in encoded
    halves = json.dumps(json.loads(encoded), ensure_ascii=False)
    halves.encode()  # This raises if there are any.


@given(st.lists(st.text(), max_size=3) | st.dictionaries(st.text(), st.text(), max_size=3))
def test_json_keeps_every_text(value: object) -> None:
    assert json.loads(as_json(value)) == value
