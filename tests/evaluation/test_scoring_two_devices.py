"""One member, two devices: what differs is merged, what clashes is told, nothing is overwritten."""

import re

import pytest

from evaluation import sheets
from evaluation.models import Mark, MarkEvent, MarkNote
from tests import factories
from tests.evaluation.pages import get, post, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_():
    return factories.open_round(candidates=1)


@pytest.fixture
def member(round_):
    return factories.person_in(round_.council, "member")


@pytest.fixture
def sheet(round_, member):
    return sheets.start_sheet(candidate=round_.candidates.get(), user=member)


def kept(sheet):
    return dict(Mark.objects.filter(sheet=sheet).values_list("criterion", "option"))


def mark(member, sheet, code, option, base=0, **more):
    return post(member, "mark", sheet.pk, criterion=code, option=option, base=base, **more)


# --- Choice by choice --------------------------------------------------------------------------


def test_different_criteria_of_two_devices_are_merged_and_each_learns_of_the_other(sheet, member):
    mark(member, sheet, "1.1", 2)
    body = mark(member, sheet, "1.2", 3).json()
    assert kept(sheet) == {"1.1": 2, "1.2": 3}
    assert body["marks"] == {"1.1": [2, 1], "1.2": [3, 1]}


def test_a_choice_that_rests_on_an_older_version_is_refused_with_both_choices(sheet, member):
    mark(member, sheet, "1.1", 2)
    answer = mark(member, sheet, "1.1", 3)  # the other device has seen no mark yet
    assert answer.status_code == 409
    body = answer.json()
    assert body["conflict"] == {"criterion": "1.1", "option": 3}
    assert body["marks"] == {"1.1": [2, 1]}
    assert body["total"] == 2
    assert kept(sheet) == {"1.1": 2}
    assert MarkEvent.objects.count() == 1
    # The member picks: the same choice again, now in knowledge of the other.
    assert mark(member, sheet, "1.1", 3, base=1).json()["saved"]["version"] == 2
    assert kept(sheet) == {"1.1": 3}


def test_the_same_choice_on_both_devices_is_no_conflict(sheet, member):
    mark(member, sheet, "1.1", 2)
    body = mark(member, sheet, "1.1", 2).json()
    assert body["saved"] == {"criterion": "1.1", "option": 2, "version": 1}
    assert MarkEvent.objects.count() == 1


def test_a_choice_sent_twice_is_written_once_even_when_another_came_between(sheet, member):
    mark(member, sheet, "1.1", 2, id="a1")
    mark(member, sheet, "1.1", 3, base=1, id="b1")
    again = mark(member, sheet, "1.1", 2, id="a1")  # its first answer was lost on the line
    assert again.status_code == 200
    assert again.json()["saved"]["version"] == 1  # so that what follows on that device clashes
    assert again.json()["marks"] == {"1.1": [3, 2]}
    assert kept(sheet) == {"1.1": 3}
    assert list(MarkEvent.objects.values_list("option", "client_id")) == [(2, "a1"), (3, "b1")]


def test_a_sender_that_names_no_version_never_overwrites(sheet, member):
    mark(member, sheet, "1.1", 2)
    answer = post(member, "mark", sheet.pk, criterion="1.1", option="3")
    assert answer.status_code == 409
    assert kept(sheet) == {"1.1": 2}


@pytest.mark.parametrize("name", ["x" * 41, "a b", "a\x00", "á"])
def test_a_name_of_a_choice_that_no_device_gives_is_refused(sheet, member, name):
    assert mark(member, sheet, "1.1", 2, id=name).status_code == 422
    assert kept(sheet) == {}


def test_an_unknown_option_is_refused_before_anything_is_compared(sheet, member):
    mark(member, sheet, "1.1", 2)
    assert mark(member, sheet, "1.1", 9).status_code == 422


# --- A part sent whole -------------------------------------------------------------------------


def form_of(member, sheet, **changes):
    """The part's form as the page shows it now, with some choices changed."""
    page = get(member, "sheet", sheet.candidate_id).content.decode()
    sent = dict(re.findall(r'name="(v-[\d.]+)" value="([^"]*)"', page))
    shown = {name.replace("v-", "tc-"): value.partition(".")[2] for name, value in sent.items()}
    sent |= {name: value for name, value in shown.items() if value}
    return sent | {f"tc-{code}": option for code, option in changes.items()}


def test_a_part_sent_whole_leaves_newer_marks_of_another_device_alone(sheet, member):
    mark(member, sheet, "1.1", 1)
    old_page = form_of(member, sheet, **{"1.3": 2})
    mark(member, sheet, "1.1", 3, base=1)
    assert post(member, "marks", sheet.pk, part="A", **old_page).status_code == 302
    assert kept(sheet) == {"1.1": 3, "1.3": 2}


def test_a_part_that_clashes_saves_the_rest_and_shows_both_choices_to_pick_from(sheet, member):
    mark(member, sheet, "1.1", 1)
    old_page = form_of(member, sheet, **{"1.1": 2, "1.3": 2})
    mark(member, sheet, "1.1", 3, base=1)
    answer = post(member, "marks", sheet.pk, part="A", **old_page)
    assert answer.status_code == 409
    assert "no-store" in answer.headers["Cache-Control"]
    page = answer.content.decode()
    assert "Xung đột" in page
    criterion = sheet.candidate.pinned_set.criteria.criterion("1.1")
    for number in (2, 3):
        assert criterion.option(number).label in page
    assert kept(sheet) == {"1.1": 3, "1.3": 2}
    # What the page offers, sent as it stands, keeps what is saved; the other choice replaces it.
    assert 'name="v-1.1" value="2.3"' in page
    offered = {"v-1.1": "2.3"}
    post(member, "marks", sheet.pk, part="A", **offered, **{"tc-1.1": "3"})
    assert kept(sheet)["1.1"] == 3
    post(member, "marks", sheet.pk, part="A", **offered, **{"tc-1.1": "2"})
    assert kept(sheet)["1.1"] == 2


# --- Notes -------------------------------------------------------------------------------------


def note(member, sheet, text, seen="", code="1.1"):
    return post(member, "note", sheet.pk, criterion=code, text=text, seen=seen)


def notes(sheet):
    return dict(MarkNote.objects.filter(sheet=sheet).values_list("criterion", "text"))


def test_a_note_is_kept_changed_and_taken_away(sheet, member):
    assert note(member, sheet, " Xem lại\r\nhồ sơ ").json()["text"] == "Xem lại\nhồ sơ"
    assert notes(sheet) == {"1.1": "Xem lại\nhồ sơ"}
    assert "Xem lại\nhồ sơ" in get(member, "sheet", sheet.candidate_id).content.decode()
    note(member, sheet, "Đã xem", seen="Xem lại\nhồ sơ")
    assert notes(sheet) == {"1.1": "Đã xem"}
    note(member, sheet, "", seen="Đã xem")
    assert notes(sheet) == {}


def test_notes_of_two_devices_are_both_kept(sheet, member):
    note(member, sheet, "Thiếu giấy kiểm nghiệm")
    note(member, sheet, "Bao bì đẹp")  # that device had not seen the other note
    note(member, sheet, "Bao bì đẹp")  # sent again, its answer was lost
    assert notes(sheet) == {"1.1": "Thiếu giấy kiểm nghiệm\nBao bì đẹp"}
    note(member, sheet, "", seen="Bao bì đẹp")  # and one taken away unseen stays
    assert notes(sheet) == {"1.1": "Thiếu giấy kiểm nghiệm\nBao bì đẹp"}


@pytest.mark.parametrize(("code", "text"), [("1.1", "x" * 1_001), ("99", "a"), ("", "a")])
def test_a_note_that_is_too_long_or_on_nothing_is_refused(sheet, member, code, text):
    assert note(member, sheet, text, code=code).status_code == 422
    assert notes(sheet) == {}


def test_a_note_written_without_scripts_is_kept_with_the_part(sheet, member):
    post(member, "marks", sheet.pk, part="A", **{"gc-1.2": "Hỏi thêm", "seen-gc-1.2": ""})
    assert notes(sheet) == {"1.2": "Hỏi thêm"}


def test_a_note_goes_with_the_sheet_into_its_next_version_and_is_shut_with_it(sheet, member):
    note(member, sheet, "Bí mật của tôi")
    factories.fill_sheet(sheet, total=80)
    assert note(member, sheet, "Thêm", seen="Bí mật của tôi").status_code == 409
    assert "Bí mật của tôi" in get(member, "sheet_view", sheet.pk).content.decode()
    by = factories.person_in(sheet.candidate.round.council, "secretary")
    new = sheets.reopen_sheet(sheet=sheet, by=by, reason="Chênh lệch")
    assert notes(new) == {"1.1": "Bí mật của tôi"}
    assert "Chênh lệch" in get(member, "sheet", sheet.candidate_id).content.decode()


def test_nobody_else_notes_on_a_sheet(sheet, round_):
    for position in ("chair", "secretary", "support"):
        person = factories.person_in(round_.council, position)
        assert note(person, sheet, "Tôi").status_code == 404


# --- What a phone may keep ---------------------------------------------------------------------


def test_only_the_member_s_own_open_sheets_and_list_may_be_kept_offline(round_, sheet, member):
    def owner(person, name, key):
        return get(person, name, key).headers.get("X-Keep-Offline")

    chair = factories.person_in(round_.council, "chair")
    assert owner(member, "sheet", sheet.candidate_id) == str(member.pk)
    assert owner(member, "my_sheets", round_.pk) == str(member.pk)
    assert owner(chair, "sheet", sheet.candidate_id) is None  # the start page
    assert owner(member, "submit", sheet.pk) is None
    factories.fill_sheet(sheet, total=80)
    assert owner(member, "sheet_view", sheet.pk) is None
    assert owner(factories.person_in(round_.council, "secretary"), "round", round_.pk) is None


def test_the_worker_lies_at_the_root_and_the_manifest_is_named_by_the_sheet(client, sheet, member):
    worker = client.get("/sw.js")
    assert worker["Content-Type"] == "text/javascript; charset=utf-8"
    assert worker["Service-Worker-Allowed"] == "/"
    assert "no-cache" in worker["Cache-Control"]
    manifest = client.get("/manifest.webmanifest")
    assert manifest["Content-Type"] == "application/manifest+json"
    found = manifest.json()
    assert found["display"] == "standalone"
    assert {icon["sizes"] for icon in found["icons"]} == {"192x192", "512x512", "any"}
    page = get(member, "sheet", sheet.candidate_id)
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page.content.decode()
    policy = page["Content-Security-Policy"]
    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy
    assert "unsafe" not in policy


def test_every_file_of_the_shell_exists():
    from django.contrib.staticfiles import finders

    from evaluation.offline import SHELL

    assert [name for name in SHELL if not finders.find(name)] == []


# --- Papers shown in place ---------------------------------------------------------------------


def two_pages() -> bytes:
    import io

    from PIL import Image

    content = io.BytesIO()
    pages = [Image.new("RGB", (300, 400), colour) for colour in ("white", "black")]
    pages[0].save(content, "PDF", save_all=True, append_images=pages[1:])
    return content.getvalue()


@pytest.fixture
def paper(round_):
    from django.core.files.base import ContentFile

    entry = round_.candidates.get().entry
    found = entry.papers.filter(kind="idea").get()
    found.file.save("y-tuong.pdf", ContentFile(two_pages()))
    return found


def test_a_page_of_a_paper_is_shown_as_a_picture(round_, member, paper):
    candidate = round_.candidates.get()
    first = get(member, "candidate_page", candidate.pk, paper.pk, 1)
    assert first.status_code == 200
    assert first["Content-Type"] == "image/jpeg"
    assert first["X-Pages"] == "2"
    assert "no-store" in first["Cache-Control"]
    second = get(member, "candidate_page", candidate.pk, paper.pk, 2)
    assert first.content != second.content
    for number in (0, 3, 10**12):
        answer = get(member, "candidate_page", candidate.pk, paper.pk, number)
        assert answer.status_code == 404, number


def test_a_broken_paper_is_said_to_be_not_shown(round_, member):
    candidate = round_.candidates.get()
    broken = candidate.entry.papers.filter(kind="business_plan").get()  # a PDF without pages
    assert get(member, "candidate_page", candidate.pk, broken.pk, 1).status_code == 404


def test_a_member_with_a_conflict_sees_no_page_of_a_paper(round_, member, paper):
    candidate = round_.candidates.get()
    post(member, "conflict", candidate.pk, kind="kin")
    assert get(member, "candidate_page", candidate.pk, paper.pk, 1).status_code == 404


def test_papers_that_share_words_with_a_criterion_come_first():
    from evaluation.evidence import related_kinds
    from ocop_portal import law

    decision = law.decision("1048-2019")
    related = related_kinds(decision.criteria_set(7), decision)
    assert related["1.5"] == ["environment"]
    assert related["5.1"] == ["story"]
    assert related["7"] == []


def test_the_sheet_offers_the_evidence_of_each_criterion(sheet, member):
    page = get(member, "sheet", sheet.candidate_id).content.decode()
    leaves = sheet.candidate.pinned_set.criteria.leaves
    assert page.count("data-evidence-for=") == len(leaves)
    assert url("candidate_paper", sheet.candidate_id, 0).replace("/0/", "/") in page
