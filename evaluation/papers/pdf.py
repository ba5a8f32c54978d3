"""Drawing papers as PDF, by Typst, with the fonts that the portal ships and no others."""

import json
from functools import cache
from pathlib import Path

import typst

from .text import printable

HERE = Path(__file__).parent
TEMPLATES = HERE / "typst"


@cache
def _fonts() -> typst.Fonts:
    # Typst's own faces stay as a last resort for letters that Liberation Serif does not have.
    return typst.Fonts(include_system_fonts=False, font_paths=[str(HERE / "fonts")])


def draw(template: str, data: dict) -> bytes:
    """The PDF of a template ("official", "summary", "sheets", "certificate") with this data.

    The same data gives the same bytes. Texts reach Typst as JSON, never as markup.
    """
    return typst.compile(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=_fonts(),
        format="pdf",
        sys_inputs={"data": json.dumps(printable(data), ensure_ascii=False)},
    )
