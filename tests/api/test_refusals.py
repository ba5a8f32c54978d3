"""What the API refuses: a reason in Vietnamese, a word for the machine, never a guess."""

import json

import pytest
from django.db import connection
from django.test import Client

from ocop_portal import law
from ocop_portal.api import errors, middleware
from ocop_portal.api.law_forms import MAX_CHOICES, MAX_RULES
from tests.law.small_sets import heading, leaf, small_set
from tests.lawbook import shelf

SLUG = "1048-2019"
NOWHERE = "Không có địa chỉ này. Các địa chỉ kết thúc bằng dấu gạch chéo."


@pytest.mark.parametrize(
    ("path", "status", "code", "detail"),
    [
        ("decisions/781-2020/", 404, "unknown_decision", "Không có Quyết định 781-2020."),
        ("decisions/%00/", 404, "unknown_decision", "Không có Quyết định \0."),
        ("decisions/781-2020/sets/1/", 404, "unknown_decision", "Không có Quyết định 781-2020."),
        (f"decisions/{SLUG}/sets/27/", 404, "unknown_set",
            "1048/QĐ-TTg không có bộ sản phẩm số 27."),
        (f"decisions/{SLUG}/sets/0/", 404, "unknown_set", "1048/QĐ-TTg không có bộ sản phẩm số 0."),
        (f"decisions/{SLUG}/sets/{10**30}/", 404, "unknown_set",
            f"1048/QĐ-TTg không có bộ sản phẩm số {10**30}."),
        (f"decisions/{SLUG}/sets/mot/", 404, "not_found", NOWHERE),
        ("decisions", 404, "not_found", NOWHERE),
        ("san-pham/", 404, "not_found", NOWHERE),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(fetch, path, status, code, detail):
    assert fetch(path) == (status, {"detail": detail, "code": code})


def test_a_set_that_is_declared_missing_is_refused_with_the_reason(fetch, send):
    with pytest.raises(law.MissingSet) as why:
        law.decision(SLUG).criteria_set(3)
    refused = (409, {"detail": str(why.value), "code": "missing_set"})
    assert fetch(f"decisions/{SLUG}/sets/3/") == refused
    assert send(SLUG, 3, "score", {"choices": {}}) == refused
    assert send(SLUG, 3, "advice", {"choices": {}, "target": 3}) == refused


def test_a_published_text_that_was_altered_behind_the_portals_back_is_refused(fetch, send):
    published = shelf.version(shelf.corrected(title="Chưa ai đọc qua API"))
    altered = shelf.corrected(title="Sửa lén")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE lawbook_setversion SET content = %s WHERE id = %s",
            [json.dumps(altered), published.pk],
        )
    found, kept = law.CriteriaSet.from_dict(altered).digest[:12], published.digest[:12]
    said = f"Nội dung bộ tiêu chí đã bị sửa ngoài cổng thông tin: {found} khác {kept}."
    refused = (409, {"detail": said, "code": "altered_set"})
    assert fetch(f"decisions/{SLUG}/sets/1/") == refused
    assert send(SLUG, 1, "score", {"choices": {}}) == refused
    assert send(SLUG, 1, "advice", {"choices": {}, "target": 3}) == refused
    assert fetch(f"decisions/{SLUG}/")[0] == 200


ONE = {"1.1": 1}


@pytest.mark.parametrize("what", ["score", "advice"])
@pytest.mark.parametrize(
    ("body", "code", "detail"),
    [
        ({"choices": {"1.9": 1}}, "unknown_criterion", "Bộ tiêu chí 1 không có tiêu chí 1.9."),
        ({"choices": {"": 1}}, "unknown_criterion", "Bộ tiêu chí 1 không có tiêu chí ."),
        ({"choices": {"1.1": 4}}, "option_out_of_range", "Tiêu chí 1.1 không có phương án 4."),
        ({"choices": {"1.1": 0}}, "option_out_of_range", "Tiêu chí 1.1 không có phương án 0."),
        ({"choices": {"1.1": -1}}, "option_out_of_range", "Tiêu chí 1.1 không có phương án -1."),
        ({"choices": {"1.1": True}}, "invalid_body", "“choices.1.1” phải là số nguyên."),
        ({"choices": {"1.1": 1.0}}, "invalid_body", "“choices.1.1” phải là số nguyên."),
        ({"choices": {"1.1": "1"}}, "invalid_body", "“choices.1.1” phải là số nguyên."),
        ({"choices": {"1.1": [1]}}, "invalid_body", "“choices.1.1” phải là số nguyên."),
        ({"choices": ONE, "knock_outs": ["gate:10"]}, "unknown_rule",
            "Bộ tiêu chí 1 không có quy định gate:10 để khai báo."),
        ({"choices": ONE, "gates": ["conditional:5.2"]}, "unknown_rule",
            "Bộ tiêu chí 1 không có quy định conditional:5.2 để khai báo."),
        ({"choices": ONE, "gates": "gate:10"}, "invalid_body", "“gates” phải là một danh sách."),
        ({"choices": ONE, "gates": [1]}, "invalid_body", "“gates.0” phải là chuỗi ký tự."),
        ({"choices": ONE, "gates": None}, "invalid_body", "“gates” phải là một danh sách."),
        ({"choices": ONE, "points": {}}, "invalid_body", "“points” không phải khóa được biết."),
        ({"choices": None}, "invalid_body", "“choices” phải là một đối tượng JSON."),
        ({"choices": []}, "invalid_body", "“choices” phải là một đối tượng JSON."),
        ({}, "invalid_body", "“choices” thiếu."),
        ({"choices": {"1" * 21: 1}}, "invalid_body",
            f"“choices.{'1' * 21}” dài quá 20 ký tự."),
        ({"choices": {str(n): 1 for n in range(MAX_CHOICES + 1)}}, "invalid_body",
            f"“choices” có quá nhiều mục, nhiều nhất {MAX_CHOICES}."),
        ({"choices": ONE, "gates": ["gate:10"] * (MAX_RULES + 1)}, "invalid_body",
            f"“gates” có quá nhiều mục, nhiều nhất {MAX_RULES}."),
    ],
)  # fmt: skip
def test_a_sheet_that_was_filled_in_wrongly_is_refused_with_the_place(
    send, what, body, code, detail
):
    if what == "advice":
        body = body | {"target": 4}
    assert send(SLUG, 1, what, body) == (422, {"detail": detail, "code": code})


@pytest.mark.parametrize("what", ["score", "advice"])
@pytest.mark.parametrize("body", ["[]", "1", '"choices"', "null"])
def test_a_body_that_is_no_object_is_refused(send, what, body):
    status, found = send(SLUG, 1, what, body)
    assert (status, found["code"]) == (422, "invalid_body")


@pytest.mark.parametrize(
    ("target", "detail"),
    [
        (0, "“target” phải từ 1 trở lên."),
        (6, "“target” nhiều nhất là 5."),
        (True, "“target” phải là số nguyên."),
        (4.0, "“target” phải là số nguyên."),
        (None, "“target” phải là số nguyên."),
    ],
)
def test_a_target_that_is_no_star_is_refused(send, target, detail):
    refused = (422, {"detail": detail, "code": "invalid_body"})
    assert send(SLUG, 1, "advice", {"choices": {}, "target": target}) == refused


def test_advice_needs_a_target_and_a_score_has_none(send):
    assert send(SLUG, 1, "advice", {"choices": {}})[1]["detail"] == "“target” thiếu."
    assert send(SLUG, 1, "score", {"choices": {}, "target": 4}) == (
        422,
        {"detail": "“target” không phải khóa được biết.", "code": "invalid_body"},
    )


@pytest.mark.parametrize(
    "body",
    [
        "choices=1",
        '{"choices": {"1.1": 1}',
        '{"choices": {"1.1": NaN}}',
        '{"choices": {"1.1": 1, "1.1": 2}}',
        '{"choices": {}, "choices": {"1.1": 1}}',
        '{"choices": {"\\ud800": 1}}',
        '{"choices": {"1.1": ' + "9" * 5000 + "}}",
        "[" * 60000,
        '{"choices": {}}'.encode("utf-16"),
        b'{"choices": {"\xff": 1}}',
    ],
)  # fmt: skip
def test_what_is_not_json_or_says_a_thing_twice_is_refused(send, body):
    status, found = send(SLUG, 1, "score", body)
    assert (status, found["code"]) == (400, "invalid_json")


def test_an_empty_body_is_missing(send):
    refused = (422, {"detail": "Nội dung gửi lên thiếu.", "code": "invalid_body"})
    assert send(SLUG, 1, "score", "") == refused


def test_both_cases_of_a_one_of_are_refused(monkeypatch, send):
    found = small_set(heading("8", leaf("8.a", 1, 3), leaf("8.b", 1, 3), mode="one_of"))
    monkeypatch.setattr("ocop_portal.api.law.current_set", lambda slug, number: found)
    both = {"8.a": 1, "8.b": 1}
    with pytest.raises(law.BothCases) as why:
        law.score(found, both)
    refused = (422, {"detail": str(why.value), "code": "both_cases"})
    assert send(SLUG, 1, "score", {"choices": both}) == refused
    assert send(SLUG, 1, "advice", {"choices": both, "target": 3}) == refused
    assert send(SLUG, 1, "score", {"choices": {"8.a": 1, "8.b": None}})[0] == 200


def test_only_json_is_taken(client, db):
    path = f"/api/v1/decisions/{SLUG}/sets/1/score/"
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
        response = client.post(path, b'{"choices": {}}', content_type=kind)
        assert (response.status_code, response.json()["code"]) == (415, "not_json")


def test_a_body_above_the_limit_is_refused_unread(send):
    assert send(SLUG, 1, "score", " " * (middleware.MAX_BODY + 1)) == (
        413,
        {"detail": "Nội dung gửi lên lớn quá 64 KB.", "code": "body_too_large"},
    )


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("post", "decisions/", "GET, HEAD, OPTIONS"),
        ("delete", f"decisions/{SLUG}/", "GET, HEAD, OPTIONS"),
        ("get", f"decisions/{SLUG}/sets/1/score/", "OPTIONS, POST"),
        ("put", f"decisions/{SLUG}/sets/1/advice/", "OPTIONS, POST"),
        ("delete", "openapi.json", "GET, HEAD, OPTIONS"),
    ],
)
def test_another_method_is_told_what_is_allowed(client, db, method, path, allow):
    extra = {"content_type": "application/json"} if method == "post" else {}
    response = getattr(client, method)(f"/api/v1/{path}", **extra)
    assert (response.status_code, response["Allow"]) == (405, allow)
    assert response.json()["code"] == "method_not_allowed"


def test_no_page_of_the_portal_answers_under_the_api(client, db):
    """A form's token is asked of nobody, not even of a browser that is signed in elsewhere."""
    strict = Client(enforce_csrf_checks=True)
    for path in ("", "openapi.json", "decisions/", "nowhere/"):
        response = strict.post(f"/api/v1/{path}", "{}", content_type="application/json")
        assert response.status_code in (404, 405)
        assert response["Content-Type"].startswith("application/json")


def test_every_refusal_of_the_law_is_documented_with_its_status():
    for status, code in errors.LAW.values():
        assert errors.CODES[code][0] == status
    refusals = {error for error in law.LawError.__subclasses__() if error in errors.LAW}
    assert refusals | {law.LawError} == set(errors.LAW)


def test_a_refusal_is_kept_by_no_cache(client, db):
    for response in (
        client.get("/api/v1/decisions/nowhere/"),
        client.get("/api/v1/nowhere/"),
        client.post(
            f"/api/v1/decisions/{SLUG}/sets/1/score/", "{}", content_type="application/json"
        ),
    ):
        assert response["Cache-Control"] == "no-store"
        assert json.loads(response.content).keys() == {"detail", "code"}
