"""Workbooks as officers send them, good and bad."""

import io
import unicodedata

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from ocop_portal.exchange import jobs
from ocop_portal.exchange.models import Import, Row
from ocop_portal.uploads import EXCEL, check_upload

PRODUCERS = ["Tên chủ thể (*)", "Loại hình (*)", "Xã, thị trấn (*)", "Mã số thuế", "Số lao động"]
PRODUCTS = ["Tên sản phẩm", "Chủ thể", "Xã của chủ thể", "Bộ sản phẩm", "Mô tả ngắn"]


def producer_row(number: int) -> list:
    return [f"Chủ thể mẫu {number}", "hợp tác xã", "19363", f"32{number:08d}", 12]


def product_row(number: int, producer: int) -> list:
    return [f"Sản phẩm mẫu {number}", f"32{producer:08d}", None, "7", "Ngon."]


def book(producers=(), products=()) -> Workbook:
    """A workbook of two sheets under the headings of the template."""
    found = Workbook()
    page = found.active
    page.title = "Chủ thể"
    for row in (PRODUCERS, *producers):
        page.append(row)
    page = found.create_sheet("Sản phẩm")
    for row in (PRODUCTS, *products):
        page.append(row)
    return found


def saved(workbook: Workbook) -> bytes:
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def uploaded(content, name="so-lieu.xlsx") -> SimpleUploadedFile:
    content = saved(content) if isinstance(content, Workbook) else content
    return SimpleUploadedFile(name, content)


def read(content, by, kind="") -> Import:
    """Upload and let the worker read."""
    upload = check_upload(uploaded(content), accepted={EXCEL}, refusal="")
    job = jobs.start_import(upload=upload, by=by, kind=kind)
    jobs.work(job.pk)
    job.refresh_from_db()
    return job


def brought_in(content, by, kind="") -> Import:
    """Upload, read, confirm, write."""
    job = read(content, by, kind)
    jobs.confirm(job=job, by=by)
    jobs.work(job.pk)
    job.refresh_from_db()
    return job


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def opened(content: bytes):
    return load_workbook(io.BytesIO(content))


def outcomes(job: Import) -> dict[str, int]:
    return {outcome: count for outcome, count in jobs.counts(job).items() if count}


def why(job: Import) -> dict[tuple[str, int], list[tuple[str, str]]]:
    """(sheet, row) → the faults named there, as (letter, words)."""
    return {
        (row.sheet, row.number): [(fault["letter"], fault["why"]["vi"]) for fault in row.faults]
        for row in job.rows.filter(outcome=Row.Outcome.REFUSED)
    }
