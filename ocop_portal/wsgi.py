"""WSGI entry point: `gunicorn ocop_portal.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocop_portal.settings")

application = get_wsgi_application()

# After Django is set up, before the first request is taken.
from .checks import refuse_unsafe_start  # noqa: E402

refuse_unsafe_start()
