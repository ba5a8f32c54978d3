"""Step 4: who writes it down and when, what counts, what is warned of, owed and told."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from communes.models import Role, today
from ocop_portal.reminders.registry import Ask
from products import cycle, works
from products.models import Entry, Grant, Milestone, Problem, Product, VisitFile
from products.reports import registry
from products.reports.registry import report_of
from products.works_deadlines import milestones_owed
from products.works_programme import make_works_samples
from tests import factories as make
from tests.communes.pages import text_of
from tests.products.uploads import jpeg

pytestmark = pytest.mark.django_db
S = Entry.State


def day(offset: int) -> datetime.date:
    return today() + datetime.timedelta(days=offset)


@pytest.fixture
def tree():
    return make.vinh_linh()


@pytest.fixture
def entry(tree):
    return make.entry_in(S.IMPLEMENTING, product__producer__unit=tree.ho_xa)


@pytest.fixture
def district(tree):
    return make.officer()


@pytest.fixture
def commune(client, tree):
    user = make.officer(Role.Kind.COMMUNE_OFFICER, tree.ho_xa)
    client.force_login(user)
    return user


GRANT = {
    "kind": "Bao bì, nhãn mác",
    "amount": "15000000",
    "source": "Ngân sách huyện",
    "decided_on": "01/06/2020",
}


# --- Writing it down ------------------------------------------------------------------------------


def test_money_is_typed_and_shown_with_dots_between_thousands(client, commune, entry):
    client.post(reverse("products:grant_add", args=[entry.pk]), GRANT | {"amount": "15.000.000"})
    grant = Grant.objects.get()
    assert grant.amount == 15_000_000
    page = client.get(reverse("products:grant_edit", args=[grant.pk])).content.decode()
    assert 'value="15.000.000"' in page


def test_a_grant_sent_twice_is_kept_once(client, commune, entry):
    url = reverse("products:grant_add", args=[entry.pk])
    assert client.post(url, GRANT).status_code == 302
    again = client.post(url, GRANT)
    assert (again.status_code, Grant.objects.count()) == (422, 1)
    assert "Đã ghi khoản hỗ trợ này." in text_of(again)
    grant = Grant.objects.get()
    assert (grant.entry, grant.amount) == (entry, 15_000_000)
    assert grant.history.get().history_user == commune
    assert "15.000.000" in text_of(client.get(reverse("products:works", args=[entry.pk])))


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("grant", GRANT | {"amount": "0"}, "Ít nhất là 1."),
        ("grant", GRANT | {"decided_on": "01/06/2090"}, "Ngày này chưa đến."),
        (
            "milestone",
            {"name": "In nhãn", "due_on": "01/06/2020", "done_on": "01/06/2090"},
            "Ngày này chưa đến.",
        ),
        (
            "visit",
            {"visited_on": "01/06/2020", "by_whom": "A", "findings": "B", "latitude": "17,06"},
            "Hãy ghi cả vĩ độ và kinh độ",
        ),
        (
            "problem",
            {"what": "A", "raised_on": "02/06/2020", "who": "B", "solved_on": "03/06/2020"},
            "Hãy ghi đã giải quyết thế nào.",
        ),
        (
            "problem",
            {
                **{"what": "A", "raised_on": "02/06/2020", "who": "B"},
                **{"solved_on": "01/06/2020", "how": "C"},
            },
            "Ngày giải quyết phải từ ngày nêu trở đi.",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_stays_typed(client, commune, entry, name, data, words):
    answer = client.post(reverse(f"products:{name}_add", args=[entry.pk]), data)
    assert answer.status_code == 422
    assert words in text_of(answer)
    first = next(iter(data.values()))
    assert first in answer.content.decode()
    assert not works.works_of(entry).has_any


def test_it_is_written_from_the_plan_on_until_the_cycle_closes(entry, district):
    for state in S:
        Entry.objects.filter(pk=entry.pk).update(state=state)
        row = Milestone(entry=entry, name=state, due_on=day(1))
        if state in {S.IDEA_DRAFT, S.IDEA_REGISTERED, S.IDEA_RETURNED, S.PLAN_AWAITED}:
            why = "Ghi được từ khi phương án đã nộp."
        elif state == S.WITHDRAWN:
            why = "Sản phẩm đã rút khỏi chu trình"
        else:
            works.save_work(row=row, by=district)
            continue
        with pytest.raises(ValidationError, match=why):
            works.save_work(row=row, by=district)
    Entry.objects.filter(pk=entry.pk).update(state=S.IMPLEMENTING)
    type(entry.cycle).objects.filter(pk=entry.cycle_id).update(is_closed=True)
    kept = Milestone.objects.first()
    for act in (
        lambda: works.save_work(row=kept, by=district),
        lambda: works.withdraw_work(row=kept, by=district, reason="Nhầm"),
        lambda: works.attach_file(
            visit=make.VisitFactory(entry=entry), upload=None, caption="", by=district
        ),
    ):
        with pytest.raises(ValidationError, match="Chu trình đã khép lại"):
            act()


def test_two_who_change_one_milestone_do_not_write_over_each_other(client, commune, entry):
    row = make.MilestoneFactory(entry=entry)
    url = reverse("products:milestone_edit", args=[row.pk])
    seen = row.updated_at.isoformat()
    data = {"name": row.name, "due_on": "01/06/2020", "seen": seen}
    assert client.post(url, data | {"done_on": "01/06/2020"}).status_code == 302
    late = client.post(url, data | {"note": "Chậm"})
    assert late.status_code == 422
    assert "đã sửa mục này lúc" in text_of(late)


def test_only_the_entrys_own_offices_see_it_and_its_files(client, tree, entry):
    file = make.VisitFileFactory(visit__entry=entry)
    page, photo = reverse("products:works", args=[entry.pk]), file.get_file_url()
    for unit, status in ((tree.ho_xa, 200), (tree.vinh_thuy, 404)):
        client.force_login(make.officer(Role.Kind.COMMUNE_OFFICER, unit))
        assert client.get(page).status_code == status
        assert client.get(photo).status_code == status
        assert client.get(file.visit.get_absolute_url()).status_code == status
    add = reverse("products:grant_add", args=[entry.pk])
    assert client.post(add, GRANT).status_code == 404
    assert not Grant.objects.exists()


def test_a_photo_of_a_visit_is_shown_in_place_once_and_withdrawn_with_a_reason(
    client, commune, entry
):
    visit = make.VisitFactory(entry=entry, latitude="17.06512", longitude="107.01234")
    url = reverse("products:visit_file_add", args=[visit.pk])

    def photo():
        return SimpleUploadedFile("anh.jpg", jpeg(), "image/jpeg")

    assert client.post(url, {"file": photo(), "caption": "Xưởng mẫu"}).status_code == 302
    assert client.post(url, {"file": photo()}).status_code == 422
    file = VisitFile.objects.get()
    page = client.get(visit.get_absolute_url())
    assert "17.06512, 107.01234" in text_of(page)
    assert f'<img src="{file.get_file_url()}" alt="Xưởng mẫu"' in page.content.decode()
    shown = client.get(file.get_file_url())
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["Content-Disposition"].startswith("inline")
    away = reverse("products:visit_file_withdraw", args=[file.pk])
    assert client.post(away, {"reason": ""}).status_code == 422
    assert client.post(away, {"reason": "Ảnh mờ"}).status_code == 302
    assert "Ảnh mờ" in text_of(client.get(visit.get_absolute_url()))
    assert client.get(file.get_file_url()).status_code == 200


def test_a_withdrawn_visit_takes_no_more_files_and_no_changes(client, commune, entry):
    visit = make.VisitFactory(entry=entry)
    works.withdraw_work(row=visit, by=commune, reason="Ghi nhầm sản phẩm")
    with pytest.raises(ValidationError, match="đã được rút"):
        works.attach_file(visit=visit, upload=None, caption="", by=commune)
    assert client.get(reverse("products:visit_edit", args=[visit.pk])).status_code == 403
    assert "Ghi nhầm sản phẩm" in text_of(client.get(visit.get_absolute_url()))


# --- What it came to ------------------------------------------------------------------------------


def test_withdrawn_rows_are_not_counted_and_stay_readable(client, commune, entry):
    make.MilestoneFactory(entry=entry, done_on=day(-1))
    make.ProblemFactory(entry=entry)
    make.VisitFactory(entry=entry)
    for row in (
        make.MilestoneFactory(entry=entry),
        make.ProblemFactory(entry=entry),
        make.GrantFactory(entry=entry, amount=7),
        make.SpendingFactory(entry=entry, amount=7),
    ):
        works.withdraw_work(row=row, by=commune, reason="Nhầm chỗ ghi")
    make.GrantFactory(entry=entry, amount=5)
    make.GrantFactory(entry=entry, amount=6)
    make.GrantFactory(amount=100)  # of another entry
    assert works.works_of(entry) == works.Works(
        milestones=1, done=1, visits=1, granted=11, spent=0, problems=1, solved=0
    )
    page = text_of(client.get(reverse("products:works", args=[entry.pk])))
    assert "Cộng: 11 đồng" in page
    assert page.count("Nhầm chỗ ghi") == 4


def test_going_on_to_evaluation_asks_to_confirm_what_is_left_open(client, commune, entry):
    make.MilestoneFactory(entry=entry)
    make.MilestoneFactory(entry=entry, done_on=day(-1))
    make.ProblemFactory(entry=entry)
    url = reverse("products:entry_move", args=[entry.pk])
    data = {"move": "report_implementation", "reason": "Đã làm xong phần chính."}
    answer = client.post(url, data)
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Còn 1 mốc việc chưa xong." in page
    assert "Còn 1 vướng mắc chưa giải quyết." in page
    assert "Đã làm xong phần chính." in page
    assert client.post(url, data | {"despite": "1"}).status_code == 302
    entry.refresh_from_db()
    assert entry.state == S.DOSSIER_OPEN
    told = entry.events.order_by("-pk").first().reason
    assert told == (
        "Đã làm xong phần chính.\nCòn 1 mốc việc chưa xong.\nCòn 1 vướng mắc chưa giải quyết."
    )


def test_nothing_left_open_needs_no_consent(commune, entry):
    make.MilestoneFactory(entry=entry, done_on=day(-1))
    works.withdraw_work(row=make.MilestoneFactory(entry=entry), by=commune, reason="Nhầm")
    moved = cycle.move(entry=entry, name="report_implementation", by=commune, reason="Đã xong.")
    assert moved.state == S.DOSSIER_OPEN
    assert moved.events.order_by("-pk").first().reason == "Đã xong."


# --- What is owed, what is told -------------------------------------------------------------------


def test_an_open_milestone_is_owed_until_it_is_met_withdrawn_or_the_entry_leaves(
    commune, district, entry
):
    row = make.MilestoneFactory(entry=entry, due_on=day(5))
    met = make.MilestoneFactory(entry=entry, due_on=day(5), done_on=day(-1))
    gone = make.MilestoneFactory(entry=entry, due_on=day(5))
    works.withdraw_work(row=gone, by=commune, reason="Nhầm")
    ask = Ask(since=today(), until=day(30), people=frozenset({commune.pk, district.pk}))
    (owed,) = milestones_owed(ask)
    assert (owed.key, owed.due_on) == (f"milestone:{row.pk}", day(5))
    assert (owed.recipients, owed.superiors) == ((commune.pk,), (district.pk,))
    assert {deadline.key for deadline in milestones_owed(Ask(today(), day(30)))} == {owed.key}
    assert [*milestones_owed(Ask(today(), day(30), people=frozenset({0})))] == []
    assert met.is_late is False
    Entry.objects.filter(pk=entry.pk).update(state=S.WITHDRAWN)
    assert [*milestones_owed(ask)] == []


def test_the_report_adds_up_each_grant_once_by_kind_source_and_commune(tree, district, entry):
    Product.objects.filter(pk=entry.product_id).update(is_sample=False)
    make.GrantFactory(entry=entry, amount=5, decided_on=datetime.date(2019, 5, 1))
    make.GrantFactory(entry=entry, amount=7, kind="BAO BÌ, nhãn mác")
    gone = make.GrantFactory(entry=entry, amount=100)
    works.withdraw_work(row=gone, by=district, reason="Nhầm")
    sample = make.EntryFactory(product__producer__unit=tree.ho_xa, product__is_sample=True)
    make.GrantFactory(entry=sample, amount=1_000)
    make.GrantFactory(amount=10_000, entry__product__producer__unit=make.UnitFactory())
    make.GrantFactory(entry=entry, amount=1_000_000, decided_on=datetime.date(2022, 5, 1))
    kinds, sources, communes, listed = report_of("ho-tro").make(
        registry.Ask(user=district, since=2019, until=2021)
    )
    assert [(row.label, row.cells) for row in kinds.rows] == [("Bao bì, nhãn mác", (5, 7, 12))]
    assert [(row.label, row.cells) for row in sources.rows] == [("Ngân sách huyện", (5, 7, 12))]
    assert [row.cells for row in communes.rows] == [(5, 7, 12)]
    assert [row.cells[-1] for row in listed.rows] == [5, 7]


def test_samples_stand_under_sample_products_alone_and_once(district, entry):
    Product.objects.filter(pk=entry.product_id).update(is_sample=False)
    entry.refresh_from_db()
    make_works_samples(entry=entry, by=district)
    assert not works.works_of(entry).has_any
    Product.objects.filter(pk=entry.product_id).update(is_sample=True)
    entry.product.refresh_from_db()
    for _time in range(2):
        make_works_samples(entry=entry, by=district)
    assert works.left_open(entry) == [
        "Còn 1 mốc việc chưa xong.",
        "Còn 1 vướng mắc chưa giải quyết.",
    ]
    assert Problem.objects.count() == 2


# --- Cost -----------------------------------------------------------------------------------------


def queries(client, url) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_the_pages_cost_the_same_for_one_and_for_three(client, commune, entry):
    pages = [reverse("products:works", args=[entry.pk]), entry.get_absolute_url()]

    def plant():
        for factory in (
            make.MilestoneFactory,
            make.GrantFactory,
            make.SpendingFactory,
            make.ProblemFactory,
        ):
            factory(entry=entry)
        file = make.VisitFileFactory(visit__entry=entry)
        make.VisitFileFactory(visit=file.visit)
        return file.visit

    visit = plant()
    pages.append(visit.get_absolute_url())
    queries(client, pages[0])
    one = [queries(client, url) for url in pages]
    for _number in range(2):
        plant()
        make.VisitFileFactory(visit=visit)
    assert [queries(client, url) for url in pages] == one
    assert max(one) <= 15
