"""The OpenAPI document, the page written from it, and what a tester makes of them."""

import json
import re
import shlex

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from schemathesis.config import SchemathesisConfig

from ocop_portal.api import docs, errors, examples, root
from ocop_portal.wsgi import application

# A refusal by the law (an unknown code, an option that is not printed) is no fault of the API,
# though the sheet has the right form: the document cannot list the codes of every set.
CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {
            "positive_data_acceptance": {"expected-statuses": ["200", "404", "409", "422"]},
        },
        "generation": {"mode": "all"},
    }
)
# Read once, while tests are collected: the document rests on the law's files alone.
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=CONFIG)


@pytest.fixture
def kept_connection(db):
    """What Django's own test client does: a request closes no connection in a test's transaction."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("kept_connection")
@schema.parametrize()
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_schemathesis_finds_no_fault(settings, case):
    settings.API_REQUESTS_PER_MINUTE = 10**9
    # The tester does not unpack what was squeezed.
    case.call_and_validate(headers={"Accept-Encoding": "identity"})


def test_the_document_is_openapi_3_1_with_all_addresses(client, db):
    found = client.get("/api/v1/openapi.json").json()
    assert found["openapi"] == "3.1.0"
    assert {(path, method) for path, methods in found["paths"].items() for method in methods} == {
        ("/api/v1/decisions/", "get"),
        ("/api/v1/decisions/{slug}/", "get"),
        ("/api/v1/decisions/{slug}/sets/{number}/", "get"),
        ("/api/v1/decisions/{slug}/sets/{number}/score/", "post"),
        ("/api/v1/decisions/{slug}/sets/{number}/advice/", "post"),
        ("/api/v1/du-lieu/san-pham/", "get"),
        ("/api/v1/du-lieu/chu-the/", "get"),
        ("/api/v1/du-lieu/don-vi/", "get"),
        ("/api/v1/du-lieu/ket-qua/", "get"),
    }
    schemathesis.openapi.from_dict(found).validate()


def test_every_key_of_the_document_is_explained_or_speaks_for_itself():
    """A parameter without a word would stand on the page as a bare name."""
    for operation in docs.operations(root.schema()):
        assert operation.text and operation.title
        assert all(value.text for value in (*operation.parameters, *operation.body))


@pytest.mark.parametrize("name", list(examples.requests()))
def test_the_example_on_the_page_is_sent_and_answered_as_shown(client, db, name):
    operation = next(o for o in docs.operations(root.schema()) if o.anchor == name)
    command, url, *rest = shlex.split(operation.request.replace("\\\n", ""))
    assert (command, url[: len("http://testserver")]) == ("curl", "http://testserver")
    path = url.removeprefix("http://testserver")
    if rest:
        assert rest[:3] == ["-H", "Content-Type: application/json", "-d"]
        response = client.post(path, rest[3], content_type="application/json")
    else:
        response = client.get(path)
    assert response.status_code == 200
    assert json.loads(operation.reply) == examples.shortened(response.json())


def test_the_page_names_every_address_example_and_refusal(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/api/")
    page = response.content.decode()
    for operation in docs.operations(root.schema()):
        assert f'<section class="sheet" id="{operation.anchor}"' in page
        assert operation.path in page
    for code in errors.CODES:
        assert page.count(f'id="tu-choi-{code}"') == 1
    anchors = set(re.findall(r'href="#([^"]+)"', page)) - {"main"}
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))


def test_the_page_takes_nothing_from_another_host_and_no_inline_script(client, db):
    page = client.get("/api/").content.decode()
    page = page.replace('href="http://testserver/', 'href="/')  # the canonical link
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", page)
