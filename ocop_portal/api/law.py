"""The law over HTTP: Decisions, criteria sets, a sheet scored, advice for a star."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router

from ocop_portal import law
from ocop_portal.lawbook.versions import current_set, summaries

from . import law_answers as answers
from .errors import Problem
from .law_forms import AdviceAsked, Sheet

router = Router(tags=["Quyết định và bộ tiêu chí"])

Slug = Annotated[
    str,
    Path(
        description="Mã của Quyết định, như “1048-2019”.",
        enum=[decision.slug for decision in law.decisions()],
    ),
]
Number = Annotated[
    int,
    Path(
        description="Số của bộ tiêu chí trong Quyết định.",
        minimum=1,
        maximum=max(item.number for found in law.decisions() for item in found.sets),
    ),
]
GET_ERRORS = {404: Problem, 429: Problem}
SET_ERRORS = {404: Problem, 409: Problem, 429: Problem}
POST_ERRORS = {
    400: Problem,
    **SET_ERRORS,
    413: Problem,
    415: Problem,
    422: Problem,
}


def set_of(slug: str, number: int) -> law.CriteriaSet:
    """The set as it is used today. What does not exist is refused before the database is asked."""
    law.decision(slug).summary(number)
    return current_set(slug, number)


@router.get(
    "",
    url_name="decisions",
    operation_id="decisions",
    summary="Các Quyết định",
    response={200: list[answers.DecisionBrief], 429: Problem},
)
def decisions(request: HttpRequest):
    """Mọi Quyết định mà cổng thông tin có, từ cũ đến mới."""
    return [answers.decision_brief(decision) for decision in law.decisions()]


@router.get(
    "{slug}/",
    url_name="decision",
    operation_id="decision",
    summary="Một Quyết định",
    response={200: answers.DecisionFull, **GET_ERRORS},
)
def decision(request: HttpRequest, slug: Slug):
    """Hiệu lực, sửa đổi, khung điểm, cấp đánh giá, hồ sơ, phân loại sản phẩm và các bộ tiêu chí."""
    found = law.decision(slug)
    return answers.decision_full(found, summaries(slug).values())


@router.get(
    "{slug}/sets/{int:number}/",
    url_name="criteria_set",
    operation_id="criteria_set",
    summary="Một bộ tiêu chí",
    response={200: answers.SetFull, **SET_ERRORS},
)
def criteria_set(request: HttpRequest, slug: Slug, number: Number):
    """Phần, mục, tiêu chí và phương án theo thứ tự in; quy định, mức sao tối thiểu, chỗ còn nghi vấn."""
    return answers.set_full(set_of(slug, number))


@router.post(
    "{slug}/sets/{int:number}/score/",
    url_name="score",
    operation_id="score",
    summary="Chấm thử một phiếu",
    response={200: answers.Scored, **POST_ERRORS},
)
def score(request: HttpRequest, slug: Slug, number: Number, sheet: Sheet):
    """Điểm từng phần, tổng điểm, khung điểm và hạng sao của một phiếu. Không lưu lại gì."""
    return answers.scored(set_of(slug, number), sheet)


@router.post(
    "{slug}/sets/{int:number}/advice/",
    url_name="advice",
    operation_id="advice",
    summary="Cần thay đổi gì để lên sao",
    response={200: answers.Advised, **POST_ERRORS},
)
def advice(request: HttpRequest, slug: Slug, number: Number, sheet: AdviceAsked):
    """Ít thay đổi nhất để đạt hạng sao mong muốn: ít tiêu chí nhất, rồi ít bậc nhất. Không lưu lại gì."""
    return answers.advised(set_of(slug, number), sheet)
