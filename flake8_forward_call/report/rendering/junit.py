"""JUnit's XML, as read by Jenkins and similar servers: a test case for each file with findings."""

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

    Without findings there is one case that passes, because an empty report is an error in Jenkins. Jenkins shows only
    the first failure of a case, so there is one failure with all findings of the file. Characters that XML cannot
    contain, even as references, are not printable, so no text here has them.
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
