"""JUnit's XML as Jenkins and its like read it: a test case for each file with findings."""

from __future__ import annotations

import re
from itertools import groupby
from xml.etree import ElementTree as ET

from flake8_forward_call.report.paths import relative
from flake8_forward_call.report.record import Report
from flake8_forward_call.report.rewrites import count

_NAME = "forward-call"

# What XML 1.0 cannot hold, not even as a reference; surrogates are bytes of a path that are no UTF-8.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """A test suite in which each file with findings fails.

    Without any there is one case, which passes: an empty report is an error to Jenkins. Of several failures in a case
    Jenkins shows the first, so there is one, and all findings of the file are in it.
    """
    suites = ET.Element("testsuites", name=_NAME)
    suite = ET.SubElement(suites, "testsuite", name=_NAME)
    for path, group in groupby(report, key=lambda finding: finding.path):
        name, findings = _text(relative(path)), list(group)
        case = ET.SubElement(suite, "testcase", name=name, classname=_NAME)
        codes = ", ".join(sorted({finding.code for finding in findings}))
        message = findings[0].message if len(findings) == 1 else count(len(findings), "finding")
        failure = ET.SubElement(case, "failure", type=codes, message=_text(message))
        failure.text = "\n".join(_text(f"{name}:{each.where}: {each.code} {each.message}") for each in findings)
    failures = len(suite)
    if not failures:
        ET.SubElement(suite, "testcase", name=_NAME, classname=_NAME)
    for element in (suites, suite):
        element.attrib |= {"tests": str(len(suite)), "failures": str(failures), "errors": "0"}
    ET.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode")


def _text(words: str) -> str:
    return _NO_XML.sub(lambda match: f"\\x{ord(match[0]):02x}", words)
