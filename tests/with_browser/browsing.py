"""A real browser, and what it can tell of a page."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

Scheme = Literal["light", "dark"]
DESKTOP, PHONE = 1280, 390
HEIGHT = 900

# It runs as root in containers, and asks nobody on the network for anything of its own.
FLAGS = (
    "headless=new",
    "no-sandbox",
    "disable-gpu",
    "disable-dev-shm-usage",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds: the addresses that it links to, as the browser resolves them, and its anchors."""

    links: frozenset[str]
    anchors: frozenset[str]


class Browser:
    """Chromium, with what is often asked of it; ``driver`` takes the rest: keys and clicks."""

    def __init__(self, profile: Path) -> None:
        options = ChromeOptions()
        options.binary_location = _program("google-chrome", "chromium-browser", "chromium")
        for flag in (*FLAGS, f"user-data-dir={profile}"):
            options.add_argument(f"--{flag}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = Chrome(options=options, service=Service(_program("chromedriver")))
        self.driver.set_page_load_timeout(60)

    def close(self) -> None:
        """End it."""
        self.driver.quit()

    def look(self, width: int, scheme: Scheme) -> None:
        """Be as wide as a device, and prefer a colour scheme as its user does."""
        metrics = {"width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)

    def open(self, address: str) -> None:
        """Load a page."""
        self.driver.get(address)

    def errors(self) -> list[str]:
        """What went wrong since the last time it was asked, as the console tells it."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def page(self) -> Page:
        """What the page holds that is open."""
        links = self.ask("return [...document.querySelectorAll('a[href]')].map(each => each.href)")
        anchors = self.ask("return [...document.querySelectorAll('[id]')].map(each => each.id)")
        return Page(frozenset(links), frozenset(anchors))

    def ask(self, script: str, *arguments: object) -> Any:
        """What a piece of JavaScript gives on the page that is open."""
        return self.driver.execute_script(script, *arguments)


def _program(*names: str) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise RuntimeError(f"there is no {names[-1]} on this machine: `apt-get install chromium chromium-driver`")
    return found


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as CSS computes them: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    darker, lighter = sorted(map(_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    match = re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", colour)
    assert match is not None, f"no opaque colour: {colour}"
    red, green, blue = (_linear(int(part) / 255) for part in match.groups())
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
