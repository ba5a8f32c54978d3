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


def archive_of_version(number: int) -> bytes:
    """A Word file whose directory asks for a program that does not exist yet."""
    content = bytearray(office_file(*DOCX))
    content[content.index(b"PK\x01\x02") + 6] = number
    return bytes(content)


def two_in_one(width=80, height=60) -> bytes:
    """A photo with a second one behind it, as many telephones save it (MPO)."""
    out = io.BytesIO()
    first, second = (Image.new("RGB", (width, height), color) for color in ("darkgreen", "red"))
    first.save(out, "MPO", save_all=True, append_images=[second])
    return out.getvalue()


def photo_with_broken_notes() -> bytes:
    """A photo whose camera notes cannot be read; the picture itself is whole."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return picture(form="WEBP", exif=exif).replace(b"MM\x00*", b"MM\x7f*")


def broken_heic() -> bytes:
    """An iPhone's photo with one bit lost on the way, in the length of the picture's data."""
    content = bytearray(heic())
    content[content.rindex(b"mdat") + 4] = 127
    return bytes(content)
