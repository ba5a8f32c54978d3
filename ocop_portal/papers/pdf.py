"""Drawing papers as PDF, by Typst, with the fonts that the portal ships and no others.

Texts reach Typst as JSON, never as markup; the same data gives the same bytes. A room keeps its
templates in a folder of its own and imports `/ocop_portal/papers/typst/common.typ`.
"""

import json
import subprocess
import sys
from pathlib import Path

from ocop_portal.text import printable

from . import compile as by_typst

SECONDS = 120  # a product with 15 sheets takes less than one


def draw(template: Path, data: dict) -> bytes:
    """The PDF of a template with this data."""
    return by_typst.compiled(str(template), _json(data))


def draw_apart(template: Path, data: dict) -> bytes:
    """The same, in a process of its own: for long papers, which would swell the web server's memory."""
    return subprocess.run(
        [sys.executable, "-P", by_typst.__file__, str(template)],
        input=_json(data).encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=SECONDS,
    ).stdout


def _json(data: dict) -> str:
    return json.dumps(printable(data), ensure_ascii=False)
