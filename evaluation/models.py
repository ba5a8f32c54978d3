"""How good: councils, rounds, score sheets, results."""

from fractions import Fraction

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from communes.models import PeriodQuerySet, Unit
from ocop_portal import law
from products.models import Cycle, Entry, EvaluationLevel, Paper

from .recognition_models import (  # noqa: F401  models of this app
    Complaint,
    ComplaintPaper,
    Outcome,
    Recognition,
)
from .referral_models import Referral, ReferralPackage  # noqa: F401  models of this app


class Council(models.Model):
    """A council set up by a decision of a people's committee, with its working rules (quy chế)."""

    unit = models.ForeignKey(
        Unit, verbose_name=_("đơn vị"), on_delete=models.PROTECT, related_name="councils"
    )
    name = models.CharField(_("tên hội đồng"), max_length=200)
    decision_number = models.CharField(_("số quyết định thành lập"), max_length=100)
    decided_on = models.DateField(_("ngày quyết định"))
    valid_from = models.DateField(_("nhiệm kỳ từ"), null=True, blank=True)
    valid_until = models.DateField(_("nhiệm kỳ đến hết"), null=True, blank=True)
    # Defaults come from the Decision's working rules; the council's own rules may say otherwise.
    quorum_numerator = models.PositiveSmallIntegerField(
        _("túc số: ít nhất … phần"), default=3, validators=[MinValueValidator(1)]
    )
    quorum_denominator = models.PositiveSmallIntegerField(
        _("túc số: trên tổng số … phần"), default=4, validators=[MinValueValidator(1)]
    )
    spread_limit = models.PositiveSmallIntegerField(
        _("chênh lệch điểm cho phép"),
        default=10,
        validators=[MaxValueValidator(100)],
        help_text=_("Hai phiếu của một sản phẩm lệch nhau quá mức này thì hội đồng thảo luận lại."),
    )
    members_see_support = models.BooleanField(
        _("thành viên xem được ý kiến tổ tư vấn"),
        default=False,
        help_text=_(
            "Chọn nếu quy chế cho thành viên đọc ý kiến của tổ tư vấn trước khi gửi phiếu. "
            "Không chọn thì chủ tịch và thư ký đọc sau khi dừng chấm."
        ),
    )
    is_sample = models.BooleanField(_("hội đồng mẫu"), default=False)

    history = HistoricalRecords()
    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("hội đồng")
        verbose_name_plural = _("hội đồng")
        ordering = ["-decided_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quorum_denominator__gte=1)
                & Q(quorum_numerator__gte=1)
                & Q(quorum_numerator__lte=F("quorum_denominator")),
                name="council_quorum_within_one",
                violation_error_message=_("Túc số phải từ trên 0 đến cả hội đồng."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="council_term_forward",
                violation_error_message=_("Nhiệm kỳ phải kết thúc sau khi bắt đầu."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("evaluation:council", args=[self.pk])

    @property
    def quorum(self) -> Fraction:
        """The share of scoring members that must have handed in valid sheets."""
        return Fraction(self.quorum_numerator, self.quorum_denominator)


class Seat(models.Model):
    """A person's place in a council. Who scores is named in the council's decision, so it is data."""

    class Position(models.TextChoices):
        CHAIR = "chair", _("chủ tịch")
        DEPUTY = "deputy", _("phó chủ tịch")
        SECRETARY = "secretary", _("thư ký")
        MEMBER = "member", _("thành viên")
        SUPPORT = "support", _("tổ tư vấn giúp việc")

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("người giữ"),
        on_delete=models.PROTECT,
        related_name="seats",
    )
    position = models.CharField(_("vị trí"), max_length=10, choices=Position)
    represents = models.CharField(_("đại diện cơ quan"), max_length=200, blank=True)
    scores = models.BooleanField(
        _("chấm điểm"), default=True, help_text=_("Bỏ chọn nếu người này không chấm điểm.")
    )
    left_on = models.DateField(_("thôi tham gia từ ngày"), null=True, blank=True)
    # A substitute scores nothing until the secretary calls them in (`Substitution`).
    substitutes_for = models.ForeignKey(
        "self",
        verbose_name=_("dự khuyết cho"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="substitutes",
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("thành viên hội đồng")
        verbose_name_plural = _("thành viên hội đồng")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["council", "user"],
                name="seat_once_a_council",
                violation_error_message=_("Người này đã có trong hội đồng."),
            ),
            models.UniqueConstraint(
                fields=["council"],
                condition=Q(position="chair", left_on__isnull=True),
                name="seat_one_chair",
                violation_error_message=_("Hội đồng đã có chủ tịch."),
            ),
            models.CheckConstraint(
                condition=~Q(position="support") | Q(scores=False),
                name="seat_support_does_not_score",
                violation_error_message=_("Tổ tư vấn giúp việc không chấm điểm."),
            ),
            models.CheckConstraint(
                condition=Q(substitutes_for__isnull=True) | Q(position="member", scores=True),
                name="seat_substitute_is_a_scoring_member",
                violation_error_message=_("Người dự khuyết là thành viên chấm điểm."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_position_display()}"

    @property
    def may_declare_conflict(self) -> bool:
        """Who scores products, and who checks their dossiers."""
        return self.scores or self.position == self.Position.SUPPORT


class PinnedSet(models.Model):
    """A criteria set as it stood when a round was opened: what was scored stays readable for ever."""

    digest = models.CharField(max_length=64, unique=True)
    decision = models.SlugField(max_length=20)
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=150)
    content = models.JSONField()
    pinned_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.decision}/{self.number} {self.digest[:12]}"

    @property
    def criteria(self) -> law.CriteriaSet:
        """The frozen set; its digest was checked against the content."""
        return _thaw(self.digest, self)


_THAWED: dict[str, law.CriteriaSet] = {}


def _thaw(digest: str, pinned: PinnedSet) -> law.CriteriaSet:
    # Content is immutable by its digest, so a process may keep it for as long as it lives. Not
    # `lawbook.models.thaw`: lists defer the content, and to hand it over would read it each time.
    if digest not in _THAWED:
        criteria = law.CriteriaSet.from_dict(pinned.content)
        if criteria.digest != digest:
            raise law.LawError(f"pinned set {pinned.pk} was altered: {criteria.digest} ≠ {digest}")
        _THAWED[digest] = criteria
    return _THAWED[digest]


class Round(models.Model):
    """One sitting of a council: a level, a Decision, dates, and the products put before it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("đang chuẩn bị")
        OPEN = "open", _("đang chấm điểm")
        TALLYING = "tallying", _("đã dừng chấm, đang tổng hợp")
        CLOSED = "closed", _("đã chốt, chưa công bố")
        PUBLISHED = "published", _("đã công bố")
        CANCELLED = "cancelled", _("đã hủy")

    council = models.ForeignKey(
        Council, verbose_name=_("hội đồng"), on_delete=models.PROTECT, related_name="rounds"
    )
    cycle = models.ForeignKey(
        Cycle, verbose_name=_("chu trình"), on_delete=models.PROTECT, related_name="rounds"
    )
    level = models.CharField(_("cấp đánh giá"), max_length=10, choices=EvaluationLevel)
    decision = models.SlugField(_("Quyết định áp dụng"), max_length=20)
    name = models.CharField(_("tên đợt"), max_length=200)
    meets_on = models.DateField(_("ngày họp"))
    scoring_due = models.DateTimeField(_("hạn gửi phiếu"))
    # The day on which the invitation and the documents left for the members.
    invited_on = models.DateField(_("ngày gửi thư mời"), null=True, blank=True, editable=False)
    # The first hearing of a council that hears some products again after extra tests or checks.
    follows = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="followed_by",
    )
    # Copied from the council when the round opens, so that a later change of rules does not reach back.
    quorum_numerator = models.PositiveSmallIntegerField(default=3)
    quorum_denominator = models.PositiveSmallIntegerField(default=4)
    spread_limit = models.PositiveSmallIntegerField(default=10)
    members_see_support = models.BooleanField(default=False, editable=False)
    state = models.CharField(
        _("trạng thái"), max_length=10, choices=State, default=State.DRAFT, editable=False
    )
    opened_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    published_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("đợt đánh giá")
        verbose_name_plural = _("đợt đánh giá")
        ordering = ["-meets_on", "-pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("evaluation:round", args=[self.pk])

    @property
    def level_on_day(self) -> law.Level:
        """The round's level as the Decision has it on the day of the meeting."""
        return self.law.level(self.level, on=self.meets_on)

    @property
    def law(self) -> law.Decision:
        """The Decision that the round scores by."""
        return law.decision(self.decision)

    @property
    def outside_force(self) -> bool:
        """Whether the council meets on a day on which its Decision is not in force."""
        return not self.law.in_force_on(self.meets_on)

    @property
    def quorum(self) -> Fraction:
        return Fraction(self.quorum_numerator, self.quorum_denominator)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def takes_marks(self) -> bool:
        """While scoring is open, and for reopened sheets while the council settles differences."""
        return self.state in {self.State.OPEN, self.State.TALLYING}

    @property
    def is_settled(self) -> bool:
        """Closed for good: nothing of it may change any more."""
        return self.state in {self.State.CLOSED, self.State.PUBLISHED}


class RoundEvent(models.Model):
    """One thing that happened to a round; append-only."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="events")
    action = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.action} {self.at:%d/%m/%Y %H:%M}"


class Candidate(models.Model):
    """A product put before a round, with its dossier and its criteria set frozen."""

    class Finding(models.TextChoices):
        UPHELD = "upheld", _("hội đồng kết luận: loại")
        REJECTED = "rejected", _("hội đồng kết luận: không loại")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="candidates")
    entry = models.ForeignKey(
        Entry, verbose_name=_("sản phẩm"), on_delete=models.PROTECT, related_name="candidates"
    )
    number = models.PositiveSmallIntegerField(_("số thứ tự"))
    pinned_set = models.ForeignKey(
        PinnedSet, null=True, on_delete=models.PROTECT, related_name="candidates", editable=False
    )
    # What was in the dossier when the round opened; papers themselves are never deleted.
    dossier = models.JSONField(default=list, editable=False)
    # The producer's own sheet as it stood then: `products.self_assessment.frozen`; empty for none.
    self_assessment = models.JSONField(default=dict, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    removed_reason = models.CharField(max_length=500, blank=True, editable=False)
    # The referral by which a lower level sent the product here: its own entry is then not moved.
    referral = models.ForeignKey(
        Referral,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="candidates",
    )
    # Where some sheets, not all, declare a knock-out, the council itself has to find, with a reason.
    knock_out_finding = models.CharField(max_length=10, choices=Finding, blank=True)
    knock_out_reason = models.TextField(_("lý do"), blank=True, max_length=2_000)
    # Where sheets differ by more than the limit: what the council talked over and agreed.
    spread_note = models.TextField(_("ý kiến hội đồng về chênh lệch"), blank=True, max_length=2_000)

    class Meta:
        verbose_name = _("sản phẩm trong đợt")
        verbose_name_plural = _("sản phẩm trong đợt")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "entry"],
                condition=Q(removed_at__isnull=True),
                name="candidate_once_a_round",
            ),
            models.UniqueConstraint(fields=["round", "number"], name="candidate_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.entry.product}"

    @property
    def told_by_producer(self) -> dict:
        """The producer's own points by criterion; {} where it was made by another version of the set."""
        frozen = self.self_assessment
        same = frozen and self.pinned_set_id and frozen["digest"] == self.pinned_set.digest
        return frozen["points"] if same else {}


class SampleReceipt(models.Model):
    """The samples of a product that the round has received; append-only, the last one stands."""

    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="sample_receipts"
    )
    quantity = models.CharField(_("số lượng"), max_length=100)
    received_on = models.DateField(_("ngày nhận"))
    condition = models.CharField(_("tình trạng"), max_length=300)
    received_by = models.CharField(_("người nhận"), max_length=150)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("mẫu sản phẩm đã nhận")
        verbose_name_plural = _("mẫu sản phẩm đã nhận")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.candidate}: {self.quantity}"


class SupportCheck(models.Model):
    """What one person of the support team found of a dossier; no sheet, and in no tally."""

    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="support_checks"
    )
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="support_checks")
    is_complete = models.BooleanField(_("hồ sơ đầy đủ"))
    remarks = models.TextField(_("nhận xét"), max_length=2_000, blank=True)
    papers_read = models.ManyToManyField(Paper, verbose_name=_("minh chứng đã đọc"), blank=True)
    checked_at = models.DateTimeField(default=timezone.now)

    history = HistoricalRecords(excluded_fields=["checked_at"])

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["candidate", "seat"], name="support_check_once"),
            models.CheckConstraint(
                condition=Q(is_complete=True) | ~Q(remarks=""),
                name="support_check_says_what_misses",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat} × {self.candidate}"


class SupportProposal(models.Model):
    """The level that the support team proposes for one criterion; no level: taken back."""

    check_of = models.ForeignKey(SupportCheck, on_delete=models.PROTECT, related_name="proposals")
    criterion = models.CharField(max_length=20)
    option = models.PositiveSmallIntegerField(_("mức đề xuất"), null=True)
    reason = models.CharField(_("lý do"), max_length=500, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["check_of", "criterion"], name="support_proposal_once_a_criterion"
            ),
            models.CheckConstraint(
                condition=Q(option__isnull=True) | ~Q(reason=""),
                name="support_proposal_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.option}"


class MarkFinding(models.Model):
    """What the council itself found of a doubtful star mark; append-only, the last one stands.

    Where sheets disagree on a printed mark, or the text of the criterion is in doubt, the mean
    alone should not decide. Taking a finding back is another finding: by the mean again.
    """

    class Word(models.TextChoices):
        MET = "met", _("đạt")
        UNMET = "unmet", _("không đạt")
        MEAN = "mean", _("theo điểm bình quân")

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="mark_findings")
    star = models.PositiveSmallIntegerField()
    criterion = models.CharField(max_length=20)
    word = models.CharField(_("kết luận của hội đồng"), max_length=5, choices=Word)
    reason = models.TextField(_("lý do"), max_length=2_000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(star__gte=1) & Q(star__lte=5), name="mark_finding_star_1_to_5"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="mark_finding_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.star}★ {self.criterion}: {self.get_word_display()}"


class CheckAnswer(models.Model):
    """The council's answer to a question that only the signed text can settle; append-only.

    `question` is a code of `law.Decision.checks`; the last answer to it stands. An empty answer
    takes the one before back.
    """

    class Word(models.TextChoices):
        YES = "yes", _("đạt")
        NO = "no", _("không đạt")
        OPEN = "open", _("chưa trả lời")

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="check_answers")
    question = models.CharField(max_length=60)
    word = models.CharField(_("trả lời"), max_length=4, choices=Word)
    note = models.CharField(_("trang, mục của văn bản ký"), max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(word="open") | ~Q(note=""), name="check_answer_names_its_page"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.get_word_display()}"


class Conflict(models.Model):
    """A member's declared conflict of interest for one product; it takes the product from them."""

    class Kind(models.TextChoices):
        KIN = "kin", _("người thân của chủ thể")
        OWNER = "owner", _("có phần vốn, làm chủ")
        ADVISER = "adviser", _("đã tư vấn cho chủ thể")
        SUPPLIER = "supplier", _("cung ứng cho chủ thể")
        OTHER = "other", _("lý do khác")

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="conflicts")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="conflicts")
    kind = models.CharField(_("quan hệ"), max_length=10, choices=Kind)
    note = models.CharField(_("ghi rõ"), max_length=300, blank=True)
    declared_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["candidate", "seat"], name="conflict_once")]

    def __str__(self) -> str:
        return f"{self.seat} × {self.candidate}"


class Sheet(models.Model):
    """One member's score sheet for one product. A reopened sheet is a new version; the old stays."""

    class State(models.TextChoices):
        DRAFT = "draft", _("đang chấm")
        SUBMITTED = "submitted", _("đã gửi")
        LAPSED = "lapsed", _("không gửi trước khi dừng chấm")
        SUPERSEDED = "superseded", _("đã mở lại, còn để đối chiếu")

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="sheets")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="sheets")
    version = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    started_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reopened_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("phiếu chấm điểm")
        verbose_name_plural = _("phiếu chấm điểm")
        ordering = ["candidate", "seat", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "seat", "version"], name="sheet_version_once"
            ),
            models.UniqueConstraint(
                fields=["candidate", "seat"],
                condition=~Q(state="superseded"),
                name="sheet_one_current",
            ),
            models.CheckConstraint(
                condition=~Q(state="submitted") | Q(submitted_at__isnull=False),
                name="sheet_submitted_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat} × {self.candidate} (v{self.version})"


class Mark(models.Model):
    """The level a member chose for one criterion; option 0 is "none of these".

    The points are looked up from the option on the server when the mark is saved, never sent by
    the browser; the tally looks them up again.
    """

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="marks")
    criterion = models.CharField(max_length=20)
    option = models.PositiveSmallIntegerField()
    points = models.PositiveSmallIntegerField()
    # Raised by one with every change: a device that chose without having seen the newest is told.
    version = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("điểm tiêu chí")
        verbose_name_plural = _("điểm tiêu chí")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "criterion"], name="mark_once_a_criterion")
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.option} ({self.points})"


class MarkEvent(models.Model):
    """Every choice ever made on a sheet, append-only; read only where the sheet itself may be."""

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="mark_events")
    criterion = models.CharField(max_length=20)
    option = models.PositiveSmallIntegerField(null=True)
    previous = models.PositiveSmallIntegerField(null=True)
    # The name that the member's device gave this choice: sent again, it is known by it.
    client_id = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=0)  # of the mark after it; 0: not recorded
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "client_id"],
                condition=~Q(client_id=""),
                name="mark_event_once_a_client_id",
            )
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.previous} → {self.option}"


class MarkNote(models.Model):
    """What a member noted for themselves on one criterion; read only where the sheet may be."""

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="notes")
    criterion = models.CharField(max_length=20)
    text = models.TextField(_("ghi chú"))
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("ghi chú tiêu chí")
        verbose_name_plural = _("ghi chú tiêu chí")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "criterion"], name="note_once_a_criterion")
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.text[:40]}"


class Declaration(models.Model):
    """A knock-out or gate that a member declares on a sheet, by the key of the set's rule."""

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="declarations")
    rule = models.CharField(max_length=40)
    reason = models.CharField(_("lý do"), max_length=500)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "rule"], name="declaration_once_a_rule")
        ]

    def __str__(self) -> str:
        return self.rule


class Absence(models.Model):
    """A member who did not come to the sitting, with the reason; for the quorum and the minutes."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="absences")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="absences")
    reason = models.CharField(_("lý do vắng"), max_length=300)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "seat"], name="absence_once")]

    def __str__(self) -> str:
        return f"{self.seat}: {self.reason}"


class KnockOutVote(models.Model):
    """How one member voted on whether a product is out; abstaining is no row."""

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="votes")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="votes")
    is_out = models.BooleanField(_("loại"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["candidate", "seat"], name="vote_once")]

    def __str__(self) -> str:
        return f"{self.seat} × {self.candidate}: {self.is_out}"


class Result(models.Model):
    """What the council's tally says of one product; written once, when the round is closed."""

    class Proposal(models.TextChoices):
        IMPROVE = "improve", _("trả về hoàn thiện")
        REFER = "refer", _("đề nghị cấp trên đánh giá")
        RECOGNISE = "recognise", _("đề nghị công nhận")
        OUT = "out", _("bị loại")

    candidate = models.OneToOneField(Candidate, on_delete=models.PROTECT, related_name="result")
    sheets = models.PositiveSmallIntegerField()  # valid sheets that the mean rests on
    mean_numerator = models.PositiveIntegerField()
    mean_denominator = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    part_points = models.JSONField()  # {"A": "31/1", …} exact means
    band = models.PositiveSmallIntegerField()
    stars = models.PositiveSmallIntegerField()
    spread = models.PositiveSmallIntegerField()
    knocked_out = models.BooleanField(default=False)
    proposal = models.CharField(max_length=10, choices=Proposal)
    proposal_text = models.CharField(max_length=200)
    # The sheets and marks it was computed from, so that the figure can be worked out again.
    basis = models.JSONField()
    # The council's own findings on star marks and its answers to the Decision's questions, as they
    # stood when the round was closed, with who, when and why: [{"star", "criterion", "met", …}].
    mark_findings = models.JSONField(default=list)
    check_answers = models.JSONField(default=list)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stars__lte=5), name="result_stars_0_to_5"),
            models.CheckConstraint(
                condition=Q(mean_denominator__gte=1), name="result_mean_is_a_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidate}: {law.show_points(self.mean)}"

    @property
    def mean(self) -> Fraction:
        """The exact mean of the members' totals, 0–100."""
        return Fraction(self.mean_numerator, self.mean_denominator)

    @property
    def part_means(self) -> dict[str, Fraction]:
        return {part: Fraction(value) for part, value in self.part_points.items()}


class RoundRecord(models.Model):
    """A closed round in the names and words of the day on which it was closed.

    Results, sheets and pinned sets do not change once a round is closed. What they refer to does:
    people, seats, councils, products and producers are renamed, the law's files are mended. Papers
    are printed from this copy.
    """

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="record")
    content = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.round)


from .substitution_models import Substitution  # noqa: E402, F401
