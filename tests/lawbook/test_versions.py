"""Which version of a set is current, how far it can be trusted, and that it stays as it was."""

import copy
import dataclasses
import json

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from ocop_portal import law
from ocop_portal.lawbook import versions
from ocop_portal.lawbook.models import Frozen, LawEvent, SetVersion
from tests import factories as make

from . import shelf

pytestmark = pytest.mark.django_db
SLUG = shelf.SLUG


def test_without_a_published_version_the_set_of_the_files_is_current(django_assert_num_queries):
    with django_assert_num_queries(1):
        found = versions.current_set(SLUG, 1)
    assert found is shelf.in_file(1)


def test_the_newest_published_version_is_current(django_assert_num_queries):
    shelf.version(shelf.corrected(version=3, title="Ba"))
    shelf.version(shelf.corrected(version=2, title="Hai"))
    shelf.version(shelf.corrected(version=4, title="Bốn"), "draft")
    with django_assert_num_queries(1):
        found = versions.current_set(SLUG, 1)
    assert (found.version, found.criterion("1.1").title) == (3, "Ba")
    assert versions.current_set(SLUG, 2) is shelf.in_file(2)


def test_a_version_of_the_files_wins_over_one_of_the_same_number_entered_here():
    shelf.version(shelf.corrected(version=1, title="Trùng số"))
    assert versions.current_set(SLUG, 1) is shelf.in_file(1)


def test_a_withdrawn_version_is_not_taken_any_more():
    found = shelf.version(shelf.corrected())
    found.state, found.withdrawn_by = SetVersion.State.WITHDRAWN, make.UserFactory()
    found.withdrawn_at, found.withdrawn_reason = timezone.now(), "Nhầm văn bản."
    found.save()
    assert versions.current_set(SLUG, 1) is shelf.in_file(1)
    assert versions.by_digest(found.digest) == found.criteria


def test_a_missing_set_is_usable_once_a_version_was_published():
    with pytest.raises(law.MissingSet):
        versions.current_set(SLUG, 3)
    assert 3 not in versions.usable_numbers(SLUG)
    assert not versions.summary(SLUG, 3).usable
    content = dataclasses.replace(shelf.in_file(1), number=3, name="Gạo, ngũ cốc").to_dict()
    found = shelf.version(content)
    assert versions.current_set(SLUG, 3).digest == found.digest
    assert versions.usable_numbers(SLUG) == set(range(1, 27))
    assert versions.summary(SLUG, 3).usable


def test_a_draft_of_a_missing_set_makes_it_no_more_usable():
    content = dataclasses.replace(shelf.in_file(1), number=3, name="Gạo, ngũ cốc").to_dict()
    shelf.version(content, "draft")
    assert not versions.summary(SLUG, 3).usable
    assert versions.current_sets(SLUG, [1, 3]) == {1: shelf.in_file(1)}


def test_unknown_decisions_and_sets_are_refused():
    with pytest.raises(law.UnknownDecision):
        versions.current_set("1-1900", 1)
    with pytest.raises(law.UnknownSet):
        versions.current_set(SLUG, 99)


def test_content_changed_behind_the_portals_back_is_never_scored_with():
    found = shelf.version(shelf.corrected(title="Chưa ai đọc"))
    altered = json.dumps(shelf.corrected(title="Sửa lén"))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE lawbook_setversion SET content = %s WHERE id = %s", [altered, found.pk]
        )
    with pytest.raises(law.LawError, match="sửa ngoài cổng thông tin"):
        versions.current_set(SLUG, 1)


# --- Standing ----------------------------------------------------------------------------------


def test_a_set_of_the_files_that_nobody_compared_says_so():
    found = versions.standing(shelf.in_file(1))
    assert found == versions.Standing(law.TRANSCRIBED)
    assert str(found) == "chép lại từ bản đã công bố; chưa đối chiếu với văn bản ký"
    rebuilt = versions.standing(shelf.in_file(10))
    assert (
        str(rebuilt)
        == "chép lại từ bản đã công bố, có chỗ khôi phục; chưa đối chiếu với văn bản ký"
    )


def test_a_comparison_under_way_tells_how_far_it_is():
    shelf.checked(shelf.in_file(1), ticked=2)
    shelf.checked(shelf.in_file(1), ticked=4)
    found = versions.standing(shelf.in_file(1))
    assert (found.is_checked, found.ticked, found.sections) == (False, 4, 11)
    assert found.checking == "đang đối chiếu với văn bản ký: 4/11 mục khớp"


def test_a_signed_comparison_tells_who_when_and_with_what():
    shelf.checked(shelf.in_file(1), ticked=11, sign=True)
    shelf.checked(shelf.in_file(1), ticked=3)
    found = versions.standing(shelf.in_file(1))
    day = timezone.localdate()
    assert found == versions.Standing(
        law.TRANSCRIBED,
        checked_by="Lê Thị Mẫu",
        checked_on=day,
        document="1048/QĐ-TTg: bản chụp mẫu",
        ticked=11,
        sections=11,
    )


def test_a_comparison_with_a_withdrawn_scan_does_not_count():
    made = shelf.checked(shelf.in_file(1), ticked=11, sign=True)
    made.document.withdrawn_by, made.document.withdrawn_at = make.UserFactory(), timezone.now()
    made.document.withdrawn_reason = "Thiếu trang."
    made.document.save()
    assert versions.standing(shelf.in_file(1)) == versions.Standing(law.TRANSCRIBED)


def test_a_version_entered_here_says_so():
    found = shelf.version(shelf.corrected()).criteria
    assert versions.standing(found).entered_here
    assert versions.standing(found).origin == "nhập tại cổng thông tin"


@pytest.mark.parametrize("many", [1, 3])
def test_the_standing_of_many_sets_costs_one_query(many, django_assert_num_queries):
    sets = [shelf.in_file(number) for number in (1, 2, 4)[:many]]
    for found in sets:
        shelf.checked(found, ticked=2)
    with django_assert_num_queries(1):
        found = versions.standings(sets)
    assert [found[one.digest].ticked for one in sets] == [2] * many


# --- What was published stays -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("content", {}),
        ("digest", "0" * 64),
        ("version", 9),
        ("reason", "Khác"),
        ("state", "draft"),
        ("published_at", None),
    ],
)
def test_a_published_version_is_changed_by_nobody(field, value):
    found = shelf.version(shelf.corrected())
    setattr(found, field, value)
    with pytest.raises(Frozen):
        found.save()
    found.refresh_from_db()
    assert (found.content, found.state) == (shelf.corrected(), "published")


def test_nothing_of_this_room_is_deleted_or_changed_in_bulk():
    found = shelf.version(shelf.corrected())
    check = found.published_with
    for row in (found, check, check.document, check.document.files.get()):
        with pytest.raises(Frozen):
            row.delete()
        with pytest.raises(Frozen):
            type(row).objects.all().delete()
        with pytest.raises(Frozen):
            type(row).objects.filter(pk=row.pk).update(pk=row.pk)
    with pytest.raises(Frozen):
        LawEvent.objects.all().delete()


def test_a_signed_comparison_is_changed_by_nobody():
    made = shelf.checked(shelf.in_file(1), ticked=11, sign=True)
    made.signed_at = None
    with pytest.raises(Frozen):
        made.save()


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "published", "published_with": None},
        {"state": "published", "published_at": None},
        {"state": "draft", "published_at": timezone.now()},
        {"state": "withdrawn"},
        {"state": "finished"},
        {"state": "draft", "reason": ""},
    ],
)
def test_the_database_refuses_states_that_cannot_be(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        shelf.version(shelf.corrected(), fields.pop("state"), **fields)


def test_a_set_has_one_draft_at_a_time_and_each_version_once():
    shelf.version(shelf.corrected(version=2), "draft")
    with pytest.raises(IntegrityError), transaction.atomic():
        shelf.version(shelf.corrected(version=3), "draft")
    with pytest.raises(IntegrityError), transaction.atomic():
        shelf.version(copy.deepcopy(shelf.corrected(version=2, title="Khác")))
