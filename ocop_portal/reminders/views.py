"""A person's own notices."""

from django.db.models import F
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from ocop_portal.pages import page_of


def inbox(request):
    """The notices of the person signed in: unread ones first, then the newest."""
    notices = request.user.notices.order_by(
        F("read_at").asc(nulls_first=True), "-created_at", "-pk"
    )
    page = page_of(request, notices)
    return render(request, "reminders/inbox.html", {"page": page})


@require_POST
def open_notice(request, pk: int):
    """Mark a notice as read and go to what it is about."""
    notice = get_object_or_404(request.user.notices, pk=pk)
    if notice.read_at is None:
        notice.read_at = timezone.now()
        notice.save(update_fields=["read_at"])
    # The path was written by the portal itself, never by a visitor.
    return redirect(notice.url or "reminders:inbox")


@require_POST
def read_all(request):
    """Mark every notice as read."""
    request.user.notices.filter(read_at__isnull=True).update(read_at=timezone.now())
    return redirect("reminders:inbox")
