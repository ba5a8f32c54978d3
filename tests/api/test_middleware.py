"""How the API stands towards the world: knows no one, gives to all, not without measure."""

import pytest
import time_machine
from django.conf import settings as portal_settings
from django.core.cache import cache

from ocop_portal.api import middleware
from tests import factories as make

READ = "/api/v1/decisions/"
SCORE = "/api/v1/decisions/1048-2019/sets/1/score/"


def score(client, **extra):
    return client.post(SCORE, '{"choices": {}}', content_type="application/json", **extra)


@pytest.mark.django_db
def test_whoever_is_signed_in_gets_the_same_answer_and_no_session(
    client, django_assert_num_queries
):
    before = client.get(READ)
    client.force_login(make.UserFactory())
    with django_assert_num_queries(1):  # the set that is scored; nothing of the person
        after = client.get(READ)
        scored = score(client)
    assert (after.content, after["ETag"]) == (before.content, before["ETag"])
    for response in (after, scored):
        assert response.cookies == {}
        assert "Cookie" not in response.get("Vary", "")


def test_an_answer_may_be_kept_and_is_asked_for_by_its_etag(client, db):
    first = client.get(READ)
    assert first["Cache-Control"] == "public, max-age=300"
    again = client.get(READ, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Access-Control-Allow-Origin"] == "*"
    other = client.get("/api/v1/decisions/1048-2019/", headers={"If-None-Match": first["ETag"]})
    assert other.status_code == 200


def test_a_squeezed_answer_has_its_etag_too(client, db):
    path = "/api/v1/decisions/1048-2019/sets/1/"
    first = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert (first["Content-Encoding"], first["ETag"][:2]) == ("gzip", "W/")
    headers = {"Accept-Encoding": "gzip", "If-None-Match": first["ETag"]}
    assert client.get(path, headers=headers).status_code == 304


def test_a_scored_sheet_is_kept_by_no_cache(client, db):
    assert score(client)["Cache-Control"] == "no-store"


def test_head_is_get_without_the_body(client, db):
    head, get = client.head(READ), client.get(READ)
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", get["ETag"])


def test_pages_of_other_hosts_may_read_and_no_more(client, db):
    assert client.get(READ)["Access-Control-Allow-Origin"] == "*"
    assert client.get("/api/v1/nowhere/")["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in score(client)
    asked = client.options(READ)
    assert (asked.status_code, asked.content) == (204, b"")
    assert asked["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert client.options(SCORE)["Allow"] == "OPTIONS, POST"
    assert "Access-Control-Allow-Credentials" not in asked
    assert "Access-Control-Allow-Origin" not in client.get("/api/")


def test_an_address_that_asks_too_often_waits_for_the_next_minute(client, db, settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    with time_machine.travel("2020-11-05 09:00:10+07:00", tick=False) as clock:
        assert [client.get(READ).status_code for _ in range(3)] == [200, 200, 200]
        refused = score(client)
        assert (refused.status_code, refused["Retry-After"]) == (429, "50")
        assert refused.json() == {
            "detail": "Quá nhiều yêu cầu; hãy chờ 50 giây.",
            "code": "too_many_requests",
        }
        # Another address is not held up, and the pages of the portal are not counted.
        assert client.get(READ, REMOTE_ADDR="203.0.113.9").status_code == 200
        assert client.get("/api/").status_code == 200
        clock.shift(50)
        assert client.get(READ).status_code == 200


def test_addresses_that_do_not_exist_are_counted_too(client, db, settings):
    settings.API_REQUESTS_PER_MINUTE = 1
    with time_machine.travel("2020-11-05 09:00:10+07:00", tick=False):
        assert client.get("/api/v1/nowhere/").status_code == 404
        assert client.get("/api/v1/nowhere/").status_code == 429


def test_behind_a_proxy_the_clients_address_is_counted(client, db, settings):
    settings.API_REQUESTS_PER_MINUTE = 1
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    with time_machine.travel("2020-11-05 09:00:10+07:00", tick=False):
        for address in ("203.0.113.1", "203.0.113.2"):
            sent = {"X-Forwarded-For": f"198.51.100.7, {address}"}
            assert client.get(READ, headers=sent).status_code == 200
            assert client.get(READ, headers=sent).status_code == 429


def test_a_count_that_a_full_cache_threw_out_refuses_nobody(monkeypatch):
    monkeypatch.setattr(cache, "add", lambda *args, **kwargs: False)
    assert middleware.seconds_to_wait("203.0.113.1") == 0


def test_the_limit_is_a_setting():
    assert portal_settings.API_REQUESTS_PER_MINUTE == 120
