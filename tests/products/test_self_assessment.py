"""The producer's own sheet beside the dossier: attached by its link, withdrawn, never rewritten."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from evaluation import rounds, sheets
from ocop_portal import law
from ocop_portal.lawbook import rehearsal
from products import cycle, self_assessment
from products.models import Entry, SelfAssessment
from products.self_assessment import SelfAssessmentRefused
from tests import factories
from tests.evaluation.pages import get as get_round

pytestmark = pytest.mark.django_db

S = Entry.State


def link(criteria, host="https://ocop.example.vn/tu-danh-gia/phieu/", **points) -> str:
    """The link that a producer sends; the best level everywhere but where points are named."""
    options = factories.options_with(criteria, points)
    choices = {code: number or None for code, number in options.items()}
    return f"{host}?{rehearsal.query_of(criteria, choices)}"


def entry_of(slug="148-2023", number=7, state=S.DOSSIER_OPEN):
    product = factories.ProductFactory(decision=slug, set_number=number)
    return factories.entry_in(state, product=product, cycle=factories.CycleFactory(decision=slug))


def set_of(entry):
    return law.decision(entry.cycle.decision).criteria_set(entry.set_number)


def attach(entry, text=None, by=None):
    return self_assessment.attach(
        entry=entry, text=text or link(set_of(entry)), by=by or factories.officer()
    )


def test_a_link_is_kept_as_choices_points_and_stars_and_told_on_the_entry_s_page(client):
    entry, by = entry_of(), factories.officer()
    client.force_login(by)
    url = reverse("products:self_assessment_add", args=[entry.pk])
    assert client.get(url).status_code == 200
    answer = client.post(url, {"link": link(set_of(entry), **{"9": 3, "7": 3, "5.c": 1})})
    assert (answer.status_code, answer.url) == (302, f"{entry.get_absolute_url()}#tu-danh-gia")
    row = SelfAssessment.objects.get()
    assert (row.decision, row.set_number, row.digest) == ("148-2023", 7, set_of(entry).digest)
    assert (row.total, row.stars, row.points["9"], row.missing) == (95, 4, 3, [])
    assert row.attached_by == by
    page = client.get(entry.get_absolute_url()).content.decode()
    assert "95/100" in page
    shown = f"{reverse('lawbook:rehearsal')}?{row.query}".replace("&", "&amp;")
    assert shown in page
    assert "Gắn bản tự đánh giá của chủ thể: 95 điểm, hạng 4 sao" in page


def test_the_same_sheet_again_is_one_row_and_another_waits_for_the_first_to_be_withdrawn():
    entry = entry_of()
    first = attach(entry)
    assert attach(entry) == first
    other = link(set_of(entry), **{"9": 3})
    with pytest.raises(SelfAssessmentRefused, match="Hãy rút bản đó"):
        attach(entry, other)
    by = factories.officer()
    with pytest.raises(SelfAssessmentRefused, match="Cần ghi lý do"):
        self_assessment.withdraw(assessment=first, by=by, reason=" ")
    for _time in range(2):
        self_assessment.withdraw(assessment=first, by=by, reason="Chủ thể gửi nhầm")
    second = attach(entry, other)
    assert [row.pk for row in entry.self_assessments.all()] == [second.pk, first.pk]
    first.refresh_from_db()
    assert (first.total, first.withdrawn_reason) == (100, "Chủ thể gửi nhầm")
    actions = entry.events.values_list("action", flat=True)
    assert list(actions.filter(action__startswith="self_assessment")) == [
        "self_assessment.attached",
        "self_assessment.withdrawn",
        "self_assessment.attached",
    ]


def test_the_database_holds_one_standing_sheet_an_entry():
    entry = entry_of()
    row = attach(entry)
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("xin chào", "không nêu rõ một Quyết định"),
        ("?qd=148-2023&bo=7&9=2", "không nêu phiên bản"),
        ("?qd=1048-2019&bo=3&v=1-00000000", ""),
    ],
)
def test_what_is_no_sheet_is_refused_beside_the_field_and_kept(client, text, why):
    entry = entry_of()
    client.force_login(factories.officer())
    url = reverse("products:self_assessment_add", args=[entry.pk])
    answer = client.post(url, {"link": text})
    assert answer.status_code == 422
    (reason, *_more) = answer.context["form"].errors["link"]
    assert why in reason
    assert text.replace("&", "&amp;") in answer.content.decode()
    assert not SelfAssessment.objects.exists()


def test_a_sheet_of_another_set_or_decision_is_refused_with_both_named():
    entry = entry_of()
    for slug, number in (("148-2023", 1), ("26-2026", 7)):
        other = law.decision(slug).criteria_set(number)
        with pytest.raises(SelfAssessmentRefused) as refused:
            attach(entry, link(other))
        assert f"Phiếu này theo bộ {number} “{other.name}”" in str(refused.value)
        assert "được đánh giá theo bộ 7 “Chế biến từ rau, củ, quả, hạt” của 148/QĐ-TTg" in str(
            refused.value
        )


def test_a_sheet_of_an_earlier_version_of_the_set_is_refused():
    entry = entry_of()
    text = link(set_of(entry)).replace(set_of(entry).digest[:8], "00000000")
    with pytest.raises(SelfAssessmentRefused, match="đã được sửa"):
        attach(entry, text)


def test_while_the_council_works_nothing_is_attached_or_withdrawn():
    entry = entry_of()
    row = attach(entry)
    Entry.objects.filter(pk=entry.pk).update(state=S.IN_EVALUATION)
    with pytest.raises(SelfAssessmentRefused, match="khóa"):
        attach(entry, link(set_of(entry), **{"9": 3}))
    with pytest.raises(SelfAssessmentRefused, match="khóa"):
        self_assessment.withdraw(assessment=row, by=factories.officer(), reason="Nhầm")


def test_another_officer_s_entry_is_not_theirs(client):
    entry = entry_of()
    row = attach(entry)
    tree = factories.vinh_linh()
    client.force_login(factories.officer("commune_officer", tree.vinh_thuy))
    for name, key in (("self_assessment_add", entry.pk), ("self_assessment_withdraw", row.pk)):
        assert client.get(reverse(f"products:{name}", args=[key])).status_code == 404


# --- Before the council -------------------------------------------------------------------------


def test_an_open_round_keeps_the_sheet_and_members_see_it_as_the_producer_s_beside_each_criterion():
    entry = entry_of(state=S.READY)
    row = attach(entry, link(set_of(entry), **{"9": 3}))
    round_ = factories.open_round(entries=[entry], members=2)
    candidate = round_.candidates.get()
    assert candidate.self_assessment["self_assessment"] == row.pk
    assert candidate.told_by_producer["9"] == 3
    SelfAssessment.objects.update(points={})  # what became of the row changes nothing in the round
    member = factories.scorers(round_.council)[1]
    sheets.start_sheet(candidate=candidate, user=member)
    page = get_round(member, "sheet", candidate.pk).content.decode()
    assert "Chủ thể tự đánh giá: 98/100 điểm, hạng 4 sao." in page
    assert "không phải điểm của thành viên nào" in page
    criterion = page[page.index('id="tc-9"') :]
    assert "Chủ thể tự chấm: 3 điểm" in criterion[: criterion.index("</fieldset>")]


def test_a_round_without_a_sheet_of_the_producer_shows_none():
    round_ = factories.open_round(members=1)
    candidate = round_.candidates.get()
    assert candidate.self_assessment == {}
    sheets.start_sheet(candidate=candidate, user=factories.scorers(round_.council)[0])
    page = get_round(factories.scorers(round_.council)[0], "sheet", candidate.pk).content.decode()
    assert "Chủ thể tự" not in page


def test_a_sheet_by_another_version_of_the_set_is_told_in_all_but_not_by_criterion():
    entry = entry_of(state=S.READY)
    attach(entry)
    round_ = factories.open_round(entries=[entry], members=1)
    candidate = round_.candidates.get()
    candidate.self_assessment["digest"] = "0" * 64
    candidate.save()
    chair = factories.scorers(round_.council)[0]
    sheets.start_sheet(candidate=candidate, user=chair)
    page = get_round(chair, "sheet", candidate.pk).content.decode()
    assert "Bản này theo bộ tiêu chí hoặc phiên bản khác" in page
    assert "Chủ thể tự chấm" not in page


def test_the_tally_tells_the_producer_s_total_beside_the_council_s():
    entry = entry_of(state=S.READY)
    attach(entry)
    round_ = factories.open_round(entries=[entry], members=1)
    by = factories.person_in(round_.council, "secretary")
    factories.scored_sheet(
        round_.candidates.get(),
        factories.scorers(round_.council)[0],
        options=factories.options_with(set_of(entry), {"9": 3}),
    )
    rounds.end_scoring(round_=round_, by=by)
    page = get_round(by, "tally", round_.pk).content.decode()
    assert "Chủ thể tự đánh giá: 100/100 điểm, hạng 5 sao." in page
    assert "98,00 điểm" in page


# --- A set under the cycle's Decision -----------------------------------------------------------


def entering(client, product, target, **more):
    url = reverse("products:entry_add", args=[target.pk])
    return client.post(url, {"product": product.pk, "idea": "Ý tưởng cũ", **more})


def test_a_set_that_follows_by_name_is_suggested_and_confirmed_never_taken_silently(client):
    """Set 11 of 1048 (Gia vị khác) is set 10 of 26/2026."""
    product = factories.ProductFactory(decision="1048-2019", set_number=11)
    target = factories.CycleFactory(decision="26-2026", year=2026)
    client.force_login(factories.officer())
    first = entering(client, product, target)
    assert first.status_code == 422
    assert not Entry.objects.exists()
    page = first.content.decode()
    assert "Gợi ý theo 26/2026/QĐ-TTg: “10. Gia vị khác" in page
    assert '<option value="10" selected>' in page
    assert "Ý tưởng cũ" in page
    assert entering(client, product, target, set_number=10).status_code == 302
    entry = Entry.objects.get()
    assert (entry.set_number, entry.product.set_number) == (10, 11)
    told = client.get(entry.get_absolute_url()).content.decode()
    assert "1048/QĐ-TTg, bộ 11." in told
    assert "26/2026/QĐ-TTg, bộ 10." in told


def test_another_set_than_the_suggested_one_is_the_officer_s_to_choose(client):
    product = factories.ProductFactory(decision="1048-2019", set_number=11)
    target = factories.CycleFactory(decision="26-2026", year=2026)
    client.force_login(factories.officer())
    assert entering(client, product, target, set_number=7).status_code == 302
    assert Entry.objects.get().set_number == 7


def test_a_set_that_the_decision_does_not_have_is_refused(client):
    product = factories.ProductFactory(decision="1048-2019", set_number=11)
    target = factories.CycleFactory(decision="26-2026", year=2026)
    client.force_login(factories.officer())
    assert entering(client, product, target, set_number=27).status_code == 422
    with pytest.raises(law.UnknownSet):
        cycle.enter(product=product, cycle=target, by=factories.officer(), set_number=27)


def test_a_product_of_the_cycle_s_decision_keeps_its_own_set_whatever_is_sent(client):
    product = factories.ProductFactory(decision="26-2026", set_number=7)
    target = factories.CycleFactory(decision="26-2026", year=2026)
    client.force_login(factories.officer())
    assert entering(client, product, target, set_number=10).status_code == 302
    assert Entry.objects.get().set_number == 7


def test_suggestions_run_both_ways_in_time():
    old = factories.ProductFactory(decision="1048-2019", set_number=11)
    new = factories.ProductFactory(decision="26-2026", set_number=10)
    later, earlier = law.decision("26-2026"), law.decision("1048-2019")
    assert [s.number for s in cycle.suggested_sets(old, later)] == [10]
    assert [s.number for s in cycle.suggested_sets(new, earlier)] == [11]
    assert [s.number for s in cycle.suggested_sets(new, later)] == [10]
