"""One example of every request, with the answer that the law gives to it."""

import copy
import json

from ocop_portal import law

from . import law_answers as answers
from .law_forms import AdviceAsked, Sheet

# A set with star marks; the sheet answers every criterion in the middle.
SLUG, NUMBER = "26-2026", 11
TARGET = 4


def criteria_set() -> law.CriteriaSet:
    return law.decision(SLUG).criteria_set(NUMBER)


def middling() -> dict[str, int | None]:
    """A complete sheet, each criterion answered with the level in the middle."""
    return {leaf.code: (len(leaf.options) + 1) // 2 for leaf in criteria_set().leaves}


def requests() -> dict[str, dict]:
    """Operation → its path parameters and body, as a client would send them."""
    one, sheet = {"slug": SLUG, "number": NUMBER}, {"choices": middling()}
    return {
        "decisions": {"path": {}, "body": None},
        "decision": {"path": {"slug": SLUG}, "body": None},
        "criteria_set": {"path": one, "body": None},
        "score": {"path": one, "body": sheet | {"knock_outs": [], "gates": []}},
        "advice": {"path": one, "body": sheet | {"target": TARGET}},
    }


def replies() -> dict[str, object]:
    """Operation → the answer to its request, in full."""
    asked, found, decision = requests(), criteria_set(), law.decision(SLUG)
    return {
        "decisions": [answers.decision_brief(decision) for decision in law.decisions()],
        "decision": answers.decision_full(decision, decision.sets),
        "criteria_set": answers.set_full(found),
        "score": answers.scored(found, Sheet(**asked["score"]["body"])),
        "advice": answers.advised(found, AdviceAsked(**asked["advice"]["body"])),
    }


def shortened(value):
    """A long answer cut to the first of every list of objects, for reading."""
    if isinstance(value, dict):
        return {key: shortened(inner) for key, inner in value.items()}
    if isinstance(value, list):
        first = value[:1] if value and isinstance(value[0], dict | list) else value
        return [shortened(inner) for inner in first]
    return value


def add_table(operation: dict) -> None:
    """An open table of a room above: asked from its first row, answered by rows."""
    for parameter in operation["parameters"]:
        parameter["example"] = parameter["schema"].get("default", 0)
    reply = operation["responses"]["200"]["content"]["application/json"]
    table = operation["operationId"].removeprefix("data_").replace("_", "-")
    reply["example"] = {"dataset": table, "offset": 0, "count": 1, "rows": [{"id": 1}]}


def add_to(schema: dict) -> dict:
    """The OpenAPI document with the examples in it."""
    schema = copy.deepcopy(schema)
    asked, said = requests(), replies()
    for methods in schema["paths"].values():
        for operation in methods.values():
            name = operation["operationId"]
            if name not in asked:
                add_table(operation)
                continue
            for parameter in operation["parameters"]:
                parameter["example"] = asked[name]["path"][parameter["name"]]
            if asked[name]["body"] is not None:
                content = operation["requestBody"]["content"]["application/json"]
                content["example"] = asked[name]["body"]
            reply = operation["responses"]["200"]["content"]["application/json"]
            reply["example"] = json.loads(json.dumps(shortened(said[name]), default=str))
    return schema
