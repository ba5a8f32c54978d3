"""Drawing this room's papers as PDF, from the templates in `typst/`."""

from pathlib import Path

from ocop_portal.papers import pdf

TEMPLATES = Path(__file__).parent / "typst"


def draw(template: str, data: dict) -> bytes:
    """The PDF of a template ("official", "summary", "sheets", "certificate") with this data."""
    return pdf.draw(TEMPLATES / f"{template}.typ", data)


def draw_apart(template: str, data: dict) -> bytes:
    """The same, in a process of its own: for long papers, which would swell the web server's memory."""
    return pdf.draw_apart(TEMPLATES / f"{template}.typ", data)
