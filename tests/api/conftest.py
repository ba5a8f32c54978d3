import json

import pytest


@pytest.fixture
def send(client, db):
    """POST to the API: `send("1048-2019", 1, "score", {...})` → (status, answer)."""

    def post(slug, number, what, body, **headers):
        response = client.post(
            f"/api/v1/decisions/{slug}/sets/{number}/{what}/",
            body if isinstance(body, str | bytes) else json.dumps(body),
            content_type="application/json",
            headers=headers,
        )
        return response.status_code, response.json()

    return post


@pytest.fixture
def fetch(client, db):
    """GET from the API: (status, answer)."""

    def get(path, **headers):
        response = client.get(f"/api/v1/{path}", headers=headers)
        return response.status_code, response.json()

    return get
