"""Money and quantities as officers type them, and whether a plan's figures add up."""

import re
from decimal import ROUND_HALF_UP, Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ocop_portal.page_language import filled

from .filled_models import MoneyLine

# Whole đồng; a thousand billion is more than any producer's plan.
MOST_MONEY = 10**15
MOST_QUANTITY = Decimal(10**11)
_SPACES = re.compile(r"[\s\u00a0\u202f]+|đồng|đ$", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(\.\d{3})+")


def money(text: str) -> int | None:
    """ "1.500.000", "1500000" and "1 500 000 đ" as whole đồng; None for nothing.

    ValidationError for anything else: a fraction, a sign, more than `MOST_MONEY`.
    """
    plain = _SPACES.sub("", text)
    if not plain:
        return None
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(".", "")
    if not (plain.isascii() and plain.isdigit()):
        raise ValidationError(_("Nhập số đồng, ví dụ 1.500.000."))
    if len(plain) > 18 or int(plain) > MOST_MONEY:
        raise ValidationError(_("Số tiền quá lớn."))
    return int(plain)


def quantity(text: str) -> Decimal | None:
    """ "1.500", "1500" and "2,5" as a number of at most two decimals; None for nothing."""
    plain = _SPACES.sub("", text)
    if not plain:
        return None
    whole, comma, part = plain.partition(",")
    if _GROUPED.fullmatch(whole):
        whole = whole.replace(".", "")
    digits = whole + part
    if not (whole and digits.isascii() and digits.isdigit()) or (comma and not part):
        raise ValidationError(_("Nhập số, phần lẻ sau dấu phẩy, ví dụ 1.500 hoặc 2,5."))
    if len(part) > 2:
        raise ValidationError(_("Nhiều nhất hai chữ số sau dấu phẩy."))
    if len(whole) > 14 or Decimal(whole) > MOST_QUANTITY:
        raise ValidationError(_("Số lượng quá lớn."))
    return Decimal(f"{whole}.{part or 0}")


def show(value) -> str:
    """A number the Vietnamese way: 1500000 → "1.500.000", 2.50 → "2,5"; "" for None."""
    if value is None:
        return ""
    whole, _dot, part = f"{Decimal(value):,f}".partition(".")
    part = part.rstrip("0")
    return whole.replace(",", ".") + (f",{part}" if part else "")


class MoneyField(forms.CharField):
    """Whole đồng, typed with or without dots."""

    def __init__(self, **kwargs):
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric"}))
        super().__init__(max_length=40, **kwargs)

    def clean(self, value):
        return money(super().clean(value))

    def prepare_value(self, value):
        return value if isinstance(value, str) else show(value)


class QuantityField(forms.CharField):
    """A number with at most two decimals, after a comma."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        super().__init__(max_length=40, required=False, **kwargs)

    def clean(self, value):
        return quantity(super().clean(value))

    def prepare_value(self, value):
        return value if isinstance(value, str) else show(value)


def revenue(line) -> int:
    """Quantity × price of a line in whole đồng, half a đồng up."""
    product = (line.quantity or 0) * Decimal(line.price or 0)
    return int(product.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def sums(lines, moneys) -> dict:
    """The sums of a plan: each year's revenue, cost and profit; sources by kind; uses.

    Every sum is an int, whole đồng. `gap`: sources less uses.
    """
    side = MoneyLine.Side
    years = []
    for year in (1, 2, 3):
        own = [line for line in lines if line.year == year]
        earned, spent = sum(map(revenue, own)), sum(line.cost or 0 for line in own)
        years.append({"year": year, "revenue": earned, "cost": spent, "profit": earned - spent})
    kinds = {kind: sum(m.amount for m in moneys if m.side == kind) for kind in side.values}
    sources = sum(amount for kind, amount in kinds.items() if kind != side.USE)
    return {
        "years": years,
        "revenue": sum(row["revenue"] for row in years),
        "cost": sum(row["cost"] for row in years),
        "profit": sum(row["profit"] for row in years),
        "kinds": kinds,
        "sources": sources,
        "uses": kinds[side.USE],
        "gap": sources - kinds[side.USE],
    }


_TYPED = gettext_lazy("%(where)s: ghi %(typed)s đồng, cộng lại là %(sum)s đồng.")


def faults(lines, moneys, typed_sources=None, typed_uses=None) -> list[str]:
    """Where a plan's figures do not add up, each named with what was typed and what it comes to."""
    found = []
    for line in lines:
        where = filled(_("%(name)s, năm thứ %(year)s"), {"name": line.name, "year": line.year})
        if (line.quantity is None) != (line.price is None):
            found.append(filled(_("%s: cần ghi cả sản lượng và giá bán."), where))
        elif line.typed_revenue is not None and line.typed_revenue != revenue(line):
            found.append(
                filled(
                    _(
                        "%(where)s: ghi doanh thu %(typed)s đồng, sản lượng × giá bán là %(sum)s đồng."
                    ),
                    {
                        "where": where,
                        "typed": show(line.typed_revenue),
                        "sum": show(revenue(line)),
                    },
                )
            )
    total = sums(lines, moneys)
    for where, typed, value in (
        (_("Tổng nguồn vốn"), typed_sources, total["sources"]),
        (_("Tổng sử dụng vốn"), typed_uses, total["uses"]),
    ):
        if typed is not None and typed != value:
            found.append(_TYPED % {"where": where, "typed": show(typed), "sum": show(value)})
    if total["gap"]:
        found.append(
            filled(
                _("Nguồn vốn %(sources)s đồng khác sử dụng vốn %(uses)s đồng, lệch %(gap)s đồng."),
                {
                    "sources": show(total["sources"]),
                    "uses": show(total["uses"]),
                    "gap": show(abs(total["gap"])),
                },
            )
        )
    return found
