"""The papers that an office edits before signing, as Word files."""

import io
import zipfile
from pathlib import Path

from docxtpl import DocxTemplate

from ocop_portal.text import printable

TEMPLATE = Path(__file__).parent / "docx" / "official.docx"
UNSIGNED = "." * 30
# No file carries the minute in which it was made, so that the same paper has the same bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)


def draw(data: dict) -> bytes:
    """The Word file of a paper of `content` made of blocks; texts are escaped, never markup."""
    data = printable(data)
    signers = [
        {"title": row["title"], "name": row["name"] or UNSIGNED} for row in data["signatures"]
    ]
    template = DocxTemplate(TEMPLATE)
    template.render(
        {
            **data,
            "draft": data.get("draft", False),
            # Two who sign stand beside one another, the first of them on the left.
            "first": signers[-1],
            "second": signers[0] if len(signers) > 1 else None,
        },
        autoescape=True,
    )
    out = io.BytesIO()
    template.save(out)
    return _without_times(out.getvalue())


def _without_times(content: bytes) -> bytes:
    """The same archive with every part dated alike."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return out.getvalue()
