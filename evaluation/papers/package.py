"""Papers as one ZIP: the sheets of a round, and all that goes to the next level with a list of it.

The same round gives the same bytes. Files are copied in pieces into a temporary file, so that a
package of any size needs little memory.
"""

import datetime
import hashlib
import tempfile
import zipfile
from functools import partial
from pathlib import PurePath

from django.utils import timezone

from ocop_portal.papers.serving import file_name
from products.models import Paper

from . import content, pdf, workbook
from .record import ClosedProduct, ClosedRound, answers_of

PIECE = 1 << 20
LIST, SUMS = "00-ban-ke.txt", "SHA256SUMS"


class _Package:
    """A ZIP being written, and what was put into it."""

    def __init__(self, closed_at: datetime.datetime):
        self.file = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
        self.zip = zipfile.ZipFile(self.file, "w")
        self.stamp = timezone.localtime(closed_at).timetuple()[:6]
        self.listed: list[tuple[str, str, int]] = []  # path, SHA-256, size

    def add(self, path: str, pieces, *, squeeze: bool) -> str:
        """Write a file from its pieces; returns its SHA-256."""
        info = zipfile.ZipInfo(path, self.stamp)
        info.compress_type = zipfile.ZIP_DEFLATED if squeeze else zipfile.ZIP_STORED
        digest, size = hashlib.sha256(), 0
        with self.zip.open(info, "w", force_zip64=True) as target:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                target.write(piece)
        self.listed.append((path, digest.hexdigest(), size))
        return digest.hexdigest()

    def done(self):
        """The finished archive, open at its beginning."""
        self.zip.close()
        self.file.seek(0)
        return self.file


def referral_package(closed: ClosedRound):
    """The package of the products that are proposed to the next level, as an open file.

    Call it only where there are such products.
    """
    package = _Package(datetime.datetime.fromisoformat(closed.words["closed_at"]))
    referred = closed.going(content.P.REFER)
    remarks: list[str] = []
    for path, drawn in (
        ("01-bien-ban-hop-hoi-dong.pdf", pdf.draw("official", content.minutes(closed))),
        ("02-bang-tong-hop-diem.pdf", pdf.draw("summary", content.summary(closed))),
        ("03-to-trinh.pdf", pdf.draw("official", content.submission(closed))),
        ("04-tong-hop-dot-danh-gia.xlsx", workbook.draw(closed)),
    ):
        package.add(path, [drawn], squeeze=True)
    for row in referred:
        folder = _name_of(row)
        package.add(f"{folder}/phieu-danh-gia.pdf", [sheets_pdf(closed, row)], squeeze=True)
        _add_dossier(package, folder, row, remarks)
    files = list(package.listed)
    package.add(LIST, [_list_of(closed, referred, files, remarks).encode()], squeeze=True)
    sums = "".join(f"{digest}  {path}\n" for path, digest, _size in files)
    package.add(SUMS, [sums.encode()], squeeze=True)
    return package.done()


def sheets_package(closed: ClosedRound):
    """The valid sheets of a round, one PDF a product, as an open file."""
    package = _Package(datetime.datetime.fromisoformat(closed.words["closed_at"]))
    for row in closed.products:
        package.add(f"{_name_of(row)}.pdf", [sheets_pdf(closed, row)], squeeze=True)
    return package.done()


def sheets_pdf(closed: ClosedRound, row: ClosedProduct) -> bytes:
    """All valid sheets of one product."""
    return pdf.draw_apart("sheets", sheets_of(closed, [row]))


def _name_of(row: ClosedProduct) -> str:
    return f"san-pham-{row.words['number']:02}-{file_name(row.words['name'])}"


def sheets_of(closed: ClosedRound, products: list[ClosedProduct]) -> dict:
    """The data of all valid sheets of these products, product by product."""
    answers = answers_of(sheet.sheet for row in products for sheet in row.sheets)
    return {
        "title": "Phiếu đánh giá",
        "sheets": [
            content.score_sheet(
                closed.content, row.words, row.criteria, answers[sheet.sheet], sheet.seat, sheet
            )
            for row in products
            for sheet in row.sheets
        ],
    }


def _add_dossier(package: _Package, folder: str, row: ClosedProduct, remarks: list[str]) -> None:
    """The dossier as it was frozen when the round opened; what is not there is said in the list."""
    papers = Paper.objects.in_bulk([found["paper"] for found in row.words["dossier"]])
    for number, found in enumerate(row.words["dossier"], start=1):
        paper = papers[found["paper"]]  # a paper is withdrawn, never deleted
        if not found["sha256"]:
            what = f"{found['quantity']} đơn vị" if found["quantity"] else "không có tệp"
            remarks.append(f"{folder}: {found['what']} – {what}, gửi kèm ngoài gói này.")
            continue
        suffix = PurePath(found["name"]).suffix.lower()
        stem = file_name(found["what"])
        path = f"{folder}/ho-so/{number:02}-{stem}{suffix if suffix[1:].isalnum() else ''}"
        try:
            source = paper.file.open("rb")
        except FileNotFoundError:
            remarks.append(f"{folder}: {found['what']} – KHÔNG CÒN TỆP TRONG KHO LƯU TRỮ.")
            continue
        with source:
            pieces = iter(partial(source.read, PIECE), b"")
            digest = package.add(path, pieces, squeeze=False)
        if digest != found["sha256"]:
            remarks.append(f"{path}: NỘI DUNG KHÁC VỚI LÚC MỞ ĐỢT ({found['sha256']}).")


def _list_of(closed, referred, files, remarks) -> str:
    words, council = closed.words, closed.council
    lines = [
        "BẢN KÊ HỒ SƠ CHUYỂN CẤP TRÊN",
        "",
        f"Hội đồng: {council['name']}",
        f"Đợt: {words['name']}, {words['level']}, họp ngày {content.short_day(words['meets_on'])}",
        f"Chấm theo: Quyết định số {words['decision_number']}",
        f"Kết quả chốt lúc {content.moment(words['closed_at'])}",
        f"Gửi: {content.addressee(closed)}",
        *(["", "DỮ LIỆU MẪU, KHÔNG CÓ THẬT."] if closed.is_sample else []),
        "",
        f"SẢN PHẨM ({len(referred)})",
    ]
    for row in referred:
        lines.append(
            f"{row.words['number']}. {row.words['name']} – {row.words['producer']}, "
            f"{row.words['unit']}: {content.show_points(row.mean)} điểm, "
            f"{content.rank(row.result)}"
        )
    lines += ["", f"TỆP ({len(files)}): SHA-256, số byte, đường dẫn"]
    lines += [f"{digest}  {size:>10}  {path}" for path, digest, size in files]
    if remarks:
        lines += ["", "GHI CHÚ", *remarks]
    # Read with Notepad: byte order mark and its line ends.
    return "\ufeff" + "\r\n".join(lines) + "\r\n"
