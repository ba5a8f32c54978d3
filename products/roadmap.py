"""What the public is told of the programme itself: the year's six steps, the district's plan."""

import datetime
from functools import cache
from pathlib import Path

import yaml
from django.db.models import Count
from django.utils.translation import gettext_noop as _

from communes.models import today
from ocop_portal.portal_words import know

from .models import Cycle, Entry, Step

PLAN_FILE = Path(__file__).parent / "data" / "programme.yaml"
# The words of its figures.
know(
    _("Trang đăng tin về kế hoạch; số liệu ghi đúng như trang đó, chưa đối chiếu văn bản"),
    _("xã đạt chuẩn nông thôn mới"),
    _("xã đạt chuẩn nông thôn mới nâng cao"),
    _("tiêu chí bình quân mỗi xã"),
    _("thôn, bản kiểu mẫu"),
    _("sản phẩm OCOP"),
    _("huyện"),
)


def latest() -> dict | None:
    """The latest cycle's six steps: dates, where known, and how many products stand in each.

    `None` before the first cycle. Withdrawn products are not counted; `samples` of those counted
    are samples. Nothing about marks or results is read here. Four queries.
    """
    cycle = Cycle.objects.select_related("unit").order_by("-year", "pk").first()
    if cycle is None:
        return None
    planned = {step.number: step for step in cycle.steps.all()}
    entries = cycle.entries.exclude(state=Entry.State.WITHDRAWN).order_by()
    counts = dict(entries.values_list("step").annotate(found=Count("pk")))
    steps = []
    for step in Step:
        dates = planned.get(step.value)
        starts_on, due_on = (dates.starts_on, dates.due_on) if dates else (None, None)
        steps.append(
            {
                "number": step.value,
                "name": step.label,
                "starts_on": starts_on,
                "due_on": due_on,
                "phase": "done" if cycle.is_closed else phase(starts_on, due_on),
                "count": counts.get(step.value, 0),
            }
        )
    return {
        "cycle": cycle,
        "steps": steps,
        "dated": any(step["starts_on"] or step["due_on"] for step in steps),
        "total": sum(counts.values()),
        "samples": entries.filter(product__is_sample=True).count(),
    }


def phase(starts_on: datetime.date | None, due_on: datetime.date | None) -> str:
    """Where today stands to a step's planned dates: "done", "current", "coming", "" if unknown."""
    day = today()
    if due_on and due_on < day:
        return "done"
    if starts_on and starts_on > day:
        return "coming"
    return "current" if starts_on else ""


@cache
def plan() -> dict:
    """The district's plan in plain words, figures with their source; {} without the file."""
    if not PLAN_FILE.is_file():
        return {}
    return yaml.safe_load(PLAN_FILE.read_text(encoding="utf-8")) or {}
