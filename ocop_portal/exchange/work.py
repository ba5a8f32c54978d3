"""Imports that wait for their uploader, for the office's home page."""

from django.utils.translation import gettext as _

from ocop_portal.worklist import WorkItem, work_source

from . import jobs
from .models import Import


@work_source
def imports_waiting(user):
    """Files that were read and wait to be confirmed or to have their columns matched; one query."""
    if not jobs.offered_to(user):
        return
    waiting = Import.objects.filter(
        by=user, state__in=[Import.State.PREVIEW, Import.State.MAPPING]
    ).order_by("-pk")
    found = list(waiting[:50])
    if found:
        yield WorkItem(
            label=_("Tệp Excel đã đọc xong, chờ xác nhận"),
            count=len(found),
            url=found[0].get_absolute_url(),
            icon="file-earmark-excel",
        )
