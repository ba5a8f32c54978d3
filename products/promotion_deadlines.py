"""What step 6 owes: contracts that end, work on flagship products. Offered to the reminders."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from communes.deadlines import officers_for
from ocop_portal.page_language import filled
from ocop_portal.reminders.registry import Ask, Deadline, deadline_source, in_chunks

from .models import ChainLink, Contract, GapTask


@deadline_source("contract-end", label=_("Hợp đồng tiêu thụ, liên kết hết hạn"))
def contracts_ending(ask: Ask) -> Iterator[Deadline]:
    """Contracts of sale and of value chains on their last day, unless withdrawn."""
    officers = officers_for(ask)
    ends = {"ends_on__range": (ask.since, ask.until)}
    contracts = Contract.objects.in_force().filter(**ends)
    links = ChainLink.objects.in_force().filter(**ends, chain__withdrawn_at__isnull=True)
    if ask.people is not None:
        commune, district = officers.units_of(ask.people)
        units = {*commune, *district, *ask.units}
        contracts = contracts.filter(
            Q(product__producer__unit__in=units) | Q(product__producer__unit__parent__in=ask.units)
        )
        links = links.filter(chain__unit__in={*district, *ask.units})
    for row in in_chunks(contracts.select_related("product__producer__unit")):
        unit = row.product.producer.unit_id
        runs = row.product.producer.unit.parent_id or unit
        yield Deadline(
            kind="contract-end",
            key=f"contract:{row.pk}:{row.ends_on}",
            due_on=row.ends_on,
            title=filled(
                _("%(product)s – %(contract)s hết hạn"),
                {"product": row.product, "contract": Truncator(row).chars(150)},
            ),
            text=filled(
                _("Hợp đồng có hiệu lực đến hết %s. Hãy hỏi chủ thể việc ký tiếp."),
                row.ends_on.strftime("%d/%m/%Y"),
            ),
            url=row.get_absolute_url(),
            recipients=officers.of_commune(unit),
            superiors=officers.of_district(unit),
            unit=runs,
        )
    for row in in_chunks(links.select_related("chain", "producer", "commune")):
        yield Deadline(
            kind="contract-end",
            key=f"chain-link:{row.pk}:{row.ends_on}",
            due_on=row.ends_on,
            title=filled(
                _("%(chain)s – hợp đồng với %(who)s hết hạn"),
                {"chain": row.chain, "who": Truncator(row).chars(150)},
            ),
            text=filled(
                _("Hợp đồng liên kết có hiệu lực đến hết %s. Hãy hỏi các bên việc ký tiếp."),
                row.ends_on.strftime("%d/%m/%Y"),
            ),
            url=row.get_absolute_url(),
            recipients=officers.of_district(row.chain.unit_id),
            unit=row.chain.unit_id,
        )


@deadline_source("gap-task", label=_("Việc nâng hạng sản phẩm chủ lực"))
def gap_tasks_owed(ask: Ask) -> Iterator[Deadline]:
    """Work on flagship products that is not done when its day comes."""
    officers = officers_for(ask)
    tasks = GapTask.objects.in_force().filter(
        due_on__range=(ask.since, ask.until),
        done_on__isnull=True,
        flagship__withdrawn_at__isnull=True,
    )
    if ask.people is not None:
        commune, district = officers.units_of(ask.people)
        units = {*commune, *district, *ask.units}
        path = "flagship__product__producer__unit"
        tasks = tasks.filter(Q(**{f"{path}__in": units}) | Q(**{f"{path}__parent__in": ask.units}))
    for task in in_chunks(tasks.select_related("flagship__product__producer__unit")):
        unit = task.flagship.product.producer.unit_id
        runs = task.flagship.product.producer.unit.parent_id or unit
        yield Deadline(
            kind="gap-task",
            key=f"gap-task:{task.pk}",
            due_on=task.due_on,
            title=filled(
                _("%(product)s – %(task)s"),
                {"product": task.flagship.product, "task": Truncator(task).chars(150)},
            ),
            text=filled(
                _("Việc nâng hạng chưa xong, hạn %s. Khi đã xong, hãy ghi ngày và kết quả."),
                task.due_on.strftime("%d/%m/%Y"),
            ),
            url=task.get_absolute_url(),
            recipients=officers.of_commune(unit),
            superiors=officers.of_district(unit),
            unit=runs,
        )
