"""The public side on a phone's home screen, and what it says when the line is down.

Only the look of the portal and one page of words are kept, never a page that was visited: what a
product page says holds for today, and an office page is nobody else's business. The council room
has a worker of its own (`evaluation/offline.py`), which takes this one's place on a member's phone.
"""

import hashlib
import json

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

SHELL = (
    "css/portal.css",
    "js/theme.js",
    "js/portal.js",
    "js/public.js",
    "icons/sprite.svg",
    "icons/mark.svg",
    "vendor/bootstrap-5.3.9/bootstrap.min.css",
    *(
        f"vendor/be-vietnam-pro-5.3.0/be-vietnam-pro-{script}-{weight}-normal.woff2"
        for script in ("latin", "vietnamese")
        for weight in (400, 600)
    ),
)


@login_not_required
@cache_control(no_cache=True)
@require_safe
def offline_page(request):
    """What stands in for a page without a line: the same for everybody, so without the request."""
    words = render_to_string("public/offline.html", {"portal_name": settings.PORTAL_NAME})
    return HttpResponse(words)


@login_not_required
@cache_control(no_cache=True)
@require_safe
def public_worker(request):
    """The visitors' service worker. It lies at the root, as a worker rules what lies below it."""
    files = [static(name) for name in SHELL]
    page = render_to_string("public/offline.html", {"portal_name": settings.PORTAL_NAME})
    return render(
        request,
        "public/worker.js",
        {
            "files": json.dumps(files),
            # A changed page is fetched anew, as a changed file is.
            "version": hashlib.sha256("\n".join([*files, page]).encode()).hexdigest()[:12],
            "static_url": settings.STATIC_URL,
            "offline_url": reverse("offline"),
        },
        content_type="text/javascript; charset=utf-8",
    )


@login_not_required
@cache_control(max_age=3600)
@require_safe
def public_manifest(request):
    """What a phone needs to put the public side on its home screen."""
    return JsonResponse(
        {
            "name": settings.PORTAL_NAME,
            "short_name": _("OCOP"),
            "description": _("Sản phẩm OCOP: tìm, xem hạng sao, gọi chủ thể"),
            "lang": "vi",
            "id": "/san-pham/",
            "start_url": reverse("home"),
            "scope": "/",
            "display": "standalone",
            "background_color": "#faf6ec",
            "theme_color": "#14492f",
            "icons": [
                {"src": static("icons/mark-192.png"), "sizes": "192x192", "type": "image/png"},
                {"src": static("icons/mark-512.png"), "sizes": "512x512", "type": "image/png"},
                {"src": static("icons/mark.svg"), "sizes": "any", "type": "image/svg+xml"},
            ],
        },
        content_type="application/manifest+json",
    )
