"""The portal as an app on a member's phone: web manifest, service worker, what may be kept offline.

A phone keeps two kinds of things: the shell (style, script, fonts) and the member's own open
sheets. Which pages these are is said by the server with a header, and by nothing else; the worker
drops them all as soon as anybody comes to the pages of signing in and out.
"""

import hashlib
import json

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from ocop_portal.languages import in_language

KEEP_HEADER = "X-Keep-Offline"  # whose page it is: the worker never mixes two people's

SHELL = (
    "css/portal.css",
    "css/score.css",
    "js/theme.js",
    "js/portal.js",
    "js/queue.js",
    "js/score.js",
    "js/room.js",
    "icons/sprite.svg",
    "icons/mark.svg",
    "vendor/bootstrap-5.3.9/bootstrap.min.css",
    "vendor/htmx-2.0.11/htmx.min.js",
    *(
        f"vendor/be-vietnam-pro-5.3.0/be-vietnam-pro-{script}-{weight}-normal.woff2"
        for script in ("latin", "latin-ext", "vietnamese")
        for weight in (400, 600)
    ),
)


def keep_offline(response: HttpResponse, user) -> HttpResponse:
    """Allow the member's phone to keep this page, their own, for when the line is down."""
    response[KEEP_HEADER] = str(user.pk)
    return response


@login_not_required
@cache_control(no_cache=True)
def worker(request):
    """The service worker. It lies at the root, because a worker rules only what lies below it."""
    files = [static(name) for name in SHELL]
    entrance = reverse("account_login").rsplit("/", 2)[0] + "/"
    response = render(
        request,
        "evaluation/worker.js",
        {
            "files": json.dumps(files),
            "version": hashlib.sha256("\n".join(files).encode()).hexdigest()[:12],
            "static_url": settings.STATIC_URL,
            "entrances": json.dumps(
                [in_language(entrance, code) for code, _name in settings.LANGUAGES]
            ),
            "keep_header": KEEP_HEADER,
            # The numbers in these addresses are keys: any whole number.
            "sheet": reverse("evaluation:sheet", args=[0]),
            "my_sheets": reverse("evaluation:my_sheets", args=[0]),
        },
        content_type="text/javascript; charset=utf-8",
    )
    response["Service-Worker-Allowed"] = "/"
    return response


@login_not_required
@cache_control(max_age=3600)
def manifest(request):
    """What a phone needs to put the portal on its home screen."""
    return JsonResponse(
        {
            "name": settings.PORTAL_NAME,
            "short_name": _("OCOP"),
            "description": _("Chấm điểm, xếp hạng sản phẩm OCOP"),
            "lang": "vi",
            "id": "/",
            "start_url": reverse("office"),
            "scope": "/",
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": "#14492f",
            "icons": [
                {"src": static("icons/mark-192.png"), "sizes": "192x192", "type": "image/png"},
                {"src": static("icons/mark-512.png"), "sizes": "512x512", "type": "image/png"},
                {"src": static("icons/mark.svg"), "sizes": "any", "type": "image/svg+xml"},
            ],
        },
        content_type="application/manifest+json",
    )
