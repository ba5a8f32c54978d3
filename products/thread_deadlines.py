"""What steps 2 and 3 add to the reminders: returned ideas, late leaves, words of the other side."""

import datetime
from collections import defaultdict
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communes.deadlines import officers_for
from ocop_portal.page_language import filled
from ocop_portal.reminders.policy import Timing
from ocop_portal.reminders.registry import Ask, Deadline, deadline_source, in_chunks

from .deadlines import _asked_of, _midnight
from .form_content import RESUBMISSION_DAYS
from .leaves import back_by
from .models import Comment, Entry, ResubmissionLeave, ThreadRead

ONE_DAY = datetime.timedelta(days=1)
# Told once, on the day; no later reminder and nobody above.
ONCE = Timing(before=(0,), late_every=31, late_for=30, escalate_after=366)
RELATED = ("product__producer", "cycle")


@deadline_source("idea-back", label=_("Nộp lại ý tưởng bị trả lại"))
def ideas_to_come_back(ask: Ask) -> Iterator[Deadline]:
    """Returned ideas, until the last day on which they may come back by themselves."""
    officers = officers_for(ask)
    days = ONE_DAY * RESUBMISSION_DAYS
    entries = Entry.objects.filter(
        state=Entry.State.IDEA_RETURNED,
        cycle__is_closed=False,
        state_since__gte=_midnight(ask.since - days),
        state_since__lt=_midnight(ask.until - days + ONE_DAY),
    )
    for entry in in_chunks(_asked_of(entries, ask, officers).select_related(*RELATED)):
        due_on = back_by(entry)
        yield Deadline(
            kind="idea-back",
            key=f"entry:{entry.pk}:idea-back:{timezone.localdate(entry.state_since)}",
            due_on=due_on,
            title=filled(_("%s – nộp lại ý tưởng"), entry.product),
            text=filled(
                _("Nộp lại trước hết ngày %s. Sau ngày đó phải đề nghị cho nộp muộn."),
                due_on.strftime("%d/%m/%Y"),
            ),
            url=entry.get_absolute_url(),
            recipients=officers.of_commune(entry.product.producer.unit_id),
            superiors=officers.of_district(entry.cycle.unit_id),
            unit=entry.cycle.unit_id,
        )


@deadline_source(
    "late-leave",
    label=_("Đề nghị nộp muộn"),
    timing=ONCE,
    day_word=_("ngày gửi"),
)
def leaves_asked(ask: Ask) -> Iterator[Deadline]:
    """Askings for leave that the district has not answered."""
    officers = officers_for(ask)
    rows = ResubmissionLeave.objects.filter(
        answered_at__isnull=True,
        entry__cycle__is_closed=False,
        asked_at__gte=_midnight(ask.since),
        asked_at__lt=_midnight(ask.until + ONE_DAY),
    )
    rows = _asked_of(rows, ask, officers, "entry__")
    for row in in_chunks(rows.select_related(*(f"entry__{path}" for path in RELATED))):
        yield Deadline(
            kind="late-leave",
            key=f"leave:{row.pk}",
            due_on=timezone.localdate(row.asked_at),
            title=filled(_("%s – đề nghị nộp muộn"), row.entry.product),
            text=filled(
                _("Lý do của xã: %s. Hãy trả lời đồng ý hay không."),
                row.reason[:300].strip().rstrip("."),
            ),
            url=row.entry.get_absolute_url(),
            recipients=officers.of_district(row.entry.cycle.unit_id),
            unit=row.entry.cycle.unit_id,
        )


@deadline_source(
    "comment",
    label=_("Trao đổi giữa xã và cơ quan quản lý"),
    timing=ONCE,
    day_word=_("ngày gửi"),
)
def comments_unread(ask: Ask) -> Iterator[Deadline]:
    """Words of the other side that an officer has not read, one notice until they are read."""
    officers = officers_for(ask)
    rows = Comment.objects.filter(
        withdrawn_at__isnull=True,
        at__gte=_midnight(ask.since),
        at__lt=_midnight(ask.until + ONE_DAY),
    )
    rows = _asked_of(rows, ask, officers, "entry__")
    threads: dict[int, list[Comment]] = defaultdict(list)
    for row in in_chunks(rows.select_related(*(f"entry__{path}" for path in RELATED))):
        threads[row.entry_id].append(row)
    read = {
        (entry, user): up_to
        for entry, user, up_to in ThreadRead.objects.filter(entry__in=threads).values_list(
            "entry", "user", "up_to"
        )
    }
    for said in threads.values():
        entry = said[0].entry
        district = set(officers.of_district(entry.cycle.unit_id))
        commune = set(officers.of_commune(entry.product.producer.unit_id)) - district
        first: dict[int, list[int]] = defaultdict(list)
        for side, people in (("commune", commune), ("district", district)):
            for person in sorted(people):
                up_to = read.get((entry.pk, person), 0)
                new = next((c for c in said if c.side != side and c.pk > up_to), None)
                if new:
                    first[new.pk].append(person)
        for comment in said:
            if comment.pk not in first:
                continue
            yield Deadline(
                kind="comment",
                key=f"entry:{entry.pk}:comment:{comment.pk}",
                due_on=timezone.localdate(comment.at),
                title=filled(_("%s – có ý kiến mới"), entry.product),
                text=filled(
                    _("%s vừa viết. Hãy mở trang sản phẩm để xem và trả lời."),
                    comment.told_office,
                ),
                url=f"{entry.get_absolute_url()}#trao-doi",
                recipients=tuple(first[comment.pk]),
                unit=entry.cycle.unit_id,
            )
