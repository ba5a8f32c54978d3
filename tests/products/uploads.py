"""Files as people send them: pictures with and without a position, office files."""

import io
import zipfile

import pillow_heif
from PIL import Image

# Where the camera says it was: 17° N, 107° E.
GPS = {1: "N", 2: (17.0, 3.0, 0.0), 3: "E", 4: (107.0, 0.0, 0.0)}


def picture(width=80, height=60, form="JPEG", **how) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    mode = how.pop("mode", "RGB")
    Image.new(mode, (width, height), how.pop("color", "darkgreen")).save(out, form, **how)
    return out.getvalue()


def jpeg(width=80, height=60) -> bytes:
    """A photo without any metadata."""
    return picture(width, height)


def jpeg_with_position(orientation=1, width=80, height=60) -> bytes:
    """A photo as a telephone takes it: maker, orientation, position."""
    exif = Image.Exif()
    exif[0x010F] = "Máy ảnh mẫu"
    exif[0x0112] = orientation
    exif.get_ifd(0x8825).update(GPS)
    return picture(width, height, exif=exif)


def heic(width=80, height=60) -> bytes:
    """A photo as an iPhone stores it."""
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (width, height), "darkgreen")).save(out)
    return out.getvalue()


def office_file(*parts: str) -> bytes:
    """An archive with these parts, as Word and Excel write them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part in parts:
            archive.writestr(part, "<x/>")
    return out.getvalue()


DOCX = ("[Content_Types].xml", "word/document.xml")
XLSX = ("[Content_Types].xml", "xl/workbook.xml")
