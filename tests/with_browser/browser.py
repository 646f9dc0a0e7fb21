"""A real browser, without a window and without a network."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    # No name leads anywhere, so what is not in the page is missed.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


@contextlib.contextmanager
def chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    """Chromium with an empty profile in a folder; its console is kept."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert program, "chromium is not installed (Debian: apt-get install chromium chromium-driver)"
    assert driver, "chromedriver is not installed (Debian: apt-get install chromium chromium-driver)"
    options = Options()
    options.binary_location = program
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield browser
    finally:
        browser.quit()


def console(browser: webdriver.Chrome) -> list[dict[str, Any]]:
    """What the browser has told on its console since it was last asked."""
    return list(browser.get_log("browser"))


def resize(browser: webdriver.Chrome, width: int, height: int) -> None:
    """Show the page as on a screen of that size, which may be narrower than a window can be."""
    measures = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", measures)


def prefer(browser: webdriver.Chrome, **features: str) -> None:
    """What the reader prefers, by CSS's media features: ``prefers_color_scheme="dark"``."""
    wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": wanted})
