"""The district's plan: roadmap, targets against reality, who may change it, what it owes when."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from communes.apparatus_training import withdraw_attendance, withdraw_training
from communes.models import Role, today
from ocop_portal.reminders.registry import Ask
from ocop_portal.worklist import work_of
from products.deadlines import plan_tasks_owed
from products.models import Entry, Plan, PlanTask
from products.plan import save_plan, save_task, withdraw_plan, withdraw_task
from products.plan_programme import load_plans
from products.plan_reality import reality_of
from tests.communes.pages import text_of
from tests.factories import (
    AttendanceFactory,
    CycleFactory,
    PlanFactory,
    PlanTaskFactory,
    ProducerFactory,
    ProductFactory,
    PublicRatingFactory,
    TrainingClassFactory,
    entry_in,
    officer,
    pdf_bytes,
    vinh_linh,
)

pytestmark = pytest.mark.django_db

State = PlanTask.State


def day(offset: int) -> datetime.date:
    return today() + datetime.timedelta(days=offset)


@pytest.fixture
def district(client):
    user = officer()
    client.force_login(user)
    return user


def task_data(**changes) -> dict:
    return {
        "year": 2019,
        "code": "",
        "words": "Dự hội chợ tỉnh",
        "responsible": "",
        "cooperating": "",
        "target": "",
        "target_unit": "",
        "measure": "",
        "due_on": "",
        "state": "planned",
        "result": "",
    } | changes


# --- Plan 102 ---------------------------------------------------------------------------------


@pytest.fixture
def plan_102():
    vinh_linh()
    load_plans()
    return Plan.objects.get(number="102/KH-UBND")


def test_plan_102_says_what_its_page_says_and_nothing_else(plan_102):
    assert (plan_102.issued_on, plan_102.span) == (datetime.date(2019, 9, 30), "2019–2020")
    tasks = list(plan_102.tasks.all())
    assert [task.year for task in tasks] == [2019] * 8 + [2020] * 5
    assert [task.position for task in tasks] == [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5]
    assert {
        (t.code, t.responsible, t.cooperating, t.target, t.due_on, t.state, t.result) for t in tasks
    } == {("", "", "", None, None, "unknown", "")}
    assert not plan_102.file


def test_loading_the_plan_again_adds_nothing_and_leaves_alone_what_officers_changed(plan_102):
    task = plan_102.tasks.first()
    task.words = "Tuyên truyền đến từng thôn"
    save_task(task=task, by=officer())
    withdraw_task(task=plan_102.tasks.last(), by=officer(), reason="Nhầm")
    loaded = load_plans()
    assert (loaded.made, loaded.changed, loaded.total) == (0, 0, 14)
    assert (Plan.objects.count(), PlanTask.objects.count()) == (1, 13)
    assert plan_102.tasks.first().words == "Tuyên truyền đến từng thôn"


def test_the_page_says_that_the_plan_gives_no_figures(client, district, plan_102):
    words = text_of(client.get(plan_102.get_absolute_url()))
    assert "13 trong 13 việc chưa ghi chỉ tiêu bằng số." in words
    assert "không nêu cơ quan chủ trì, phối hợp, chỉ tiêu, hạn của từng việc" in words
    assert "Chưa có bản quét của văn bản đã ký." in words


# --- Entering and changing --------------------------------------------------------------------


def test_a_plan_is_entered_with_its_scan_and_the_scan_can_be_read(client, district):
    tree = vinh_linh()
    answer = client.post(
        reverse("products:plan_add"),
        {
            "unit": tree.district.pk,
            "number": "15/KH-UBND",
            "issued_on": "15/01/2021",
            "title": "Kế hoạch mẫu năm 2021",
            "first_year": "2021",
            "last_year": "2021",
            "scan": SimpleUploadedFile("kh15.pdf", pdf_bytes("15")),
        },
    )
    plan = Plan.objects.get()
    assert answer.url == plan.get_absolute_url()
    assert (plan.number, plan.issued_on) == ("15/KH-UBND", datetime.date(2021, 1, 15))
    scan = client.get(reverse("products:plan_scan", args=[plan.pk]))
    assert b"".join(scan.streaming_content) == pdf_bytes("15")
    assert plan.history.get().history_user == district


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"last_year": "2018"}, None, "Năm cuối phải từ năm đầu trở đi."),
        ({"number": "1/KH-UBND"}, None, "Đơn vị đã có kế hoạch mang số này."),
        (
            {"scan": SimpleUploadedFile("kh.pdf", b"<html>")},
            "scan",
            "Chỉ nhận tệp PDF, ảnh JPG, PNG, HEIC, Word (.docx) hoặc Excel (.xlsx).",
        ),
    ],
)
def test_a_plan_that_does_not_hold_together_is_refused_and_what_was_typed_is_kept(
    client, district, changes, field, said
):
    plan = PlanFactory(number="1/KH-UBND")
    data = {
        "unit": plan.unit_id,
        "number": "2/KH-UBND",
        "title": "Tên đã gõ",
        "first_year": "2019",
        "last_year": "2020",
    } | changes
    answer = client.post(reverse("products:plan_add"), data)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field or "__all__"] == [said]
    assert answer.context["form"]["title"].value() == "Tên đã gõ"
    assert Plan.objects.count() == 1


def test_a_task_goes_last_in_its_year_and_the_same_task_is_not_added_twice(client, district):
    plan = PlanFactory()
    PlanTaskFactory(plan=plan, position=4)
    url = reverse("products:plan_task_add", args=[plan.pk])
    client.post(url, task_data())
    task = plan.tasks.get(words="Dự hội chợ tỉnh")
    assert (task.position, task.state) == (5, "planned")
    again = client.post(url, task_data(words="dự HỘI CHỢ tỉnh"))
    assert again.status_code == 422
    assert again.context["form"].non_field_errors() == ["Kế hoạch đã có việc này trong năm."]
    assert plan.tasks.count() == 2


def test_a_task_is_done_only_with_a_result(client, district):
    task = PlanTaskFactory(words="Lập hội đồng")
    url = reverse("products:plan_task_edit", args=[task.pk])
    refused = client.post(url, task_data(words="Lập hội đồng", state="done"))
    assert refused.status_code == 422
    assert "Việc đã xong thì cần ghi kết quả." in text_of(refused)
    client.post(url, task_data(words="Lập hội đồng", state="done", result="Đã lập."))
    task.refresh_from_db()
    assert (task.state, task.result) == ("done", "Đã lập.")
    change = client.get(task.get_absolute_url()).context["history"][0]
    assert change["who"] == district
    assert [c["field"] for c in change["changes"]] == ["Tình trạng", "Kết quả"]


def test_who_comes_second_does_not_overwrite_who_came_first(district):
    task = PlanTaskFactory()
    seen = task.updated_at
    task.responsible = "Phòng Nông nghiệp"
    save_task(task=task, by=district, seen=seen)
    with pytest.raises(ValidationError, match="đã sửa mục này lúc"):
        save_task(task=PlanTask.objects.get(pk=task.pk), by=officer(), seen=seen)
    assert task.history.count() == 2


def test_a_year_outside_the_plan_is_refused_both_ways(district):
    task = PlanTaskFactory(year=2020)
    with pytest.raises(ValidationError, match="chỉ gồm các năm 2019–2020"):
        save_task(task=PlanTask(plan=task.plan, year=2021, words="Việc"), by=district)
    task.plan.last_year = 2019
    with pytest.raises(ValidationError, match="đã có việc của năm 2020"):
        save_plan(plan=task.plan, by=district)


# --- Withdrawing ------------------------------------------------------------------------------


def test_what_is_withdrawn_needs_a_reason_stays_readable_and_is_changed_no_more(client, district):
    task = PlanTaskFactory()
    url = reverse("products:plan_task_withdraw", args=[task.pk])
    assert client.post(url, {"reason": " "}).status_code == 422
    client.post(url, {"reason": "Ghi nhầm năm"})
    client.post(url, {"reason": "Lần hai"})
    task.refresh_from_db()
    assert (task.withdrawn_by, task.withdrawn_reason) == (district, "Ghi nhầm năm")
    assert "Lý do: Ghi nhầm năm" in text_of(client.get(task.get_absolute_url()))
    with pytest.raises(ValidationError, match="đã được rút"):
        save_task(task=task, by=district)


def test_a_withdrawn_plan_takes_no_more_tasks_and_its_number_is_free(district):
    plan = withdraw_plan(plan=PlanFactory(number="9/KH-UBND"), by=district, reason="Thay mới")
    with pytest.raises(ValidationError, match="Kế hoạch đã được rút"):
        save_task(task=PlanTask(plan=plan, year=2019, words="Việc"), by=district)
    twin = Plan(unit=plan.unit, number="9/KH-UBND", title="Bản mới", first_year=2019)
    twin.last_year = 2019
    assert save_plan(plan=twin, by=district).pk != plan.pk


def test_withdrawn_plans_and_tasks_are_shown_when_asked_for(client, district):
    task = PlanTaskFactory()
    withdraw_task(task=task, by=district, reason="Nhầm")
    url = task.plan.get_absolute_url()
    assert [len(y["tasks"]) for y in client.get(url).context["years"]] == [0, 0]
    shown = client.get(url, {"shown": "withdrawn"}).context["years"]
    assert [[row.pk for row in year["tasks"]] for year in shown] == [[task.pk]]
    withdraw_plan(plan=task.plan, by=district, reason="Nhầm")
    assert list(client.get(reverse("products:plans")).context["page_obj"]) == []
    found = client.get(reverse("products:plans"), {"shown": "all"}).context["page_obj"]
    assert list(found) == [task.plan]


# --- The page ---------------------------------------------------------------------------------


def test_the_roadmap_runs_through_the_years_by_day_and_then_by_place_in_the_plan(client, district):
    plan = PlanFactory()
    PlanTaskFactory(plan=plan, words="Không hạn", position=1)
    PlanTaskFactory(plan=plan, words="Hạn sau", position=2, due_on="2019-12-01")
    PlanTaskFactory(plan=plan, words="Hạn trước", position=3, due_on="2019-11-01")
    PlanTaskFactory(plan=plan, words="Năm sau", year=2020)
    years = client.get(plan.get_absolute_url()).context["years"]
    assert [(y["year"], [task.words for task in y["tasks"]]) for y in years] == [
        (2019, ["Hạn trước", "Hạn sau", "Không hạn"]),
        (2020, ["Năm sau"]),
    ]


def test_tasks_are_searched_without_marks_and_filtered_by_year_and_state(client, district):
    plan = PlanFactory()
    PlanTaskFactory(plan=plan, words="Tham gia hội chợ")
    PlanTaskFactory(plan=plan, words="Tập huấn", year=2020, state=State.RUNNING)

    def found(**query):
        years = client.get(plan.get_absolute_url(), query).context["years"]
        return [task.words for year in years for task in year["tasks"]]

    assert found(q="hoi cho") == ["Tham gia hội chợ"]
    assert found(year="2020") == ["Tập huấn"]
    assert found(state="running") == ["Tập huấn"]
    assert found(state="nonsense") == ["Tham gia hội chợ", "Tập huấn"]


def test_a_task_is_late_the_day_after_its_day_unless_it_is_done(client, district):
    plan = PlanFactory()
    PlanTaskFactory(plan=plan, due_on=day(-1))
    PlanTaskFactory(plan=plan, due_on=day(0))
    PlanTaskFactory(plan=plan, due_on=day(-1), state=State.DONE, result="Xong")
    assert client.get(plan.get_absolute_url()).context["sums"] == {
        "all": 3,
        "done": 1,
        "running": 0,
        "late": 1,
    }


def test_a_commune_officer_reads_the_districts_plan_and_changes_nothing(client):
    task = PlanTaskFactory()
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER, vinh_linh().ho_xa))
    page = client.get(task.plan.get_absolute_url())
    assert (page.status_code, page.context["may_change"]) == (200, False)
    assert client.get(task.get_absolute_url()).context["may_change"] is False


# --- Targets against reality ------------------------------------------------------------------


def counted(plan) -> dict[str, list[tuple]]:
    reality = reality_of(plan, list(plan.tasks.in_force()))
    return {
        line.measure: [(cell.target, cell.counted) for cell in line.cells] for line in reality.lines
    }


def test_targets_of_the_tasks_stand_beside_what_the_portal_counts():
    tree = vinh_linh()
    plan = PlanFactory()
    PlanTaskFactory(plan=plan, measure="entries", target=2)
    PlanTaskFactory(plan=plan, measure="entries", target=1)
    PlanTaskFactory(plan=plan, measure="communes", target=0, year=2020)
    cycle = CycleFactory(unit=tree.district, year=2019)
    real = {"product__is_sample": False, "cycle": cycle}
    maker = ProducerFactory(unit=tree.ho_xa)
    entry_in(Entry.State.IDEA_REGISTERED, product__producer=maker, **real)
    entry_in(Entry.State.PLAN_AWAITED, product__producer=maker, **real)
    entry_in(Entry.State.IDEA_DRAFT, **real)
    entry_in(Entry.State.WITHDRAWN, **real)
    entry_in(Entry.State.PLAN_AWAITED, cycle=cycle, product__is_sample=True)
    # A producer of the district itself: its commune is not known.
    entry_in(Entry.State.PLAN_AWAITED, product__producer__unit=tree.district, **real)
    found = counted(plan)
    assert found["entries"] == [(3, 3), (None, 0)]
    assert found["producers"] == [(None, 2), (None, 0)]
    assert found["communes"] == [(None, 1), (0, 0)]


def test_a_recognition_counts_in_the_year_its_source_names_and_in_no_other():
    tree = vinh_linh()
    plan = PlanFactory()

    def recognised(stars, **facts):
        product = ProductFactory(producer=ProducerFactory(unit=tree.ho_xa), is_sample=False)
        facts = {"year": None, "decided_on": None, "period_text": ""} | facts
        PublicRatingFactory(product=product, kind="recognition", stars=stars, **facts)

    recognised(3, year=2020)
    recognised(4, period_text="2020")
    recognised(3, period_text="2019–2021")
    recognised(3, year=2023)
    found = counted(plan)
    assert [found[f"stars_{n}"] for n in (3, 4, 5)] == [
        [(None, 0), (None, 1)],
        [(None, 0), (None, 1)],
        [(None, 0), (None, 0)],
    ]
    assert reality_of(plan, []).undated == 1


def test_a_training_class_counts_in_its_year_once_somebody_is_known_to_have_gone():
    plan = PlanFactory()
    training = AttendanceFactory().training
    AttendanceFactory(training=training)
    TrainingClassFactory()  # nobody is known to have gone
    left = AttendanceFactory(training__starts_on="2020-02-01")
    withdraw_attendance(attendance=left, by=officer(), reason="Không dự")
    withdraw_training(training=AttendanceFactory().training, by=officer(), reason="Nhầm")
    AttendanceFactory(training__starts_on="2021-01-01")
    assert counted(plan)["trainings"] == [(None, 1), (None, 0)]


# --- Deadlines --------------------------------------------------------------------------------


def test_a_task_with_a_day_is_told_to_the_district_until_it_is_done_or_withdrawn():
    by = officer()
    task = PlanTaskFactory(due_on=day(3), words="Gửi báo cáo " * 60)
    PlanTaskFactory(plan=task.plan, due_on=day(3), state=State.DONE, result="Xong")
    PlanTaskFactory(plan=task.plan)
    owed = list(plan_tasks_owed(Ask(day(0), day(7))))
    assert [(d.key, d.due_on, d.recipients) for d in owed] == [
        (f"plan-task:{task.pk}", day(3), (by.pk,))
    ]
    assert len(owed[0].title) <= 250
    assert list(plan_tasks_owed(Ask(day(4), day(7)))) == []
    withdraw_plan(plan=task.plan, by=by, reason="Thay")
    assert list(plan_tasks_owed(Ask(day(0), day(7)))) == []


# --- What it costs ----------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_plans_costs_the_same_for_one_and_for_three(
    client, district, rows, django_assert_num_queries
):
    for _n in range(rows):
        PlanTaskFactory()
    with django_assert_num_queries(7):
        client.get(reverse("products:plans"))


@pytest.mark.parametrize("rows", [1, 3])
def test_a_plan_costs_the_same_with_one_task_and_with_three(
    client, district, rows, django_assert_num_queries
):
    plan = PlanFactory()
    PlanTaskFactory.create_batch(rows, plan=plan)
    with django_assert_num_queries(15):
        client.get(plan.get_absolute_url())


# --- Out to Excel, and the menu ---------------------------------------------------------------


def test_plans_and_tasks_go_out_as_they_are_seen(client, district, plan_102):
    found = client.get(reverse("products:plans"), {"export": "csv"})
    lines = b"".join(found.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(plan_102.number)
    year = plan_102.first_year
    found = client.get(plan_102.get_absolute_url(), {"export": "csv", "year": year})
    lines = b"".join(found.streaming_content).decode().splitlines()
    assert len(lines) == 1 + plan_102.tasks.in_force().filter(year=year).count()
    assert {line.split(";")[0] for line in lines[1:]} == {str(year)}


def test_the_menu_marks_the_plan_on_every_page_that_belongs_to_it(client, district, plan_102):
    task = plan_102.tasks.first()
    for url in (
        plan_102.get_absolute_url(),
        task.get_absolute_url(),
        reverse("communes:apparatus"),
        reverse("communes:trainings"),
    ):
        items = client.get(url).context["nav_items"]
        assert [item.label for item in items if item.active] == ["Kế hoạch"], url


def test_tasks_due_within_thirty_days_stand_in_the_districts_work_until_they_are_done():
    by = officer()
    plan = PlanFactory(unit=vinh_linh().district)
    late = PlanTaskFactory(plan=plan, due_on=day(-1))
    PlanTaskFactory(plan=plan, due_on=day(30))
    PlanTaskFactory(plan=plan, due_on=day(31))
    PlanTaskFactory(plan=plan, due_on=None)
    (item,) = [item for item in work_of(by) if plan.number in item.label]
    assert (item.count, item.late, item.url) == (2, 1, plan.get_absolute_url())
    commune = officer(Role.Kind.COMMUNE_OFFICER)
    assert not [item for item in work_of(commune) if plan.number in item.label]
    late.state, late.result = PlanTask.State.DONE, "Đã xong."
    save_task(task=late, by=by)
    (item,) = [item for item in work_of(by) if plan.number in item.label]
    assert (item.count, item.late) == (1, 0)
