"""The support team's check of a dossier: what it holds, who reads it, and when."""

import pytest
from django.urls import reverse

from evaluation import rounds, support
from evaluation.models import Mark, Sheet, SupportCheck, SupportProposal
from evaluation.rounds import RoundRefused
from tests import factories
from tests.evaluation.pages import get, people, post, signed_in, url
from tests.evaluation.test_blindness import all_pages, everyone_else

pytestmark = pytest.mark.django_db

SECRET = "Tổ tư vấn thấy hợp đồng đã hết hạn"
REMARK = "Thiếu giấy kiểm nghiệm còn hiệu lực"


def in_round(*, members_see=False, count=1):
    """A round open for scoring, checked by its support team; and its people."""
    council = factories.council_with(3, members_see_support=members_see)
    round_ = factories.open_round(council=council, candidates=count)
    found = people(round_)
    for candidate in round_.candidates.all():
        checked(candidate, found["support"])
    return round_, round_.candidates.first(), found


def checked(candidate, user, **other):
    leaf = candidate.pinned_set.criteria.leaves[0]
    values = {
        "is_complete": False,
        "remarks": REMARK,
        "papers_read": {candidate.dossier[0]["paper"]},
        "proposals": {leaf.code: (leaf.options[0].number, SECRET)},
    }
    return support.save_check(candidate=candidate, user=user, **values | other)


def reads(person, candidate) -> bool:
    page = get(person, "opinions", candidate.pk)
    assert page.status_code in {200, 403, 404}
    shown = SECRET in page.content.decode()
    assert shown is (page.status_code == 200)
    return shown


def readers(found, candidate) -> set[str]:
    return {role for role, person in found.items() if reads(person, candidate)}


@pytest.mark.any_database
def test_while_scoring_goes_on_only_its_author_reads_a_check():
    round_, candidate, found = in_round()
    assert readers(found, candidate) == {"support"}
    everyone = everyone_else(round_, found["member"], factories.scorers(round_.council)[2])
    everyone["member"] = found["member"]
    sheet = factories.scored_sheet(candidate, found["member"], total=60)
    pages = [*all_pages(round_, candidate, sheet), url("room", round_.pk), url("papers", round_.pk)]
    pages.append(reverse("office"))
    del everyone["support"]
    for role, person in everyone.items():
        browser = signed_in(person)
        for address in pages:
            page = browser.get(address).content.decode()
            assert SECRET not in page, (role, address)
            assert REMARK not in page, (role, address)


def test_the_councils_rules_may_let_its_members_read_it_while_they_score():
    _round, candidate, found = in_round(members_see=True)
    assert readers(found, candidate) == {"support", "member", "chair"}


def test_rules_changed_after_the_opening_do_not_reach_back():
    round_, candidate, found = in_round()
    council = round_.council
    council.members_see_support = True
    council.save()
    assert readers(found, candidate) == {"support"}


def test_leaders_read_it_once_they_may_see_the_comparison():
    round_, candidate, found = in_round()
    rounds.end_scoring(round_=round_, by=found["secretary"])
    # The chair has handed in nothing: no figure of the product is theirs to see yet.
    assert readers(found, candidate) == {"support", "secretary"}
    own = Sheet.objects.get(candidate=candidate, seat__user=found["chair"])
    Sheet.objects.filter(pk=own.pk).update(submitted_at=own.started_at)
    assert readers(found, candidate) == {"support", "secretary", "chair"}


def test_a_declared_conflict_closes_it():
    round_, candidate, found = in_round(members_see=True)
    rounds.declare_conflict(candidate=candidate, user=found["member"], kind="kin", note="")
    rounds.declare_conflict(candidate=candidate, user=found["chair"], kind="kin", note="")
    assert readers(found, candidate) == {"support"}
    rounds.end_scoring(round_=round_, by=found["secretary"])
    assert readers(found, candidate) == {"support", "secretary"}


def test_a_check_is_no_sheet_and_no_mark():
    _round, candidate, found = in_round()
    assert not Sheet.objects.exists()
    assert not Mark.objects.exists()
    assert get(found["support"], "support_check", candidate.pk).status_code == 200
    assert get(found["member"], "support_check", candidate.pk).status_code == 404


def test_the_form_writes_what_was_chosen_and_changing_it_keeps_what_was_before():
    _round, candidate, found = in_round()
    leaf = candidate.pinned_set.criteria.leaves[0]
    read = [str(row["paper"]) for row in support.readable_papers(candidate)]
    sent = {
        "is_complete": "yes",
        "remarks": "",
        "papers_read": read,
        f"option-{leaf.code}": str(leaf.options[1].number),
        f"reason-{leaf.code}": "Có hợp đồng mới",
    }
    assert post(found["support"], "support_check", candidate.pk, **sent).status_code == 302
    row = SupportCheck.objects.get()
    assert (row.is_complete, row.remarks) == (True, "")
    assert {str(pk) for pk in row.papers_read.values_list("pk", flat=True)} == set(read)
    proposal = SupportProposal.objects.get()
    assert (proposal.option, proposal.reason) == (leaf.options[1].number, "Có hợp đồng mới")
    page = get(found["support"], "opinions", candidate.pk).content.decode()
    assert "Có hợp đồng mới" in page
    assert SECRET in page.partition("Lịch sử thay đổi")[2]


def test_the_same_twice_is_written_once_and_a_level_left_out_is_proposed_no_more():
    round_, candidate, found = in_round()
    checked(candidate, found["support"])
    assert round_.events.filter(action="dossier.checked").count() == 1
    checked(candidate, found["support"], proposals={})
    assert SupportProposal.objects.get().option is None
    assert (
        "Mức đề xuất</th>" not in get(found["support"], "opinions", candidate.pk).content.decode()
    )


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"remarks": ""}, "Hồ sơ chưa đầy đủ thì cần ghi còn thiếu gì."),
        ({"papers_read": {0}}, "Có giấy tờ không thuộc hồ sơ của sản phẩm."),
        ({"proposals": {"99": (1, "vì")}}, "Tiêu chí 99 không có mức này."),
        ({"proposals": {"1.1": (1, "")}}, "Cần ghi lý do đề xuất cho tiêu chí 1.1."),
    ],
)
def test_a_check_without_its_words_is_refused_with_the_reason(wrong, why):
    _round, candidate, found = in_round()
    with pytest.raises(RoundRefused) as refused:
        checked(candidate, found["support"], **wrong)
    assert refused.value.reasons == [why]


def test_a_level_without_a_reason_is_refused_beside_the_field_and_kept():
    _round, candidate, found = in_round()
    leaf = candidate.pinned_set.criteria.leaves[1]
    sent = {"is_complete": "no", f"option-{leaf.code}": str(leaf.options[0].number)}
    answer = post(found["support"], "support_check", candidate.pk, **sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "remarks": ["Hồ sơ chưa đầy đủ thì cần ghi còn thiếu gì."],
        f"reason-{leaf.code}": ["Cần ghi lý do đề xuất."],
    }
    assert answer.context["form"][f"option-{leaf.code}"].value() == str(leaf.options[0].number)


def test_nothing_is_checked_once_scoring_has_ended_or_by_another_than_the_team():
    round_, candidate, found = in_round()
    with pytest.raises(RoundRefused):
        checked(candidate, found["member"])
    rounds.end_scoring(round_=round_, by=found["secretary"])
    with pytest.raises(RoundRefused):
        checked(candidate, found["support"], remarks="Muộn")
    assert get(found["support"], "support_check", candidate.pk).status_code == 404


def test_the_pages_cost_the_same_at_one_product_and_at_three(django_assert_num_queries):
    for count in (1, 3):
        round_, candidate, found = in_round(count=count)
        browser = signed_in(found["support"])
        browser.get(url("round", round_.pk))
        for name, pk, queries in (
            ("round", round_.pk, QUERIES_OF_THE_ROUND),
            ("support_check", candidate.pk, QUERIES_OF_THE_FORM),
            ("opinions", candidate.pk, QUERIES_OF_THE_OPINIONS),
        ):
            with django_assert_num_queries(queries, info=name):
                browser.get(url(name, pk))


def test_what_has_no_file_is_not_offered_as_evidence_read():
    _round, candidate, found = in_round()
    samples = [row for row in candidate.dossier if row["kind"] == "samples"]
    assert len(samples) == 1
    form = get(found["support"], "support_check", candidate.pk).context["form"]
    offered = {int(value) for value, _label in form.fields["papers_read"].choices}
    assert offered == {row["paper"] for row in candidate.dossier} - {samples[0]["paper"]}


QUERIES_OF_THE_ROUND = 10
QUERIES_OF_THE_FORM = 10
QUERIES_OF_THE_OPINIONS = 12
