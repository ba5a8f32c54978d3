"""The law over HTTP: what is there, and what a sheet is worth."""

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocop_portal import law
from tests.law.sheets import DECISION, highest
from tests.law.small_sets import sheets
from tests.lawbook import shelf

SLUG = "1048-2019"
SETS = [
    (decision.slug, item.number)
    for decision in law.decisions()
    for item in decision.sets
    if item.usable
]


def criteria_set(number=1):
    return DECISION.criteria_set(number)


# --- reading ----------------------------------------------------------------------------------


def test_the_root_says_where_to_go(fetch):
    assert fetch("") == (
        200,
        {
            "documentation": "/api/",
            "openapi": "/api/v1/openapi.json",
            "decisions": "/api/v1/decisions/",
        },
    )


def test_every_decision_is_listed_the_oldest_first(fetch):
    status, found = fetch("decisions/")
    assert status == 200
    assert [item["slug"] for item in found] == [decision.slug for decision in law.decisions()]
    assert {
        key: found[0][key] for key in ("number", "in_force_from", "in_force_until", "sets")
    } == {
        "number": "1048/QĐ-TTg",
        "in_force_from": "2019-08-21",
        "in_force_until": "2023-02-23",
        "sets": 26,
    }


def test_a_decision_tells_its_bands_parts_levels_and_sets(fetch):
    status, found = fetch(f"decisions/{SLUG}/")
    assert status == 200
    assert [(band["stars"], band["minimum"]) for band in found["bands"]] == [
        (5, "90"),
        (4, "70"),
        (3, "50"),
        (2, "30"),
        (1, "0"),
    ]
    assert found["part_points"] == {"A": "35", "B": "25", "C": "40"}
    assert [level["recognises"] for level in found["levels"]] == [[], [3, 4], [5]]
    assert [item["number"] for item in found["sets"]] == list(range(1, 27))
    assert [item["number"] for item in found["sets"] if not item["usable"]] == [3]
    assert found["open_questions"] == list(DECISION.open_questions)


def test_a_decision_tells_its_calendar_checks_and_which_sets_follow_which(fetch):
    _, found = fetch("decisions/26-2026/")
    by_code = {item["code"]: item for item in found["calendar"]}
    assert by_code["province_round_1"]["before"] == "06-30"
    assert by_code["commune_check"]["working_days"] == 15
    filing = by_code["renewal_filing"]
    assert (filing["days_before_from"], filing["days_before_to"]) == (180, 120)
    assert found["sets"][0]["follows"] == [
        {"decision": "148-2023", "number": 1},
        {"decision": "1048-2019", "number": 1},
    ]
    assert found["product_code_pattern"] == law.decision("26-2026").product_code_pattern
    _, old = fetch(f"decisions/{SLUG}/")
    assert [check["star"] for check in old["checks"]] == [3, 4, 5]
    assert {check["source"] for check in old["checks"]} == {"781/QĐ-TTg"}


def test_a_mark_that_is_not_met_is_named_for_its_star(send):
    found = law.decision("26-2026").criteria_set(11)
    choices = {leaf.code: (len(leaf.options) + 1) // 2 for leaf in found.leaves}
    status, answer = send("26-2026", 11, "score", {"choices": choices})
    assert (status, answer["total"], answer["band"], answer["stars"]) == (200, "45", 2, 2)
    assert answer["unmet_marks"]["3"] == ["2.2"]
    status, answer = send("26-2026", 11, "advice", {"choices": choices, "target": 3})
    first = answer["changes"][0]
    assert (first["code"], first["needed_for"], first["star"]) == ("2.2", "mark", 3)


def test_a_set_gives_codes_and_options_as_printed_with_rules_and_doubts(fetch):
    status, found = fetch(f"decisions/{SLUG}/sets/10/")
    assert (status, found["state"]) == (200, "reconstructed in part")
    assert [doubt["where"] for doubt in found["doubts"]] == ["7"]
    first = found["parts"][0]["sections"][0]["criteria"][0]
    assert (first["code"], first["points"]) == ("1.1", "3")
    assert [(option["number"], option["points"]) for option in first["options"]] == [
        (1, "1"),
        (2, "2"),
        (3, "3"),
    ]
    assert [(rule["key"], rule["declarable"]) for rule in first["rules"]] == [
        ("knock_out:1.1", True)
    ]
    assert found["digest"] == criteria_set(10).digest


@pytest.mark.parametrize(("slug", "number"), SETS)
def test_every_criterion_and_option_of_every_set_is_there(fetch, slug, number):
    def options(criterion):
        yield from (
            (criterion["code"], option["number"], option["points"], option["min_star"])
            for option in criterion["options"]
        )
        for child in criterion["children"]:
            yield from options(child)

    status, found = fetch(f"decisions/{slug}/sets/{number}/")
    assert status == 200
    assert [
        option
        for part in found["parts"]
        for section in part["sections"]
        for criterion in section["criteria"]
        for option in options(criterion)
    ] == [
        (leaf.code, option.number, str(option.points), option.min_star)
        for leaf in law.decision(slug).criteria_set(number).leaves
        for option in leaf.options
    ]


def test_a_missing_set_is_usable_as_soon_as_it_is_published_in_the_portal(fetch, send):
    content = dataclasses.replace(criteria_set(), number=3, name="Gạo, ngũ cốc").to_dict()
    published = shelf.version(content)
    _, found = fetch(f"decisions/{SLUG}/")
    assert {(item["usable"], item["state"]) for item in found["sets"] if item["number"] == 3} == {
        (True, law.TRANSCRIBED)
    }
    assert [item["number"] for item in found["sets"] if not item["usable"]] == []
    status, found = fetch(f"decisions/{SLUG}/sets/3/")
    assert (status, found["digest"]) == (200, published.digest)
    assert send(SLUG, 3, "score", {"choices": {}})[0] == 200


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("", 0),
        ("decisions/", 0),
        (f"decisions/{SLUG}/", 1),  # the missing sets that were published here
        ("decisions/26-2026/", 0),  # none is missing
        (f"decisions/{SLUG}/sets/1/", 1),
    ],
)
def test_reading_costs_at_most_one_query(client, db, django_assert_num_queries, path, queries):
    with django_assert_num_queries(queries):
        assert client.get(f"/api/v1/{path}").status_code == 200


# --- a sheet ----------------------------------------------------------------------------------


def test_a_sheet_is_scored_part_by_part_in_exact_strings(send):
    choices = highest(criteria_set(), c1_1=None)
    del choices["4.1"]
    status, found = send(SLUG, 1, "score", {"choices": choices})
    assert status == 200
    assert found == {
        "decision": SLUG,
        "set": 1,
        "version": 1,
        "digest": criteria_set().digest,
        "points": {c: str(p) for c, p in law.score(criteria_set(), choices).points.items()},
        "parts": {"A": "32", "B": "20", "C": "40"},
        "total": "92",
        "band": 5,
        "stars": 5,
        "disqualified": False,
        "complete": False,
        "missing": ["4.1"],
        "unmet_marks": {},
        "not_applicable": [],
        "knock_outs": [],
        "gates": [],
    }


def test_what_is_declared_counts_as_on_a_members_sheet(send):
    body = {"choices": highest(criteria_set(10)), "knock_outs": ["knock_out:1.1"], "gates": []}
    status, found = send(SLUG, 10, "score", body)
    assert (status, found["stars"], found["band"], found["disqualified"]) == (200, 0, 5, True)
    body = {"choices": highest(criteria_set()), "gates": ["gate:10"]}
    status, found = send(SLUG, 1, "score", body)
    assert (status, found["not_applicable"], found["total"]) == (200, ["11"], "95")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_sheet_is_sent_the_answer_is_the_laws(send, settings, data):
    settings.API_REQUESTS_PER_MINUTE = 10**6
    slug, number = data.draw(st.sampled_from(SETS))
    found = law.decision(slug).criteria_set(number)
    choices = data.draw(sheets(found))
    score = law.score(found, choices)
    status, answer = send(slug, number, "score", {"choices": choices})
    assert (status, answer["total"], answer["stars"]) == (200, str(score.total), score.stars)
    assert answer["unmet_marks"] == {str(s): list(c) for s, c in score.unmet_marks.items()}
    target = data.draw(st.integers(1, 5))
    advice = law.advise(found, choices, target)
    status, answer = send(slug, number, "advice", {"choices": choices, "target": target})
    assert (status, answer["total_then"], answer["stars_then"]) == (
        200,
        str(advice.total_then),
        advice.stars_then,
    )
    # Followed as it was given, it brings what it promised.
    for change in answer["changes"]:
        choices[change["code"]] = change["to_option"]
    status, then = send(slug, number, "score", {"choices": choices})
    assert (then["total"], then["stars"]) == (answer["total_then"], answer["stars_then"])


def test_advice_names_every_change_with_what_it_brings(send):
    """Without a story 5.2 and 5.3 do not apply; their kept answers count as soon as there is one."""
    choices = highest(criteria_set(), c5_1=1, c4_1=2, c1_5=3)
    status, found = send(SLUG, 1, "advice", {"choices": choices, "target": 5})
    assert status == 200
    option = criteria_set().criterion("5.1").option(2)
    assert found == {
        "decision": SLUG,
        "set": 1,
        "version": 1,
        "digest": criteria_set().digest,
        "target": 5,
        "points_needed": "90",
        "reachable": True,
        "already_there": False,
        "total_now": "85",
        "stars_now": 4,
        "total_then": "91",
        "stars_then": 5,
        "changes": [
            {
                "code": "5.1",
                "title": "Câu chuyện về sản phẩm",
                "from_option": 1,
                "to_option": 2,
                "to_label": option.label,
                "points_from": "0",
                "points_to": "1",
                "gain": "1",
                "steps": 1,
                "needed_for": "opens",
                "star": None,
                "opens": ["5.2", "5.3"],
                "evidence": [],
            }
        ],
        "carried": {"5.2": "3", "5.3": "2"},
        "blockers": [],
        "best_reachable_star": 5,
    }


def test_advice_that_there_is_none_says_why(send):
    body = {"choices": {}, "target": 3, "knock_outs": ["knock_out:1.1"]}
    status, found = send(SLUG, 10, "advice", body)
    (rule,) = criteria_set(10).knock_outs
    assert (status, found["reachable"], found["changes"]) == (200, False, [])
    assert found["best_reachable_star"] == 0
    assert found["blockers"] == [f"Sản phẩm bị loại theo quy định đã khai báo: {rule.text}"]


@pytest.mark.parametrize(("what", "extra"), [("score", {}), ("advice", {"target": 4})])
def test_a_sheet_costs_one_query_for_its_set(send, django_assert_num_queries, what, extra):
    with django_assert_num_queries(1):
        status, _ = send(SLUG, 1, what, {"choices": highest(criteria_set())} | extra)
    assert status == 200
