"""Nobody sees another's marks before the time: marks are planted where they could leak."""

import datetime
import re

import pytest
import time_machine
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from evaluation import meeting, referrals, rounds, sheets, substitutes
from evaluation.models import Recognition, Round, Seat, Sheet
from ocop_portal.reminders import outbox, scan
from tests import factories, test_permissions
from tests.evaluation import planted as planted_sheet
from tests.evaluation.pages import get, people, post, signed_in, url, with_second_factor
from tests.evaluation.planted import REASON, told

pytestmark = pytest.mark.django_db

# Sums in the ways a page could show them; people's names carry numbers too, so a bare 93 is none.
PLANTED = {"A": 33, "B": 23, "C": 37}
LEAKS = re.compile(
    r">\s*(93|33|23|37)\s*[</]|\b(93|33|23|37),00|\b93\s*(điểm|/\s*100)|\b5\s*sao", re.IGNORECASE
)


@pytest.fixture
def planted():
    """One member has handed in 33 + 23 + 37 with a knock-out, another has only begun."""
    entry = factories.entry_in("ready", product__set_number=7)
    round_ = factories.open_round(entries=[entry], members=4)
    author, other, *_rest = [
        user
        for user in factories.scorers(round_.council)
        if user != factories.person_in(round_.council, "chair")
    ]
    candidate = round_.candidates.get()
    sheet = sheets.start_sheet(candidate=candidate, user=author)
    factories.fill_sheet(sheet, parts=PLANTED, submit=False)
    sheets.declare(sheet_id=sheet.pk, rule="knock_out:1.1", reason=REASON, user=author)
    sheets.submit_sheet(sheet_id=sheet.pk, user=author)
    sheets.start_sheet(candidate=candidate, user=other)
    return round_, candidate, sheet, author, other


def everyone_else(round_, author, other):
    """Each role, a union of all of them in one person, and an administrator."""
    found = people(round_)
    found["other member"] = other
    found["administrator"] = factories.officer("administrator")
    both = factories.officer()
    for kind in ("administrator", "council_member", "support_team", "commune_officer"):
        factories.RoleFactory(user=both, kind=kind, unit=round_.council.unit)
    both.is_superuser = both.is_staff = True
    both.save()
    factories.second_factor(both)
    found["all roles at once"] = both
    found["substitute"] = substitute_for(other, round_)
    found.pop("member", None)
    assert author not in found.values()
    return found


def substitute_for(member, round_):
    """A person who may be called in for this member, and is not."""
    unit = round_.council.unit
    return factories.SeatFactory(
        council=round_.council,
        position="member",
        substitutes_for=Seat.objects.get(council=round_.council, user=member),
        user=factories.officer("council_member", unit),
    ).user


def all_pages(round_, candidate, sheet):
    pages = [
        url("rounds"),
        url("councils"),
        url("council", round_.council_id),
        url("recognitions"),
        url("referrals"),
        "/lam-viec/",
    ]
    pages += [
        url(name, round_.pk)
        for name in ("round", "my_sheets", "tally", "round_close", "round_publish", "round_end")
    ]
    pages += [
        url(name, round_.pk)
        for name in ("invitation", "room", "room_pulse", "attendance", "substitutes", "papers")
    ]
    pages += [url(name, round_.pk) for name in ("hear_again", "referral_send")]
    pages += [url(name, candidate.pk) for name in ("sample", "support_check", "opinions", "vote")]
    pages += [url(name, candidate.pk) for name in ("sheet", "settle", "conflict")]
    pages += [url(name, sheet.pk) for name in ("sheet_view", "submit", "reopen")]
    return pages


def text_of(response) -> str:
    """What is read on the page; addresses, tokens and figures of the law itself are left out."""
    page = re.sub(r"<(script|style|input|meta|link)[^>]*>", "", response.content.decode())
    return re.sub(r'(href|action|id|for|name|value|class|data-[\w-]+)="[^"]*"', "", page)


@pytest.mark.any_database
def test_while_scoring_goes_on_no_page_shows_anybody_a_mark_of_another(planted):
    round_, candidate, sheet, author, other = planted
    for role, person in everyone_else(round_, author, other).items():
        browser = signed_in(person)
        for address in all_pages(round_, candidate, sheet):
            page = text_of(browser.get(address))
            shown = LEAKS.search(page)
            assert shown is None, f"{role} sees {shown[0]} on {address}"
            assert REASON not in page, f"{role} reads the reason on {address}"


def test_the_plant_is_found_where_it_may_be_seen(planted):
    """The test above must be able to fail: its author sees on the same page what it looks for."""
    _round, _candidate, sheet, author, _other = planted
    page = text_of(get(author, "sheet_view", sheet.pk))
    assert LEAKS.search(page)
    assert REASON in page


def test_the_sheet_of_another_is_not_found(planted):
    round_, _candidate, sheet, author, other = planted
    for role, person in everyone_else(round_, author, other).items():
        browser = signed_in(person)
        assert browser.get(url("sheet_view", sheet.pk)).status_code == 404, role
        assert browser.get(url("submit", sheet.pk)).status_code == 404, role
        for name in ("mark", "marks", "declare", "retract", "submit"):
            answer = browser.post(
                url(name, sheet.pk), {"criterion": "1.1", "option": "1", "rule": "gate:9"}
            )
            assert answer.status_code == 404, (role, name)


def test_the_tally_opens_for_nobody_before_scoring_has_ended(planted):
    round_, _candidate, _sheet, author, other = planted
    found = everyone_else(round_, author, other)
    for role in ("chair", "secretary", "support", "officer", "other member", "all roles at once"):
        assert get(found[role], "tally", round_.pk).status_code == 403, role
    assert get(found["administrator"], "tally", round_.pk).status_code == 404


def test_progress_counts_sheets_and_only_for_those_who_run_the_round(planted):
    round_, _candidate, _sheet, _author, other = planted
    found = people(round_)
    for role in ("chair", "secretary", "officer"):
        assert "1/4 phiếu" in get(found[role], "round", round_.pk).content.decode(), role
    for person in (other, found["support"]):
        page = get(person, "round", round_.pk).content.decode()
        assert "Tiến độ" not in page
        assert "/4 phiếu" not in page


def test_after_scoring_has_ended_chair_and_secretary_see_the_sheets_and_nobody_else(planted):
    round_, candidate, sheet, author, other = planted
    factories.scored_sheet(candidate, factories.person_in(round_.council, "chair"), total=60)
    rounds.end_scoring(round_=round_, by=factories.person_in(round_.council, "secretary"))
    found = everyone_else(round_, author, other)
    for role in ("chair", "secretary"):
        assert get(found[role], "tally", round_.pk).status_code == 200, role
        page = get(found[role], "sheet_view", sheet.pk)
        assert page.status_code == 200, role
        assert REASON in page.content.decode()
    for role in ("support", "officer", "other member", "all roles at once"):
        assert get(found[role], "tally", round_.pk).status_code == 403, role
        assert get(found[role], "sheet_view", sheet.pk).status_code == 404, role
    assert get(found["administrator"], "sheet_view", sheet.pk).status_code == 404


def test_a_sheet_that_was_never_handed_in_stays_with_its_author(planted):
    round_, candidate, _sheet, _author, other = planted
    lapsed = Sheet.objects.get(candidate=candidate, seat__user=other)
    chair = factories.person_in(round_.council, "chair")
    rounds.end_scoring(round_=round_, by=factories.person_in(round_.council, "secretary"))
    assert get(chair, "sheet_view", lapsed.pk).status_code == 404
    assert get(other, "sheet_view", lapsed.pk).status_code == 200
    # Reopened, it is a new version; the old one was still never handed in.
    sheets.reopen_sheet(sheet=lapsed, by=chair, reason="Đi công tác về muộn")
    assert get(chair, "sheet_view", lapsed.pk).status_code == 404


def test_a_cancelled_round_gives_no_sheet_away(planted):
    round_, _candidate, sheet, author, _other = planted
    found = people(round_)
    rounds.cancel_round(round_=round_, by=found["officer"], reason="Hoãn họp")
    for role in ("chair", "secretary", "officer"):
        assert get(found[role], "sheet_view", sheet.pk).status_code == 404, role
        assert get(found[role], "tally", round_.pk).status_code == 403, role
    assert get(author, "sheet_view", sheet.pk).status_code == 200


def test_a_round_of_another_council_is_not_found(planted):
    round_, candidate, sheet, *_rest = planted
    stranger = factories.person_in(factories.council_with(3), "chair")
    for name in ("round", "my_sheets", "tally", "round_open", "round_end", "round_close"):
        assert get(stranger, name, round_.pk).status_code == 404, name
    for name in ("sheet", "conflict", "candidate_remove", "settle"):
        assert get(stranger, name, candidate.pk).status_code == 404, name
    assert get(stranger, "sheet_view", sheet.pk).status_code == 404
    assert get(stranger, "reopen", sheet.pk).status_code == 404


def test_who_left_the_council_sees_the_round_no_more_but_still_their_own_sheet(planted):
    round_, _candidate, sheet, author, _other = planted
    Seat.objects.filter(user=author).update(left_on="2026-01-01")
    assert get(author, "round", round_.pk).status_code == 404
    assert get(author, "sheet_view", sheet.pk).status_code == 200
    assert post(author, "mark", sheet.pk, criterion="1.1", option="1").status_code == 409


def test_a_member_sees_nothing_of_a_round_in_preparation():
    council = factories.council_with(3)
    round_ = factories.RoundFactory(council=council)
    member = factories.person_in(council, "member")
    assert get(member, "round", round_.pk).status_code == 404
    assert str(round_) not in get(member, "rounds").content.decode()
    assert get(factories.person_in(council, "support"), "round", round_.pk).status_code == 200


def test_results_are_not_public_before_they_are_published(client):
    round_ = factories.closed_round(totals=(93, 93, 93))
    product = round_.candidates.get().entry.product
    assert round_.state == Round.State.CLOSED
    assert list(product.ratings.all()) == []
    post(factories.officer(), "round_publish", round_.pk)
    assert [rating.stars for rating in product.ratings.all()] == [5]
    assert not Recognition.objects.exists()
    assert [rating.is_certified for rating in product.ratings.all()] == [False]


# --- Who leads the round and scores in it too --------------------------------------------------


@pytest.fixture
def lapsed_leads():
    """Scoring has ended; the chair and a secretary who scores too have handed in nothing."""
    round_ = factories.open_round(entries=[factories.entry_in("ready", product__set_number=7)])
    candidate = round_.candidates.get()
    Seat.objects.filter(council=round_.council, position="secretary").update(scores=True)
    found = people(round_)
    members = [
        user
        for user in factories.scorers(round_.council)
        if user not in {found["chair"], found["secretary"]}
    ]
    for user, parts in zip(members, (PLANTED, {"A": 20, "B": 15, "C": 20}), strict=True):
        sheet = sheets.start_sheet(candidate=candidate, user=user)
        factories.fill_sheet(sheet, parts=parts, submit=False)
        if parts is PLANTED:
            planted = sheet
            sheets.declare(sheet_id=sheet.pk, rule="knock_out:1.1", reason=REASON, user=user)
        sheets.submit_sheet(sheet_id=sheet.pk, user=user)
    rounds.end_scoring(round_=round_, by=found["secretary"])
    return round_, candidate, planted, found


@pytest.mark.parametrize("role", ["chair", "secretary"])
def test_who_leads_sees_no_sheet_of_a_product_before_handing_in_their_own(lapsed_leads, role):
    round_, candidate, planted, found = lapsed_leads
    leader = found[role]
    for address in all_pages(round_, candidate, planted):
        page = text_of(signed_in(leader).get(address))
        assert LEAKS.search(page) is None, address
        assert REASON not in page, address
        assert "lệch quá" not in page, address
        assert "đề nghị loại;" not in page, address
    assert get(leader, "sheet_view", planted.pk).status_code == 404
    note = {f"spread-{candidate.pk}-spread_note": "Đã thảo luận"}
    assert post(leader, "settle", candidate.pk, what="spread", **note).status_code == 422
    candidate.refresh_from_db()
    assert candidate.spread_note == ""
    tally = get(leader, "tally", round_.pk).content.decode()
    assert "Anh/chị chưa gửi phiếu của mình nên chưa xem phiếu của người khác." in tally
    # The way out: their own sheet is reopened, scored and handed in; then the tally opens.
    own = Sheet.objects.get(candidate=candidate, seat__user=leader)
    assert get(leader, "sheet", candidate.pk).url == url("sheet_view", own.pk)
    assert url("reopen", own.pk) in get(leader, "sheet_view", own.pk).content.decode()
    assert post(leader, "reopen", own.pk, reason="Dừng chấm nhầm").status_code == 302
    assert "93,00" not in get(leader, "tally", round_.pk).content.decode()
    new = Sheet.objects.get(candidate=candidate, seat__user=leader, state="draft")
    factories.fill_sheet(new, total=60)
    assert REASON in get(leader, "tally", round_.pk).content.decode()
    assert get(leader, "sheet_view", planted.pk).status_code == 200


def test_a_closing_that_is_refused_tells_a_secretary_who_owes_a_sheet_nothing(lapsed_leads):
    round_, candidate, _planted, found = lapsed_leads
    page = post(found["secretary"], "round_close", round_.pk).content.decode()
    assert f"{candidate.entry.product}: còn việc cần xử lý trước khi chốt." in page
    assert "lệch" not in page
    assert "đề nghị loại;" not in page


def far_apart():
    """A round whose scoring has ended with 60 by the chair and 80 by a member; and its people."""
    round_ = factories.open_round(members=2)
    for user, total in zip(factories.scorers(round_.council), (60, 80), strict=True):
        factories.scored_sheet(round_.candidates.get(), user, total=total)
    found = people(round_)
    return rounds.end_scoring(round_=round_, by=found["secretary"]), found


def test_a_sheet_reopened_for_its_differences_keeps_its_author_in_the_picture():
    """The chair has handed in once: talking over the spread is what the tally is for."""
    round_, found = far_apart()
    own = Sheet.objects.get(seat__user=found["chair"])
    sheets.reopen_sheet(sheet=own, by=found["secretary"], reason="Chênh lệch")
    assert "80,00" in get(found["chair"], "tally", round_.pk).content.decode()


def test_what_the_council_said_of_a_product_is_not_read_before_the_round_is_closed():
    """A district officer follows the round, but not what names marks; until it is closed."""
    round_, found = far_apart()
    note = "Chủ tịch 60, ông Mẫu 80: giữ nguyên"
    rounds.settle(candidate=round_.candidates.get(), by=found["secretary"], spread_note=note)
    told = "Ghi ý kiến, kết luận của hội đồng"
    for role, sees in (("officer", False), ("secretary", True)):
        page = get(found[role], "round", round_.pk).content.decode()
        assert told in page, role
        assert (note in page) is sees, role
    rounds.close_round(round_=round_, by=found["secretary"])
    assert note in get(found["officer"], "round", round_.pk).content.decode()


def test_a_secretary_with_a_conflict_closes_without_seeing_the_figures():
    round_ = factories.open_round(members=4)
    candidate = round_.candidates.get()
    Seat.objects.filter(council=round_.council, position="secretary").update(scores=True)
    found = people(round_)
    post(found["secretary"], "conflict", candidate.pk, kind="kin")
    for user in factories.scorers(round_.council):
        if user != found["secretary"]:
            factories.scored_sheet(candidate, user, parts={"A": 31, "B": 24, "C": 38})
    rounds.end_scoring(round_=round_, by=found["secretary"])
    page = get(found["secretary"], "round_close", round_.pk).content.decode()
    assert "93,00" not in page
    assert post(found["secretary"], "round_close", round_.pk).status_code == 302
    assert "93,00" in get(found["secretary"], "tally", round_.pk).content.decode()


# --- Who takes another's place, and who sent the product up ------------------------------------


@pytest.mark.any_database
def test_neither_a_substitute_nor_the_member_replaced_sees_a_mark_of_another(planted):
    round_, candidate, sheet, _author, other = planted
    found = people(round_)
    substitute = substitute_for(other, round_)
    seats = {seat.user: seat for seat in round_.council.seats.select_related("user")}
    meeting.record_absences(round_=round_, reasons={seats[other].pk: "ốm"}, by=found["secretary"])
    substitutes.call_in(
        round_=round_, substitute=seats[substitute], reason="vắng", by=found["secretary"]
    )

    def sees_nothing(*pairs):
        for person, foreign in pairs:
            for address in all_pages(round_, candidate, foreign):
                page = text_of(signed_in(person).get(address))
                assert LEAKS.search(page) is None, (address, person)
                assert REASON not in page, (address, person)

    sees_nothing((substitute, sheet), (other, sheet))
    taken = sheets.start_sheet(candidate=candidate, user=substitute)
    factories.fill_sheet(taken, parts=PLANTED)
    rounds.end_scoring(round_=round_, by=found["secretary"])
    sees_nothing((other, sheet), (other, taken))


@pytest.mark.any_database
def test_who_sent_a_product_up_and_who_received_it_see_no_mark_of_the_council_above():
    """A referral tells both offices where the product stands, never how it is scored there."""
    above = factories.officer(unit=factories.vinh_linh().province)
    below = factories.closed_round(publish=True)
    sender = people(below)
    results = [row.pk for row in referrals.may_be_sent(below)]
    (sent,) = referrals.send_referrals(round_=below, results=results, by=sender["secretary"])
    referrals.receive_referral(referral=sent, by=above)
    place = factories.vinh_linh().province
    round_ = factories.RoundFactory(
        council=factories.council_with(3, unit=place),
        level="province",
        cycle=factories.CycleFactory(unit=place),
    )
    candidate = referrals.put_in_round(referral=sent, round_=round_, by=above)
    rounds.open_round(round_=round_, by=above)
    author = factories.person_in(round_.council, "member")
    sheet = factories.scored_sheet(candidate, author, parts=PLANTED)
    pages = [
        url("referrals"),
        url("referrals") + "?export=csv",
        url("referral", sent.pk),
        url("referral_return", sent.pk),
        url("round", below.pk),
        url("tally", below.pk),
        "/lam-viec/",
        *(url(name, round_.pk) for name in ("round", "room", "room_pulse", "tally", "papers")),
        url("sheet_view", sheet.pk),
    ]
    watchers = {"above": above, "chair above": factories.person_in(round_.council, "chair")}
    watchers |= {f"{role} below": sender[role] for role in ("officer", "chair", "secretary")}
    for ended in (False, True):
        if ended:
            by = factories.person_in(round_.council, "secretary")
            rounds.end_scoring(round_=round_, by=by)
            watchers.pop("chair above")
        for who, person in watchers.items():
            browser = with_second_factor(signed_in(person))
            for address in pages:
                answer = browser.get(address)
                file = b"".join(answer).decode() if answer.streaming else ""
                shown = LEAKS.search(file or text_of(answer))
                assert shown is None, f"{who} sees {shown[0]} on {address}"
    assert LEAKS.search(text_of(get(author, "sheet_view", sheet.pk)))


# --- A phone that goes from hand to hand -------------------------------------------------------


def test_a_page_with_marks_is_kept_by_no_browser(planted):
    """After signing out, "back" on a shared tablet must not show the last member's marks."""
    round_, candidate, sheet, author, other = planted
    pages = [
        (other, "sheet", candidate.pk),
        (other, "submit", Sheet.objects.get(seat__user=other).pk),
        (author, "sheet_view", sheet.pk),
        (author, "my_sheets", round_.pk),
    ]
    for person, name, key in pages:
        assert "no-store" in get(person, name, key).headers.get("Cache-Control", ""), name
    rounds.end_scoring(round_=round_, by=factories.person_in(round_.council, "secretary"))
    for name in ("tally", "round_close"):
        answer = get(factories.person_in(round_.council, "secretary"), name, round_.pk)
        assert "no-store" in answer.headers.get("Cache-Control", ""), name


def test_the_author_s_own_sheet_of_a_cancelled_round_leads_to_pages_that_exist(planted):
    round_, _candidate, sheet, author, _other = planted
    rounds.cancel_round(round_=round_, by=factories.officer(), reason="Hoãn họp")
    browser = signed_in(author)
    page = browser.get(url("sheet_view", sheet.pk)).content.decode()
    for address in set(re.findall(r'href="(/danh-gia/[^"#]*|/lam-viec/)"', page)):
        assert browser.get(address).status_code == 200, address


# --- Every address of the portal ---------------------------------------------------------------


@pytest.fixture
def whole_portal():
    """The world of the permission table with a sheet planted in it; a reminder is due.

    Beside the table's people, one who holds every role.
    """
    world = test_permissions.build()
    sheet = planted_sheet.plant(world)
    union = factories.officer()
    for kind in ("administrator", "council_member", "support_team", "commune_officer"):
        factories.RoleFactory(user=union, kind=kind, unit=world.council.unit)
    union.is_superuser = union.is_staff = True
    union.save()
    factories.second_factor(union)
    return world, sheet, world.people | {"all roles at once": union}


def leaks(person, addresses: dict[str, str]) -> list[str]:
    """The addresses that tell this person of the planted sheet, and what they tell."""
    browser = with_second_factor(signed_in(person))
    return [
        f"{name}: {text}"
        for name, address in addresses.items()
        for text in told(browser.get(address))
    ]


@pytest.mark.slow(seconds=12)
@pytest.mark.any_database
def test_no_address_tells_who_holds_every_role_of_a_sheet_before_its_time(whole_portal):
    """As each of its people alone, the table itself asks every address (test_permissions.py)."""
    world, _sheet, everybody = whole_portal
    addresses = {
        name: reverse(name, args=args)
        for name, (args, _allowed) in test_permissions.table(world).items()
    }
    assert leaks(everybody["all roles at once"], addresses) == []


@pytest.mark.any_database
def test_no_address_of_the_sheet_or_its_product_tells_anybody_of_it_before_its_time(whole_portal):
    """The table asks some of these for another round or sheet."""
    world, sheet, everybody = whole_portal
    addresses = {
        name: url(name, key)
        for names, key in (
            (("round", "room", "room_pulse", "tally", "round_close", "my_sheets"), world.open.pk),
            (("sheet", "conflict", "vote", "settle"), world.candidate.pk),
            (("sheet_view", "submit", "reopen"), sheet.pk),
        )
        for name in names
    }
    for who, person in everybody.items():
        assert leaks(person, addresses) == [], who


def test_the_plants_of_the_walk_are_found_by_the_author(whole_portal):
    """The walk must be able to fail."""
    _world, sheet, _everybody = whole_portal
    page = get(sheet.seat.user, "sheet_view", sheet.pk)
    assert told(page) == [planted_sheet.NOTE, REASON, ">93<"]


def test_no_mail_tells_of_a_sheet_before_its_time(whole_portal, mailoutbox):
    world, _sheet, _everybody = whole_portal
    # Ten in the morning: at night no mail goes out, and there would be none to look at.
    ten = timezone.localtime().replace(hour=10) + datetime.timedelta(days=1)
    with time_machine.travel(ten, tick=True):
        due = timezone.now() + datetime.timedelta(hours=20)
        Round.objects.filter(pk=world.open.pk).update(scoring_due=due)
        scan.scan()
        outbox.send_pending()
    assert any(str(world.open) in mail.subject + mail.body for mail in mailoutbox)
    for mail in mailoutbox:
        alternatives = [str(content) for content, _kind in getattr(mail, "alternatives", [])]
        words = " ".join([mail.subject, mail.body, *alternatives])
        assert told(HttpResponse(words)) == []


def test_a_conflict_takes_the_product_out_of_the_member_s_counts_pages_and_papers():
    """Two products, one of them with a conflict: what is left tells of one."""
    round_ = factories.open_round(members=3, candidates=2)
    gone, left = round_.candidates.all()
    chair = factories.person_in(round_.council, "chair")
    post(chair, "conflict", gone.pk, kind="kin")
    for user in factories.scorers(round_.council):
        if user != chair:
            factories.scored_sheet(gone, user, total=93)
    page = get(chair, "my_sheets", round_.pk).content.decode()
    assert str(gone.entry.product) not in page
    assert str(left.entry.product) in page
    room = get(chair, "room", round_.pk).content.decode()
    assert "0/3 phiếu" in room  # of the other product alone
    paper = gone.entry.papers.filter(kind="idea").get()
    for name, *args in (
        ("sheet", gone.pk),
        ("candidate_paper", gone.pk, paper.pk),
        ("candidate_page", gone.pk, paper.pk, 1),
    ):
        assert get(chair, name, *args).status_code == 404, name
    rounds.end_scoring(round_=round_, by=factories.person_in(round_.council, "secretary"))
    compared = get(chair, "room", round_.pk, sp=gone.pk).content.decode()
    assert "đã khai có liên quan" in compared
    assert ">93<" not in compared
    assert "93,00" not in compared
    assert get(chair, "vote", gone.pk).status_code == 403
