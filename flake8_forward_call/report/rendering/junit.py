"""JUnit's XML as Jenkins and its like read it: a test case for each file with findings."""

from __future__ import annotations

from itertools import groupby
from xml.etree import ElementTree as ET

from flake8_forward_call.report.paths import relative
from flake8_forward_call.report.record import Report
from flake8_forward_call.report.rewrites import count
from flake8_forward_call.terminal.printing import one_line, shown

_NAME = "forward-call"


def render(report: Report) -> str:
    """A test suite in which each file with findings fails.

    Without any there is one case, which passes: an empty report is an error to Jenkins. Of several failures in a case
    Jenkins shows the first, so there is one, and all findings of the file are in it. What XML cannot hold, not even as
    a reference, is no visible character either, so no text here has it.
    """
    suites = ET.Element("testsuites", name=_NAME)
    suite = ET.SubElement(suites, "testsuite", name=_NAME)
    for path, group in groupby(report, key=lambda finding: finding.path):
        name, findings = shown(relative(path)), list(group)
        case = ET.SubElement(suite, "testcase", name=name, classname=_NAME)
        codes = ", ".join(sorted({finding.code for finding in findings}))
        message = findings[0].message if len(findings) == 1 else count(len(findings), "finding")
        failure = ET.SubElement(case, "failure", type=codes, message=one_line(message))
        failure.text = "\n".join(f"{name}:{each.where}: {each.code} {one_line(each.message)}" for each in findings)
    failures = len(suite)
    if not failures:
        ET.SubElement(suite, "testcase", name=_NAME, classname=_NAME)
    for element in (suites, suite):
        element.attrib |= {"tests": str(len(suite)), "failures": str(failures), "errors": "0"}
    ET.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode")
