"""The site as a reader has it: every link leads somewhere, nothing is cut off, and it can be read by day and night."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from browsing import DESKTOP, PHONE, Browser, Page, Scheme, contrast

# What Sphinx adds: they are reached by a form, or list nothing here.
OF_SPHINX = {"genindex.html", "search.html"}

# What is wider than the window and cannot be scrolled by itself. (Furo lets a whole article be scrolled: no help to a
# reader, who would lose the beginning of every line.)
WIDER = """
const width = document.documentElement.clientWidth;
const scrolls = each => each.localName !== 'article' && (['auto', 'scroll'].includes(getComputedStyle(each).overflowX)
    || scrolls(each.parentElement));
return [...document.querySelectorAll('article *')]
    .filter(each => each.getBoundingClientRect().right > width + 1 && !scrolls(each))
    .map(each => each.outerHTML.slice(0, 80));
"""

# The colours of texts, each with that of what it stands on.
COLOURS = """
const ground = each => {
    const colour = each && getComputedStyle(each).backgroundColor;
    return !each ? 'rgb(255, 255, 255)' : colour === 'rgba(0, 0, 0, 0)' ? ground(each.parentElement) : colour;
};
const seen = {};
for (const each of document.querySelectorAll('article :is(p, li, td, th, h1, h2, a, code, pre, text)')) {
    const style = getComputedStyle(each);
    const box = each.closest('svg') && [...each.parentElement.querySelectorAll('rect')].find(box => {
        const [text, around] = [each.getBoundingClientRect(), box.getBoundingClientRect()];
        return text.top >= around.top && text.bottom <= around.bottom && text.left < around.right;
    });
    const under = box ? getComputedStyle(box).fill : ground(each);
    const colour = each.closest('svg') ? style.fill : style.color;
    seen[each.localName + ' ' + colour + under] = [each.localName, colour, under];
}
return Object.values(seen);
"""


@pytest.fixture(scope="module")
def walked(site: str, browser: Browser) -> dict[str, Page]:
    """Every page that can be reached from the first, by its address. No page may write an error to the console."""
    browser.look(DESKTOP, "light")
    pages: dict[str, Page] = {}
    ahead = [f"{site}/index.html"]
    while ahead:
        address = ahead.pop()
        if address in pages:
            continue
        browser.open(address)
        pages[address] = browser.page()
        assert browser.errors() == [], address
        ahead += (bare for link in pages[address].links if (bare := _bare(link)).startswith(site) and _is_page(bare))
    return pages


def _bare(link: str) -> str:
    address = urldefrag(link).url
    return f"{address}index.html" if address.endswith("/") else address


def _is_page(address: str) -> bool:
    return address.endswith(".html")


def _pages(built: Path) -> set[str]:
    return {file.relative_to(built).as_posix() for file in built.rglob("*.html")} - OF_SPHINX


def test_every_page_is_reached_from_the_first(walked: dict[str, Page], site: str, built: Path) -> None:
    reached = {address.removeprefix(f"{site}/") for address in walked}
    assert len(_pages(built)) > 15
    assert _pages(built) - reached == set()


def test_every_link_within_the_site_leads_to_a_page_and_an_anchor_that_are_there(
    walked: dict[str, Page], site: str
) -> None:
    broken = []
    anchors = 0
    for address, page in walked.items():
        for link in page.links:
            bare, anchor = _bare(link), unquote(urldefrag(link).fragment)
            if not bare.startswith(site):
                continue
            if not _is_page(bare):
                broken += [] if _is_served(bare) else [(address, link)]
            elif bare not in walked or (anchor and anchor not in walked[bare].anchors):
                broken.append((address, link))
            anchors += bool(anchor)
    assert broken == []
    assert anchors > 50


def _is_served(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return False


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_no_page_is_wider_than_the_window(walked: dict[str, Page], browser: Browser, width: int) -> None:
    browser.look(width, "light")
    wide = {}
    for address in walked:
        browser.open(address)
        if cut := _cut_off(browser):
            wide[address] = cut
    assert wide == {}


def _cut_off(browser: Browser) -> list[str]:
    """What the page that is open does not show without being moved sideways."""
    page, window = browser.ask("return [document.documentElement.scrollWidth, innerWidth]")
    cut: list[str] = browser.ask(WIDER)
    return cut or ([f"{page} pixels"] if page > window else [])


def test_what_is_too_wide_would_be_seen(site: str, browser: Browser) -> None:
    browser.look(PHONE, "light")
    browser.open(f"{site}/index.html")
    browser.ask("document.querySelector('article').insertAdjacentHTML('beforeend', '<p style=width:500px>wide</p>')")
    assert _cut_off(browser) == ['<p style="width:500px">wide</p>']


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(walked: dict[str, Page], browser: Browser, scheme: Scheme) -> None:
    browser.look(DESKTOP, scheme)
    faint = set()
    grounds = set()
    for address in walked:
        browser.open(address)
        grounds.add(browser.ask("return getComputedStyle(document.body).backgroundColor"))
        faint |= _faint(browser)
    assert faint == set()
    # Both schemes are there: white is as far from one of them as it can be.
    (ground,) = grounds
    assert (contrast(ground, "rgb(255, 255, 255)") < 1.2) == (scheme == "light")


def _faint(browser: Browser) -> set[tuple[str, str, str]]:
    """Texts with less contrast than WCAG's level AA asks for: the element, its colour, that of its ground."""
    return {(name, one, other) for name, one, other in browser.ask(COLOURS) if contrast(one, other) < 4.5}


def test_what_is_too_faint_would_be_seen(site: str, browser: Browser) -> None:
    browser.look(DESKTOP, "light")
    browser.open(f"{site}/why.html")
    browser.ask("document.querySelector('article h1').style.color = '#bbb'")
    browser.ask("document.querySelector('article svg text').style.fill = 'rgb(160, 180, 160)'")
    assert {(name, colour) for name, colour, _ in _faint(browser)} == {
        ("h1", "rgb(187, 187, 187)"),
        ("text", "rgb(160, 180, 160)"),
    }
    assert round(contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)"), 6) == 21


def test_an_error_of_a_page_would_be_seen(site: str, browser: Browser) -> None:
    browser.open(f"{site}/index.html")
    browser.ask("setTimeout(() => { throw new Error('seen') }); return new Promise(done => setTimeout(done, 50))")
    browser.open(f"{site}/no-such-page.html")
    errors = browser.errors()
    assert any("seen" in error for error in errors)
    assert any("404" in error for error in errors)


def test_the_search_finds_the_page_of_an_option(site: str, browser: Browser) -> None:
    browser.look(DESKTOP, "light")
    browser.open(f"{site}/search.html?q=non-module-classes")
    found = "return [...document.querySelectorAll('#search-results li a')].map(each => each.href)"
    for _ in range(100):
        if any("configuration.html" in link for link in browser.ask(found)):
            break
        browser.ask("return new Promise(done => setTimeout(done, 100))")
    assert any("configuration.html" in link for link in browser.ask(found))


def test_a_copied_console_block_has_the_commands_without_prompts_and_output(site: str, browser: Browser) -> None:
    browser.look(DESKTOP, "light")
    browser.open(f"{site}/start.html")
    browser.ask("document.addEventListener('copy', event => { window.copied = event.target.value }, true)")
    copied = []
    for button in browser.driver.find_elements("css selector", ".highlight-console button.copybtn"):
        browser.ask("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", button)
        ActionChains(browser.driver).move_to_element(button).click().perform()
        copied.append(browser.ask("return window.copied"))
    assert "forward-call check net.py train.py" in copied
    # The comment that `--add-noqa` has written is output, though it looks like a command.
    assert [text for text in copied if "tail -n 1" in text] == [
        "forward-call check --add-noqa train.py\ntail -n 1 train.py\nforward-call check && echo clean"
    ]


def test_every_block_of_code_can_be_copied(walked: dict[str, Page], browser: Browser) -> None:
    without = (
        "return [...document.querySelectorAll('div.highlight')].filter(each => !each.querySelector('button.copybtn'))"
    )
    for address in walked:
        browser.open(address)
        assert browser.ask(f"{without}.length") == 0, address


def test_the_table_of_the_catalogue_is_filtered_by_words(site: str, browser: Browser) -> None:
    browser.look(DESKTOP, "light")
    browser.open(f"{site}/catalogue.html")
    field = browser.driver.find_element("css selector", ".filtered input")
    rows = "return [...document.querySelectorAll('.filtered tbody tr')].filter(each => each.offsetParent)"
    first = f"{rows}.map(each => each.cells[0].textContent.split(' ')[0])"
    every = browser.ask(first)
    assert len(every) > 80
    field.send_keys("LIGHTNING pytorch")
    assert browser.ask(first) == ["pytorch-lightning", "pytorch-lightning"]
    field.send_keys(" nothing-like-it")
    assert browser.ask(first) == []
    assert browser.ask("return document.querySelector('.filtered [role=status]').textContent") == "No such package."
    field.send_keys(Keys.CONTROL, "a", Keys.BACKSPACE)
    assert browser.ask(first) == every


def test_the_source_of_each_page_can_be_reached(walked: dict[str, Page], site: str) -> None:
    for address, page in walked.items():
        assert address.replace(f"{site}/", f"{site}/_sources/").replace(".html", ".md.txt") in page.links
