"""The page that explains the API, written from the same OpenAPI document that machines read."""

import json
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from . import errors, middleware, root
from .law_forms import MAX_CHOICES, MAX_RULES


@dataclass(frozen=True)
class Value:
    """A parameter, or a key of a body or an answer."""

    name: str
    kind: str
    required: bool
    text: str


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked of the API."""

    anchor: str
    method: str
    path: str
    title: str
    text: str
    parameters: list[Value]
    body: list[Value]
    answer: list[Value]
    request: str
    reply: str
    refusals: list[tuple[str, int]]


KINDS = {
    "string": _("chuỗi"),
    "integer": _("số nguyên"),
    "boolean": _("đúng/sai"),
    "array": _("danh sách"),
    "object": pgettext_lazy("kiểu dữ liệu", "đối tượng"),
    "null": "null",
}

# Refusals that only an address with this parameter can give.
NEEDS = {"unknown_decision": "{slug}", "unknown_set": "{number}"}


@login_not_required
@require_safe
def page(request):
    """Every operation with its parameters, an example and its refusals."""
    schema = root.schema()
    return render(
        request,
        "api/docs.html",
        {
            "schema": schema,
            "operations": operations(schema),
            "codes": [(code, *what) for code, what in errors.CODES.items()],
            "base": settings.SITE_URL,
            "openapi_url": reverse("api-v1:openapi"),
            "per_minute": settings.API_REQUESTS_PER_MINUTE,
            "max_age": middleware.MAX_AGE // 60,
            "max_kb": middleware.MAX_BODY // 1024,
            "max_choices": MAX_CHOICES,
            "max_rules": MAX_RULES,
        },
    )


def operations(schema: dict) -> list[Operation]:
    return [
        _operation(schema, path, method, found)
        for path, methods in schema["paths"].items()
        for method, found in methods.items()
    ]


def _operation(schema: dict, path: str, method: str, found: dict) -> Operation:
    body = found.get("requestBody", {}).get("content", {}).get("application/json", {})
    reply = found["responses"]["200"]["content"]["application/json"]
    statuses = {int(status) for status in found["responses"]} - {200}
    return Operation(
        anchor=found["operationId"],
        method=method.upper(),
        path=path,
        title=found["summary"],
        text=found["description"],
        parameters=[
            Value(p["name"], _kind(schema, p["schema"]), p["required"], p["description"])
            for p in found["parameters"]
        ],
        body=_keys(schema, body.get("schema", {})),
        answer=_keys(schema, reply["schema"]),
        request=_request(path, method, found, body.get("example")),
        reply=json.dumps(reply["example"], ensure_ascii=False, indent=2),
        refusals=[
            (code, status)
            for code, (status, _when) in errors.CODES.items()
            if status in statuses and NEEDS.get(code, "") in path
        ],
    )


def _request(path: str, method: str, found: dict, body: dict | None) -> str:
    """The example as a command line."""
    for parameter in found["parameters"]:
        path = path.replace(f"{{{parameter['name']}}}", str(parameter["example"]))
    url = f"{settings.SITE_URL}{path}"
    if body is None:
        return f"curl {url}"
    sent = json.dumps(body, ensure_ascii=False)
    return f"curl {url} \\\n  -H 'Content-Type: application/json' \\\n  -d '{sent}'"


def _resolved(schema: dict, part: dict) -> dict:
    if "$ref" in part:
        return schema["components"]["schemas"][part["$ref"].rpartition("/")[2]]
    return part


def _kind(schema: dict, part: dict) -> str:
    """The JSON type of a value in words, "chuỗi hoặc null"."""
    part = _resolved(schema, part)
    kinds = [_kind(schema, inner) for inner in part.get("anyOf", ())]
    return f" {_('hoặc')} ".join(kinds) if kinds else str(KINDS.get(part.get("type"), ""))


def _keys(schema: dict, part: dict) -> list[Value]:
    part = _resolved(schema, part)
    if part.get("type") == "array":
        part = _resolved(schema, part["items"])
    required = part.get("required", ())
    return [
        Value(name, _kind(schema, inner), name in required, inner.get("description", ""))
        for name, inner in part.get("properties", {}).items()
    ]
