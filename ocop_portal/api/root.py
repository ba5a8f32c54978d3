"""The versioned root of the API. Other rooms add their routers in `ROUTERS`, below."""

import json
from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.urls import path, reverse
from django.views.decorators.common import no_append_slash
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.parser import Parser
from ninja.renderers import JSONRenderer

from products import open_api

from . import errors, examples, law

# Prefix → router. A room's router knows nothing of limits, caches and refusals: see middleware.py
# and errors.py.
ROUTERS = {"decisions/": law.router, "du-lieu/": open_api.router}


class ReadableRenderer(JSONRenderer):
    """Vietnamese letters as they are."""

    json_dumps_params = {"ensure_ascii": False}


class StrictParser(Parser):
    """JSON in UTF-8 and nothing that only looks like it."""

    def parse_body(self, request: HttpRequest):
        """The body; ValueError where a key is doubled, since either value would be a guess."""
        if request.content_type != "application/json":
            raise errors.Refusal("not_json")
        data = json.loads(
            request.body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant
        )
        # Halves of a surrogate pair can be written as \\ud800, but no answer could repeat them.
        json.dumps(data, ensure_ascii=False).encode("utf-8")
        return data


def _once(pairs: list[tuple]) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is doubled")
    return found


def _no_constant(name: str):
    raise ValueError(f"{name} is not JSON")


api = NinjaAPI(
    title="OCOP: Quyết định, bộ tiêu chí, chấm thử và lời khuyên",
    version="1",
    description=(
        "Dữ liệu và cách tính điểm của các Quyết định về Chương trình mỗi xã một sản phẩm, đúng như"
        " cổng thông tin dùng. Ai cũng dùng được, không cần tài khoản. Điểm luôn là số thập phân chính"
        " xác viết trong chuỗi, không bao giờ là số dấu phẩy động. Kết quả chấm thử không phải là kết"
        " quả đánh giá: chỉ hội đồng mới đánh giá sản phẩm."
    ),
    openapi_url=None,
    urls_namespace="api-v1",
    renderer=ReadableRenderer(),
    parser=StrictParser(),
)
errors.install(api)
for prefix, router in ROUTERS.items():
    api.add_router(prefix, router)


@cache
def schema() -> dict:
    """The API in OpenAPI 3.1, with an example of every request and its answer."""
    found = json.loads(json.dumps(api.get_openapi_schema()))
    return examples.add_to(found)


@csrf_exempt
@login_not_required
@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    return JsonResponse(schema(), json_dumps_params={"ensure_ascii": False})


@csrf_exempt
@login_not_required
@require_safe
def index(request: HttpRequest) -> JsonResponse:
    """Where to go from the root."""
    names = {"documentation": "api-docs", "openapi": "api-v1:openapi"}
    names |= {"decisions": "api-v1:decisions"}
    return JsonResponse({key: reverse(name) for key, name in names.items()})


def urls() -> tuple:
    """What urls.py mounts: the routers' addresses, open to everyone."""
    patterns, app_name, namespace = api.urls
    found = [path("", index, name="api-root"), path("openapi.json", openapi, name="openapi")]
    for pattern in patterns:
        if pattern.name != "api-root":
            # A redirect would turn a POST without its slash into a GET.
            pattern.callback = no_append_slash(login_not_required(pattern.callback))
            found.append(pattern)
    return found, app_name, namespace
