"""Officers' pages of step 6: one set of views for all its topics, see `promotion_topics`."""

from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from communes.history import entries_of
from communes.keeping_forms import WithdrawForm
from communes.keeping_views import edit_page, withdraw_page
from ocop_portal.exchange.tables import as_file, wanted_format
from ocop_portal.page_language import filled
from ocop_portal.pages import crumbs, page_of

from .chain import picture_of
from .flagship import gaps_of, latest_sheet, set_of
from .models import ChainLink, Contract, FairPhoto, FairProduct, Flagship, GapTask
from .promotion import save_promotion, withdraw_promotion
from .promotion_forms import ChainLinkForm, FairPhotoForm, FairProductForm, GapTaskForm
from .promotion_scope import (
    chain_links_for,
    fair_photos_for,
    fairs_for,
    gap_tasks_for,
    of_products_for,
)
from .promotion_topics import CHAINS, FAIRS, FLAGSHIPS, TOPICS, Topic, as_shown
from .serving import paper_response
from .views import officers_only, posted


def _crumbs(topic: Topic, *more: tuple[str, str]) -> list[dict]:
    return crumbs((topic.title, reverse(f"products:{topic.listed}")), *more)


def _find(request, topic: Topic, pk: int):
    rows = topic.rows(request.user).select_related("withdrawn_by", *topic.related)
    return get_object_or_404(rows, pk=pk)


def _find_own(request, topic: Topic, pk: int):
    """A row that the person may change; 403 where they may only read it."""
    found = _find(request, topic, pk)
    if not request.user.has_perm(topic.changes, found):
        raise PermissionDenied
    return found


@require_safe
@officers_only
def listing(request, topic: Topic):
    """The rows of a topic in the officer's scope, as a page or as a file."""
    wanted = topic.filter(request.GET)
    found = wanted.apply(topic.rows(request.user)).select_related(*topic.related)
    # Said again: a list with sums in it would come in any order.
    found = found.order_by(*topic.model._meta.ordering)
    if format_ := wanted_format(request):
        name = topic.listed.replace("_", "-")
        return as_file(format_, name=name, fields=topic.fields, rows=found)
    number = wanted.apply(topic.rows(request.user), to_count=True).count()
    page = page_of(request, found, count=number)
    for row in page.object_list:
        row.cells = [
            {
                "label": field.heading,
                "value": as_shown(field.value(row)),
                "num": isinstance(field.value(row), int | Decimal),
            }
            for field in topic.fields
        ]
    return render(
        request,
        "products/promotion/list.html",
        {
            "topic": topic,
            "topics": TOPICS,
            "filter": wanted,
            "page_obj": page,
            "number_columns": _number_columns(page.object_list),
            "may_add": request.user.has_perm(topic.adds),
            "add_url": reverse(f"products:{topic.name}_add"),
        },
    )


def _number_columns(rows) -> set[int]:
    """Places of the columns with numbers; their headings stand at the right too."""
    return {place for row in rows for place, cell in enumerate(row.cells) if cell["num"]}


@require_safe
@officers_only
def page(request, pk: int, topic: Topic):
    """One row: its facts, what hangs on it, its history."""
    found = _find(request, topic, pk)
    facts = [
        {"label": field.heading, "value": as_shown(field.value(found))}
        for field in (*topic.fields, *topic.facts)
    ]
    more = {FAIRS: _of_fair, CHAINS: _of_chain, FLAGSHIPS: _of_flagship}.get(topic, _nothing)
    return render(
        request,
        topic.template,
        {
            "topic": topic,
            "row": found,
            # What the heading says already is no fact of its own.
            "facts": [fact for fact in facts if fact["value"] and fact["value"] != str(found)],
            "may_change": _may_change(request, topic, found),
            "edit_url": reverse(f"products:{topic.name}_edit", args=[found.pk]),
            "withdraw_url": reverse(f"products:{topic.name}_withdraw", args=[found.pk]),
            "history": entries_of(found, limit=20),
            "breadcrumbs": _crumbs(topic, (found, "")),
            **more(request, found),
        },
    )


def _nothing(request, found) -> dict:
    return {}


def _may_change(request, topic: Topic, found) -> bool:
    return found.withdrawn_at is None and request.user.has_perm(topic.changes, found)


def _of_fair(request, found) -> dict:
    shown = list(found.shown.in_force().select_related("product__producer__unit"))
    own = set(
        of_products_for(FairProduct, request.user).filter(fair=found).values_list("pk", flat=True)
    )
    return {
        "shown": [{"row": row, "may_change": row.pk in own} for row in shown],
        "producers": len({row.product.producer_id for row in shown}),
        "photos": list(found.photos.in_force()),
        "sales": as_shown(found.sales_sum) if found.sales_sum is not None else "",
    }


def _of_chain(request, found) -> dict:
    readable = set(chain_links_for(request.user).filter(chain=found).values_list("pk", flat=True))
    return {"chain": picture_of(found, readable)}


def _of_flagship(request, found: Flagship) -> dict:
    return {
        "gaps": gaps_of(found),
        "tasks": list(found.tasks.in_force()),
        "ratings": list(found.product.ratings.all()[:3]),
    }


@officers_only
def add(request, topic: Topic):
    """Enter a row."""
    if not request.user.has_perm(topic.adds):
        raise PermissionDenied
    form = topic.form(
        posted(request),
        request.FILES or None,
        user=request.user,
        initial={"product": request.GET.get("san-pham")},
    )
    return _edit(request, topic, form, title=topic.add, back=reverse(f"products:{topic.listed}"))


@officers_only
def edit(request, pk: int, topic: Topic):
    """Change a row."""
    found = _find_own(request, topic, pk)
    form = topic.form(posted(request), request.FILES or None, instance=found, user=request.user)
    title = filled(_("Sửa %s"), topic.one)
    return _edit(request, topic, form, title=title, back=found.get_absolute_url())


def _edit(request, topic: Topic, form, *, title: str, back: str, path=()):
    def save():
        return save_promotion(
            row=form.instance,
            by=request.user,
            upload=form.upload,
            seen=form.cleaned_data.get("seen"),
        )

    return edit_page(
        request,
        form,
        save,
        title=title,
        back=back,
        path=_crumbs(topic, *path, (title, "")),
        multipart="scan" in form.fields,
    )


@officers_only
def withdraw(request, pk: int, topic: Topic):
    """Ask why, then withdraw a row."""
    return _withdraw(request, topic, _find_own(request, topic, pk))


def _withdraw(request, topic: Topic, found):
    form = WithdrawForm(posted(request))
    return withdraw_page(
        request,
        form,
        lambda: withdraw_promotion(row=found, by=request.user, reason=form.cleaned_data["reason"]),
        title=filled(_("Rút: %s"), found),
        lead=_("Chỉ rút khi ghi nhầm. Nếu đã thôi, hãy sửa và ghi ngày cuối, nếu có."),
        back=found.get_absolute_url(),
        path=_crumbs(topic, (found, found.get_absolute_url()), (_("Rút"), "")),
    )


@require_safe
@officers_only
def contract_file(request, pk: int):
    """The scan of a contract, for officers of its product."""
    return paper_response(get_object_or_404(of_products_for(Contract, request.user), pk=pk))


# --- What hangs on a fair, a chain, a flagship product ------------------------------------------


@officers_only
def fair_product_add(request, pk: int):
    """Put one of the officer's products on the list of a fair that their unit is sent to."""
    fair = get_object_or_404(fairs_for(request.user), pk=pk)
    form = FairProductForm(posted(request), instance=FairProduct(fair=fair), user=request.user)
    return _edit_of(request, FAIRS, form, fair, _("Thêm sản phẩm dự hội chợ"))


def _edit_of(request, topic: Topic, form, parent, title: str):
    back = parent.get_absolute_url()
    return _edit(request, topic, form, title=title, back=back, path=[(str(parent), back)])


def _find_shown(request, pk: int) -> FairProduct:
    rows = of_products_for(FairProduct, request.user).select_related("fair", "product__producer")
    return get_object_or_404(rows, pk=pk)


@officers_only
def fair_product_edit(request, pk: int):
    """Change what a product did at a fair."""
    found = _find_shown(request, pk)
    form = FairProductForm(posted(request), instance=found, user=request.user)
    return _edit_of(request, FAIRS, form, found.fair, _("Sửa kết quả dự hội chợ"))


@officers_only
def fair_product_withdraw(request, pk: int):
    """Take a product off the list of a fair."""
    return _withdraw(request, FAIRS, _find_shown(request, pk))


@officers_only
def fair_photo_add(request, pk: int):
    """Add a photo of a fair."""
    fair = _find_own(request, FAIRS, pk)
    form = FairPhotoForm(
        posted(request), request.FILES or None, instance=FairPhoto(fair=fair), user=request.user
    )
    return _edit_of(request, FAIRS, form, fair, _("Thêm ảnh hội chợ"))


@require_safe
@officers_only
def fair_photo(request, pk: int):
    """A photo of a fair."""
    return paper_response(get_object_or_404(fair_photos_for(request.user), pk=pk))


@officers_only
def fair_photo_withdraw(request, pk: int):
    """Withdraw a photo of a fair."""
    rows = fair_photos_for(request.user).select_related("fair")
    found = get_object_or_404(rows, pk=pk)
    if not request.user.has_perm(FAIRS.changes, found.fair):
        raise PermissionDenied
    return _withdraw(request, FAIRS, found)


@officers_only
def chain_link_add(request, pk: int):
    """Add a party to a chain."""
    chain = _find_own(request, CHAINS, pk)
    link = ChainLink(chain=chain, part=request.GET.get("khau", ""))
    form = ChainLinkForm(posted(request), request.FILES or None, instance=link, user=request.user)
    return _edit_of(request, CHAINS, form, chain, _("Thêm bên tham gia chuỗi"))


def _find_link(request, pk: int) -> ChainLink:
    rows = chain_links_for(request.user).select_related("chain", "producer", "commune")
    found = get_object_or_404(rows, pk=pk)
    if not request.user.has_perm(CHAINS.changes, found.chain):
        raise PermissionDenied
    return found


@officers_only
def chain_link_edit(request, pk: int):
    """Change a party of a chain."""
    found = _find_link(request, pk)
    form = ChainLinkForm(posted(request), request.FILES or None, instance=found, user=request.user)
    return _edit_of(request, CHAINS, form, found.chain, _("Sửa bên tham gia chuỗi"))


@officers_only
def chain_link_withdraw(request, pk: int):
    """Withdraw a party from a chain."""
    return _withdraw(request, CHAINS, _find_link(request, pk))


@require_safe
@officers_only
def chain_link_file(request, pk: int):
    """The contract of a party of a chain."""
    return paper_response(get_object_or_404(chain_links_for(request.user), pk=pk))


@officers_only
def gap_task_add(request, pk: int):
    """Set a piece of work for a flagship product."""
    flagship = _find_own(request, FLAGSHIPS, pk)
    code = request.GET.get("tieu-chi", "")
    return _edit_task(request, GapTask(flagship=flagship, criterion=code), _("Thêm việc nâng hạng"))


def _edit_task(request, task: GapTask, title: str):
    form = GapTaskForm(
        posted(request),
        instance=task,
        user=request.user,
        criteria=set_of(task.flagship, latest_sheet(task.flagship)),
    )
    return _edit_of(request, FLAGSHIPS, form, task.flagship, title)


def _find_task(request, pk: int) -> GapTask:
    rows = gap_tasks_for(request.user).select_related("flagship__product__producer")
    return get_object_or_404(rows, pk=pk)


@officers_only
def gap_task_edit(request, pk: int):
    """Change a piece of work, or write down that it is done."""
    return _edit_task(request, _find_task(request, pk), _("Cập nhật việc nâng hạng"))


@officers_only
def gap_task_withdraw(request, pk: int):
    """Withdraw a piece of work."""
    return _withdraw(request, FLAGSHIPS, _find_task(request, pk))
