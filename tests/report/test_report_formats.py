"""Formats for servers: each is valid by its schema or by the rules of its reader."""

from __future__ import annotations

import functools
import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from command_line import MESSAGE, PROGRAM, forward_call
from documents import code, notebook

from flake8_forward_call.findings.finding import Applicability, Context, Edit, Finding, Fix, Place
from flake8_forward_call.report import rendering
from flake8_forward_call.report.formats import FORMATS
from flake8_forward_call.report.record import Report
from flake8_forward_call.rules import RULES

AWKWARD_NAME = "a b/né%41:t,#?.py"
TWO = """\
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(8, 4)

    def forward(self, x):
        é = "𐐀"; return self.stem.forward(x) + self.stem.forward(x)
"""


@pytest.fixture(autouse=True)
def _in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def made(name: str = AWKWARD_NAME, text: str = TWO) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def finding(code: str = "FWD001", path: str = "net.py", row: int = 3, message: str = "says", **more: Any) -> Finding:
    return Finding(code, path, Place(row, 5), Place(row, 12), message, row, **more)


def rendered(output_format: str, *findings: Finding) -> str:
    return rendering.rendered(output_format, Report(findings))


def checked(output_format: str, *args: str) -> Any:
    return json.loads(forward_call("check", "--output-format", output_format, *args).out)


@functools.cache
def sarif_schema() -> jsonschema.Draft4Validator:
    schema = json.loads((Path(__file__).parent / "schemas/sarif-2.1.0.json").read_text(encoding="utf-8"))
    return jsonschema.Draft4Validator(schema)


def sarif_run(log: Any) -> dict[str, Any]:
    assert [error.message for error in sarif_schema().iter_errors(log)] == []
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def test_the_command_takes_each_format_of_the_table() -> None:
    made("net.py", PROGRAM)
    for name in FORMATS:
        assert forward_call("check", "--output-format", name, "net.py").status == 1


def test_the_documentation_lists_each_format_of_the_table() -> None:
    text = (Path(__file__).parents[2] / "docs/usage.md").read_text(encoding="utf-8")
    rows = "\n".join(f"| `{each.name}` | {each.purpose} |" for each in FORMATS.values())
    assert f"| `--output-format` | What is printed |\n| --- | --- |\n{rows}\n\n" in text


@pytest.mark.parametrize("output_format", FORMATS)
def test_nothing_found_is_a_valid_report_of_nothing(output_format: str) -> None:
    made("net.py", "pass\n")
    done = forward_call("check", "--output-format", output_format, "net.py")
    assert (done.status, done.err) == (0, "")
    if output_format in ("text", "full", "concise", "grouped", "json-lines", "github", "azure", "pylint"):
        assert done.out == ""
    elif output_format == "junit":
        assert ET.fromstring(done.out).attrib == {"name": "forward-call", "tests": "1", "failures": "0", "errors": "0"}
    elif output_format == "html":
        assert "<p>No findings.</p>" in done.out
    else:
        log = json.loads(done.out)
        assert (sarif_run(log)["results"] if output_format == "sarif" else log["diagnostics"] if log else log) == []


def test_github_escapes_what_would_end_a_command_or_a_property() -> None:
    line = rendered("github", finding(path="a,b:c%\n.py", message="50% of\r\nit, see: x"))
    assert line == (
        "::error title=forward-call (FWD001),file=a%2Cb%3Ac%25\\n.py,line=3,col=5,endLine=3,endColumn=12"
        "::a,b:c%25\\n.py:3:5: FWD001 50%25 of\\r\\nit, see: x"
    )


def test_azure_escapes_what_would_end_a_command_or_a_property() -> None:
    line = rendered("azure", finding(path="a;b]c%\n.py", message="50% of\r\nit; see [x] ##vso[task.x]"))
    assert line == (
        "##vso[task.logissue type=error;sourcepath=a%3Bb%5Dc%AZP25\\n.py;linenumber=3;columnnumber=5;code=FWD001;]"
        "a%3Bb%5Dc%AZP25\\n.py:3:5: FWD001 50%AZP25 of\\r\\nit%3B see [x%5D \\x23#vso[task.x%5D"
    )


def test_azure_calls_that_an_error_which_makes_the_job_fail() -> None:
    made("net.py", PROGRAM)
    (line,) = forward_call("check", "--output-format", "azure", "net.py").lines
    assert line.startswith("##vso[task.logissue type=error;sourcepath=net.py;linenumber=11;columnnumber=26;code=FWD001")
    (line,) = forward_call("check", "--output-format", "azure", "--exit-zero", "net.py").lines
    assert line.startswith("##vso[task.logissue type=warning;")


def test_pylint_has_rows_of_the_file_and_the_code_in_brackets() -> None:
    Path("nb.ipynb").write_text(notebook(code("from torch import nn\nmodel = nn.Linear(8, 4)\nmodel.forward(1)")))
    made("src/net.py", PROGRAM)
    book, line = forward_call("check", "--output-format", "pylint", ".").lines
    assert line == f"src/net.py:11: [FWD001] {MESSAGE.partition(' ')[2]}"
    row = next(number for number, text in enumerate(Path("nb.ipynb").read_text().splitlines(), 1) if ".forward" in text)
    assert book.startswith(f"nb.ipynb:{row}: [FWD001] cell 1:3:7: model.forward(...) skips")


def test_grouped_names_each_file_once_and_marks_what_can_be_fixed() -> None:
    more = "\n    def more(self, x):\n        return self.stem.forward(x)\n"
    made("a.py", PROGRAM)
    made("b.py", f"{PROGRAM}{more}\n    def __call__(self, x):\n        return x\n")
    found = forward_call("check", "--output-format", "grouped", ".").out
    told = MESSAGE.partition(" ")[2]
    first, second = found.split("\n\n")
    assert first == f"./a.py:\n  11:26 FWD001 [*] {told}"
    assert [re.split(" self| Net", line)[0] for line in second.splitlines()] == [
        "./b.py:",
        "  11:26 FWD001 [*]",
        "  14:26 FWD001 [*]",
        "  16:9  FWD005",
    ]


def test_concise_marks_what_can_be_fixed() -> None:
    made("net.py", PROGRAM)
    assert forward_call("check", "--output-format", "concise", "net.py").lines == [
        f"net.py:11:26: FWD001 [*] {MESSAGE.partition(' ')[2]}"
    ]


def test_json_lines_are_the_objects_of_json() -> None:
    made()
    lines = forward_call("check", "--output-format", "json-lines", ".").lines
    assert [json.loads(line) for line in lines] == checked("json", ".")
    assert len(lines) == 2


def test_github_has_the_place_in_the_text_because_logs_show_nothing_else(tmp_path: Path) -> None:
    made("src/net.py", PROGRAM)
    (line,) = forward_call("check", "--output-format", "github", str(tmp_path / "src")).lines
    assert f"{line.rpartition('::')[2]}\n" == forward_call("check", "src").out


def test_github_calls_that_an_error_which_makes_the_job_fail() -> None:
    made("net.py", "def f(:  # net.forward()\n")
    made("other.py", PROGRAM)
    for command in ("check", "fix"):
        done = forward_call(command, "--output-format", "github", "--ignore", "FWD001", "net.py", "other.py")
        assert (done.status, [line.partition(" ")[0] for line in done.lines]) == (1, ["::error"])
    done = forward_call("check", "--output-format", "github", "--exit-zero", "net.py", "other.py")
    assert (done.status, [line.partition(" ")[0] for line in done.lines]) == (0, ["::warning"] * 2)


def test_github_names_the_cell_in_the_text() -> None:
    Path("nb.ipynb").write_text(notebook(code("from torch import nn\nmodel = nn.Linear(8, 4)\nmodel.forward(1)")))
    (line,) = forward_call("check", "--output-format", "github", "nb.ipynb").lines
    assert "::nb.ipynb:cell 1:3:7: FWD001 model.forward(...) skips" in line


@pytest.mark.parametrize("output_format", ["github", "azure", "gitlab", "junit", "pylint", "rdjson"])
def test_files_are_named_from_the_current_folder(output_format: str, tmp_path: Path) -> None:
    made("src/net.py", PROGRAM)
    for name in ("src/net.py", "./src/net.py", str(tmp_path / "src/net.py"), "src/../src/net.py", "."):
        out = forward_call("check", "--output-format", output_format, name).out
        assert set(re.findall(r"[^\s\"=>:\]]*net\.py", out)) == {"src/net.py"}


def test_file_elsewhere_has_its_whole_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made("net.py", PROGRAM)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert checked("gitlab", "../net.py")[0]["location"]["path"] == (tmp_path / "net.py").as_posix()
    location = sarif_run(checked("sarif", "../net.py"))["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": (tmp_path / "net.py").as_uri()}


def test_file_is_named_through_the_link_that_leads_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made("real/net.py", PROGRAM)
    (tmp_path / "link").symlink_to("real")
    assert checked("gitlab", "link/net.py")[0]["location"]["path"] == "link/net.py"
    monkeypatch.chdir(tmp_path / "real")
    assert checked("gitlab", str(tmp_path / "link/net.py"))[0]["location"]["path"] == "net.py"


@pytest.mark.parametrize("output_format", ["gitlab", "sarif", "rdjson", "junit", "github"])
def test_unnamed_standard_input_is_called_so(output_format: str) -> None:
    done = forward_call("check", "-", "--output-format", output_format, stdin=PROGRAM.encode())
    assert done.status == 1
    assert re.search(r"[\"=]stdin[\",]", done.out)


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
@pytest.mark.parametrize("output_format", FORMATS)
def test_name_that_is_no_text_is_reported(output_format: str) -> None:
    name = os.fsdecode(b"n\xff.py")
    made(name, PROGRAM)
    done = forward_call("check", "--output-format", output_format, ".")
    assert (done.status, done.err) == (1, "")
    if output_format == "sarif":
        (result,) = sarif_run(json.loads(done.out))["results"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "n%FF.py"


def test_gitlab_violation() -> None:
    made()
    violations = checked("gitlab", ".")
    assert [set(each) for each in violations] == [
        {"description", "check_name", "fingerprint", "severity", "location"}
    ] * 2
    assert violations[0]["location"] == {
        "path": AWKWARD_NAME,
        "lines": {"begin": 10, "end": 10},
        "positions": {"begin": {"line": 10, "column": 35}, "end": {"line": 10, "column": 42}},
    }
    assert {each["severity"] for each in violations} == {"major"}
    assert len({each["fingerprint"] for each in violations}) == 2


def test_fingerprints_stay_when_lines_move_and_neighbours_change() -> None:
    made()
    before = [each["fingerprint"] for each in checked("gitlab", ".")]
    made(
        text="# New.\n\n" + TWO.replace('"𐐀"', "0") + "\n    def more(self, x):\n        return self.stem.forward(x)\n"
    )
    after = [each["fingerprint"] for each in checked("gitlab", ".")]
    assert after[:2] == before
    assert after[2] not in before
    results = sarif_run(checked("sarif", "."))["results"]
    assert [each["partialFingerprints"] for each in results] == [{"forwardCall/v1": each} for each in after]


def test_fingerprint_tells_files_rules_places_and_subjects_apart() -> None:
    context = Context("net.forward(...)", "Net.run", 3, 3)
    others = [
        finding(context=context),
        finding(context=context),
        finding(path="other.py", context=context),
        finding("FWD002", context=context),
        finding(context=Context("net.forward(...)", "Net.walk", 3, 3)),
        finding(context=Context("new.forward(...)", "Net.run", 3, 3)),
        finding("FWD900", message="one reason"),
        finding("FWD900", message="another"),
    ]
    prints = [each["fingerprint"] for each in json.loads(rendered("gitlab", *others))]
    assert len(set(prints)) == len(others)


def test_sarif_is_valid_and_tells_the_rules() -> None:
    made("net.py", PROGRAM)
    run = sarif_run(json.loads(rendered("sarif", *(finding(rule.code) for rule in reversed(RULES)))))
    rules = run["tool"]["driver"]["rules"]
    assert [(each["id"], each["helpUri"], each["help"]["markdown"]) for each in rules] == [
        (rule.code, rule.url, rule.document) for rule in RULES
    ]
    assert [each["defaultConfiguration"]["enabled"] for each in rules] == [rule.default for rule in RULES]
    # GitHub truncates the first at 1024 characters, and names are identifiers.
    assert [each["id"] for each in rules if len(each["fullDescription"]["text"]) > 1024] == []
    assert [each["id"] for each in rules if not re.fullmatch("([A-Z][a-z]+)+", each["name"])] == []
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["invocations"] == [{"executionSuccessful": True}]
    assert [rules[each["ruleIndex"]]["id"] for each in run["results"]] == [each["ruleId"] for each in run["results"]]


def test_sarif_leaves_out_the_rules_that_found_nothing() -> None:
    made("net.py", TWO + "\n    def __call__(self, x):\n        return x\n")
    run = sarif_run(checked("sarif", "."))
    rules = [each["id"] for each in run["tool"]["driver"]["rules"]]
    assert rules == ["FWD001", "FWD005"]
    assert [rules[each["ruleIndex"]] for each in run["results"]] == [each["ruleId"] for each in run["results"]]
    made("net.py", "pass\n")
    assert sarif_run(checked("sarif", "."))["tool"]["driver"]["rules"] == []


def test_sarif_shows_the_text_of_a_finding_and_the_rows_around_it() -> None:
    made()
    lines = TWO.splitlines(keepends=True)
    for result in sarif_run(checked("sarif", "."))["results"]:
        physical = result["locations"][0]["physicalLocation"]
        assert physical["region"]["snippet"] == {"text": "forward"}
        text = "".join(lines[7:10]).rstrip("\n")
        assert physical["contextRegion"] == {"startLine": 8, "endLine": 10, "snippet": {"text": text}}
        step = result["relatedLocations"][0]["physicalLocation"]["region"]
        assert step == {"startLine": 7, "snippet": {"text": lines[6].rstrip("\n")}}


@pytest.mark.slow
def test_sarif_shows_no_rows_that_nobody_could_read() -> None:
    made("net.py", "from torch import nn\nm = nn.Linear(8, 4)\n" + "; ".join(["m.forward(1)"] * 200) + "\n")
    results = sarif_run(checked("sarif", "net.py"))["results"]
    assert len(results) == 200
    assert [each for each in results if "contextRegion" in each["locations"][0]["physicalLocation"]] == []


def test_sarif_of_a_notebook_shows_the_rows_of_the_file() -> None:
    Path("nb.ipynb").write_text(notebook(code("from torch import nn\nmodel = nn.Linear(8, 4)\nmodel.forward(1)")))
    (result,) = sarif_run(checked("sarif", "nb.ipynb"))["results"]
    physical = result["locations"][0]["physicalLocation"]
    assert physical["region"]["snippet"] == {"text": "forward"}
    assert "model.forward(1)" in physical["contextRegion"]["snippet"]["text"]
    assert "nn.Linear" in result["relatedLocations"][0]["physicalLocation"]["region"]["snippet"]["text"]


def test_sarif_says_when_not_everything_was_looked_at() -> None:
    made("net.py", PROGRAM)
    done = forward_call("check", "--output-format", "sarif", "net.py", "missing.py")
    assert done.status == 2
    run = sarif_run(json.loads(done.out))
    assert run["invocations"] == [{"executionSuccessful": False}]
    assert len(run["results"]) == 1


def test_sarif_leads_to_the_file_and_the_text_in_it() -> None:
    made()
    run = sarif_run(checked("sarif", "."))
    base = run["originalUriBaseIds"]["%SRCROOT%"]["uri"]
    for result in run["results"]:
        physical = result["locations"][0]["physicalLocation"]
        assert physical["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
        url = urljoin(base, physical["artifactLocation"]["uri"])
        text = Path(unquote(url.removeprefix("file://"))).read_text(encoding="utf-8")
        region = physical["region"]
        line = text.splitlines()[region["startLine"] - 1]
        assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "forward"


def test_sarif_fix_makes_what_the_command_makes() -> None:
    made()
    lines = Path(AWKWARD_NAME).read_text(encoding="utf-8").split("\n")
    for result in reversed(sarif_run(checked("sarif", "."))["results"]):
        (fix,) = result["fixes"]
        assert fix["properties"] == {"applicability": "safe"}
        (change,) = fix["artifactChanges"]
        for each in change["replacements"]:
            region, content = each["deletedRegion"], each["insertedContent"]["text"]
            line = lines[region["startLine"] - 1]
            lines[region["startLine"] - 1] = (
                line[: region["startColumn"] - 1] + content + line[region["endColumn"] - 1 :]
            )
    assert forward_call("fix", ".").status == 0
    assert "\n".join(lines) == Path(AWKWARD_NAME).read_text(encoding="utf-8")


def test_sarif_has_the_evidence_that_explain_shows() -> None:
    made("pkg/__init__.py", "")
    made("pkg/base.py", "from torch import nn\n\n\nclass Base(nn.Module):\n    pass\n")
    made("pkg/net.py", "from pkg.base import Base\n\n\ndef run(x):\n    return Base().forward(x)\n")
    (result,) = sarif_run(checked("sarif", "."))["results"]
    told = []
    for number, each in enumerate(result["relatedLocations"], 1):
        assert each["id"] == number
        physical = each["physicalLocation"]
        told.append(
            f"{physical['artifactLocation']['uri']}:{physical['region']['startLine']}: {each['message']['text']}"
        )
    assert any(each.startswith("pkg/base.py:4: ") for each in told)
    assert told == [line.strip() for line in forward_call("explain", "pkg/net.py:5:19").lines[1:]]


def test_sarif_has_what_hangs_on_the_hooks_too() -> None:
    made("net.py", "from torch import nn\n\nnet = nn.Linear(1, 1)\nnet.register_forward_hook(print)\nnet.forward(1)\n")
    (result,) = sarif_run(checked("sarif", "."))["results"]
    told = [each["message"]["text"] for each in result["relatedLocations"]]
    explained = forward_call("explain", "net.py:5:5").lines[1:]
    assert [line for line, text in zip(explained, told, strict=True) if not line.endswith(text)] == []
    assert result["relatedLocations"][-1]["physicalLocation"]["region"]["startLine"] == 4
    assert "`register_forward_hook`" in told[-1]


def test_sarif_has_the_evidence_of_standard_input_too() -> None:
    done = forward_call("check", "-", "--output-format", "sarif", stdin=PROGRAM.encode())
    (result,) = sarif_run(json.loads(done.out))["results"]
    assert result["relatedLocations"]


def test_sarif_after_a_fix_is_of_the_new_text() -> None:
    made("net.py", TWO + "\n    def __call__(self, x):\n        return x\n")
    done = forward_call("fix", "--output-format", "sarif", "net.py")
    (result,) = sarif_run(json.loads(done.out))["results"]
    assert (result["ruleId"], "fixes" in result) == ("FWD005", False)
    assert result["relatedLocations"]


def test_sarif_of_a_file_that_is_no_python() -> None:
    made("net.py", "def f(:  # net.forward()\n")
    Path("bytes.py").write_bytes(b"# \xff forward\n")
    results = sarif_run(checked("sarif", "net.py", "bytes.py"))["results"]
    assert [(each["ruleId"], each["level"]) for each in results] == [("FWD900", "error")] * 2
    assert [set(each) & {"fixes", "relatedLocations"} for each in results] == [set(), set()]


def test_junit_has_a_case_for_each_file_with_all_that_was_found_in_it() -> None:
    made("b.py", TWO + "\n    def __call__(self, x):\n        return x\n")
    made("a.py", PROGRAM)
    suites = ET.fromstring(forward_call("check", "--output-format", "junit", ".").out)
    (suite,) = suites
    counts = {"name": "forward-call", "tests": "2", "failures": "2", "errors": "0"}
    assert (suites.tag, suites.attrib, suite.tag, suite.attrib) == ("testsuites", counts, "testsuite", counts)
    assert [(each.tag, each.attrib, len(each)) for each in suite] == [
        ("testcase", {"name": "a.py", "classname": "forward-call"}, 1),
        ("testcase", {"name": "b.py", "classname": "forward-call"}, 1),
    ]
    one, three = (case[0] for case in suite)
    assert (one.tag, one.get("type"), three.tag, three.get("type")) == (
        "failure",
        "FWD001",
        "failure",
        "FWD001, FWD005",
    )
    assert three.get("message") == "3 findings"
    assert f"{one.text}\n{three.text}\n" == forward_call("check", "a.py", "b.py").out
    assert one.text == f"a.py:11:26: FWD001 {one.get('message')}"


def test_junit_holds_whatever_a_name_or_a_message_holds() -> None:
    suites = ET.fromstring(rendered("junit", finding(path='a\x01<&"\udcff.py', message="\x00<é]]>\ufffe")))
    case = suites[0][0]
    assert case.get("name") == 'a\\x01<&"\\udcff.py'
    assert case[0].get("message") == "\\x00<é]]>\\ufffe"


def test_rdjson_counts_columns_in_bytes() -> None:
    made("net.py", TWO)
    line = TWO.encode().split(b"\n")[9]
    log = checked("rdjson", "net.py")
    assert log["source"]["name"] == "forward-call"
    for each in log["diagnostics"]:
        span, (suggestion,) = each["location"]["range"], each["suggestions"]
        assert line[span["start"]["column"] - 1 : span["end"]["column"] - 1] == b"forward"
        edit = suggestion["range"]
        assert line[edit["start"]["column"] - 1 : edit["end"]["column"] - 1] == b".forward"
        assert (suggestion["text"], each["severity"], each["code"]["value"]) == ("", "WARNING", "FWD001")


def test_rdjson_suggests_no_fix_that_is_not_safe() -> None:
    fix = Fix(Applicability.UNSAFE, "Call x", (Edit(Place(3, 4), Place(3, 12), ""),), "before", "after")
    (diagnostic,) = json.loads(rendered("rdjson", finding(fix=fix), finding("FWD900")))["diagnostics"][:1]
    assert "suggestions" not in diagnostic


def test_rdjson_calls_a_file_that_cannot_be_analysed_an_error() -> None:
    made("net.py", 'é = "𐐀"; def  # net.forward()\n')
    (diagnostic,) = checked("rdjson", "net.py")["diagnostics"]
    assert diagnostic["severity"] == "ERROR"
    start = diagnostic["location"]["range"]["start"]
    assert 'é = "𐐀"; def'.encode()[start["column"] - 1 :] == b"def"
