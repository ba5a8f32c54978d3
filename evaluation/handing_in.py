"""When councils meet: the day before which producers hand in their samples (`products.handing_in`)."""

import datetime
from collections.abc import Iterator

from django.utils.translation import gettext as _

from products.handing_in import MOST, Day, day_source

from .models import Round


@day_source
def meetings(since: datetime.date) -> Iterator[Day]:
    """The meetings of rounds that are open: the day and the council, nothing of what it hears."""
    rounds = Round.objects.filter(state=Round.State.OPEN, meets_on__gte=since)
    for round_ in rounds.select_related("council__unit").order_by("meets_on", "pk")[:MOST]:
        council = round_.council
        sample = _(" (hội đồng mẫu)") if council.is_sample else ""
        yield Day(
            f"round-{round_.pk}",
            round_.meets_on,
            _("Hội đồng họp: %s") % council + sample,
            _("Mẫu sản phẩm và giấy tờ bổ sung phải đến hội đồng trước ngày này."),
            str(council.unit),
        )
