"""Every PDF says what the data says, in the decree's layout, whatever the names are."""

import datetime

import pytest

from evaluation import rounds
from evaluation.models import Result, Sheet
from evaluation.papers import content, package, pdf, record
from tests import factories
from tests.evaluation.papers import reading, scenes

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def all_papers(closed: record.ClosedRound) -> dict[str, bytes]:
    """Every paper of a closed round as PDF."""
    words = {
        "minutes": content.minutes(closed),
        "submission": content.submission(closed),
        "decision": content.draft_decision(closed),
        "invitation": content.invitation(closed.content),
    }
    return {
        **{name: pdf.draw("official", data) for name, data in words.items()},
        "summary": pdf.draw("summary", content.summary(closed)),
        # Three products tell as much as all of them.
        "sheets": pdf.draw("sheets", package.sheets_of(closed, closed.products[:3])),
    }


def outside(pdf_bytes: bytes, *, left: float, right: float) -> list:
    """The words that stand outside these margins (mm) or off the page."""
    return [
        (page, word, box)
        for page, (width, height), box, word in reading.words_of(pdf_bytes)
        if box[0] < left - 0.5 or box[2] > width - right + 0.5 or box[1] < 5 or box[3] > height - 15
    ]


def margins(name: str) -> dict:
    return {"left": 20, "right": 20} if name == "summary" else {"left": 30, "right": 20}


def test_a_name_of_200_letters_or_with_markup_breaks_no_page_and_stays_as_it_is():
    names = [scenes.LONG, scenes.UNBROKEN, scenes.MARKUP]
    assert [len(name) for name in names[:2]] == [200, 200]
    for paper, drawn in all_papers(scenes.many(3, names)).items():
        # The letters, for a cell breaks a name where its column ends.
        letters = reading.letters_of(reading.text_of(drawn))
        for name in names:
            assert reading.letters_of(name) in letters, (paper, name)
        assert outside(drawn, **margins(paper)) == [], paper
        assert reading.is_nfc(reading.raw_text(drawn)), paper


def test_a_council_of_15_and_30_products_break_no_page_and_heads_of_tables_come_again():
    names = [f"Sản phẩm mẫu số {n:02} của hợp tác xã" for n in range(1, 31)]
    closed = scenes.many(15, names)
    papers = all_papers(closed)
    for paper, drawn in papers.items():
        assert outside(drawn, **margins(paper)) == [], paper
    for paper, head in (("minutes", "Kết quả, đề nghị"), ("summary", "Sản phẩm, chủ thể")):
        pages = reading.pages_of(papers[paper])
        with_rows = [page for page in pages if "của hợp tác xã" in " ".join(page.split())]
        tables = [page for page in with_rows if page.count("Sản phẩm mẫu số") > 3]
        assert len(tables) > 1, paper
        for page in tables[:-1]:
            assert reading.letters_of(head) in reading.letters_of(page), paper
    summary = reading.text_of(papers["summary"])
    for seat in closed.seats:
        if seat["scores"]:
            assert reading.letters_of(seat["name"]) in reading.letters_of(summary)


def test_no_row_of_a_table_is_cut_by_the_end_of_a_page():
    names = [f"{scenes.LONG[:150]} {n:02}" for n in range(1, 13)]
    closed = scenes.many(3, names)
    pages = reading.pages_of(pdf.draw("official", content.minutes(closed)))
    assert len(pages) > 2
    for name in names:
        held = [page for page in pages if reading.letters_of(name) in reading.letters_of(page)]
        assert held, f"{name} is on no page as a whole"


def test_papers_are_a4_with_numbers_from_the_second_page_centred_in_the_top_margin():
    names = [f"Sản phẩm mẫu {n}" for n in range(1, 31)]
    for paper, drawn in all_papers(scenes.many(3, names)).items():
        words = reading.words_of(drawn)
        size = tuple(round(n) for n in words[0][1])
        assert size == ((297, 210) if paper == "summary" else (210, 297)), paper
        left, right = margins(paper)["left"], margins(paper)["right"]
        middle = (left + size[0] - right) / 2
        top = 25 if paper == "summary" else 20
        numbers = {
            page: word
            for page, _size, box, word in words
            if box[3] < top - 1 and abs((box[0] + box[2]) / 2 - middle) < 2
        }
        assert 1 not in numbers, paper
        if paper == "sheets":  # each sheet counts its own pages
            assert set(numbers.values()) == {"2"}
            continue
        pages = max(page for page, *_rest in words)
        assert pages > 1, paper
        assert numbers == {page: str(page) for page in range(2, pages + 1)}, paper


def test_the_head_stands_as_the_decree_wants_it():
    drawn = reading.text_of(pdf.draw("official", content.submission(scenes.closed())))
    for line in (
        "ỦY BAN NHÂN DÂN HUYỆN VĨNH LINH",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: ......../TTr-UBND",
        "Vĩnh Linh, ngày ........ tháng ........ năm ........",
        "Căn cứ Quyết định số 1048/QĐ-TTg ngày 21 tháng 8 năm 2019 của Thủ tướng Chính phủ",
        "Kính gửi: Ủy ban nhân dân tỉnh Quảng Trị.",
        "Nơi nhận:",
        "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH",
    ):
        assert line in drawn


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (datetime.date(2026, 2, 5), "ngày 05 tháng 02 năm 2026"),
        (datetime.date(2026, 11, 24), "ngày 24 tháng 11 năm 2026"),
        (datetime.date(2026, 3, 9), "ngày 09 tháng 3 năm 2026"),
    ],
)
def test_days_are_written_as_the_decree_writes_them(day, words):
    assert content.long_day(day) == words


def test_the_minutes_tell_result_discussion_and_conclusion():
    entry = factories.entry_in("ready", product__is_sample=False)
    council = factories.council_with(4, is_sample=False)
    round_ = factories.open_round(council=council, entries=[entry])
    candidate = round_.candidates.get()
    by = factories.person_in(round_.council, "secretary")
    users = factories.scorers(round_.council)
    rounds.declare_conflict(candidate=candidate, user=users[3], kind="kin", note="")
    for user, total in zip(users[:3], (90, 72, 70), strict=True):
        factories.scored_sheet(candidate, user, total=total)
    rounds.end_scoring(round_=round_, by=by)
    rounds.settle(candidate=candidate, by=by, spread_note="Đã xem lại mẫu.\nGiữ nguyên điểm.")
    round_ = rounds.close_round(round_=round_, by=by)
    drawn = reading.text_of(pdf.draw("official", content.minutes(record.closed(round_))))
    assert "3/4 thành viên chấm điểm có phiếu hợp lệ" in drawn
    assert f"{users[3]} có liên quan nên không chấm sản phẩm này." in drawn
    assert "Chênh lệch 20 điểm. Đã xem lại mẫu." in drawn
    assert "Giữ nguyên điểm." in drawn
    assert "77,33" in drawn
    assert "Đề nghị cấp tỉnh đánh giá, phân hạng: 1 sản phẩm" in drawn


def test_the_summary_holds_every_total_and_the_mean_cut_not_rounded():
    closed = scenes.closed(3, totals=[70, 70, 69])
    drawn = reading.text_of(pdf.draw("summary", content.summary(closed)))
    assert "69,66" in drawn
    assert "69,67" not in drawn
    assert "3 sao" in drawn
    assert content.summary(closed)["rows"][0]["totals"] == ["70", "70", "69"]


def test_a_sheet_on_paper_holds_each_choice_and_its_sums():
    closed = scenes.closed(3)
    row = closed.products[0]
    sheet = row.sheets[0]
    drawn = reading.letters_of(
        reading.text_of(pdf.draw("sheets", package.sheets_of(closed, [row])))
    )
    options = record.answers_of([sheet.sheet])[sheet.sheet].options
    assert set(options) == {leaf.code for leaf in row.criteria.leaves}
    for leaf in row.criteria.leaves:
        number = options[leaf.code]
        label = leaf.option(number).label if number else "Không đạt mức nào"
        assert reading.letters_of(label) in drawn, leaf.code
    assert f"Tổngđiểm100{sheet.total}" in drawn
    assert reading.letters_of(sheet.seat["name"]) in drawn


def test_a_draft_decision_says_so_and_leaves_open_what_is_not_decided():
    drawn = reading.text_of(pdf.draw("official", content.draft_decision(scenes.closed())))
    assert "DỰ THẢO" in drawn
    assert "Số: ......../QĐ-UBND" in drawn
    assert "Căn cứ Luật Tổ chức chính quyền địa phương ngày ........" in drawn
    assert "Điều 1. Phê duyệt kết quả" in drawn


def test_samples_are_marked_on_every_page():
    closed = record.closed(factories.closed_round())
    assert closed.is_sample
    for page in reading.pages_of(pdf.draw("official", content.minutes(closed))):
        assert set("BẢNMẪU") <= set(page)


def test_the_same_round_gives_the_same_bytes():
    closed = scenes.closed()
    first, second = all_papers(closed), all_papers(record.closed(closed.round))
    assert first == second


def test_papers_keep_the_names_of_the_day_on_which_the_round_was_closed():
    round_ = scenes.unmarked(3, "Sản phẩm mẫu Tên cũ")
    before = all_papers(record.closed(round_))
    product = round_.candidates.get().entry.product
    product.name = "Sản phẩm mẫu Tên mới"
    product.save()
    product.producer.name = "Hợp tác xã mẫu đổi tên"
    product.producer.save()
    seat = round_.council.seats.first()
    seat.user.full_name = "Người Đổi Tên"
    seat.user.save()
    seat.position = "deputy"
    seat.save()
    round_.council.name = "Hội đồng đổi tên"
    round_.council.save()
    after = all_papers(record.closed(round_))
    del before["invitation"], after["invitation"]  # which is written for a meeting still to come
    assert before == after


def test_a_sheet_shows_the_figures_that_its_result_was_written_from():
    round_ = scenes.unmarked(3)
    result = Result.objects.get()
    result.basis[0]["points"]["1.1"] += 7
    result.basis[0]["total"] += 7
    result.save()
    closed = record.closed(round_)
    data = package.sheets_of(closed, closed.products)["sheets"][0]
    assert data["total"] == str(result.basis[0]["total"])
    assert sum(int(part["points"]) for part in data["parts"]) == result.basis[0]["total"]


def test_a_lapsed_or_replaced_sheet_is_on_no_paper():
    closed = scenes.closed(3)
    stray = Sheet.objects.filter(candidate__round=closed.round).exclude(
        pk__in=[sheet.sheet for row in closed.products for sheet in row.sheets]
    )
    assert not stray.exists()
    assert len(package.sheets_of(closed, closed.products)["sheets"]) == 3
