"""Two people at the same moment, in real transactions: one wins, nothing is lost or doubled."""

import threading
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from products.cycle import Refused, enter, move
from products.dossier import attach_paper
from products.files import check_upload
from products.models import Entry, Paper
from products.photos import MAX_PHOTOS, add_photo
from tests.factories import (
    CycleFactory,
    ProductFactory,
    ProductPhotoFactory,
    add_papers,
    entry_in,
    officer,
    pdf_bytes,
)
from tests.products.uploads import jpeg

pytestmark = pytest.mark.django_db(transaction=True)

S = Entry.State


def at_once(*acts) -> list:
    """Run the acts at the same moment, each on its own connection: what each gave or raised."""
    gate = threading.Barrier(len(acts))
    results = [None] * len(acts)

    def run(number, act):
        try:
            gate.wait(timeout=10)
            results[number] = act()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def test_of_two_officers_one_moves_the_step_and_the_other_is_told_who():
    entry = entry_in(S.IDEA_REGISTERED)
    people = [officer(full_name="Trần Thị Một"), officer(full_name="Lê Văn Hai")]
    names = ["accept_idea", "return_idea"]
    results = at_once(
        *(
            lambda person=person, name=name: move(
                entry=entry, name=name, by=person, reason="Đã xem.", expected=S.IDEA_REGISTERED
            )
            for person, name in zip(people, names, strict=True)
        )
    )
    moved = [result for result in results if isinstance(result, Entry)]
    refused = [result for result in results if isinstance(result, Refused)]
    assert (len(moved), len(refused)) == (1, 1)
    winner = people[results.index(moved[0])]
    assert refused[0].reasons[0].startswith(f"{winner} đã chuyển sản phẩm sang ")
    entry.refresh_from_db()
    assert entry.state == moved[0].state
    decided = entry.events.filter(action__in=names)
    assert [(event.by, event.to_state) for event in decided] == [(winner, entry.state)]


def test_a_double_click_moves_once():
    entry = entry_in(S.IDEA_REGISTERED)
    person = officer()

    def click():
        return move(entry=entry, name="accept_idea", by=person, expected=S.IDEA_REGISTERED)

    assert [result.state for result in at_once(click, click, click)] == [S.PLAN_AWAITED] * 3
    assert entry.events.filter(action="accept_idea").count() == 1


def test_two_officers_enter_the_same_product_once():
    product, cycle = ProductFactory(), CycleFactory()
    people = [officer(), officer()]
    results = at_once(
        *(lambda person=person: enter(product=product, cycle=cycle, by=person) for person in people)
    )
    entry = Entry.objects.get(product=product)
    assert results == [entry, entry]
    assert entry.events.filter(action="enter").count() == 1


def test_the_same_file_sent_twice_at_once_is_kept_once():
    entry = entry_in(S.IDEA_DRAFT, papers=False)
    person = officer()

    def send():
        upload = check_upload(SimpleUploadedFile("phieu.pdf", pdf_bytes("một")))
        return attach_paper(entry=entry, paper=Paper(kind="idea"), upload=upload, by=person)

    results = at_once(send, send)
    assert results[0] == results[1] == Paper.objects.get(entry=entry)
    assert entry.events.filter(action="paper.attached").count() == 1


def test_a_paper_that_comes_while_the_step_moves_is_in_the_dossier_or_refused_never_lost():
    entry = entry_in(S.DOSSIER_OPEN, papers=False)
    add_papers(entry)
    person = officer()

    def send():
        upload = check_upload(SimpleUploadedFile("giai.pdf", pdf_bytes("giải thưởng")))
        return attach_paper(entry=entry, paper=Paper(kind="awards"), upload=upload, by=person)

    def submit():
        return move(entry=entry, name="submit_dossier", by=person)

    paper, moved = at_once(send, submit)
    assert moved.state == S.DOSSIER_SUBMITTED
    assert list(entry.papers.filter(kind="awards")) == [paper]


def test_the_limit_of_photos_holds_for_two_at_once():
    product = ProductFactory()
    ProductPhotoFactory.create_batch(MAX_PHOTOS - 1, product=product)
    person = officer()

    def send():
        photo = SimpleUploadedFile("anh.jpg", BytesIO(jpeg()).read())
        return add_photo(product=product, uploaded=photo, caption="", by=person)

    at_once(send, send)
    assert product.photos.count() == MAX_PHOTOS
