"""Forms filled in on screen: drafts, what they lack, the moment they are handed in, their versions."""

import hashlib
from itertools import zip_longest
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from communes.history import last_change
from ocop_portal.page_language import filled
from ocop_portal.papers import pdf

from . import form_figures as figures
from .form_content import FORMS, NOTE, Form
from .models import Entry, EntryEvent, FilledForm, MoneyLine, Paper, PlanLine

S, K = Entry.State, FilledForm.Kind
TEMPLATE = Path(__file__).parent / "typst" / "filled.typ"

# In which states the commune may write which form.
WRITABLE = {
    K.IDEA: {S.IDEA_DRAFT, S.IDEA_RETURNED},
    K.PLAN: {S.PLAN_AWAITED, S.PLAN_RETURNED},
    K.ORGANISATION: {S.PLAN_AWAITED, S.PLAN_RETURNED, S.IMPLEMENTING, S.DOSSIER_OPEN},
}
HANDED_IN_BY = {
    "register_idea": (K.IDEA,),
    "submit_plan": (K.PLAN, K.ORGANISATION),
    "submit_dossier": (K.ORGANISATION,),
}


def form_of(entry: Entry, kind: str) -> Form:
    """Which form stands for a dossier item: Biểu 01 for a new product, 02 for one that exists."""
    numbers = {K.PLAN: "03", K.ORGANISATION: "04"}
    return FORMS[numbers.get(kind) or ("02" if entry.product.is_existing else "01")]


def may_write(entry: Entry, kind: str) -> bool:
    """Whether the form is still the commune's to write."""
    return entry.state in WRITABLE[kind] and not entry.cycle.is_closed


def _with_figures(forms):
    return forms.prefetch_related("lines", "money")


def draft_of(entry: Entry, kind: str) -> FilledForm | None:
    """The draft, with its figures."""
    return _with_figures(entry.filled_forms.filter(kind=kind, submitted_at__isnull=True)).first()


def newest(entry: Entry, kind: str) -> FilledForm | None:
    """The last version that was handed in, with its figures."""
    return _with_figures(entry.filled_forms.filter(kind=kind, submitted_at__isnull=False)).first()


def faults(found: FilledForm) -> list[str]:
    """What a form lacks before it may be handed in; empty when nothing is."""
    lacking = [
        filled(
            _("%(form)s chưa có: %(section)s – %(field)s."),
            {
                "form": filled(_("Biểu %s"), found.form),
                "section": section.title,
                "field": field.label,
            },
        )
        for section in FORMS[found.form].sections
        for field in section.fields
        if field.required and not found.texts.get(field.code)
    ]
    if found.kind == K.PLAN:
        lines, moneys = list(found.lines.all()), list(found.money.all())
        missing = {1, 2, 3} - {line.year for line in lines if line.quantity is not None}
        lacking += [
            filled(_("Biểu 03 chưa có sản lượng năm thứ %s."), year) for year in sorted(missing)
        ]
        if not moneys:
            lacking.append(_("Biểu 03 chưa có nguồn vốn và sử dụng vốn."))
        lacking += figures.faults(lines, moneys, found.typed_sources, found.typed_uses)
    return lacking


def readiness(entry: Entry, kinds) -> dict[str, list[str]]:
    """Kind → faults of its draft, for the kinds of which there is a draft."""
    drafts = _with_figures(entry.filled_forms.filter(kind__in=kinds, submitted_at__isnull=True))
    return {draft.kind: faults(draft) for draft in drafts}


@transaction.atomic
def save_draft(
    *,
    entry: Entry,
    kind: str,
    by,
    texts: dict,
    lines=(),
    moneys=(),
    typed_sources=None,
    typed_uses=None,
    seen: str = "",
) -> FilledForm:
    """Keep a draft; the same content again changes nothing.

    `lines`, `moneys`: unsaved `PlanLine` and `MoneyLine` rows in their order. `seen`: `stamp` of
    the draft that the officer started from. ValidationError when the form is no longer the
    commune's to write, and when another changed the draft since.
    """
    entry = (
        Entry.objects.select_for_update(of=("self",))
        .select_related("cycle", "product__producer")
        .get(pk=entry.pk)
    )
    if not may_write(entry, kind):
        raise ValidationError(
            filled(
                _("Biểu không sửa được nữa: sản phẩm đang ở trạng thái “%s”."),
                Entry.State(entry.state).label,
            )
        )
    form = form_of(entry, kind)
    texts = {field.code: texts.get(field.code, "") for field in form.fields}
    draft = draft_of(entry, kind)
    content = _content(texts, lines, moneys, typed_sources, typed_uses)
    if draft and draft.form == form.number and content == content_of(draft):
        return draft
    if draft and seen != stamp(draft):
        raise ValidationError(
            filled(
                _(
                    "%(who)s đã sửa biểu này lúc %(when)s. Hãy mở lại trang, xem phần đã sửa rồi nhập tiếp."
                ),
                last_change(draft),
            )
        )
    if draft is None:
        last = newest(entry, kind)
        draft = FilledForm(entry=entry, kind=kind, number=last.number + 1 if last else 1)
    draft.form, draft.texts, draft.written_by = form.number, texts, by
    draft.typed_sources, draft.typed_uses = typed_sources, typed_uses
    draft._history_user = by
    draft.save()
    draft.lines.all().delete()
    draft.money.all().delete()
    for row in (*lines, *moneys):
        row.form = draft
    PlanLine.objects.bulk_create(lines)
    MoneyLine.objects.bulk_create(moneys)
    return draft_of(entry, kind)


def stamp(draft: FilledForm | None) -> str:
    """By which a page says later which state of a draft it showed; "" for none."""
    return draft.updated_at.isoformat() if draft else ""


def _content(texts, lines, moneys, typed_sources, typed_uses) -> tuple:
    return (
        {code: text for code, text in texts.items() if text},
        [
            (r.position, r.year, r.name, r.unit, r.quantity, r.price, r.typed_revenue, r.cost)
            for r in lines
        ],
        [(row.position, row.side, row.name, row.amount) for row in moneys],
        typed_sources,
        typed_uses,
    )


def content_of(found: FilledForm) -> tuple:
    """All that a version says, to be compared."""
    return _content(
        found.texts, found.lines.all(), found.money.all(), found.typed_sources, found.typed_uses
    )


def hand_in(*, entry: Entry, move: str, by) -> None:
    """Freeze the complete drafts that a move hands in and put each, drawn as PDF, in the dossier.

    Called by `cycle.move`, which holds the entry's lock. A draft that lacks something stays a
    draft: then the move went through on a scanned paper.
    """
    for kind in HANDED_IN_BY.get(move, ()):
        draft = draft_of(entry, kind)
        if draft is None or faults(draft):
            continue
        now = timezone.now()
        _replace_paper(entry, kind, by, now)
        draft.submitted_at, draft.submitted_by = now, by
        draft.paper = _paper(entry, draft, by)
        draft._history_user = by
        draft.save()
        if kind == K.IDEA and draft.texts.get("idea"):
            entry.idea = draft.texts["idea"]
            entry._history_user = by
            entry.save()
        EntryEvent.objects.create(
            entry=entry,
            action="form.handed_in",
            by=by,
            reason=str(draft),
            handed_in=[{"paper": draft.paper_id, "kind": kind, "name": str(draft.paper)}],
        )


def _replace_paper(entry: Entry, kind: str, by, now) -> None:
    """Withdraw the paper of the version before: two of them would contradict one another."""
    for paper in Paper.objects.filter(
        entry=entry, kind=kind, withdrawn_at__isnull=True, filled_form__isnull=False
    ):
        paper.withdrawn_at, paper.withdrawn_by = now, by
        paper.withdrawn_reason = _("Thay bằng bản mới.")
        paper.save()


def _paper(entry: Entry, form: FilledForm, by) -> Paper:
    drawn = draw(form, entry)
    name = f"bieu-{form.form}-ban-{form.number}.pdf"
    paper = Paper(
        entry=entry,
        kind=form.kind,
        uploaded_by=by,
        original_name=name,
        content_type="application/pdf",
        size=len(drawn),
        sha256=hashlib.sha256(drawn).hexdigest(),
    )
    paper.file.save(name, ContentFile(drawn), save=False)
    paper.save()
    return paper


def draw(form: FilledForm, entry: Entry) -> bytes:
    """The form on paper, with places for the signatures."""
    content = FORMS[form.form]
    lines, moneys = list(form.lines.all()), list(form.money.all())
    total = figures.sums(lines, moneys)
    show = figures.show
    return pdf.draw(
        TEMPLATE,
        {
            "title": str(content.title),
            "form": _("Biểu %s") % form.form,
            "draft": form.is_draft,
            "is_sample": entry.product.is_sample,
            "about": entry.product.name,
            "facts": [
                [_("Chủ thể"), entry.product.producer.name],
                [_("Xã, thị trấn"), str(entry.product.producer.unit)],
                [_("Chu trình năm"), str(entry.cycle.year)],
                [_("Bản số"), str(form.number)],
            ],
            "note": str(NOTE),
            "sections": [
                {
                    "title": str(section.title),
                    "texts": [
                        [str(field.label), form.texts.get(field.code, "")]
                        for field in section.fields
                    ],
                    "plan": [
                        [
                            line.name,
                            str(line.year),
                            f"{show(line.quantity)} {line.unit}".strip(),
                            show(line.price),
                            show(figures.revenue(line)),
                            show(line.cost),
                        ]
                        for line in (lines if section.figures == "plan" else ())
                    ],
                    "years": [
                        [
                            _("Năm thứ %s") % row["year"],
                            show(row["revenue"]),
                            show(row["cost"]),
                            show(row["profit"]),
                        ]
                        for row in (total["years"] if section.figures == "plan" else ())
                    ],
                    "money": [
                        [str(row.get_side_display()), row.name, show(row.amount)]
                        for row in (moneys if section.figures == "money" else ())
                    ],
                    "balance": [show(total["sources"]), show(total["uses"])],
                }
                for section in content.sections
            ],
            "signers": [
                {"title": _("Xác nhận của Ủy ban nhân dân xã"), "name": ""},
                {"title": _("Chủ thể"), "name": ""},
            ],
        },
    )


def changes(before: FilledForm | None, after: FilledForm) -> list[dict]:
    """What differs between two versions: {label, old, new} for each answer and each figure."""
    if before is None:
        return []
    content = FORMS[after.form]
    names = {
        field.code: f"{section.title} – {field.label}"
        for form in (FORMS[before.form], content)
        for section in form.sections
        for field in section.fields
    }
    rows = [
        (label, before.texts.get(code, ""), after.texts.get(code, ""))
        for code, label in names.items()
    ]
    pairs = zip_longest(_figure_rows(before), _figure_rows(after), fillvalue="")
    rows += [(_("Số liệu"), old, new) for old, new in pairs]
    return [{"label": label, "old": old, "new": new} for label, old, new in rows if old != new]


def _figure_rows(form: FilledForm) -> list[str]:
    show = figures.show
    return [
        _(
            "%(name)s, năm thứ %(year)s: %(quantity)s %(unit)s × %(price)s đồng; chi phí %(cost)s đồng"
        )
        % {
            "name": line.name,
            "year": line.year,
            "quantity": show(line.quantity),
            "unit": line.unit,
            "price": show(line.price),
            "cost": show(line.cost or 0),
        }
        for line in form.lines.all()
    ] + [
        f"{row.get_side_display()} – {row.name}: {show(row.amount)} " + _("đồng")
        for row in form.money.all()
    ]
