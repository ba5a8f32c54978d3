"""Rounds, cycles and offices as the Decisions have them on the day: districts, and without them."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from communes.models import Role, Unit, today
from communes.roles import give_role
from communes.units import rebuild_cover
from evaluation import rounds
from evaluation.councils import prepare_round
from evaluation.models import Result, Round
from ocop_portal.accounts.models import User
from products.models import Cycle
from tests import factories
from tests.evaluation.pages import get, post, score_all, signed_in, url

pytestmark = pytest.mark.django_db

LAST_DISTRICT_DAY = datetime.date(2025, 7, 5)
FIRST_DAY_WITHOUT = datetime.date(2025, 7, 6)


def sent(council, cycle, level, meets_on):
    """Prepare a round through the page."""
    due = today() + datetime.timedelta(days=9)
    return post(
        factories.officer(unit=council.unit),
        "round_add",
        council.pk,
        name="Đợt mẫu",
        cycle=cycle.pk,
        level=level,
        meets_on=meets_on.strftime("%d/%m/%Y"),
        due_date=due.strftime("%d/%m/%Y"),
        due_time="17:00",
    )


def test_a_district_round_under_148_is_refused_from_6_7_2025_on_with_the_reason():
    council = factories.council_with()
    cycle = factories.CycleFactory(decision="148-2023", year=2025)
    refused = sent(council, cycle, "district", FIRST_DAY_WITHOUT)
    assert refused.status_code == 422
    (reason,) = refused.context["form"].errors["level"]
    assert reason == (
        "Theo 148/QĐ-TTg (1489/QĐ-TTg sửa đổi), cấp huyện chỉ đánh giá đến hết 05/07/2025; "
        "đợt này họp 06/07/2025."
    )
    assert "Đợt mẫu" in refused.content.decode()
    assert not Round.objects.exists()
    assert sent(council, cycle, "district", LAST_DISTRICT_DAY).status_code == 302


def test_there_is_no_district_round_under_26_2026():
    council = factories.council_with()
    cycle = factories.CycleFactory(decision="26-2026", year=2026)
    refused = sent(council, cycle, "district", datetime.date(2026, 9, 1))
    assert refused.context["form"].errors["level"] == ["26/2026/QĐ-TTg không có cấp đánh giá này."]


def test_a_round_prepared_for_a_day_without_its_level_does_not_open():
    cycle = factories.CycleFactory(decision="148-2023", year=2025)
    round_ = factories.RoundFactory(
        council=factories.council_with(), cycle=cycle, meets_on=FIRST_DAY_WITHOUT
    )
    assert "cấp huyện chỉ đánh giá đến hết 05/07/2025" in rounds.why_not_open(round_)[0]
    with pytest.raises(ValidationError):
        prepare_round(round_=round_, by=factories.officer())


@pytest.mark.parametrize(
    ("meets_on", "words"),
    [
        # Until then the district certifies three stars and the province starts at four.
        (LAST_DISTRICT_DAY, "trả về để hoàn thiện"),
        (FIRST_DAY_WITHOUT, "đề nghị Ủy ban nhân dân tỉnh công nhận"),
    ],
)
def test_three_stars_at_the_province_are_recognised_by_it_only_since_1489(meets_on, words):
    cycle = factories.CycleFactory(decision="148-2023", year=2025)
    product = factories.ProductFactory(decision="148-2023", set_number=7)
    entry = factories.entry_in("ready", cycle=cycle, product=product)
    round_ = factories.open_round(entries=[entry], members=1, level="province", meets_on=meets_on)
    criteria = round_.candidates.get().pinned_set.criteria
    # Three-star marks only: 5.b, 8.a, 9 and 1.a reach theirs, those of four stars do not.
    factories.scored_sheet(
        round_.candidates.get(),
        factories.scorers(round_.council)[0],
        options=factories.options_with(criteria, {"9": 2, "3.d": 0, "2.a": 0}),
    )
    by = factories.person_in(round_.council, "secretary")
    rounds.end_scoring(round_=round_, by=by)
    page = get(by, "tally", round_.pk).content.decode()
    assert "hạng 3 sao, " + words in page


def test_a_meeting_outside_the_decision_s_time_is_warned_of_on_the_round_and_not_refused():
    cycle = factories.CycleFactory(decision="148-2023", year=2026)
    round_ = factories.RoundFactory(
        council=factories.council_with(),
        cycle=cycle,
        level="province",
        meets_on=datetime.date(2026, 7, 21),
    )
    page = get(factories.officer(), "round", round_.pk).content.decode()
    assert "Ngày họp 21/07/2026 nằm ngoài thời gian có hiệu lực của 148/QĐ-TTg." in page
    Round.objects.update(meets_on=datetime.date(2026, 7, 20))
    page = get(factories.officer(), "round", round_.pk).content.decode()
    assert "nằm ngoài thời gian có hiệu lực" not in page


# --- Which Decision a cycle takes ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "chosen"),
    [
        ("2026-05-21", "148-2023"),
        ("2026-05-22", None),  # both are in force: the officer chooses
        ("2026-07-20", None),
        ("2026-07-21", "26-2026"),
    ],
)
def test_a_new_cycle_takes_the_decision_in_force_and_none_while_two_are(
    client, time_machine, day, chosen
):
    time_machine.move_to(f"{day}T09:00:00+07:00")
    client.force_login(factories.officer())
    page = client.get(reverse("products:cycle_add"))
    assert page.context["form"].initial.get("decision") == chosen
    assert (
        "Từ 22/05/2026 đến 20/07/2026, 148/QĐ-TTg và 26/2026/QĐ-TTg cùng có hiệu lực"
        in page.content.decode()
    )


@pytest.mark.parametrize("slug", ["148-2023", "26-2026"])
def test_a_cycle_of_2026_may_be_under_either_decision(client, slug):
    client.force_login(factories.officer())
    unit = factories.vinh_linh().district
    answer = client.post(
        reverse("products:cycle_add"), {"unit": unit.pk, "year": 2026, "decision": slug}
    )
    assert answer.status_code == 302
    assert Cycle.objects.get().decision == slug


# --- Without a district -------------------------------------------------------------------------


def today_s_units():
    """The province and one commune of today, with the district's commune that became part of it."""
    tree = factories.vinh_linh()
    province = factories.UnitFactory(
        code="44",
        kind="Tỉnh",
        name="Quảng Trị",
        level=Unit.Level.PROVINCE,
        valid_from=datetime.date(2025, 7, 1),
    )
    commune = factories.UnitFactory(
        code="19363", name="Vĩnh Linh", parent=province, valid_from=datetime.date(2025, 7, 1)
    )
    day = datetime.date(2025, 7, 1)
    factories.UnitSuccessionFactory(predecessor=tree.province, successor=province, on=day)
    factories.UnitSuccessionFactory(predecessor=tree.ho_xa, successor=commune, on=day)
    rebuild_cover()
    return province, commune


def test_an_office_of_the_province_runs_a_cycle_and_a_round_with_a_commune_of_today(client):
    province, commune = today_s_units()
    office = factories.officer(unit=province)
    clerk = factories.officer(Role.Kind.COMMUNE_OFFICER, commune)
    client.force_login(office)
    added = client.post(
        reverse("products:cycle_add"), {"unit": province.pk, "year": 2026, "decision": "26-2026"}
    )
    assert added.status_code == 302
    cycle = Cycle.objects.get()
    product = factories.ProductFactory(decision="26-2026", set_number=7, producer__unit=commune)
    client.force_login(clerk)
    assert (
        client.post(
            reverse("products:entry_add", args=[cycle.pk]), {"product": product.pk}
        ).status_code
        == 302
    )
    product = factories.ProductFactory(decision="26-2026", set_number=7, producer__unit=commune)
    ready = factories.entry_in("ready", cycle=cycle, product=product)
    asked = client.get(ready.get_absolute_url()).content.decode()
    assert "Chờ tỉnh đưa vào một đợt đánh giá của hội đồng." in asked
    assert "Chờ huyện" not in asked
    council = factories.council_with(unit=province)
    assert sent(council, cycle, "province", datetime.date(2026, 9, 1)).status_code == 302
    round_ = Round.objects.get()
    by = factories.person_in(council, "secretary")
    rounds.add_candidate(round_=round_, entry=ready, by=by)
    round_ = rounds.open_round(round_=round_, by=by)
    score_all(round_, 72, 72, 72)
    rounds.end_scoring(round_=round_, by=by)
    assert post(by, "round_close", round_.pk).status_code == 302
    assert post(by, "round_publish", round_.pk).status_code == 302
    result = Result.objects.get()
    rating = product.ratings.get()
    assert (rating.law, rating.law_number, rating.stars) == (
        "26-2026",
        "26/2026/QĐ-TTg",
        result.stars,
    )
    page = client.get(product.get_public_url()).content.decode()
    assert "(chấm theo 26/2026/QĐ-TTg)" in page
    assert "Chép lại từ bản đã công bố" in page


def test_the_district_s_officer_is_called_the_province_s_in_a_province():
    province, _commune = today_s_units()
    user = factories.UserFactory()
    role = give_role(
        user=user,
        kind=Role.Kind.DISTRICT_OFFICER,
        unit=province,
        since=datetime.date(2025, 7, 1),
        by=None,
    )
    assert role.get_kind_display() == "cán bộ cấp tỉnh"
    assert "Cán bộ cấp tỉnh" in signed_in(user).get(reverse("accounts:profile")).content.decode()
    assert factories.officer().roles.get().get_kind_display() == "cán bộ cấp huyện"
    assert User.objects.get(pk=user.pk).has_perm("products.add_cycle")


def test_a_council_of_the_province_is_set_up_by_its_office():
    province, _commune = today_s_units()
    page = signed_in(factories.officer(unit=province)).get(url("council_add")).content.decode()
    assert "Tỉnh Quảng Trị" in page
