"""The programme in numbers, for everyone: published facts only, samples never counted."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from communes.models import Unit
from ocop_portal.portal_words import portal_words

from . import catalogue, roadmap
from .bars import Bar, drawn, drawn_to_targets
from .models import Plan
from .plan_reality import reality_of


@dataclass(frozen=True)
class Chart:
    """Bars under a name; the same as a table and as a file."""

    slug: str
    title: str
    heading: str  # of the labels' column
    noun: str  # of the numbers' column
    bars: list[Bar]
    note: str = ""
    has_targets: bool = False

    @property
    def drawn(self) -> list[tuple[Bar, int | None]]:
        """Each bar with its length in hundredths; None: no target, and so no bar."""
        return drawn_to_targets(self.bars) if self.has_targets else drawn(self.bars)


def charts() -> list[Chart]:
    """Every chart that has something to show; a fixed number of queries, and those of the plan."""
    products = _products()
    total = sum(bar.number for bar in products[0].bars)
    found = [_steps(), *products, _communes(total), *_plans()]
    return [chart for chart in found if chart and chart.bars]


def _steps() -> Chart | None:
    latest = roadmap.latest()
    if latest is None:
        return None
    note = ""
    if latest["samples"]:
        note = _("Trong đó có %s sản phẩm mẫu, chỉ để minh họa.") % latest["samples"]
    return Chart(
        "buoc",
        _("Chu trình năm %s theo bước") % latest["cycle"].year,
        _("Bước"),
        _("Sản phẩm đang ở bước này"),
        [Bar(f"{step['number']}. {step['name']}", step["count"]) for step in latest["steps"]],
        note,
    )


def _products() -> list[Chart]:
    rows = list(
        catalogue.starred_products()
        .filter(is_sample=False)
        .order_by()
        .values_list("rating__stars", "branch", "rating__year", "rating__period_text")
        .annotate(found=Count("pk"))
    )
    stars, branches, years = Counter(), Counter(), Counter()
    for star, branch, year, period, number in rows:
        stars[star] += number
        branches[branch] += number
        years[str(year or period or _("Nguồn không nêu năm"))] += number
    noun = pgettext("nhiều sản phẩm", "Sản phẩm")
    return [
        Chart(
            "sao",
            _("Sản phẩm theo hạng sao"),
            _("Hạng sao"),
            noun,
            [Bar(_("%s sao") % star, stars[star]) for star in sorted(stars, reverse=True)],
            _("Gồm cả công nhận đã hết hạn; không gồm công nhận đã bị thu hồi."),
        ),
        Chart(
            "nganh",
            _("Sản phẩm theo ngành"),
            _("Ngành"),
            noun,
            [Bar(branch, number) for branch, number in branches.most_common()],
        ),
        Chart(
            "nam",
            _("Sản phẩm theo năm"),
            _("Năm"),
            noun,
            [Bar(portal_words(year), years[year]) for year in sorted(years)],
            _("Năm của quyết định mới nhất, ghi như nguồn công bố."),
        ),
    ]


MOST_COMMUNES = 30


def _communes(total: int) -> Chart:
    """Products by commune of today, out of so many."""
    holder = "producer__unit__covered_by__holder"
    real = catalogue.starred_products().filter(is_sample=False).order_by().values("pk")
    rows = (
        catalogue.Product.objects.filter(
            pk__in=real,
            **{
                f"{holder}__in": Unit.objects.on().filter(level=Unit.Level.COMMUNE).values("pk"),
            },
        )
        .order_by()
        .values_list(holder, f"{holder}__kind", f"{holder}__name")
        .annotate(found=Count("pk"))
        .order_by("-found", holder)
    )
    rows = list(rows[: MOST_COMMUNES + 1])
    note = _("Xã, thị trấn hiện nay, tính cả các đơn vị đã sáp nhập vào.")
    if len(rows) > MOST_COMMUNES:
        note += " " + _("Chỉ %s đơn vị nhiều sản phẩm nhất.") % MOST_COMMUNES
    elif elsewhere := total - sum(number for *_unit, number in rows):
        note += " " + _("Nguồn không nêu xã, thị trấn của %d sản phẩm khác.") % elsewhere
    return Chart(
        "xa",
        _("Sản phẩm theo xã, thị trấn"),
        _("Đơn vị"),
        _("Sản phẩm"),
        [Bar(f"{kind} {name}", number) for _pk, kind, name, number in rows[:MOST_COMMUNES]],
        note,
    )


def _plans() -> list[Chart]:
    """The latest plan's targets against what the portal counts."""
    plan = Plan.objects.in_force().select_related("unit").first()
    if plan is None:
        return []
    reality = reality_of(plan, list(plan.tasks.in_force()))
    bars = [
        Bar(f"{line.label} ({cell.year})", cell.counted, cell.target)
        for line in reality.lines
        for cell in line.cells
        if cell.target is not None or cell.counted  # a line of nothing tells nothing
    ]
    note = _(
        "Thanh đầy là đạt đủ chỉ tiêu của dòng đó; dòng không có thanh là kế hoạch không nêu con số."
    )
    return [
        Chart(
            "ke-hoach",
            _("%(plan)s, %(span)s: chỉ tiêu và kết quả") % {"plan": plan, "span": plan.span},
            _("Nội dung"),
            _("Kết quả"),
            bars,
            note,
            has_targets=True,
        )
    ]
