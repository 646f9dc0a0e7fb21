"""What every page is made of: the document with its style, its script and nothing else that is loaded."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from xml.etree import ElementTree as ET

from flake8_forward_call import __version__
from flake8_forward_call.report.page.elements import element, serialized, verbatim

_HOME = "https://flake8-forward-call.readthedocs.io/"


def page(title: str, *parts: ET.Element | None, has_script: bool = True) -> str:
    """The document: the parts, the footer and, if it ``has_script``, the filter's script."""
    style, script = _asset("page.css"), _asset("page.js")
    footer = element("footer", "Made by ", element("a", "flake8-forward-call", href=_HOME), f" {__version__}.")
    body = element("body", *parts, footer, verbatim("script", script) if has_script else None)
    return "<!DOCTYPE html>\n" + serialized(element("html", _head(title, style, script), body, lang="en"))


def _asset(name: str) -> str:
    return (files("flake8_forward_call.report.page") / name).read_text(encoding="utf-8")


def _head(title: str, style: str, script: str) -> ET.Element:
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )
    return element(
        "head",
        element("meta", name="generator", content=f"flake8-forward-call {__version__}"),
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        verbatim("style", style),
    )


def _hash(text: str) -> str:
    """The hash that makes a browser accept exactly this text, and nothing injected by the reported source."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
