"""Loading Vĩnh Linh's cycles and published products from `products/data`."""

from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_noop as _

from communes.models import Producer, Unit
from communes.programme import PRESS, Loaded, change_reason, loaded_rows, read
from ocop_portal.portal_words import know

from .cycle import open_cycle
from .models import Cycle, Product

DATA = Path(__file__).parent / "data"

OWN_READING = _("Xếp bộ sản phẩm theo cách đọc của cổng thông tin, nguồn không công bố.")
know(OWN_READING)


@transaction.atomic
def load_cycles(path: Path = DATA / "programme.yaml") -> Loaded:
    """Open the cycles of the programme's years that are not there yet, steps without dates."""
    text = read(path)
    plan = text["plan"]
    unit = Unit.objects.on(plan["date"]).get(code=text["unit"], level=Unit.Level.DISTRICT)
    known = set(Cycle.objects.filter(unit=unit).values_list("year", flat=True))
    made = 0
    for row in text["years"]:
        if row["year"] in known:
            continue
        cycle = Cycle(
            unit=unit,
            year=row["year"],
            decision=text["decision"],
            plan_number=plan["number"],
            plan_date=plan["date"],
            note="\n".join(row["work"]),
        )
        cycle._change_reason = change_reason(f"cycle-{row['year']}")
        cycle.full_clean()
        open_cycle(cycle=cycle, dates={})
        made += 1
    return Loaded(made, 0, len(text["years"]))


@transaction.atomic
def load_products(path: Path = DATA / "products.yaml") -> Loaded:
    """Add the published products that were never loaded."""
    data = read(path)
    known = loaded_rows(Product)
    keys = loaded_rows(Producer)
    producers = Producer.objects.in_bulk(keys.values())
    made = 0
    for row in data["products"]:
        if row["key"] in known:
            continue
        product = Product(
            name=row["name"],
            producer=producers[keys[row["producer"]]],
            decision=data["decision"],
            set_number=row["set"],
            source=f"{PRESS} {OWN_READING}",
        )
        product._change_reason = change_reason(row["key"])
        product.classify()
        product.full_clean()
        product.save()
        made += 1
    return Loaded(made, 0, len(data["products"]))
