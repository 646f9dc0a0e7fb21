"""The rule table, the README and the documentation agree, and the examples are correct."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from flake8_forward_call.analysis import analyse
from flake8_forward_call.fixing.rewriter import rewrite
from flake8_forward_call.noqa.silencing import EVERY_RULE
from flake8_forward_call.noqa.unused import unused
from flake8_forward_call.rules import BY_CODE, RULES, Rule
from flake8_forward_call.sources.source import Source

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"\bFWD\d{3}\b")
TEXTS = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / ".pre-commit-hooks.yaml",
    *sorted((ROOT / "docs").glob("*.md")),
]

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def _codes(text: str) -> set[str]:
    return set(CODE.findall(text))


def _analyse(program: str) -> list[str]:
    """The findings of all rules, silenced or not: those of the plugin, and those that only the command has."""
    source = Source("example.py", program)
    found = analyse(source)
    return [finding.code for finding in [*found, *unused(source, found, EVERY_RULE)]]


@each_rule
def test_a_rule_has_a_code_a_title_a_page_and_examples(rule: Rule) -> None:
    assert CODE.fullmatch(rule.code)
    assert rule.title == rule.title.strip()
    assert "\n" not in rule.message
    for text in (rule.title, rule.message, rule.page, rule.bad, rule.good):
        assert text.strip()


@each_rule
def test_a_title_reads_the_same_where_markdown_is_rendered(rule: Rule) -> None:
    (inline,) = [token for token in MarkdownIt().parse(rule.document.partition("\n")[0]) if token.type == "inline"]
    assert "".join(part.content for part in inline.children or []) == f"{rule.code}: {rule.title}"


def test_codes_are_unique_and_in_order() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert list(BY_CODE) == codes


@each_rule
def test_the_bad_example_is_found_and_nothing_else_is(rule: Rule) -> None:
    found = set(_analyse(rule.bad))
    assert rule.code in found
    # A class that overrides `__call__` and a direct call on it that must stay are two findings, and both are reported.
    assert found - {rule.code} <= {"FWD002": {"FWD005"}, "FWD005": {"FWD002"}}.get(rule.code, set())


@each_rule
def test_the_good_example_is_clean(rule: Rule) -> None:
    compile(rule.good, "good.py", "exec")
    assert _analyse(rule.good) == []


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.applicability], ids=lambda rule: rule.code)
def test_the_fix_makes_the_good_example_of_the_bad_one(rule: Rule) -> None:
    source = Source("example.py", rule.bad)
    fixes = [finding.fix for finding in analyse(source) if finding.fix is not None]
    assert rewrite(source, fixes) == rule.good


@pytest.mark.parametrize("rule", [rule for rule in RULES if not rule.applicability], ids=lambda rule: rule.code)
def test_a_rule_that_is_never_rewritten_offers_no_fix(rule: Rule) -> None:
    assert all(finding.fix is None for finding in analyse(Source("example.py", rule.bad)))


@each_rule
def test_the_document_holds_page_and_examples_once(rule: Rule) -> None:
    document = rule.document
    assert document.startswith(f"# {rule.code}: {rule.title_in_markdown}\n")
    for part in (rule.bad, rule.good, rule.page.partition("\n## ")[0], rule.page.partition("\n## ")[2]):
        assert document.count(part) == 1


@each_rule
def test_a_page_names_only_rules_that_exist_and_tells_how_to_silence(rule: Rule) -> None:
    assert _codes(rule.page) <= BY_CODE.keys()
    assert f"# noqa: {rule.code}" in rule.page


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_texts_name_only_rules_that_exist(text: Path) -> None:
    assert _codes(text.read_text(encoding="utf-8")) <= BY_CODE.keys()


def test_the_readme_lists_every_rule_as_the_table_has_it() -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Rules\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| FWD")]
    assert rows == [
        f"| {rule.code} | {rule.title_in_markdown} | {'yes' if rule.default else 'no'} | {rule.rewritten} |"
        for rule in RULES
    ]


def test_the_changelog_names_every_rule() -> None:
    assert _codes((ROOT / "CHANGELOG.md").read_text(encoding="utf-8")) == BY_CODE.keys()


def test_the_documentation_has_a_page_for_each_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = _documentation_pages(monkeypatch)
    assert pages.keys() == {"index.md", *(f"{code}.md" for code in BY_CODE)}
    for rule in RULES:
        assert pages[f"{rule.code}.md"] == rule.document
        assert f"| [{rule.code}]({rule.code}.md) | {rule.title_in_markdown} |" in pages["index.md"]


def _documentation_pages(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.syspath_prepend(ROOT / "docs")
    import rule_pages

    try:
        return rule_pages.pages()
    finally:
        del sys.modules["rule_pages"]


def test_every_rule_has_an_address_of_its_own() -> None:
    addresses = [rule.url for rule in RULES]
    assert len(set(addresses)) == len(addresses)
    assert all(address.endswith(f"/rules/{rule.code}.html") for rule, address in zip(RULES, addresses, strict=True))
