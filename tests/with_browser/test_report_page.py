"""The HTML report as a reader has it: in a browser, from a file, without a network."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from browsing import DESKTOP, PHONE, Browser, Scheme, contrast

MODEL = """\
from torch import nn


class {name}(nn.Module):
    def __init__(self):
        super().__init__()
        self.{part} = nn.Linear(8, 4)

    def forward(self, x):
        # {comment}
        return self.{part}.forward(x)
"""
OVERRIDE = """
    def __call__(self, x):
        return x
"""
# As hostile as source may be, and too wide for any screen.
COMMENT = (
    "</pre></script><script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">" + "-" * 300
)
PROGRAMS = {
    "models/encoder.py": MODEL.format(name="Encoder", part="stem", comment=COMMENT) + OVERRIDE,
    "models/decoder.py": MODEL.format(name="Decoder", part="stem", comment="plain"),
    f"heads/{'very_' * 20}long.py": MODEL.format(name="Head", part="projection", comment="plain"),
}
TITLE = "Direct calls of forward()"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a report of four findings."""
    folder = tmp_path_factory.mktemp("project")
    for name, text in PROGRAMS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    command = ["check", "--isolated", "--no-cache", "--output-format", "html", "--output-file", "report.html", "."]
    module = [sys.executable, "-m", "flake8_forward_call"]
    done = subprocess.run([*module, *command], cwd=folder, capture_output=True, timeout=120, check=False)
    assert (done.returncode, (folder / "report.html").is_file()) == (1, True), done.stderr.decode()
    return (folder / "report.html").as_uri()


@pytest.fixture
def page(browser: Browser, report: str) -> Iterator[Chrome]:
    """The report as it is just opened. Whatever is done to it, the console stays silent, and nothing of it is run."""
    browser.look(DESKTOP, "light")
    browser.open(report)
    yield browser.driver
    assert browser.errors() == []
    assert browser.driver.title == TITLE


def words(page: Chrome) -> Any:
    return page.find_element(By.ID, "words")


def shown(page: Chrome) -> list[str]:
    """The places of the findings that can be seen."""
    return [each.text for each in page.find_elements(By.CSS_SELECTOR, "article h4 a") if each.is_displayed()]


def counts(page: Chrome, selector: str) -> list[str]:
    """The headings that can be seen, each with its number."""
    return [each.text for each in page.find_elements(By.CSS_SELECTOR, selector) if each.is_displayed()]


def is_wider_than_the_screen(page: Chrome) -> bool:
    return bool(page.execute_script("const one = document.scrollingElement; return one.scrollWidth > one.clientWidth"))


def colour(page: Chrome, selector: str, name: str) -> str:
    """A colour as CSS computes it, without the opacity that the driver adds."""
    found = page.find_element(By.CSS_SELECTOR, selector).value_of_css_property(name)
    return f"rgb({', '.join(found[found.index('(') + 1 : -1].split(', ')[:3])})"


def test_all_is_shown_at_first(page: Chrome) -> None:
    assert len(shown(page)) == 4
    assert page.find_element(By.ID, "shown").text == "4 shown"
    assert counts(page, ".folder > h2") == ["heads 1", "models 3"]
    assert not page.find_element(By.ID, "nothing").is_displayed()


def test_typing_leaves_what_has_all_words_and_the_counts_follow(page: Chrome) -> None:
    words(page).send_keys("MODELS/ linear")
    assert shown(page) == ["models/decoder.py:11:26", "models/encoder.py:11:26"]
    assert page.find_element(By.ID, "shown").text == "2 of 4 shown"
    assert counts(page, ".folder > h2") == ["models 2"]
    assert counts(page, ".rule > h3") == ["FWD001 Direct call of a module's forward() 2"]
    assert counts(page, "#filter fieldset label") == ["FWD001 2", "FWD005 0"]
    words(page).send_keys(" nowhere")
    assert (shown(page), page.find_element(By.ID, "shown").text) == ([], "0 of 4 shown")
    assert page.find_element(By.ID, "nothing").is_displayed()


def test_rule_that_is_unticked_is_left_out(page: Chrome) -> None:
    page.find_element(By.CSS_SELECTOR, "input[value=FWD001]").click()
    assert shown(page) == ["models/encoder.py:13:9"]
    assert counts(page, "#filter fieldset label") == ["FWD001 3", "FWD005 1"]


def test_keys_lead_to_the_filter_and_empty_it(page: Chrome) -> None:
    page.find_element(By.TAG_NAME, "body").send_keys("/")
    assert page.switch_to.active_element == words(page)
    words(page).send_keys("a/b")
    assert words(page).get_attribute("value") == "a/b"
    words(page).send_keys(Keys.ESCAPE)
    assert (words(page).get_attribute("value"), len(shown(page))) == ("", 4)
    words(page).send_keys("decoder", Keys.ENTER)
    assert len(shown(page)) == 1


def test_evidence_and_fix_open_by_key(page: Chrome) -> None:
    for kind, inside in (("evidence", "li"), ("fix", "ins")):
        summary = page.find_element(By.CSS_SELECTOR, f".{kind} > summary")
        text = page.find_element(By.CSS_SELECTOR, f".{kind} {inside}")
        assert not text.is_displayed()
        summary.send_keys(Keys.ENTER)
        assert text.is_displayed()


def test_all_are_opened_and_closed_at_once(page: Chrome) -> None:
    button = page.find_element(By.ID, "open")
    for label in ("Close all", "Open all"):
        button.click()
        steps = page.find_elements(By.CSS_SELECTOR, ".evidence li, .fix pre")
        assert {each.is_displayed() for each in steps} == {label == "Close all"}
        assert button.text == label


def test_bar_leads_to_a_finding_that_was_filtered_out(page: Chrome) -> None:
    words(page).send_keys("heads")
    page.find_element(By.LINK_TEXT, "models/decoder.py").click()
    assert len(shown(page)) == 4
    assert page.execute_script("return document.querySelector(':target h4 a').textContent") == "models/decoder.py:11:26"


def test_nothing_is_hidden_on_paper(page: Chrome) -> None:
    details = page.find_elements(By.CSS_SELECTOR, "article details")
    page.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert {each.get_attribute("open") for each in details} == {"true"}
    page.execute_script("window.dispatchEvent(new Event('afterprint'))")
    assert {each.get_attribute("open") for each in details} == {None}
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": []})
    assert not page.find_element(By.ID, "filter").is_displayed()
    assert not is_wider_than_the_screen(page)
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


@pytest.mark.parametrize("width", [320, PHONE, 768, DESKTOP])
def test_page_is_no_wider_than_the_screen(browser: Browser, page: Chrome, width: int) -> None:
    browser.look(width, "light")
    page.find_element(By.ID, "open").click()
    assert not is_wider_than_the_screen(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_scheme_is_the_readers(browser: Browser, page: Chrome, scheme: Scheme) -> None:
    browser.look(DESKTOP, scheme)
    page.find_element(By.ID, "open").click()
    paper = colour(page, "body", "background-color")
    assert (contrast(paper, "rgb(0, 0, 0)") < contrast(paper, "rgb(255, 255, 255)")) == (scheme == "dark")
    for selector in ("body", ".row.call mark", "ins", "del"):
        assert contrast(colour(page, selector, "color"), colour(page, selector, "background-color")) >= 4.5
    for selector in ("h4 .badge", ".evidence .place", "#shown", ".message"):
        assert contrast(colour(page, selector, "color"), paper) >= 4.5


def test_page_is_whole_without_its_script(page: Chrome, report: str) -> None:
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.get(report)
        assert len(shown(page)) == 4
        assert not page.find_element(By.ID, "filter").is_displayed()
    finally:
        page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_policy_stops_scripts_that_are_not_the_reports(browser: Browser, page: Chrome) -> None:
    browser.ask(
        "const one = document.createElement('div');"
        "one.innerHTML = `<img src=x onerror=\"document.title = 'run'\">`;"
        "document.body.append(one)"
    )
    assert page.title == TITLE
    # Chromium tells of the image and of the handler: neither was let through.
    told = browser.errors()
    assert len(told) == 2
    assert all("Content Security Policy" in message for message in told)
