"""Every refusal of the API: a reason in Vietnamese for the person, a word for the machine."""

from django.http import HttpRequest, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import Field

from ocop_portal import law


class Problem(Schema):
    """Mọi lời từ chối đều có hai khóa này và không có gì khác."""

    detail: str = Field(description="Lý do, bằng tiếng Việt, để đưa cho người dùng xem.")
    code: str = Field(description="Mã của lý do, để chương trình phân biệt; không thay đổi.")


class Refusal(Exception):
    """What the API refuses by itself, before or beside the law: one of `CODES`, in its words."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


# The law's refusals: what does not exist, what must not be used, what was filled in wrongly.
LAW = {
    law.UnknownDecision: (404, "unknown_decision"),
    law.UnknownSet: (404, "unknown_set"),
    law.MissingSet: (409, "missing_set"),
    law.UnknownCriterion: (422, "unknown_criterion"),
    law.OptionOutOfRange: (422, "option_out_of_range"),
    law.BothCases: (422, "both_cases"),
    law.UnknownRule: (422, "unknown_rule"),
    # By itself: a published text that was altered behind the portal's back.
    law.LawError: (409, "altered_set"),
}

# All codes, for the documentation: code → (status, when).
CODES = {
    "invalid_json": (400, "Nội dung gửi lên không phải JSON (UTF-8), hoặc lặp lại một khóa."),
    "unknown_decision": (404, "Không có Quyết định với mã này."),
    "unknown_set": (404, "Quyết định không có bộ tiêu chí với số này."),
    "not_found": (404, "Không có địa chỉ này. Các địa chỉ kết thúc bằng dấu gạch chéo."),
    "method_not_allowed": (405, "Địa chỉ này không nhận phương thức đó."),
    "missing_set": (409, "Chưa tìm được văn bản của bộ tiêu chí, nên chưa dùng được."),
    "altered_set": (
        409,
        "Nội dung bộ tiêu chí đã bị sửa ngoài cổng thông tin, nên không dùng được.",
    ),
    "body_too_large": (413, "Nội dung gửi lên quá lớn."),
    "not_json": (415, "Thiếu “Content-Type: application/json”."),
    "invalid_body": (422, "Thiếu khóa, khóa không được biết, hoặc giá trị sai kiểu."),
    "unknown_criterion": (422, "Bộ không có tiêu chí này, hoặc đó là đề mục không chấm điểm."),
    "option_out_of_range": (422, "Tiêu chí không có phương án với số này."),
    "both_cases": (422, "Chấm cả hai trường hợp loại trừ nhau."),
    "unknown_rule": (422, "Bộ không có quy định với khóa này để khai báo."),
    "too_many_requests": (429, "Gửi quá nhiều yêu cầu; chờ số giây ghi ở “Retry-After”."),
}

# What pydantic finds wrong with a value, in words. {…} come from its own report.
FAULTS = {
    "missing": "thiếu",
    "extra_forbidden": "không phải khóa được biết",
    "int_type": "phải là số nguyên",
    "int_parsing": "phải là số nguyên",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than_equal": "nhiều nhất là {le}",
    "string_type": "phải là chuỗi ký tự",
    "string_too_long": "dài quá {max_length} ký tự",
    "dict_type": "phải là một đối tượng JSON",
    "list_type": "phải là một danh sách",
    "too_long": "có quá nhiều mục, nhiều nhất {max_length}",
    "model_type": "phải là một đối tượng JSON",
}


def problem(status: int, code: str, detail: str) -> JsonResponse:
    """The answer that refuses."""
    response = JsonResponse(
        {"detail": detail, "code": code}, status=status, json_dumps_params={"ensure_ascii": False}
    )
    # The same words may be said of another request a moment later.
    response["Cache-Control"] = "no-store"
    return response


def install(api: NinjaAPI) -> None:
    """Let the API answer every refusal in this one form."""

    @api.exception_handler(law.LawError)
    def lawful(request: HttpRequest, error: law.LawError):
        status, code = LAW[type(error)]
        return problem(status, code, str(error))

    @api.exception_handler(Refusal)
    def refused(request: HttpRequest, refusal: Refusal):
        status, detail = CODES[refusal.code]
        return problem(status, refusal.code, detail)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError):
        return problem(422, "invalid_body", in_words(error.errors[0]))

    @api.exception_handler(HttpError)
    def unreadable(request: HttpRequest, error: HttpError):
        # The framework raises it for a body that the parser did not take, and for nothing else.
        reason = error.__cause__
        if isinstance(reason, Refusal):
            return refused(request, reason)
        return problem(400, "invalid_json", CODES["invalid_json"][1])


def in_words(fault: dict) -> str:
    """What is wrong with the body, and where in it."""
    where = [str(step) for step in fault["loc"][2:] if step != "[key]"]
    reason = FAULTS.get(fault["type"], "có giá trị không hợp lệ")
    place = f"“{'.'.join(where)[:100]}”" if where else "Nội dung gửi lên"
    return f"{place} {reason.format(**fault.get('ctx', {}))}."
