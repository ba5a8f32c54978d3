"""The open data over HTTP, page by page."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from ninja import Query, Router, Schema
from pydantic import Field

from ocop_portal.api.errors import Problem

from . import open_data

PAGE = 100
router = Router(tags=["Dữ liệu mở"])


class Page(Schema):
    """Một trang của một bảng dữ liệu mở."""

    dataset: str = Field(description="Tên bảng.")
    offset: int = Field(description="Số dòng đã bỏ qua.")
    count: int = Field(description="Số dòng của cả bảng.")
    rows: list[dict] = Field(description="Các dòng; nghĩa từng cột ở trang Dữ liệu mở.")


def _add(found: open_data.DataSet) -> None:
    with translation.override(settings.LANGUAGE_CODE):  # the API explains itself in Vietnamese
        title = str(found.title)

    @router.get(
        f"{found.slug}/",
        url_name=f"data-{found.slug}",
        operation_id=f"data_{found.slug.replace('-', '_')}",
        summary=title,
        response={200: Page, 422: Problem, 429: Problem},
    )
    def rows(
        request: HttpRequest,
        offset: int = Query(0, ge=0, le=10_000_000, description="Bỏ qua bao nhiêu dòng đầu."),
    ):
        """Mỗi lần 100 dòng, theo khóa; dòng tiếp theo bằng “offset”."""
        return {
            "dataset": found.slug,
            "offset": offset,
            "count": found.rows().count(),
            "rows": list(found.records(start=offset, stop=offset + PAGE)),
        }


for _found in open_data.SETS.values():
    _add(_found)
