"""The table of moves: who may make which from where, what refuses them, what the history keeps."""

import pytest
import rules
from django.urls import reverse

from communes.models import Role
from products import cycle, dossier
from products.cycle import BY_NAME, STEP_OF_STATE, TRANSITIONS, Refused, available, move, why_not
from products.models import Entry
from products.register import write_idea
from tests.factories import CycleFactory, add_papers, entry_in, officer, vinh_linh

pytestmark = pytest.mark.django_db

S = Entry.State

# state → (moves of the commune's officer, further moves of the district's)
MOVES = {
    S.IDEA_DRAFT: ({"register_idea", "withdraw"}, set()),
    S.IDEA_REGISTERED: ({"withdraw"}, {"accept_idea", "return_idea"}),
    S.IDEA_RETURNED: ({"register_idea", "withdraw"}, set()),
    S.PLAN_AWAITED: ({"submit_plan", "withdraw"}, set()),
    S.PLAN_RECEIVED: ({"withdraw"}, {"approve_plan", "return_plan"}),
    S.PLAN_RETURNED: ({"submit_plan", "withdraw"}, set()),
    S.IMPLEMENTING: ({"report_implementation", "withdraw"}, set()),
    S.DOSSIER_OPEN: ({"submit_dossier", "withdraw"}, set()),
    S.DOSSIER_SUBMITTED: ({"withdraw"}, {"accept_dossier", "return_dossier"}),
    S.READY: ({"withdraw"}, {"return_dossier"}),
    S.IN_EVALUATION: (set(), set()),
    S.RATED: (set(), {"start_promotion", "improve"}),
    S.IN_PROMOTION: (set(), {"improve"}),
    S.WITHDRAWN: (set(), {"restore"}),
}
# The council's work makes these, no button does.
COUNCIL_MOVES = {"open_evaluation", "leave_evaluation", "record_result"}
STEPS = [(state, row) for row in TRANSITIONS if row.actor for state in row.sources]


def full_entry(state) -> Entry:
    """An entry in a state, with every mandatory paper, whatever the state asks for."""
    entry = entry_in(state, papers=False)
    add_papers(entry)
    return entry


def push(client, entry, name, **sent):
    data = {"move": name, "expected": entry.state, "reason": "Đã xem xét."} | sent
    return client.post(reverse("products:entry_move", args=[entry.pk]), data)


def told(entry) -> list[str]:
    return list(entry.events.values_list("action", flat=True))


# --- The table --------------------------------------------------------------------------------


def test_no_state_is_a_dead_end():
    assert {state for state in S if not cycle.transitions_from(state)} == set()


def test_every_state_can_be_reached_from_the_first():
    reached, todo = {S.IDEA_DRAFT}, [S.IDEA_DRAFT]
    while todo:
        for row in cycle.transitions_from(todo.pop()):
            if row.target not in reached:
                reached.add(row.target)
                todo.append(row.target)
    assert reached == set(S)


def test_names_are_unique_and_actors_are_permissions_that_exist():
    assert len(BY_NAME) == len(TRANSITIONS)
    assert all(rules.perm_exists(row.actor) for row in TRANSITIONS if row.actor)
    assert {row.name for row in TRANSITIONS if row.actor is None} == COUNCIL_MOVES


def test_every_state_belongs_to_a_step_but_the_withdrawn():
    assert set(S) - set(STEP_OF_STATE) == {S.WITHDRAWN}


@pytest.mark.parametrize("state", S)
def test_buttons_are_those_of_the_persons_role_and_unit(state):
    entry = entry_in(state, papers=False)
    commune, district = MOVES[state]
    neighbour = officer(Role.Kind.COMMUNE_OFFICER, vinh_linh().vinh_thuy)
    member = officer(Role.Kind.COUNCIL_MEMBER)

    def names(user):
        return {row.name for row in available(entry, user)}

    assert names(officer(Role.Kind.COMMUNE_OFFICER)) == commune
    assert names(officer()) == commune | district
    assert names(neighbour) == set()
    assert names(member) == set()


# --- The table through the page ---------------------------------------------------------------


@pytest.mark.parametrize(("state", "row"), STEPS, ids=lambda part: getattr(part, "name", part))
def test_the_right_officer_makes_the_move(client, state, row):
    entry = full_entry(state)
    kind = Role.Kind.COMMUNE_OFFICER if row.actor == cycle.COMMUNE else Role.Kind.DISTRICT_OFFICER
    person = officer(kind)
    client.force_login(person)
    answer = push(client, entry, row.name)
    assert (answer.status_code, answer.url) == (302, entry.get_absolute_url())
    entry.refresh_from_db()
    assert entry.state == row.target
    event = entry.events.last()
    assert (event.action, event.from_state, event.to_state) == (row.name, state, row.target)
    assert (event.by, event.reason) == (person, "Đã xem xét.")
    assert [paper["kind"] for paper in event.handed_in] == [
        "idea",
        "business_plan",
        "organisation",
        "business_registration",
        "samples",
    ]


@pytest.mark.parametrize(
    ("state", "row"),
    [(state, row) for state, row in STEPS if row.actor == cycle.DISTRICT],
    ids=lambda part: getattr(part, "name", part),
)
def test_the_commune_does_not_decide_for_the_district(client, state, row):
    entry = full_entry(state)
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER))
    assert push(client, entry, row.name).status_code == 403
    entry.refresh_from_db()
    assert entry.state == state


@pytest.mark.parametrize("name", sorted(COUNCIL_MOVES))
def test_no_button_makes_the_councils_moves(client, name):
    entry = full_entry(BY_NAME[name].sources[0])
    client.force_login(officer())
    assert push(client, entry, name).status_code == 403


def test_a_neighbours_entry_is_not_there(client):
    entry = full_entry(S.IDEA_DRAFT)
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER, vinh_linh().vinh_thuy))
    assert push(client, entry, "register_idea").status_code == 404
    client.force_login(officer(Role.Kind.COUNCIL_MEMBER))
    assert push(client, entry, "register_idea").status_code == 403


def test_a_move_by_get_does_nothing(client):
    entry = full_entry(S.IDEA_DRAFT)
    client.force_login(officer())
    answer = client.get(reverse("products:entry_move", args=[entry.pk]), {"move": "register_idea"})
    assert answer.status_code == 405


def test_an_unknown_move_is_not_there(client):
    entry = full_entry(S.IDEA_DRAFT)
    client.force_login(officer())
    assert push(client, entry, "give_five_stars").status_code == 404
    assert push(client, entry, "<script>").status_code == 404


# --- What refuses a move ----------------------------------------------------------------------


def test_an_idea_needs_words_and_its_form():
    entry = entry_in(S.IDEA_DRAFT)
    entry.idea = " "
    assert why_not(entry, BY_NAME["register_idea"]) == [
        "Chưa mô tả ý tưởng sản phẩm.",
        "Còn thiếu: Phiếu đăng ký ý tưởng sản phẩm "
        "(Biểu 01: sản phẩm mới; Biểu 02: sản phẩm đã có).",
    ]


def test_a_plan_needs_its_paper():
    entry = entry_in(S.PLAN_AWAITED)
    assert why_not(entry, BY_NAME["submit_plan"]) == [
        "Còn thiếu: Phương án, kế hoạch kinh doanh sản phẩm (Biểu 03)."
    ]


def test_a_dossier_names_all_that_is_missing():
    entry = entry_in(S.DOSSIER_OPEN)
    assert why_not(entry, BY_NAME["submit_dossier"]) == [
        "Còn thiếu: Giới thiệu bộ máy tổ chức (Biểu 04).",
        "Còn thiếu: Giấy đăng ký kinh doanh (bản sao có chứng thực).",
        "Chưa nhận đủ 5: Sản phẩm mẫu.",
    ]


def test_a_refused_move_says_why_and_leaves_no_trace(client):
    entry = entry_in(S.DOSSIER_OPEN)
    before = told(entry)
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER))
    answer = push(client, entry, "submit_dossier")
    assert answer.status_code == 409
    assert "Còn thiếu: Giới thiệu bộ máy tổ chức (Biểu 04)." in answer.context["refused"]
    entry.refresh_from_db()
    assert entry.state == S.DOSSIER_OPEN
    assert told(entry) == before


def test_what_is_missing_stands_on_the_page_before_the_button_is_pressed(client):
    entry = entry_in(S.DOSSIER_OPEN)
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER))
    page = client.get(entry.get_absolute_url())
    assert page.context["forward"][0]["why_not"] == why_not(entry, BY_NAME["submit_dossier"])
    assert "Chưa nhận đủ 5: Sản phẩm mẫu." in page.content.decode()


@pytest.mark.parametrize(
    "name", [row.name for row in TRANSITIONS if row.needs_reason and row.actor]
)
def test_a_move_that_needs_a_reason_is_refused_without_one(client, name):
    entry = full_entry(BY_NAME[name].sources[0])
    client.force_login(officer())
    answer = push(client, entry, name, reason="   ")
    assert answer.status_code == 409
    label = str(BY_NAME[name].reason_label).lower()
    assert answer.context["refused"] == [f"Cần ghi: {label}."]


def test_a_missing_criteria_set_lets_a_product_register_but_not_be_rated():
    entry = entry_in(S.DOSSIER_SUBMITTED, product__set_number=3)
    reason = "Bộ 3 “Gạo, ngũ cốc” chưa có tiêu chí trong hệ thống nên chưa thể đánh giá."
    for name in ("submit_dossier", "accept_dossier", "open_evaluation"):
        assert why_not(entry, BY_NAME[name]) == [reason]
    assert why_not(entry, BY_NAME["register_idea"]) == []
    with pytest.raises(Refused, match="chưa có tiêu chí"):
        move(entry=entry, name="accept_dossier", by=officer())


def test_a_closed_cycle_moves_nothing(client):
    entry = full_entry(S.IDEA_DRAFT)
    entry.cycle.is_closed = True
    entry.cycle.save()
    person = officer()
    assert available(entry, person) == []
    with pytest.raises(Refused) as refused:
        move(entry=entry, name="register_idea", by=person)
    assert refused.value.reasons == [f"Chu trình năm {entry.cycle.year} đã khép lại."]


def test_a_product_classified_by_another_decision_does_not_enter():
    entry = entry_in(S.IDEA_DRAFT)
    other = CycleFactory(decision="1048-2019")
    entry.product.decision = "148-2023"
    with pytest.raises(Refused):
        cycle.enter(product=entry.product, cycle=other, by=officer())


@pytest.mark.parametrize("state", [S.IDEA_REGISTERED, S.PLAN_RECEIVED, S.DOSSIER_SUBMITTED])
@pytest.mark.parametrize("complete", [True, False])
def test_at_most_one_button_of_the_page_is_the_next_to_press(client, state, complete):
    entry = full_entry(state) if complete else entry_in(state, papers=False)
    client.force_login(officer())
    answer = client.get(entry.get_absolute_url())
    (forward,) = answer.context["forward"]
    main = answer.content.decode().split("<main", 1)[1].split("</main>")[0]
    buttons = [part.split(">", 1)[1] for part in main.split('class="btn btn-primary"')[1:]]
    if not forward["why_not"]:
        assert [text.split("<")[0] for text in buttons] == [str(forward["row"].label)]
    elif answer.context["may_assess"]:
        assert len(buttons) == 1 and "từng" in buttons[0]
    else:
        assert buttons == []


# --- Twice, and two at once -------------------------------------------------------------------


def test_the_same_move_twice_by_the_same_person_is_one_event(client):
    entry = full_entry(S.IDEA_REGISTERED)
    client.force_login(officer())
    before = told(entry)
    sent = [push(client, entry, "accept_idea").status_code for _n in range(2)]
    assert sent == [302, 302]
    assert told(entry) == [*before, "accept_idea"]


def test_who_comes_second_is_told_who_was_first_and_keeps_what_was_typed(client):
    entry = full_entry(S.IDEA_REGISTERED)
    first = officer(full_name="Trần Thị Nhanh")
    move(entry=entry, name="accept_idea", by=first, expected=S.IDEA_REGISTERED)
    client.force_login(officer())
    answer = push(client, entry, "return_idea", reason="Thiếu bản đồ vùng trồng.")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Trần Thị Nhanh đã chuyển sản phẩm sang “Ý tưởng được nhận, chờ phương án”" in page
    assert "Thiếu bản đồ vùng trồng." in page
    entry.refresh_from_db()
    assert entry.state == S.PLAN_AWAITED


def test_an_old_page_does_not_withdraw_what_has_moved_on(client):
    entry = full_entry(S.IDEA_REGISTERED)
    move(entry=entry, name="accept_idea", by=officer())
    client.force_login(officer())
    answer = push(client, entry, "withdraw", expected=S.IDEA_REGISTERED)
    assert answer.status_code == 409
    entry.refresh_from_db()
    assert entry.state == S.PLAN_AWAITED


def test_entering_a_cycle_twice_gives_the_same_entry():
    entry = entry_in(S.IDEA_DRAFT, papers=False)
    again = cycle.enter(product=entry.product, cycle=entry.cycle, by=officer())
    assert again == entry
    assert told(entry) == ["enter"]


# --- Leaving, coming back, returning ----------------------------------------------------------


def test_a_withdrawn_product_can_come_back_to_the_start():
    person = officer()
    entry = full_entry(S.PLAN_AWAITED)
    entry = move(entry=entry, name="withdraw", by=person, reason="Mất mùa.")
    assert (entry.state, entry.step) == (S.WITHDRAWN, 3)
    entry = move(entry=entry, name="restore", by=person, reason="Đã có nguyên liệu.")
    assert (entry.state, entry.step) == (S.IDEA_DRAFT, 2)
    assert [event.reason for event in entry.events.order_by("-pk")[:2]] == [
        "Đã có nguyên liệu.",
        "Mất mùa.",
    ]


def test_a_product_returned_to_improve_takes_the_set_that_was_corrected_meanwhile():
    entry = full_entry(S.RATED)
    entry.product.set_number = 11
    entry.product.save()
    entry = move(entry=entry, name="improve", by=officer(), reason="Sai bộ sản phẩm.")
    assert entry.set_number == 11
    assert told(entry)[-2:] == ["improve", "set.changed"]


def test_a_product_before_the_council_cannot_be_withdrawn():
    entry = full_entry(S.IN_EVALUATION)
    with pytest.raises(Refused):
        move(entry=entry, name="withdraw", by=officer(), reason="Đổi ý.")


def test_the_page_shows_why_something_was_returned(client):
    entry = full_entry(S.IDEA_REGISTERED)
    move(entry=entry, name="return_idea", by=officer(), reason="Ghi rõ vùng nguyên liệu.")
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER))
    page = client.get(entry.get_absolute_url())
    assert page.context["returned"].reason == "Ghi rõ vùng nguyên liệu."


def test_history_tells_each_move_newest_first_with_the_papers_of_that_time(client):
    entry = full_entry(S.IDEA_DRAFT)
    move(entry=entry, name="register_idea", by=officer(Role.Kind.COMMUNE_OFFICER))
    move(entry=entry, name="return_idea", by=officer(), reason="Ghi rõ hơn.")
    client.force_login(officer())
    told_ = client.get(entry.get_absolute_url()).context["history"]
    assert [row["what"] for row in told_] == [
        "Trả lại ý tưởng",
        "Đăng ký ý tưởng",
        "Đưa vào chu trình",
    ]
    assert told_[0]["reason"] == "Ghi rõ hơn."
    assert len(told_[1]["papers"]) == len(dossier.handed_in(entry)) == 5


def test_the_model_keeps_each_state_in_its_own_history():
    entry = full_entry(S.IDEA_DRAFT)
    move(entry=entry, name="register_idea", by=officer())
    newest = entry.history.first()
    assert (newest.state, newest.history_change_reason) == (S.IDEA_REGISTERED, "Đăng ký ý tưởng")


# --- The idea's words -------------------------------------------------------------------------


def test_the_idea_is_written_while_it_is_in_preparation_and_kept_in_the_history(client):
    entry = entry_in(S.IDEA_DRAFT, papers=False)
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER))
    url = reverse("products:entry_edit", args=[entry.pk])
    assert client.post(url, {"idea": "Tiêu đỏ phơi nắng."}).status_code == 302
    client.post(url, {"idea": "Tiêu đỏ phơi nắng."})
    entry.refresh_from_db()
    assert entry.idea == "Tiêu đỏ phơi nắng."
    assert told(entry) == ["enter", "idea.written"]


def test_of_two_who_word_the_idea_at_once_the_second_is_told_and_overwrites_nothing(client):
    entry = entry_in(S.IDEA_DRAFT, papers=False)
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER))
    seen = client.get(entry.get_absolute_url()).context["idea_form"]["seen"].value()
    first = officer(full_name="Trần Thị Nhanh")
    write_idea(entry=entry, idea="Lời của người thứ nhất.", by=first)
    url = reverse("products:entry_edit", args=[entry.pk])
    answer = client.post(url, {"idea": "Lời của tôi.", "seen": seen})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Trần Thị Nhanh đã sửa ý tưởng lúc " in page
    assert "Lời của tôi." in page
    entry.refresh_from_db()
    assert entry.idea == "Lời của người thứ nhất."
    # The same words sent twice are no quarrel.
    answer = client.post(url, {"idea": "Lời của người thứ nhất.", "seen": seen})
    assert answer.status_code == 302


def test_a_registered_idea_is_read_only_and_what_was_typed_is_kept(client):
    entry = full_entry(S.IDEA_REGISTERED)
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER))
    answer = client.post(
        reverse("products:entry_edit", args=[entry.pk]), {"idea": "Lời mới của tôi."}
    )
    assert answer.status_code == 422
    assert "Lời mới của tôi." in answer.content.decode()
    entry.refresh_from_db()
    assert entry.idea == "Sản phẩm của địa phương."
