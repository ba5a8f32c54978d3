"""Closed rounds whose papers are hard to draw: long names, markup in names, a large council."""

from dataclasses import replace

from evaluation.papers import record
from tests import factories

LONG = ("Sản phẩm mẫu gạo lứt huyết rồng rang muối ớt hữu cơ " * 4)[:199] + "Đ"
UNBROKEN = "Sảnphẩmmẫu" * 20  # 200 letters without a space
MARKUP = '#import "x" *đậm* _nghiêng_ $x$ <b>&amp; {{ y }} {% z %} =1+1 \\ ~ // @ref'


def unmarked(members: int = 3, *names: str, totals=None, **fields):
    """A closed round of a council that is no sample, so that no mark lies over the text.

    One product for each name, every member giving every product the same total.
    """
    council = factories.council_with(members, is_sample=False)
    cycle = factories.CycleFactory()
    entries = [
        factories.entry_in("ready", cycle=cycle, product__name=name, product__is_sample=False)
        for name in names or ("Sản phẩm mẫu Tiêu đen",)
    ]
    totals = totals or [72 + number % 3 for number in range(members)]
    return factories.closed_round(council=council, entries=entries, totals=totals, **fields)


def closed(*args, **fields) -> record.ClosedRound:
    return record.closed(unmarked(*args, **fields))


def many(members: int, names) -> record.ClosedRound:
    """A closed round with so many products, each with the result of the one that was really scored."""
    one = closed(members)
    words = [
        {**one.products[0].words, "number": number, "name": name}
        for number, name in enumerate(names, start=1)
    ]
    return replace(
        one,
        products=[replace(one.products[0], words=row) for row in words],
        content={**one.content, "products": words},
    )
