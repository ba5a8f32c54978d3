"""Pages of councils and of the people who sit in them."""

from django.db.models import Count, Exists, OuterRef, Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from communes.models import Role
from communes.scope import units_in_scope
from ocop_portal import law
from ocop_portal.page_language import filled
from ocop_portal.pages import PER_PAGE, page_of
from products.models import current_cycle

from . import councils as acts
from .forms import CouncilForm, LeaveForm, SeatForm
from .models import Seat
from .pages import crumbs, find_council, form_act, need, with_tone
from .scope import councils_for, rounds_for, with_role
from .told import council_history

COUNCILS = pgettext_lazy("nhiều hội đồng", "Hội đồng")


def councils(request):
    """The councils that the person runs or sits in."""
    need(request, "evaluation.list_rounds")
    rows = (
        councils_for(request.user)
        .select_related("unit")
        .annotate(
            people=Count("seats", filter=Q(seats__left_on__isnull=True), distinct=True),
            sittings=Count("rounds", distinct=True),
        )
        .order_by("-decided_on", "-pk")
    )
    return render(
        request,
        "evaluation/councils.html",
        {
            "page": page_of(request, rows),
            "may_add": request.user.has_perm("evaluation.add_council"),
            "breadcrumbs": crumbs((COUNCILS, "")),
        },
    )


def council(request, pk: int):
    """A council: its people, its rounds, what changed."""
    found = find_council(request, pk, "evaluation.view_council")
    may_change = request.user.has_perm("evaluation.change_council", found)
    return render(
        request,
        "evaluation/council.html",
        {
            "council": found,
            "seats": found.seats.select_related("user", "substitutes_for__user")
            .annotate(has_role=Exists(with_role(Seat.objects.filter(pk=OuterRef("pk")))))
            .order_by("left_on", "pk"),
            "rounds": [
                with_tone(row)
                for row in rounds_for(request.user)
                .filter(council=found)
                .select_related("cycle__unit")[:PER_PAGE]
            ],
            "may_change": may_change,
            "may_add_round": request.user.has_perm("evaluation.add_round", found),
            "history": council_history(found) if may_change else None,
            "breadcrumbs": crumbs(
                (COUNCILS, reverse("evaluation:councils")),
                (found, ""),
            ),
        },
    )


def _working_rules(request) -> law.WorkingRules:
    """The defaults of the Decision that the office works under now."""
    units = units_in_scope(request.user, Role.Kind.DISTRICT_OFFICER)
    cycle = current_cycle(units.values("pk"))
    return cycle.law.working_rules if cycle else law.decisions()[-1].working_rules


def council_add(request):
    """Set up a council."""
    need(request, "evaluation.add_council")
    form = CouncilForm(request.POST or None, user=request.user, rules=_working_rules(request))
    return form_act(
        request,
        form,
        lambda: acts.save_council(council=form.instance, by=request.user),
        done=_("Đã lập hội đồng. Hãy thêm các thành viên."),
        title=_("Lập hội đồng"),
        submit=_("Lập hội đồng"),
        back=reverse("evaluation:councils"),
        trail=[(COUNCILS, reverse("evaluation:councils"))],
    )


def council_edit(request, pk: int):
    """Change a council's decision, term or working rules."""
    found = find_council(request, pk, "evaluation.change_council")
    form = CouncilForm(
        request.POST or None, instance=found, user=request.user, rules=_working_rules(request)
    )
    return form_act(
        request,
        form,
        lambda: acts.save_council(council=form.instance, by=request.user),
        done=_("Đã lưu."),
        title=_("Sửa hội đồng"),
        submit=_("Lưu"),
        back=found.get_absolute_url(),
        trail=[(found, found.get_absolute_url())],
        lead=_("Đợt đã mở vẫn giữ quy chế lúc mở."),
    )


def seat_add(request, pk: int):
    """Give a person a place in the council."""
    found = find_council(request, pk, "evaluation.change_council")
    form = SeatForm(request.POST or None, council=found, instance=Seat(council=found))
    return form_act(
        request,
        form,
        lambda: acts.add_seat(seat=form.instance, by=request.user),
        done=lambda seat: filled(_("Đã thêm %s vào hội đồng."), seat.user),
        to=found,
        title=_("Thêm thành viên"),
        submit=_("Thêm"),
        back=found.get_absolute_url(),
        trail=[(found, found.get_absolute_url())],
    )


def seat_leave(request, pk: int):
    """End a person's place in the council."""
    seat = get_object_or_404(
        Seat.objects.select_related("council", "user"),
        pk=pk,
        council__in=councils_for(request.user),
    )
    need(request, "evaluation.change_council", seat.council)
    form = LeaveForm(request.POST or None)
    return form_act(
        request,
        form,
        lambda: acts.leave_seat(seat=seat, on=form.cleaned_data["left_on"], by=request.user),
        done=filled(_("%s đã thôi tham gia hội đồng."), seat.user),
        to=seat.council,
        title=filled(_("%s thôi tham gia"), seat.user),
        submit=_("Xác nhận thôi tham gia"),
        back=seat.council.get_absolute_url(),
        trail=[(seat.council, seat.council.get_absolute_url())],
        lead=_(
            "Phiếu của người này trong các đợt chưa chốt không còn được tính. "
            "Kết quả đã chốt giữ nguyên."
        ),
    )
