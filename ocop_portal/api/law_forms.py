"""What is sent to the API about a sheet, and its limits."""

from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field, StrictInt, StrictStr

# A set has some thirty criteria and a handful of rules; these are walls, not measures.
MAX_CHOICES = 300
MAX_RULES = 100

Code = Annotated[StrictStr, Field(max_length=20)]
RuleKey = Annotated[StrictStr, Field(max_length=100)]
# The law itself refuses what is out of range, and says of which criterion.
OptionNumber = Annotated[StrictInt, Field(json_schema_extra={"minimum": 1})]


class Sheet(Schema):
    """Một phiếu đã chấm, hoặc mới chấm một phần."""

    model_config = ConfigDict(extra="forbid")

    choices: Annotated[dict[Code, OptionNumber | None], Field(max_length=MAX_CHOICES)] = Field(
        description=(
            "Mã tiêu chí → số thứ tự của phương án, đếm từ 1 theo thứ tự in; null là “không đạt phương"
            " án nào” (0 điểm). Tiêu chí không có ở đây là chưa chấm."
        )
    )
    knock_outs: Annotated[list[RuleKey], Field(max_length=MAX_RULES)] = Field(
        default=[], description="Khóa của các quy định loại sản phẩm mà người chấm khai báo."
    )
    gates: Annotated[list[RuleKey], Field(max_length=MAX_RULES)] = Field(
        default=[],
        description="Khóa của các quy định dừng chấm mà người chấm khai báo (loại không tự động).",
    )


class AdviceAsked(Sheet):
    """Một phiếu, và hạng sao muốn đạt."""

    target: Annotated[StrictInt, Field(ge=1, le=5)] = Field(description="Hạng sao muốn đạt, 1–5.")
