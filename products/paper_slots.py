"""The district asks for named papers by a day; the commune fills each; the district answers each."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communes.models import today
from ocop_portal.page_language import filled

from . import dossier
from .dossier import PaperRefused
from .files import Upload
from .models import Entry, EntryEvent, Paper, PaperSlot

State = PaperSlot.State
OPEN = (State.ASKED, State.FILLED, State.REFUSED)
WITH_COMMUNE = (State.ASKED, State.REFUSED)


@transaction.atomic
def ask_for(*, slot: PaperSlot, by) -> PaperSlot:
    """Ask for one paper; the same one that is still open is asked for once.

    Raises `PaperRefused` while the dossier may not be changed, for a kind that the Decision's list
    does not know, without words, reason or day, and for a day in the past.
    """
    entry = _locked(slot.entry_id)
    if locked := dossier.why_locked(entry, by):
        raise PaperRefused(locked)
    if slot.kind not in {item.code for item in entry.cycle.law.dossier if item.form == "file"}:
        raise PaperRefused(_("Loại giấy tờ không có trong danh mục hồ sơ."))
    if not (slot.words and slot.why and slot.due_on):
        raise PaperRefused(_("Cần ghi giấy tờ cần có, vì sao và hạn bổ sung."))
    if slot.due_on < today():
        raise PaperRefused(_("Hạn bổ sung không thể ở trước hôm nay."))
    same = entry.paper_slots.filter(kind=slot.kind, words=slot.words, state__in=OPEN).first()
    if same:
        return same
    slot.asked_by = by
    slot.save()
    _told(slot, "slot.asked", by, f"{slot.words} – {slot.why}")
    return slot


@transaction.atomic
def fill_slot(*, slot: PaperSlot, paper: Paper, upload: Upload | None, by) -> PaperSlot:
    """Hand in the paper that was asked for, also while the district holds the dossier.

    Raises `PaperRefused` as `attach_paper` does, and when the slot waits for no paper.
    """
    entry = _locked(slot.entry_id)
    slot = PaperSlot.objects.select_for_update(of=("self",)).get(pk=slot.pk)
    if slot.state not in WITH_COMMUNE:
        raise PaperRefused(_("Giấy tờ này không còn chờ bổ sung."))
    paper.kind = slot.kind
    slot.paper = dossier.attach_paper(entry=entry, paper=paper, upload=upload, by=by, asked=True)
    slot.state = State.FILLED
    slot.save(update_fields=["paper", "state"])
    _told(slot, "slot.filled", by, slot.words)
    return slot


@transaction.atomic
def answer_slot(*, slot: PaperSlot, state: str, answer: str, by) -> PaperSlot:
    """Accept or refuse what was handed in, or ask for the paper no longer.

    A refusal and a withdrawal need words. The same answer again changes nothing. Raises
    `PaperRefused` for an answer that does not fit the slot's state.
    """
    _locked(slot.entry_id)
    slot = PaperSlot.objects.select_for_update(of=("self",)).get(pk=slot.pk)
    if slot.state == state:
        return slot
    fits = {
        State.ACCEPTED: (State.FILLED,),
        State.REFUSED: (State.FILLED,),
        State.WITHDRAWN: OPEN,
    }
    if slot.state not in fits.get(state, ()):
        raise PaperRefused(_("Giấy tờ này không còn chờ trả lời như vậy."))
    answer = answer.strip()[:500]
    if state != State.ACCEPTED and not answer:
        raise PaperRefused(_("Cần ghi lý do."))
    slot.state, slot.answer = state, answer
    slot.answered_by, slot.answered_at = by, timezone.now()
    slot.save()
    _told(slot, f"slot.{state}", by, " – ".join(filter(None, [slot.words, answer])))
    return slot


def unanswered(entry: Entry) -> list[str]:
    """The papers asked for that are still open, in words.

    One query; none where a page has read the slots of the entry (`slots_read`).
    """
    slots = getattr(entry, "slots_read", None)
    if slots is None:
        slots = entry.paper_slots.filter(state__in=OPEN)
    return [
        filled(
            _("Giấy tờ đã yêu cầu, %(state)s: %(words)s."),
            {"state": State(slot.state).label, "words": slot.words},
        )
        for slot in slots
        if slot.is_open
    ]


def _locked(pk: int) -> Entry:
    return Entry.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=pk)


def _told(slot: PaperSlot, action: str, by, words: str) -> None:
    EntryEvent.objects.create(entry=slot.entry, action=action, by=by, reason=words[:500])
