"""Loading the published recognitions from `evaluation/data`."""

from pathlib import Path

from django.db import transaction

from communes.programme import PRESS, Loaded, change_reason, loaded_rows, read
from products.models import Product

from .models import Recognition
from .recognition import record_recognition

DATA = Path(__file__).parent / "data"


@transaction.atomic
def load_recognitions(path: Path = DATA / "recognitions.yaml") -> Loaded:
    """Record the published recognitions that were never loaded, with what is published alone."""
    rows = read(path)["recognitions"]
    known = loaded_rows(Recognition)
    keys = loaded_rows(Product)
    products = Product.objects.select_related("producer").in_bulk(keys.values())
    made = 0
    for row in rows:
        if row["key"] in known:
            continue
        recognition = Recognition(
            product=products[keys[row["product"]]],
            stars=row["stars"],
            level=row["level"],
            authority=row.get("authority", ""),
            decision_number=row.get("number", ""),
            decided_on=row.get("date"),
            period_text=row.get("period", ""),
            source=" ".join(filter(None, [PRESS, row.get("note", "")])),
        )
        recognition._change_reason = change_reason(row["key"])
        record_recognition(recognition=recognition)
        made += 1
    return Loaded(made, 0, len(rows))
