"""Loading plan 102/KH-UBND of Huyện Vĩnh Linh from `products/data/programme.yaml`.

The page that tells of the plan names its work by year and nothing more: no body in charge, no
figure, no day, nor what came of it. These stay open.
"""

from pathlib import Path

from django.db import transaction

from communes.models import Unit
from communes.programme import Loaded, change_reason, loaded_rows, read

from .models import Plan, PlanTask
from .plan import save_plan, save_task
from .programme import DATA

SOURCE = (
    "Trang đăng tin về kế hoạch, lời văn của cổng thông tin; chưa đối chiếu văn bản. "
    "Trang này không nêu cơ quan chủ trì, phối hợp, chỉ tiêu, hạn của từng việc."
)


@transaction.atomic
def load_plans(path: Path = DATA / "programme.yaml") -> Loaded:
    """Add the plan and its tasks, where they were never loaded; what officers changed stays."""
    text = read(path)
    known = {**loaded_rows(Plan), **loaded_rows(PlanTask)}
    made = 0
    key = f"plan-{text['plan']['number']}"
    if key not in known:
        row, years = text["plan"], [year["year"] for year in text["years"]]
        plan = Plan(
            unit=Unit.objects.on(row["date"]).get(code=text["unit"], level=Unit.Level.DISTRICT),
            number=row["number"],
            issued_on=row["date"],
            title=row["title"],
            issued_by=row["issued_by"],
            first_year=min(years),
            last_year=max(years),
            source=SOURCE,
        )
        plan._change_reason = change_reason(key)
        known[key] = save_plan(plan=plan, by=None).pk
        made += 1
    plan = Plan.objects.get(pk=known[key])
    total = 1
    for year in text["years"]:
        for number, words in enumerate(year["work"], start=1):
            total += 1
            task_key = f"{key}-{year['year']}-{number}"
            if task_key in known:
                continue
            task = PlanTask(
                plan=plan,
                year=year["year"],
                position=number,
                state=PlanTask.State.UNKNOWN,
                words=words.rstrip("."),
            )
            task._change_reason = change_reason(task_key)
            save_task(task=task, by=None)
            made += 1
    return Loaded(made, 0, total)
