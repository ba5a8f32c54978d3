"""The Word files hold the same words as the PDFs, as text that an office can edit."""

import io

import pytest
from docx import Document
from docx.oxml.ns import qn

from evaluation.papers import content, word
from tests.evaluation.papers import reading, scenes

pytestmark = pytest.mark.django_db

PAPERS = {
    "minutes": content.minutes,
    "submission": content.submission,
    "decision": content.draft_decision,
}


def opened(data: dict):
    return Document(io.BytesIO(word.draw(data)))


def text_of(document) -> str:
    return " ".join(node.text or "" for node in document.element.body.iter(qn("w:t")))


@pytest.fixture
def closed():
    return scenes.many(3, [scenes.LONG, scenes.UNBROKEN, scenes.MARKUP])


@pytest.mark.parametrize("paper", PAPERS)
def test_every_word_of_the_data_is_in_the_file_markup_and_all(closed, paper):
    data = PAPERS[paper](closed)
    letters = reading.letters_of(text_of(opened(data)))
    for item in data["blocks"]:
        for value in [item.get("lead", ""), item.get("text", "")]:
            assert reading.letters_of(value) in letters
        for row in item.get("rows", ()):
            for value in row.values():
                assert reading.letters_of(value) in letters
    for row in data["signatures"]:
        assert reading.letters_of(row["title"]) in letters
    for line in (data["title"], data["about"], data["head"]["issuer"], *data["recipients"]):
        assert reading.letters_of(line) in letters
    assert "{%" not in letters.replace("{%z%}", "")  # no loop of the template is left over
    assert ("DỰTHẢO" in letters) == (paper == "decision")


def test_the_file_has_the_decree_s_page_and_its_table_repeats_the_head_and_cuts_no_row(closed):
    document = opened(content.minutes(closed))
    section = document.sections[0]
    sides = ("page_width", "page_height", "left_margin", "right_margin", "top_margin")
    assert [round(getattr(section, side).mm) for side in sides] == [210, 297, 30, 20, 20]
    assert round(section.bottom_margin.mm) == 20
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml
    assert "PAGE" not in section.first_page_header._element.xml
    table = next(table for table in document.tables if len(table.columns) == 6)
    assert [cell.text for cell in table.rows[0].cells][1:3] == ["Sản phẩm", "Chủ thể, địa chỉ"]
    assert len(table.rows) == 4
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    # LibreOffice reads the grid, and loses the rows of a head that stands alone on a page.
    assert [round(column.width.mm) for column in table.columns] == [10, 46, 40, 16, 16, 32]
    head = [paragraph for cell in table.rows[0].cells for paragraph in cell.paragraphs]
    assert all(paragraph.paragraph_format.keep_with_next for paragraph in head)


def test_the_same_paper_has_the_same_bytes(closed):
    data = content.minutes(closed)
    assert word.draw(data) == word.draw(data)


def test_a_control_character_in_a_text_does_not_break_the_file(closed):
    data = content.minutes(closed)
    data["about"] += " \x0b\x01."
    assert " ." in text_of(opened(data))
