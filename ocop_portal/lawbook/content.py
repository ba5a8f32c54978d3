"""The content of a set as it is kept in JSON: put together, looked up and changed place by place."""

from ocop_portal import law
from ocop_portal.law.checks import set_faults
from ocop_portal.law.criteria import HEADER, ONE_OF_TWO_CASES

# As the law's files word the rule where two cases are printed without any words.
TWO_CASES = "Lựa chọn một trong hai trường hợp"


def blank_facts(decision: law.Decision, summary: law.SetSummary, version: int) -> dict:
    """A set's content without criteria: what the Decision itself says of the set."""
    return {
        "format": 1,
        "decision": decision.slug,
        "number": summary.number,
        "version": version,
        "name": summary.name,
        "branch": summary.branch,
        "group": summary.group,
        "agency": summary.agency,
        "state": law.TRANSCRIBED,
        "is_service": summary.is_service,
        "bands": [
            {"stars": band.stars, "minimum": band.minimum, "printed": band.printed}
            for band in decision.bands
        ],
        "rules": [],
        "doubts": [],
        "parts": [],
    }


def settled(content: dict) -> dict:
    """The content with all that follows from it worked out: keys of rules, state, no empty extras."""
    content = {**content, "rules": _keyed(content["rules"], HEADER)}
    for criterion in criteria_of(content):
        found = _keyed(criterion.get("rules", []), criterion["code"])
        cases = any(option.get("case") for option in criterion.get("options", ()))
        if cases and not any(rule["kind"] == ONE_OF_TWO_CASES for rule in found):
            found += _keyed([{"kind": ONE_OF_TWO_CASES, "text": TWO_CASES}], criterion["code"])
        criterion["rules"] = found
    rebuilt = any(
        option.get("reconstructed")
        for criterion in criteria_of(content)
        for option in criterion.get("options", ())
    )
    content["state"] = law.RECONSTRUCTED if rebuilt else law.TRANSCRIBED
    return law.CriteriaSet.from_dict(content).to_dict()


def _keyed(rules: list[dict], where: str) -> list[dict]:
    """The rules of one place under the keys that the law's files give them."""
    found: list[dict] = []
    for rule in rules:
        earlier = sum(other["kind"] == rule["kind"] for other in found)
        key = f"{rule['kind']}:{where}" + (f"#{earlier + 1}" if earlier else "")
        found.append({**rule, "key": key, "where": where})
    return found


def criteria_of(content: dict):
    """Every criterion in printed order, headings included."""
    for part in content["parts"]:
        for section in part["sections"]:
            stack = list(reversed(section["criteria"]))
            while stack:
                criterion = stack.pop()
                yield criterion
                stack.extend(reversed(criterion.get("children", [])))


def faults_of(content: dict) -> list[law.Fault]:
    """What is wrong in this content and not declared by it: such a text is never published."""
    decision = law.decision(content["decision"])
    found = set_faults(law.CriteriaSet.from_dict(content), part_points=decision.part_points)
    return [fault for fault in found if not fault.declared]
