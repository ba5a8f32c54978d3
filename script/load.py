"""Tables, programme, samples: in one process, because each start of Django costs a second.

Prints the sample accounts on standard output, and what was loaded on standard error.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocop_portal.settings")

import django
from django.core.management import CommandError, call_command

django.setup()
try:
    call_command("migrate", verbosity=0)
    call_command("load_programme", stdout=sys.stderr)
    call_command("make_sample_accounts")
    call_command("load_samples", stdout=sys.stderr)
except CommandError as refusal:
    sys.exit(str(refusal))
