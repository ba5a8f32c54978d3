"""Tables, programme, samples: in one process, because each start of Django costs a second.

Prints the sample accounts on standard output, and what was loaded on standard error.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocop_portal.settings")

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

try:
    django.setup()
except ImproperlyConfigured as mistake:
    sys.exit(f"The settings do not hold: {mistake}")
# Before anything is written: this may be the data that others work with.
if not settings.DEBUG:
    sys.exit(
        "DEBUG is off, so nothing was done: script/setup and script/server are for development and\n"
        "make sample accounts. For a portal that others use see docs/deployment.md."
    )
try:
    call_command("migrate", verbosity=0)
    call_command("load_programme", stdout=sys.stderr)
    call_command("make_sample_accounts")
    call_command("load_samples", stdout=sys.stderr)
except CommandError as refusal:
    sys.exit(str(refusal))
