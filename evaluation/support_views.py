"""Pages of the support team's check of a dossier, and of those who may read it."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from ocop_portal.page_language import filled

from . import support as acts
from .evidence import evidence_of
from .models import Candidate
from .pages import crumbs, find_round, form_act
from .scope import candidates_to_check, opinions_open_to, support_checks_for
from .support_forms import SupportCheckForm
from .told import option_words, support_history


@never_cache
def check(request, pk: int):
    """The form of one dossier for the support team, filled with what the person wrote before."""
    candidate = get_object_or_404(
        candidates_to_check(request.user)
        .select_related("pinned_set", "entry__product")
        .defer("pinned_set__content"),
        pk=pk,
    )
    found = find_round(request, candidate.round_id, "evaluation.check_dossiers")
    candidate.round = found
    own = candidate.support_checks.filter(seat__user=request.user).first()
    form = SupportCheckForm(request.POST or None, candidate=candidate, own=own)
    return form_act(
        request,
        form,
        lambda: acts.save_check(candidate=candidate, user=request.user, **form.said),
        done=filled(_("Đã ghi ý kiến về hồ sơ của %s."), candidate.entry.product),
        to=found,
        title=filled(_("Kiểm tra hồ sơ: %s"), candidate.entry.product),
        submit=_("Ghi"),
        back=found.get_absolute_url(),
        trail=[(found, found.get_absolute_url())],
        lead=_("Ý kiến của tổ tư vấn không phải phiếu chấm điểm và không được tính vào kết quả."),
        template="evaluation/support_check.html",
        evidence=evidence_of(candidate),
        conflict_of=candidate,
    )


@never_cache
def opinions(request, pk: int):
    """What the support team wrote of one product, for those who may read it; 404 for all others."""
    candidate = get_object_or_404(
        Candidate.objects.select_related(
            "pinned_set", "entry__product__producer__unit", "entry__cycle"
        ).defer("pinned_set__content"),
        pk=pk,
        removed_at__isnull=True,
    )
    found = find_round(request, candidate.round_id)
    checks = list(
        support_checks_for(request.user)
        .filter(candidate=candidate)
        .select_related("seat__user")
        .prefetch_related("proposals", "papers_read")
    )
    if not checks and not opinions_open_to(request.user).filter(pk=candidate.pk).exists():
        raise Http404
    criteria = candidate.pinned_set.criteria
    for row in checks:
        by_code = {one.criterion: one for one in row.proposals.all() if one.option is not None}
        row.proposed = [
            {
                "criterion": leaf,
                "words": option_words(criteria, leaf.code, by_code[leaf.code].option),
                "reason": by_code[leaf.code].reason,
            }
            for leaf in criteria.leaves
            if leaf.code in by_code
        ]
        row.told = support_history(row, criteria)
    return render(
        request,
        "evaluation/opinions.html",
        {
            "round": found,
            "candidate": candidate,
            "checks": checks,
            "papers": len(acts.readable_papers(candidate)),
            "breadcrumbs": crumbs((found, found.get_absolute_url()), (_("Ý kiến tổ tư vấn"), "")),
        },
    )
