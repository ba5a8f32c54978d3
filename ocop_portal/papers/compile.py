"""Typst by itself: a template and its data in, a PDF out. No Django, so that it also runs alone.

Run as a program it reads the data from its input and writes the PDF to its output: what Typst needs
for a long paper, some megabytes a page of tables, goes with the process.
"""

import sys
from functools import cache
from pathlib import Path

import typst

HERE = Path(__file__).parent
# Templates of every room lie below it, and import the common one by its path from here.
ROOT = HERE.parent.parent


@cache
def _fonts() -> typst.Fonts:
    # Typst's own faces stay as a last resort for letters that Liberation Serif does not have.
    return typst.Fonts(include_system_fonts=False, font_paths=[str(HERE / "fonts")])


def compiled(template: str, data: str) -> bytes:
    """The PDF of the template at this path with this JSON; the same data gives the same bytes."""
    return typst.compile(
        template,
        root=str(ROOT),
        font_paths=_fonts(),
        format="pdf",
        sys_inputs={"data": data},
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(compiled(sys.argv[1], sys.stdin.buffer.read().decode()))
