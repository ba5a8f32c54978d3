"""Officers' pages of news and notices: write, add files, publish, withdraw."""

from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from ocop_portal.page_language import filled
from ocop_portal.pages import crumbs, page_of

from . import news, scope
from .history import entries_of
from .keeping_forms import WithdrawForm
from .keeping_views import edit_page, posted, publish_act, withdraw_page
from .kept_files_views import FileTopic
from .models import NewsFile, NewsItem
from .news_forms import NewsFileForm, NewsForm, OfficeFilter
from .publishable import publish

officers_only = permission_required("communes.list_news", raise_exception=True)


def _crumbs(*more: tuple[str, str]) -> list[dict]:
    return crumbs((_("Tin tức"), reverse("communes:news")), *more)


@require_safe
@officers_only
def items(request):
    """The news and notices of the officer's units, the latest first."""
    wanted = OfficeFilter(request.GET, model=NewsItem, label=_("Loại bài"))
    found = wanted.apply(scope.news_for(request.user)).select_related("unit")
    return render(
        request,
        "communes/news/items.html",
        {"filter": wanted, "page_obj": page_of(request, found)},
    )


def _find(request, pk: int) -> NewsItem:
    found = scope.news_for(request.user).select_related("unit", "withdrawn_by", "published_by")
    return get_object_or_404(found, pk=pk)


@require_safe
@officers_only
def item(request, pk: int):
    """One item as it will be read, its files, where it stands, its history."""
    found = _find(request, pk)
    files = list(found.files.select_related("withdrawn_by"))
    return render(
        request,
        "communes/news/item.html",
        {
            "item": found,
            "files": [row for row in files if not row.withdrawn_at],
            "withdrawn_files": [row for row in files if row.withdrawn_at],
            "may_change": found.withdrawn_at is None,
            "history": entries_of(found),
            "breadcrumbs": _crumbs((found.title, "")),
        },
    )


@officers_only
def item_add(request):
    """Write an item; it stays a draft until it is published."""
    form = NewsForm(posted(request), user=request.user)
    return _edit(request, form, title=_("Viết tin, thông báo"), back=reverse("communes:news"))


@officers_only
def item_edit(request, pk: int):
    """Change an item."""
    found = _find(request, pk)
    form = NewsForm(posted(request), instance=found, user=request.user)
    return _edit(request, form, title=_("Sửa bài"), back=found.get_absolute_url())


def _edit(request, form: NewsForm, *, title: str, back: str):
    def save():
        return news.save_item(item=form.instance, by=request.user, seen=form.cleaned_data["seen"])

    return edit_page(request, form, save, title=title, back=back, path=_crumbs((title, "")))


@require_POST
@officers_only
def item_publish(request, pk: int):
    """Show an item to everybody."""
    found = _find(request, pk)
    return publish_act(request, found, lambda: publish(row=found, by=request.user))


@officers_only
def item_withdraw(request, pk: int):
    """Ask why, then take an item away from the public."""
    found = _find(request, pk)
    form = WithdrawForm(posted(request))
    return withdraw_page(
        request,
        form,
        lambda: news.withdraw_item(item=found, by=request.user, reason=form.cleaned_data["reason"]),
        title=_("Rút bài"),
        lead=filled(_("“%s” không còn trên trang công khai. Cán bộ vẫn xem được."), found),
        back=found.get_absolute_url(),
        path=_crumbs((found.title, found.get_absolute_url()), (_("Rút"), "")),
    )


FILES = FileTopic(
    of="item",
    opens="communes.list_news",
    rows=scope.news_for,
    files=lambda user: NewsFile.objects.filter(item__in=scope.news_for(user)),
    may_change=lambda user, _changed, item: user.has_perm("communes.change_news", item),
    path=lambda item: _crumbs((item.title, item.get_absolute_url())),
    add_title=_("Thêm tệp"),
    withdraw_title=_("Rút tệp"),
    attach=news.attach_file,
    form=NewsFileForm,
)
