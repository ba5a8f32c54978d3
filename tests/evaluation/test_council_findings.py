"""What the council itself says where sheets cannot: answers by hand, findings on star marks."""

import datetime

import pytest

from evaluation import rounds
from evaluation.models import CheckAnswer, Result
from evaluation.rounds import RoundRefused
from evaluation.tally import replayed, round_tally
from tests import factories
from tests.evaluation.pages import get, people, post, score_all

pytestmark = pytest.mark.django_db

AFTER_781 = datetime.date(2020, 6, 8)
ALL_THREE = ("minimum_3", "minimum_4", "minimum_5")


def secretary(round_):
    return factories.person_in(round_.council, "secretary")


def ended(*totals, meets_on=AFTER_781, **fields):
    """A round under 1048 as amended by 781, whose scoring has ended with these totals."""
    round_ = factories.open_round(members=len(totals), meets_on=meets_on, **fields)
    score_all(round_, *totals)
    return rounds.end_scoring(round_=round_, by=secretary(round_))


def answer(round_, by=None, seen=None, **words):
    """Answer questions of the round's only product: `minimum_3="yes"`."""
    return rounds.answer_checks(
        candidate=round_.candidates.get(),
        answers={code: (word, f"Trang {code[-1]}") for code, word in words.items()},
        by=by or secretary(round_),
        seen=seen,
    )


# --- Questions that only the signed text can answer --------------------------------------------


@pytest.mark.parametrize(("meets_on", "asked"), [("2020-06-07", False), ("2020-06-08", True)])
def test_the_minimum_criteria_of_781_are_asked_from_its_day_on(meets_on, asked):
    round_ = ended(72, 72, meets_on=meets_on)
    page = get(secretary(round_), "tally", round_.pk).content.decode()
    assert ("781/QĐ-TTg (08/06/2020) thêm yêu cầu tối thiểu" in page) is asked
    assert (post(secretary(round_), "round_close", round_.pk).status_code == 422) is asked


def test_tourism_is_not_asked_for_the_minimum_criteria_of_781():
    entry = factories.entry_in("ready", product__set_number=26)
    round_ = factories.open_round(entries=[entry], members=2, meets_on=AFTER_781)
    score_all(round_, 72, 72)
    rounds.end_scoring(round_=round_, by=secretary(round_))
    assert round_tally(round_)[0].questions == []
    assert post(secretary(round_), "round_close", round_.pk).status_code == 302


def test_an_unanswered_question_within_the_stars_blocks_the_closing_and_says_so():
    round_ = ended(72, 72)
    refused = post(secretary(round_), "round_close", round_.pk)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "chưa trả lời yêu cầu tối thiểu của hạng 3 sao theo 781/QĐ-TTg." in page
    assert "chưa trả lời yêu cầu tối thiểu của hạng 4 sao theo 781/QĐ-TTg." in page
    assert "hạng 5 sao" not in page
    asked = get(secretary(round_), "tally", round_.pk).content.decode()
    assert "(hạng 4 sao)" in asked
    assert "(hạng 5 sao)" not in asked  # 72 points never reach it
    answer(round_, minimum_3="yes")
    assert post(secretary(round_), "round_close", round_.pk).status_code == 422
    answer(round_, minimum_4="yes")
    assert post(secretary(round_), "round_close", round_.pk).status_code == 302
    assert Result.objects.get().stars == 4


def test_a_no_caps_the_stars_and_ends_the_questions_above_it():
    round_ = ended(95, 95)
    answer(round_, minimum_3="yes", minimum_4="no")
    page = get(secretary(round_), "tally", round_.pk).content.decode()
    assert "Điểm bình quân thuộc khung 5 sao, kết quả 3 sao:" in page
    assert "Hạng 4 sao: hội đồng trả lời không đạt yêu cầu tối thiểu theo 781/QĐ-TTg." in page
    assert post(secretary(round_), "round_close", round_.pk).status_code == 302
    result = Result.objects.get()
    assert (result.mean, result.band, result.stars) == (95, 5, 3)


def test_an_answer_is_sent_through_the_page_and_names_the_page_of_the_signed_text():
    round_ = ended(72, 72)
    candidate, by = round_.candidates.get(), secretary(round_)
    prefix = f"questions-{candidate.pk}"
    sent = {"what": "questions", f"{prefix}-seen": "0"}
    for code in ALL_THREE:
        sent |= {f"{prefix}-{code}-word": "open", f"{prefix}-{code}-note": ""}
    sent[f"{prefix}-minimum_3-word"] = "yes"
    refused = post(by, "settle", candidate.pk, **sent)
    assert refused.status_code == 422
    assert "Cần ghi trang, mục của văn bản ký đã đối chiếu." in refused.content.decode()
    assert not CheckAnswer.objects.exists()
    sent[f"{prefix}-minimum_3-note"] = "Trang 12, mục 3"
    assert post(by, "settle", candidate.pk, **sent).status_code == 302
    row = CheckAnswer.objects.get()
    assert (row.question, row.word, row.note, row.by) == (
        "minimum_3",
        "yes",
        "Trang 12, mục 3",
        by,
    )
    assert "Trang 12, mục 3" in get(by, "tally", round_.pk).content.decode()


def test_the_same_answers_again_change_nothing_and_another_answer_is_a_new_row():
    round_ = ended(72, 72)
    answer(round_, minimum_3="yes")
    assert answer(round_, minimum_3="yes") == []
    answer(round_, minimum_3="no")
    answer(round_, minimum_3="open")
    assert [row.word for row in CheckAnswer.objects.all()] == ["yes", "no", "open"]
    assert [event.data["word"] for event in round_.events.filter(action="check.answered")] == [
        "yes",
        "no",
        "open",
    ]
    assert post(secretary(round_), "round_close", round_.pk).status_code == 422


def test_an_answer_over_one_that_the_page_did_not_show_is_refused_with_who_gave_it():
    round_ = ended(72, 72)
    chair = factories.person_in(round_.council, "chair")
    answer(round_, by=chair, seen=0, minimum_3="no")
    with pytest.raises(RoundRefused, match=str(chair)):
        answer(round_, seen=0, minimum_3="yes")
    newest = CheckAnswer.objects.get()
    assert newest.word == "no"
    answer(round_, seen=newest.pk, minimum_3="yes")
    assert CheckAnswer.objects.last().word == "yes"


def test_a_question_that_is_not_asked_of_the_product_is_not_answered():
    round_ = ended(72, 72, meets_on=datetime.date(2020, 6, 7))
    with pytest.raises(RoundRefused):
        answer(round_, minimum_3="yes")


def test_only_chair_and_secretary_answer_and_only_while_the_council_settles():
    round_ = ended(72, 72)
    found, candidate = people(round_), round_.candidates.get()
    for role in ("member", "support", "officer"):
        assert post(found[role], "settle", candidate.pk, what="questions").status_code == 403
    answer(round_, by=found["chair"], minimum_3="yes", minimum_4="yes")
    rounds.close_round(round_=round_, by=secretary(round_))
    with pytest.raises(RoundRefused):
        answer(round_, minimum_3="no")


def test_a_closed_result_keeps_the_answers_and_can_be_worked_out_again():
    round_ = ended(95, 95)
    answer(round_, minimum_3="yes", minimum_4="yes", minimum_5="no")
    before = round_tally(round_)[0].tally
    rounds.close_round(round_=round_, by=secretary(round_))
    round_ = rounds.close_round(round_=round_, by=secretary(round_))
    result = Result.objects.get()
    assert replayed(result, round_) == before
    assert result.stars == before.stars == 4
    assert [(row["question"], row["word"], row["text"]) for row in result.check_answers] == [
        ("minimum_3", "yes", "Trang 3"),
        ("minimum_4", "yes", "Trang 4"),
        ("minimum_5", "no", "Trang 5"),
    ]
    page = get(secretary(round_), "tally", round_.pk).content.decode()
    assert "Hạng 5 sao: hội đồng trả lời không đạt" in page
    assert "Trang 5" in page
