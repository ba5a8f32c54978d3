"""The portal with one more address, `/tran/`: a view that does nothing, to measure others beside it.

The same settings, middleware and server; no database, no template.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocop_portal.settings")

from ocop_portal.wsgi import application  # noqa: I001  Django is set up by it

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import path

from ocop_portal import urls


@login_not_required
def bare(request):
    return HttpResponse("ok")


urls.urlpatterns.insert(0, path("tran/", bare))

__all__ = ["application"]
