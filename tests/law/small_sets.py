"""Small made-up sets of criteria, in which every plan can be tried out one after another."""

from hypothesis import strategies as st

from ocop_portal.law import Band, CriteriaSet

# Bands of a set of a dozen points.
BANDS = tuple(
    Band(stars, minimum, "") for stars, minimum in ((5, 9), (4, 6), (3, 4), (2, 2), (1, 0))
)


def leaf(code, *points, rules=(), marks=None, cases=None, **extra):
    """A criterion with one option for each of the points; `marks`, `cases`: option number → value."""
    options = [
        {"label": f"{code}/{number}", "points": worth}
        | ({"min_star": marks[number]} if number in (marks or {}) else {})
        | ({"case": cases[number]} if number in (cases or {}) else {})
        for number, worth in enumerate(points, start=1)
    ]
    return {
        "code": code,
        "title": f"Tiêu chí {code}",
        "points": max(points),
        "options": options,
        "rules": list(rules),
        **extra,
    }


def heading(code, *children, rules=(), mode="", title=""):
    title = title or f"Nhóm {code}"
    data = {"code": code, "title": title, "points": 0, "children": list(children)}
    return data | {"rules": list(rules)} | ({"mode": mode} if mode else {})


def rule(kind, where, **extra):
    return {
        "key": f"{kind}:{where}",
        "kind": kind,
        "where": where,
        "text": f"{kind} {where}",
        **extra,
    }


def small_set(*criteria, rules=(), bands=BANDS):
    """A set of one section with these criteria."""
    section = {"code": "I", "title": "Mục", "points": 0, "note": "", "criteria": list(criteria)}
    data = {
        "format": 1,
        "decision": "small",
        "number": 1,
        "version": 1,
        "name": "Bộ nhỏ",
        "branch": "",
        "group": "",
        "agency": "",
        "state": "transcribed",
        "is_service": False,
        "bands": [{"stars": b.stars, "minimum": b.minimum, "printed": b.printed} for b in bands],
        "rules": list(rules),
        "doubts": [],
        "parts": [{"code": "A", "title": "Phần", "points": 0, "sections": [section]}],
    }
    return CriteriaSet.from_dict(data)


@st.composite
def small_sets(draw):
    """Sets of up to six criteria, with every kind of rule that ties criteria together."""
    codes = [str(n) for n in range(1, draw(st.integers(2, 6)) + 1)]
    data = {}
    for code in codes:
        points = sorted(draw(st.lists(st.integers(0, 4), min_size=1, max_size=3)))
        numbers = range(1, len(points) + 1)
        marked = draw(st.dictionaries(st.sampled_from(numbers), st.integers(1, 5), max_size=1))
        cases = {}
        if len(points) > 1 and draw(st.booleans()):
            cases = {n: draw(st.sampled_from("AB")) for n in numbers}
        data[code] = leaf(code, *points, marks=marked, cases=cases)
        if draw(st.integers(0, 3)) == 0:
            zero = draw(st.lists(st.sampled_from(codes), max_size=2, unique=True))
            # As printed: a gate looks at its own criterion and at those before it.
            zero = [other for other in zero if int(other) <= int(code)]
            gate = {"when_zero": zero} if zero else {}
            data[code]["rules"].append(rule("gate", code, **gate))
        if draw(st.integers(0, 3)) == 0:
            source = draw(st.sampled_from([other for other in codes if other != code]))
            numbers = draw(st.lists(st.integers(1, 3), max_size=2, unique=True))
            data[code]["rules"].append(
                rule("conditional", code, not_when=[[source, sorted(numbers)]])
            )
    rules = [rule("knock_out", "header")]
    if draw(st.integers(0, 5)) == 0:
        rules.append(rule("gate", "header"))
    criteria = [data[code] for code in codes]
    if len(codes) > 3 and draw(st.booleans()):
        # The middle ones become two cases, of one and of one or two criteria.
        one, *two = criteria[1:-1][:3]
        cases = [one, heading("b", *two) if len(two) > 1 else two[0]]
        chosen = heading("x", *cases, mode="one_of")
        criteria = [criteria[0], chosen, *criteria[2 + len(two) :]]
    return small_set(*criteria, rules=rules)


@st.composite
def sheets(draw, criteria_set):
    """Choices, not all of them made, that `score` takes."""
    shut = set()
    for criterion in criteria_set.criteria:
        if criterion.mode == "one_of":
            taken = draw(st.sampled_from(criterion.children))
            shut |= {
                c.code for child in criterion.children if child is not taken for c in child.walk()
            }
    return {
        found.code: None
        if found.code in shut
        else draw(st.sampled_from([None, *range(1, len(found.options) + 1)]))
        for found in criteria_set.leaves
        if draw(st.integers(0, 3))
    }
