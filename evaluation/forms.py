"""Forms of councils, rounds, the tally and recognitions."""

import datetime

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Column, Fieldset, Layout, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from communes.models import Role, Unit, today
from communes.scope import units_in_scope
from ocop_portal import law
from ocop_portal.forms import CHOOSE, PortalForm, PortalModelForm
from ocop_portal.page_language import filled
from ocop_portal.portal_words import portal_words
from products.models import Cycle, EvaluationLevel

from .councils import members_to_replace, people_for
from .models import (
    Candidate,
    CheckAnswer,
    Conflict,
    Council,
    MarkFinding,
    Recognition,
    Result,
    Round,
    Seat,
)
from .recognition import default_validity


def _helper(*layout) -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.layout = Layout(*layout)
    return helper


def _half(*names) -> Row:
    return Row(*(Column(name, css_class="col-md") for name in names))


class CouncilForm(PortalModelForm):
    class Meta:
        model = Council
        fields = [
            "unit",
            "name",
            "decision_number",
            "decided_on",
            "valid_from",
            "valid_until",
            "quorum_numerator",
            "quorum_denominator",
            "spread_limit",
            "members_see_support",
        ]

    def __init__(self, *args, user, rules: law.WorkingRules, **kwargs):
        super().__init__(*args, **kwargs)
        units = units_in_scope(user, Role.Kind.DISTRICT_OFFICER).exclude(level=Unit.Level.COMMUNE)
        self.fields["unit"].queryset = units
        self.fields["unit"].empty_label = None
        self.fields["decision_number"].help_text = _("Ví dụ: 1234/QĐ-UBND")
        if not self.instance.pk:
            self.initial["quorum_numerator"] = rules.quorum.numerator
            self.initial["quorum_denominator"] = rules.quorum.denominator
            self.initial["spread_limit"] = rules.spread_limit
        hint = filled(
            _(
                "Mặc định %(num)s/%(den)s thành viên, có chủ tịch; lệch quá %(limit)s điểm thì thảo "
                "luận lại. Số mặc định lấy theo quy chế làm việc mà các tỉnh đã công bố. Quy chế của "
                "hội đồng này ghi khác thì sửa lại cho đúng."
            ),
            {
                "num": rules.quorum.numerator,
                "den": rules.quorum.denominator,
                "limit": rules.spread_limit,
            },
        )
        self.helper = _helper(
            "unit",
            "name",
            _half("decision_number", "decided_on"),
            _half("valid_from", "valid_until"),
            Fieldset(
                _("Quy chế làm việc"),
                HTML(filled('<p class="quiet">%s</p>', hint)),
                _half("quorum_numerator", "quorum_denominator", "spread_limit"),
                "members_see_support",
            ),
        )

    def clean(self):
        data = super().clean()
        num, den = data.get("quorum_numerator"), data.get("quorum_denominator")
        if num and den and num > den:
            self.add_error("quorum_numerator", _("Túc số phải từ trên 0 đến cả hội đồng."))
        start, end = data.get("valid_from"), data.get("valid_until")
        if start and end and end < start:
            self.add_error("valid_until", _("Nhiệm kỳ phải kết thúc sau khi bắt đầu."))
        return data


class SeatForm(PortalModelForm):
    class Meta:
        model = Seat
        fields = ["user", "position", "represents", "scores", "substitutes_for"]

    def __init__(self, *args, council: Council, **kwargs):
        super().__init__(*args, **kwargs)
        seated = council.seats.filter(left_on__isnull=True).values("user")
        self.fields["user"].queryset = people_for(council).exclude(pk__in=seated)
        self.fields["user"].label_from_instance = _person
        self.fields["user"].label = pgettext_lazy("hội đồng", "Người tham gia")
        self.fields["user"].help_text = _(
            "Chỉ hiện người đã được giao vai trò thành viên hội đồng hoặc tổ tư vấn tại đơn vị. "
            "Chưa có tên thì đề nghị quản trị hệ thống giao vai trò."
        )
        self.fields["represents"].help_text = _("Ví dụ: Phòng Nông nghiệp và PTNT")
        self.fields["scores"].help_text = _(
            "Bỏ chọn nếu quyết định thành lập không giao người này chấm điểm. "
            "Tổ tư vấn giúp việc không chấm."
        )
        self.fields["substitutes_for"].queryset = members_to_replace(council)
        self.fields["substitutes_for"].label_from_instance = lambda seat: str(seat)
        self.fields["substitutes_for"].empty_label = _("Không phải dự khuyết")
        self.fields["substitutes_for"].help_text = _(
            "Chọn nếu quyết định thành lập cử người này dự khuyết. Người dự khuyết chỉ chấm khi "
            "thư ký gọi thay."
        )
        self.helper = _helper("user", _half("position", "represents"), "scores", "substitutes_for")

    def clean(self):
        data = super().clean()
        if data.get("position") == Seat.Position.SUPPORT:
            data["scores"] = False  # the box is ticked from the start; nobody need untick it
        return data


def _person(user) -> str:
    rest = ", ".join(part for part in (user.position, user.organisation) if part)
    return f"{user} – {rest}" if rest else str(user)


class LeaveForm(PortalForm):
    left_on = forms.DateField(label=_("Thôi tham gia từ ngày"), initial=today)

    helper = _helper("left_on")


class DueMixin(forms.Form):
    """A moment as a day and a time of day, in Vietnam's time."""

    due_date = forms.DateField(label=_("Hạn gửi phiếu: ngày"))
    due_time = forms.TimeField(
        label=_("Giờ"),
        initial=datetime.time(17, 0),
        input_formats=["%H:%M", "%Hh%M", "%Hh", "%H"],
        widget=forms.TimeInput(
            format="%H:%M", attrs={"placeholder": "17:00", "inputmode": "numeric"}
        ),
        help_text=_("Giờ 24, ví dụ 17:00"),
        error_messages={"invalid": _("Hãy ghi giờ và phút, ví dụ 17:00.")},
    )

    @property
    def due(self) -> datetime.datetime:
        """The moment that was typed."""
        naive = datetime.datetime.combine(
            self.cleaned_data["due_date"], self.cleaned_data["due_time"]
        )
        return timezone.make_aware(naive)


class RoundForm(DueMixin, PortalModelForm):
    class Meta:
        model = Round
        fields = ["name", "cycle", "level", "meets_on"]

    def __init__(self, *args, council: Council, **kwargs):
        super().__init__(*args, **kwargs)
        cycles = Cycle.objects.filter(unit__covered_by__holder=council.unit_id, is_closed=False)
        self.fields["cycle"].queryset = cycles.select_related("unit").distinct()
        self.fields["cycle"].label_from_instance = lambda cycle: f"{cycle} ({cycle.law.number})"
        self.fields["cycle"].help_text = _("Đợt chấm theo Quyết định của chu trình.")
        self.fields["name"].help_text = _("Ví dụ: Đợt 1 năm 2019")
        if self.instance.pk:
            due = timezone.localtime(self.instance.scoring_due)
            self.initial.setdefault("due_date", due.date())
            self.initial.setdefault("due_time", due.time())
        elif council.unit.level in EvaluationLevel.values:
            # Not setdefault: a round that is not yet saved has an empty level in `initial` already.
            self.initial["level"] = council.unit.level
        self.helper = _helper("name", "cycle", "level", _half("meets_on", "due_date", "due_time"))

    def clean(self):
        data = super().clean()
        if data.get("due_date") and data.get("due_time"):
            self.instance.scoring_due = self.due
            if self.due <= timezone.now():
                self.add_error("due_date", _("Hạn gửi phiếu phải ở phía trước."))
        return data


class ExtendForm(DueMixin, PortalForm):
    reason = forms.CharField(
        label=_("Lý do gia hạn"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    helper = _helper(_half("due_date", "due_time"), "reason")


class ReasonForm(PortalForm):
    """One reason, for acts that need one."""

    reason = forms.CharField(
        label=_("Lý do"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    helper = _helper("reason")

    def __init__(self, *args, label: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        if label:
            self.fields["reason"].label = label


class SpreadForm(PortalForm):
    spread_note = forms.CharField(
        label=_("Ý kiến hội đồng sau khi thảo luận về chênh lệch"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    helper = _helper("spread_note")


class FindingForm(PortalForm):
    finding = forms.ChoiceField(
        label=_("Kết luận của hội đồng"),
        choices=Candidate.Finding.choices,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Lý do"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3})
    )

    helper = _helper("finding", "reason")


class SeenForm(PortalForm):
    """A form that knows the newest word of the council which its page has shown."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def now_seen(self, key: int) -> None:
        """The page shows the words up to this key: also where what was typed comes back refused."""
        self.initial["seen"] = key
        if self.is_bound:
            self.data[self.add_prefix("seen")] = key  # a copy of what was sent, by PortalFormMixin


class MarkForm(SeenForm):
    """The council's own finding on one of a product's doubtful star marks."""

    mark = forms.ChoiceField(label=_("Mức tối thiểu cần kết luận"))
    word = forms.ChoiceField(
        label=_("Kết luận của hội đồng"),
        choices=MarkFinding.Word.choices,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Lý do"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3})
    )

    helper = _helper("mark", "word", "reason", "seen")

    def __init__(self, *args, row, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["mark"].choices = [
            (
                f"{mark.state.star}:{mark.state.code}",
                filled(
                    _("%(star)d sao – %(code)s. %(title)s"),
                    {
                        "star": mark.state.star,
                        "code": mark.state.code,
                        "title": mark.title,
                    },
                ),
            )
            for mark in row.doubtful
        ]

    def act(self, acts, **common) -> None:
        """Record the finding; raises `RoundRefused`."""
        data = self.cleaned_data
        star, _colon, code = data["mark"].partition(":")
        acts.find_mark(
            star=int(star),
            criterion=code,
            word=data["word"],
            reason=data["reason"],
            seen=data["seen"],
            **common,
        )


class QuestionsForm(SeenForm):
    """The council's answers to what only the signed text can tell of a product."""

    def __init__(self, *args, row, **kwargs):
        super().__init__(*args, **kwargs)
        self.codes = [question.code for question in row.asked]
        layout = []
        for question in row.asked:
            word, note = f"{question.code}-word", f"{question.code}-note"
            self.fields[word] = forms.ChoiceField(
                label=portal_words(question.text),
                choices=CheckAnswer.Word.choices,
                initial=question.said.word if question.said else CheckAnswer.Word.OPEN,
                widget=forms.RadioSelect,
            )
            self.fields[note] = forms.CharField(
                label=filled(_("Trang, mục của văn bản ký (hạng %d sao)"), question.star),
                initial=question.said.text if question.said else "",
                max_length=500,
                required=False,
            )
            layout.append(Fieldset("", word, note))
        self.helper = _helper(*layout, "seen")

    def clean(self):
        data = super().clean()
        for code in self.codes:
            answered = data.get(f"{code}-word") in {CheckAnswer.Word.YES, CheckAnswer.Word.NO}
            if answered and not (data.get(f"{code}-note") or "").strip():
                self.add_error(f"{code}-note", _("Cần ghi trang, mục của văn bản ký đã đối chiếu."))
        return data

    def act(self, acts, **common) -> None:
        """Record the answers; raises `RoundRefused`."""
        data = self.cleaned_data
        acts.answer_checks(
            answers={code: (data[f"{code}-word"], data[f"{code}-note"]) for code in self.codes},
            seen=data["seen"],
            **common,
        )


def newest(said) -> int:
    """The key of the newest of the council's words, 0 for none: what a page has shown."""
    return max((word.pk for word in said if word), default=0)


class ConflictForm(PortalForm):
    kind = forms.ChoiceField(
        label=_("Quan hệ với chủ thể"), choices=Conflict.Kind.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("Ghi rõ"), max_length=300, required=False)

    helper = _helper("kind", "note")

    def clean(self):
        data = super().clean()
        if data.get("kind") == Conflict.Kind.OTHER and not data.get("note"):
            self.add_error("note", _("Hãy ghi rõ lý do."))
        return data


class RecognitionForm(PortalModelForm):
    class Meta:
        model = Recognition
        fields = [
            "result",
            "stars",
            "level",
            "authority",
            "decision_number",
            "decided_on",
            "valid_until",
            "product_code",
            "source",
        ]
        widgets = {
            "stars": forms.Select(
                choices=[("", CHOOSE), (3, _("3 sao")), (4, _("4 sao")), (5, _("5 sao"))]
            )
        }

    def __init__(self, *args, product, **kwargs):
        super().__init__(*args, **kwargs)
        self.product = product
        months = law.decision(product.decision).certificate_months
        results = Result.objects.filter(
            candidate__entry__product=product,
            candidate__round__state__in=[Round.State.CLOSED, Round.State.PUBLISHED],
        ).select_related("candidate__round", "candidate__entry__product")
        self.fields["result"].queryset = results
        self.fields["result"].label = _("Theo kết quả đánh giá")
        self.fields["result"].label_from_instance = _result_label
        self.fields["result"].empty_label = _("Không gắn với đợt nào trong hệ thống")
        self.fields["authority"].help_text = _("Ví dụ: Ủy ban nhân dân tỉnh Quảng Trị")
        self.fields["valid_until"].help_text = filled(
            _("Để trống thì tính %d tháng từ ngày quyết định."), months
        )
        self.fields["product_code"].help_text = _("Ghi đúng như trên giấy chứng nhận.")
        self.fields["source"].help_text = _(
            "Chỉ cần khi thiếu số, ngày quyết định: ghi nơi đã công bố."
        )
        self.helper = _helper(
            "result",
            _half("stars", "level"),
            "authority",
            _half("decision_number", "decided_on", "valid_until"),
            _half("product_code", "source"),
        )

    def clean(self):
        data = super().clean()
        self.instance.product = self.product
        decided_on = data.get("decided_on")
        if decided_on and decided_on > today():
            self.add_error("decided_on", _("Ngày quyết định không thể ở phía trước."))
            decided_on = None
        if decided_on and not data.get("valid_until") and "valid_until" not in self.errors:
            result = data.get("result")
            slug = result.candidate.round.decision if result else self.product.decision
            data["valid_until"] = default_validity(slug, decided_on)
            self.instance.valid_until = data["valid_until"]
        if decided_on and data.get("valid_until") and data["valid_until"] < decided_on:
            self.add_error("valid_until", _("Thời hạn phải sau ngày quyết định."))
        self._complete_or_sourced(data)
        self._level_may(data)
        return data

    def _complete_or_sourced(self, data) -> None:
        if data.get("source"):
            return
        for name in ("authority", "decision_number", "decided_on"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Cần điền; nếu chưa rõ, hãy ghi nguồn công bố."))

    def _level_may(self, data) -> None:
        """With a result at hand its Decision says who may recognise how many stars."""
        result, level, stars = data.get("result"), data.get("level"), data.get("stars")
        if not (result and level and stars):
            return
        decision = result.candidate.round.law
        on = data.get("decided_on") or result.candidate.round.meets_on
        found = next((item for item in decision.levels_on(on) if item.code == level), None)
        if found is None or stars not in found.recognises:
            self.add_error(
                "level",
                filled(
                    _("Theo %(law)s, %(level)s không công nhận %(stars)d sao."),
                    {
                        "law": decision.number,
                        "level": found.name if found else dict(EvaluationLevel.choices)[level],
                        "stars": stars,
                    },
                ),
            )


def _result_label(result: Result) -> str:
    return filled(
        _("%(round)s: %(points)s điểm, hạng %(stars)d sao"),
        {
            "round": result.candidate.round,
            "points": law.show_points(result.mean),
            "stars": result.stars,
        },
    )


class RevokeForm(PortalForm):
    revoked_on = forms.DateField(label=_("Thu hồi từ ngày"), initial=today)
    revoked_ground = forms.CharField(
        label=_("Căn cứ thu hồi"),
        max_length=300,
        help_text=_("Số quyết định thu hồi và lý do."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    concluded_on = forms.DateField(
        label=_("Ngày kết luận vi phạm"),
        required=False,
        help_text=_("Bỏ trống nếu chưa rõ. Dùng để đối chiếu thời hạn thu hồi."),
    )

    helper = _helper(_half("revoked_on", "concluded_on"), "revoked_ground")


class RoundFilterForm(forms.Form):
    """Further filters of the list of rounds."""

    state = forms.ChoiceField(
        label=_("Trạng thái"),
        required=False,
        choices=[("", _("Tất cả")), *Round.State.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    year = forms.TypedChoiceField(
        label=_("Năm"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args, years, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", _("Tất cả")), *((year, year) for year in years)]
