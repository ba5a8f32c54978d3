"""From a draft to a published version, and out of use again."""

import pytest

from evaluation.models import PinnedSet
from ocop_portal import law
from ocop_portal.lawbook import checking, drafting, places, versions
from ocop_portal.lawbook.acts import LawRefused, history_of
from ocop_portal.lawbook.content import settled
from ocop_portal.lawbook.differences import differences
from ocop_portal.lawbook.models import SetVersion
from products.cycle import set_is_usable
from products.forms import classification_choices
from tests import factories as make
from tests.products.test_two_at_once import at_once

from . import shelf

pytestmark = pytest.mark.django_db
SLUG = shelf.SLUG


@pytest.fixture
def officer():
    return make.officer()


def begun(officer, number=1):
    return drafting.start_draft(
        decision=SLUG, number=number, by=officer, reason="Sửa theo văn bản ký."
    )


def changed(draft, officer, where="1.1", **facts):
    facts = facts or {"title": "Nguồn nguyên liệu chính"}
    content = places.edited(draft.content, where, facts=facts)
    return drafting.change_draft(draft_id=draft.pk, seen=draft.digest, content=content, by=officer)


def compared(version, officer):
    """Compare the draft with a scan and sign."""
    document = shelf.document(version.decision)
    check = checking.begin(criteria=version.criteria, document=document, by=officer)
    for piece in checking.pieces_of(version.criteria):
        checking.tick(
            check_id=check.pk,
            criteria=version.criteria,
            section=piece.key,
            agrees=True,
            by=officer,
        )
    return checking.sign(check_id=check.pk, criteria=version.criteria, by=officer)


def published(officer, number=1):
    draft = changed(begun(officer, number), officer)
    compared(draft, officer)
    return drafting.publish(draft_id=draft.pk, seen=draft.digest, by=officer)


def test_a_draft_begins_as_the_current_text_with_the_next_version(officer):
    draft = begun(officer)
    assert (draft.version, draft.base_digest) == (2, shelf.in_file().digest)
    assert differences(shelf.in_file().to_dict(), draft.content) == []
    assert begun(officer).pk == draft.pk


def test_a_draft_needs_a_reason(officer):
    with pytest.raises(LawRefused, match="Cần ghi lý do"):
        drafting.start_draft(decision=SLUG, number=1, by=officer, reason=" ")


def test_a_set_without_a_text_is_not_begun_on_screen(officer):
    with pytest.raises(LawRefused, match="nhập từ tệp Excel"):
        begun(officer, 3)


def test_a_change_is_told_place_by_place(officer):
    draft = changed(begun(officer), officer)
    found = differences(shelf.in_file().to_dict(), draft.content)
    assert [(one.where, one.field, one.old, one.new) for one in found] == [
        ("1.1", "tên", "Nguồn nguyên liệu", "Nguồn nguyên liệu chính")
    ]
    told = history_of(SLUG, 1)[0]
    assert told["what"] == "Sửa bản thảo"
    assert told["changes"] == [
        {
            "field": "1.1. Nguồn nguyên liệu chính – tên",
            "old": "Nguồn nguyên liệu",
            "new": "Nguồn nguyên liệu chính",
        }
    ]


def test_a_form_that_shows_an_older_draft_is_refused(officer):
    draft = begun(officer)
    changed(draft, officer)
    with pytest.raises(LawRefused, match="đã có người sửa"):
        drafting.change_draft(
            draft_id=draft.pk, seen=draft.digest, content=draft.content, by=officer
        )


def test_a_level_put_in_keeps_keys_and_numbers_right(officer):
    draft = begun(officer)
    spot = places.find(draft.content, "1.1")
    options = [{"label": "Không rõ nguồn gốc", "points": 0}, *spot.item["options"]]
    content = settled(places.edited(draft.content, "1.1", facts={}, options=options))
    criterion = law.CriteriaSet.from_dict(content).criterion("1.1")
    assert [(o.number, o.points) for o in criterion.options] == [(1, 0), (2, 1), (3, 2), (4, 3)]


def test_a_section_with_its_own_levels_is_corrected_in_both_its_shapes(officer):
    draft = begun(officer)
    content = places.edited(draft.content, "7", facts={"title": "Dinh dưỡng", "points": 4})
    found = law.CriteriaSet.from_dict(settled(content))
    section = next(s for part in found.parts for s in part.sections if s.code == "7")
    assert (section.title, section.points) == ("Dinh dưỡng", 4)
    assert (found.criterion("7").title, found.criterion("7").points) == ("Dinh dưỡng", 4)


def test_a_reconstructed_set_is_transcribed_once_its_levels_were_seen(officer):
    draft = begun(officer, 10)
    assert draft.criteria.state == law.RECONSTRUCTED
    spot = places.find(draft.content, "7")
    options = [{**option, "reconstructed": False} for option in spot.item["options"]]
    content = places.edited(draft.content, "7", facts={}, options=options, settled_doubts=[0])
    draft = drafting.change_draft(draft_id=draft.pk, seen=draft.digest, content=content, by=officer)
    assert (draft.criteria.state, draft.criteria.doubts) == (law.TRANSCRIBED, ())


# --- Publishing ---------------------------------------------------------------------------------


def test_a_draft_with_faults_may_stand_but_is_not_published(officer):
    draft = changed(begun(officer), officer, points=4)
    compared(draft, officer)
    with pytest.raises(LawRefused) as refused:
        drafting.publish(draft_id=draft.pk, seen=draft.digest, by=officer)
    assert refused.value.reasons == [
        "1: ghi 18 điểm, cộng bên dưới được 19",
        "1.1: ghi 4 điểm, phương án cao nhất 3 điểm",
    ]


def test_a_draft_that_changes_nothing_is_not_published(officer):
    draft = begun(officer)
    compared(draft, officer)
    with pytest.raises(LawRefused, match="chưa khác gì bản đang dùng"):
        drafting.publish(draft_id=draft.pk, seen=draft.digest, by=officer)


def test_a_draft_that_was_not_compared_is_not_published(officer):
    draft = changed(begun(officer), officer)
    with pytest.raises(LawRefused, match="chưa được đối chiếu xong"):
        drafting.publish(draft_id=draft.pk, seen=draft.digest, by=officer)


def test_a_comparison_holds_only_for_the_text_that_was_compared(officer):
    draft = changed(begun(officer), officer)
    compared(draft, officer)
    draft = changed(draft, officer, title="Nguồn nguyên liệu chủ yếu")
    with pytest.raises(LawRefused, match="chưa được đối chiếu xong"):
        drafting.publish(draft_id=draft.pk, seen=draft.digest, by=officer)


def test_what_was_published_is_current_checked_and_published_once(officer):
    found = published(officer)
    again = drafting.publish(draft_id=found.pk, seen=found.digest, by=officer)
    assert again.published_at == found.published_at
    assert versions.current_set(SLUG, 1).digest == found.digest
    standing = versions.standing(found.criteria)
    assert (standing.entered_here, standing.is_checked) == (True, True)
    told = [row["what"] for row in history_of(SLUG, 1)]
    assert told.count("Ban hành phiên bản: phiên bản 2") == 1


def test_a_published_version_is_corrected_by_a_new_one_only(officer):
    found = published(officer)
    with pytest.raises(LawRefused, match="không ai sửa được nữa"):
        changed(found, officer)
    assert begun(officer).version == 3


def test_a_draft_of_an_older_text_is_not_published_over_a_newer_one(officer):
    found = published(officer)
    draft = changed(begun(officer), officer, title="Bản ba")
    compared(draft, officer)
    drafting.withdraw(version_id=found.pk, by=officer, reason="Nhầm văn bản.")
    with pytest.raises(LawRefused, match="Bản đang dùng đã đổi"):
        drafting.publish(draft_id=draft.pk, seen=draft.digest, by=officer)


def test_withdrawing_brings_the_earlier_text_back_and_keeps_the_version_readable(officer):
    found = published(officer)
    for _time in range(2):
        found = drafting.withdraw(version_id=found.pk, by=officer, reason="Nhầm văn bản.")
    assert versions.current_set(SLUG, 1) is shelf.in_file()
    assert versions.by_digest(found.digest) == found.criteria
    assert [row["what"] for row in history_of(SLUG, 1)].count("Rút phiên bản: phiên bản 2") == 1
    with pytest.raises(LawRefused, match="Bản thảo đã bỏ"):
        drafting.change_draft(
            draft_id=found.pk, seen=found.digest, content=found.content, by=officer
        )


def test_a_dropped_draft_is_kept_and_its_number_not_used_again(officer):
    draft = begun(officer)
    drafting.withdraw(version_id=draft.pk, by=officer, reason="Không cần nữa.")
    assert begun(officer).version == 3
    assert SetVersion.objects.get(pk=draft.pk).state == "withdrawn"


def test_a_round_keeps_the_version_that_it_was_opened_with(officer):
    before = make.open_round()
    found = published(officer)
    after = make.open_round()
    pinned = [row.candidates.get().pinned_set.digest for row in (before, after)]
    assert pinned == [shelf.in_file().digest, found.digest]
    assert PinnedSet.objects.get(digest=pinned[0]).criteria == shelf.in_file()


def test_a_missing_set_can_rate_products_once_it_was_published(officer):
    entry = make.EntryFactory(product__set_number=3)
    assert [str(why) for why in set_is_usable(entry)] == [
        "Bộ 3 “Gạo, ngũ cốc” chưa có tiêu chí trong hệ thống nên chưa thể đánh giá."
    ]
    content = {**shelf.in_file().to_dict(), "number": 3, "name": "Gạo, ngũ cốc"}
    draft = drafting.take_in(
        content=content, origin="spreadsheet", by=officer, reason="Theo văn bản ký."
    )
    compared(draft, officer)
    drafting.publish(draft_id=draft.pk, seen=draft.digest, by=officer)
    assert set_is_usable(entry) == []
    labels = dict(pair for _group, pairs in classification_choices() for pair in pairs)
    assert labels["1048-2019/3"] == "3. Gạo, ngũ cốc"


# --- At the same moment -------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_publishing_at_once_one_publishes_and_both_see_it_done():
    one, two = make.officer(), make.officer()
    draft = changed(begun(one), one)
    compared(draft, one)
    results = at_once(
        *(
            lambda by=by: drafting.publish(draft_id=draft.pk, seen=draft.digest, by=by)
            for by in (one, two)
        )
    )
    assert [result.state for result in results] == ["published", "published"]
    assert results[0].published_by_id == results[1].published_by_id
    told = [row["what"] for row in history_of(SLUG, 1)]
    assert told.count("Ban hành phiên bản: phiên bản 2") == 1


@pytest.mark.django_db(transaction=True)
def test_two_officers_beginning_at_once_share_one_draft():
    people = [make.officer(), make.officer()]
    results = at_once(*(lambda by=by: begun(by) for by in people))
    assert results[0].pk == results[1].pk
    assert SetVersion.objects.count() == 1
