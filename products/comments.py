"""The thread between commune and district on an entry."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from communes.models import Role
from communes.scope import roles_of

from .files import Upload
from .models import Comment, Entry, ThreadRead

# The same words of the same person that come again so soon were sent twice.
SENT_AGAIN = datetime.timedelta(minutes=1)


def side_of(entry: Entry, user) -> str:
    """On which side of the thread this officer speaks."""
    if user.has_perm("products.decide_entry", entry):
        return Comment.Side.DISTRICT
    return Comment.Side.COMMUNE


def _office(user, side: str) -> str:
    kind = (
        Role.Kind.DISTRICT_OFFICER if side == Comment.Side.DISTRICT else Role.Kind.COMMUNE_OFFICER
    )
    role = next((role for role in roles_of(user) if role.kind == kind), None)
    return f"{role.get_kind_display()}, {role.unit}" if role else ""


@transaction.atomic
def say(*, entry: Entry, by, text: str, upload: Upload | None = None) -> Comment:
    """Add to the thread; sent twice, it stands once. ValidationError for nothing at all."""
    entry = (
        Entry.objects.select_for_update(of=("self",))
        .select_related("cycle", "product__producer")
        .get(pk=entry.pk)
    )
    text = text.strip()
    if not text and upload is None:
        raise ValidationError({"text": _("Hãy viết điều muốn trao đổi, hoặc chọn tệp.")})
    sha256 = upload.sha256 if upload else ""
    same = entry.comments.filter(
        by=by, text=text, sha256=sha256, at__gte=timezone.now() - SENT_AGAIN
    ).first()
    if same:
        return same
    side = side_of(entry, by)
    comment = Comment(entry=entry, by=by, side=side, office=_office(by, side), text=text)
    if upload:
        upload.put_in(comment)
    comment.save()
    mark_read(entry=entry, by=by, up_to=comment.pk)
    return comment


def mark_read(*, entry: Entry, by, up_to: int) -> None:
    """Remember up to which comment the person has read; it never goes back."""
    row, made = ThreadRead.objects.get_or_create(entry=entry, user=by, defaults={"up_to": up_to})
    if not made and row.up_to < up_to:
        row.up_to = up_to
        row.save(update_fields=["up_to"])


@transaction.atomic
def withdraw(*, comment: Comment, by, reason: str) -> Comment:
    """Withdraw one's own comment with a reason; twice changes nothing. ValidationError if not."""
    comment = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    if comment.by_id != by.pk:
        raise ValidationError(_("Chỉ người viết mới rút được ý kiến của mình."))
    if not reason.strip():
        raise ValidationError(_("Cần ghi lý do rút."))
    if comment.withdrawn_at is None:
        comment.withdrawn_at, comment.withdrawn_by = timezone.now(), by
        comment.withdrawn_reason = reason.strip()[:500]
        comment.save()
    return comment


def thread(entry: Entry, user) -> tuple[list[Comment], int]:
    """The comments, oldest first, each with `is_new` for this person; and how many are new."""
    read = ThreadRead.objects.filter(entry=OuterRef("entry"), user=user).values("up_to")
    rows = list(entry.comments.select_related("by").annotate(read=Subquery(read[:1])))
    for row in rows:
        row.is_new = row.pk > (row.read or 0) and row.by_id != user.pk and not row.withdrawn_at
    return rows, sum(row.is_new for row in rows)
