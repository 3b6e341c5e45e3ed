"""Holds the outputs of an assessment to the validators that other people wrote.

Usage: validate_outputs.py FOLDER SCHEMAS, with assessment.json, facts.json, oscal.json, ocsf.json and
junit.xml in the folder. Each validator is also given something broken: one that takes everything
proves nothing.
"""

import argparse
import copy
import json
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")

import jsonschema
import junitparser
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from trestle.core.validator_factory import validator_factory
from trestle.oscal.assessment_results import AssessmentResults

folder, schemas = Path(sys.argv[1]), Path(sys.argv[2])
assessment = json.loads((folder / "assessment.json").read_text())
statuses = {result["control"]: result["status"] for result in assessment["results"]}


def refuses(what, check):
    try:
        taken = check()
    except Exception:
        return
    if taken is not False:
        sys.exit(f"{what} was taken, so the validator proves nothing")


def count(value):
    return sum(1 for status in statuses.values() if status in value)


def json_schema():
    for name in ("assessment", "facts"):
        schema = json.loads((schemas / f"{name}.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        document = json.loads((folder / f"{name}.json").read_text())
        for error in validator.iter_errors(document):
            sys.exit(f"{name}.json: {error.json_path}: {error.message}")
        if name == "assessment":
            document["results"][0]["status"] = "passed"
        else:
            document["identity.users"] = {"state": "fine"}
        refuses(f"a broken {name}", lambda: validator.validate(document))
    print("jsonschema: assessment.json and facts.json are valid")


def oscal():
    path = folder / "oscal.json"
    text = path.read_text()
    model = AssessmentResults.oscal_read(path)
    every = validator_factory.get(argparse.Namespace(mode="all"))
    if not every.model_is_valid(model, True, None):
        sys.exit("trestle refuses the assessment results")
    broken = folder / "broken.json"
    for before, after in (('"state": "not-satisfied"', '"state": "maybe"'), ('"collected": "', '"collected": "about ')):
        if before not in text:
            sys.exit(f"{before} is not in {path}")
        broken.write_text(text.replace(before, after, 1))
        refuses(f"OSCAL with {after}", lambda: AssessmentResults.oscal_read(broken) is not None)
    broken.unlink()
    # What trestle does not check: that references lead somewhere, and what the two states mean.
    found = {"uuid": [], "observation-uuid": [], "subject-uuid": [], "risk-uuid": []}

    def walk(value):
        if isinstance(value, dict):
            for name, member in value.items():
                if name in found and isinstance(member, str):
                    found[name].append(member)
                walk(member)
        elif isinstance(value, list):
            for member in value:
                walk(member)

    document = json.loads(text)
    walk(document)
    ids = set(found.pop("uuid"))
    for kind, references in found.items():
        lost = set(references) - ids
        if lost:
            sys.exit(f"{kind} {sorted(lost)[0]} leads nowhere")
    findings = [finding for result in document["assessment-results"]["results"] for finding in result["findings"]]
    for finding in findings:
        properties = {prop["name"]: prop["value"] for prop in finding["props"]}
        satisfied = finding["target"]["status"]["state"] == "satisfied"
        if satisfied != (statuses[properties["control-reference"]] == "satisfied"):
            sys.exit(f"{properties['control-reference']} has another status in OSCAL")
    references = sum(len(values) for values in found.values())
    print(f"compliance-trestle: {len(model.results)} results, {len(findings)} findings; {references} references resolve")


def ocsf():
    findings = json.loads((folder / "ocsf.json").read_text())
    expected = {"satisfied": 1, "unknown": 2, "partially_satisfied": 3, "not_satisfied": 3, "manual": 99, "not_applicable": 99}
    for finding in findings:
        model = ComplianceFinding(**finding)
        control = finding["metadata"]["event_code"]
        # The model takes any class.
        if (finding["class_uid"], finding["type_uid"]) != (2003, 200301):
            sys.exit(f"{control} is not a compliance finding")
        if model.compliance.status_id != expected[statuses[control]]:
            sys.exit(f"{control} has another status in OCSF")
    if len(findings) != len(statuses):
        sys.exit("OCSF has other controls than the assessment")
    for member in ("metadata", "finding_info", "compliance", "time"):
        broken = copy.deepcopy(findings[0])
        del broken[member]
        refuses(f"OCSF without {member}", lambda: ComplianceFinding(**broken))
    print(f"py-ocsf-models: {len(findings)} compliance findings, {count({'unknown'})} of them warnings")


def junit():
    suites = junitparser.JUnitXml.fromfile(str(folder / "junit.xml"))
    cases = [case for suite in suites for case in suite]
    passed = sum(1 for case in cases if case.is_passed)
    skipped = sum(1 for case in cases if case.is_skipped)
    lacking = {"partially_satisfied", "not_satisfied"}
    wanted = (len(statuses), count({"satisfied"}), len(statuses) - count({"satisfied"} | lacking))
    if (len(cases), passed, skipped) != wanted:
        sys.exit(f"JUnit has {(len(cases), passed, skipped)} cases, passed, skipped, not {wanted}")
    print(f"junitparser: {len(cases)} cases, {passed} passed, {skipped} skipped, {len(cases) - passed - skipped} failed")


for check in (json_schema, oscal, ocsf, junit):
    check()
