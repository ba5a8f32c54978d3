"""News, notices and the library: drafts and withdrawn rows are nobody's but the office's."""

import datetime
import json
import re
import xml.etree.ElementTree as ET

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from communes import documents, news
from communes.keeping import withdraw
from communes.models import Document, NewsItem, Role, today
from communes.publishable import publish
from ocop_portal.uploads import check_upload
from products.form_content import FORMS
from tests.communes.pages import text_of
from tests.factories import (
    DocumentFactory,
    DocumentFileFactory,
    NewsFileFactory,
    NewsItemFactory,
    UserFactory,
    officer,
    pdf_bytes,
    vinh_linh,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(client):
    user = officer()
    client.force_login(user)
    return user


def typed(**changes) -> dict:
    return {
        "unit": vinh_linh().ho_xa.pk,
        "kind": "notice",
        "title": "Nhận hồ sơ đợt 1",
        "text": "Nhận tại xã.\n\nXem https://example.vn/mau <b>đậm</b>",
        "day": today().strftime("%d/%m/%Y"),
        "ends_on": "",
    } | changes


def upload(words: str):
    return check_upload(
        SimpleUploadedFile("bieu.pdf", pdf_bytes(words)),
        accepted=["application/pdf"],
        refusal="",
    )


def test_an_officer_writes_a_draft_publishes_it_and_everybody_reads_it(client, district):
    answer = client.post(reverse("communes:news_add"), typed())
    item = NewsItem.objects.get()
    assert answer.url == item.get_absolute_url()
    assert "Bản nháp" in text_of(client.get(item.get_absolute_url()))
    assert client.get(item.get_public_url()).status_code == 404
    for _n in range(2):  # the button pressed twice
        client.post(reverse("communes:news_publish", args=[item.pk]))
    item.refresh_from_db()
    assert item.published_by == district
    assert [row.history_change_reason for row in item.history.all()] == ["Công bố", None]
    page = client.get(item.get_public_url()).content.decode()
    assert '<p>Xem <a href="https://example.vn/mau" rel="nofollow">' in page
    assert "&lt;b&gt;đậm&lt;/b&gt;" in page
    again = client.post(reverse("communes:news_add"), typed())
    assert "Đã có bài này" in text_of(again)
    assert NewsItem.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "news", "ends_on": "01/01/2099"}, "ends_on"),
        ({"ends_on": "01/01/2020"}, "ends_on"),
        ({"day": "01/01/2099"}, "day"),
        ({"text": " "}, "text"),
    ],
)
def test_what_does_not_hold_together_is_refused_beside_its_field(client, district, changes, field):
    answer = client.post(reverse("communes:news_add"), typed(**changes))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}


def test_a_commune_writes_for_itself_alone(client):
    tree = vinh_linh()
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER, tree.vinh_thuy))
    theirs = NewsItemFactory(published_at=None)
    assert "unit" in client.post(reverse("communes:news_add"), typed()).context["form"].errors
    assert client.get(theirs.get_absolute_url()).status_code == 404
    assert list(client.get(reverse("communes:news")).context["page_obj"]) == []


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_what_is_not_public_is_nowhere_public(client, state):
    """Planted with words that no public page, feed, sitemap or file may hand out."""
    at = {"published_at": None} if state == "draft" else {}
    item = NewsItemFactory(title="Tin kín mít", **at)
    file = NewsFileFactory(item=item)
    document = DocumentFactory(title="Văn bản kín mít", **at)
    DocumentFileFactory(document=document)
    if state == "withdrawn":
        news.withdraw_item(item=item, by=UserFactory(), reason="Sai")
        documents.withdraw_document(document=document, by=UserFactory(), reason="Sai")
    for name in ("home", "communes:public_news", "communes:news_feed", "communes:public_documents"):
        for query in ({}, {"q": "kin mit"}):
            assert "kín mít" not in client.get(reverse(name), query).content.decode(), name
    sitemap = client.get(reverse("sitemap_part", args=["tin-tuc"])).content.decode()
    assert item.get_public_url() not in sitemap
    for url in (
        item.get_public_url(),
        reverse("communes:public_news_file", args=[file.pk]),
        reverse("communes:public_document_file", args=[document.pk]),
    ):
        assert client.get(url).status_code == 404
        assert client.get(f"/en{url}").status_code == 404


def test_a_withdrawn_file_of_a_published_item_is_gone_too(client):
    file = NewsFileFactory()
    url = reverse("communes:public_news_file", args=[file.pk])
    answer = client.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    withdraw(row=file, by=UserFactory(), reason="Sai tệp")
    assert client.get(url).status_code == 404
    assert list(client.get(file.item.get_public_url()).context["files"]) == []


def test_a_notice_leaves_the_front_after_its_day_and_stays_readable(client):
    yesterday = today() - datetime.timedelta(days=1)
    over = NewsItemFactory(kind="notice", day=yesterday, ends_on=yesterday)
    last_day = NewsItemFactory(kind="notice", day=yesterday, ends_on=today())
    assert client.get(reverse("home")).context["news"] == [last_day]
    assert client.get(over.get_public_url()).status_code == 200
    assert over in client.get(reverse("communes:public_news")).context["page_obj"]


def test_visitors_search_without_marks_and_by_kind(client):
    found = NewsItemFactory(title="Tập huấn bao bì", kind="notice")
    NewsItemFactory(title="Hội chợ", text="Có tập huấn bao bì", kind="news")
    NewsItemFactory(title="Khác")
    url = reverse("communes:public_news")
    assert len(client.get(url, {"q": "tap huan BAO"}).context["page_obj"]) == 2
    asked = client.get(url, {"q": "tap huan", "kind": "notice"})
    assert list(asked.context["page_obj"]) == [found]


def test_machines_read_an_item_and_its_text_cannot_end_the_script(client):
    item = NewsItemFactory(title="</script><script>alert(1)</script>")
    page = client.get(item.get_public_url()).content.decode()
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', page).group(1)
    assert json.loads(data)["@type"] == "NewsArticle"
    assert json.loads(data)["headline"] == item.title
    assert "<script>alert(1)" not in page


def test_the_feed_is_valid_atom_with_lasting_ids(client):
    item = NewsItemFactory(title="Tin & thông báo <1>")
    ids = []
    for prefix in ("", "/en"):
        feed = ET.fromstring(client.get(prefix + reverse("communes:news_feed")).content)
        atom = {"a": "http://www.w3.org/2005/Atom"}
        assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
        assert [row.text for row in feed.findall("a:entry/a:title", atom)] == [item.title]
        assert feed.find("a:entry/a:updated", atom).text
        ids.append(feed.find("a:entry/a:id", atom).text)
    assert ids == [f"http://testserver{item.get_public_url()}"] * 2


# --- The library ------------------------------------------------------------------------------


def test_only_the_newest_file_is_public_and_earlier_ones_stay_in_the_office(client, district):
    document = DocumentFactory(published_at=None)
    with pytest.raises(ValidationError, match="chưa có tệp"):
        documents.publish_document(document=document, by=district)
    first = documents.replace_file(document=document, upload=upload("bản 1"), by=district)
    documents.publish_document(document=document, by=district)
    assert documents.replace_file(document=document, upload=upload("bản 1"), by=district) == first
    second = documents.replace_file(document=document, upload=upload("bản 2"), by=district)
    client.logout()
    got = client.get(reverse("communes:public_document_file", args=[document.pk]))
    assert b"".join(got) == second.file.read()
    shown = client.get(reverse("communes:public_documents"), {"kind": "form"}).content.decode()
    assert "PDF" in shown
    assert not client.get(reverse("communes:public_documents"), {"kind": "plan"}).context[
        "page_obj"
    ]
    assert client.get(first.get_file_url()).status_code == 302  # to the login
    client.force_login(district)
    assert b"".join(client.get(first.get_file_url())) == first.file.read()
    assert "1 tệp đã rút" in text_of(client.get(document.get_absolute_url()))


def test_what_was_withdrawn_is_not_published_again():
    item = news.withdraw_item(item=NewsItemFactory(), by=UserFactory(), reason="Sai")
    with pytest.raises(ValidationError, match="đã được rút"):
        publish(row=item, by=UserFactory())
    document = DocumentFactory()
    documents.withdraw_document(document=document, by=UserFactory(), reason="Sai")
    with pytest.raises(ValidationError, match="đã được rút"):
        documents.replace_file(document=document, upload=upload("a"), by=UserFactory())
    assert not Document.objects.public().exists()


@pytest.mark.parametrize("number", [1, 3])
def test_lists_cost_the_same_with_one_row_and_with_three(client, number, django_assert_num_queries):
    NewsFileFactory.create_batch(number)
    DocumentFileFactory.create_batch(number)
    for name, queries in (("communes:public_news", 2), ("communes:public_documents", 3)):
        with django_assert_num_queries(queries):
            client.get(reverse(name), {"q": "mau"})
    item = NewsItem.objects.first()
    with django_assert_num_queries(2):
        client.get(item.get_public_url())
    client.force_login(officer())
    client.get(reverse("communes:news"))
    for name, queries in (("communes:news", 6), ("communes:documents", 7)):
        with django_assert_num_queries(queries):
            client.get(reverse(name))
    with django_assert_num_queries(7):
        client.get(item.get_absolute_url())


def test_the_library_offers_every_blank_form_the_same_bytes_to_all(client):
    library = client.get(reverse("communes:public_documents")).content.decode()
    for number in FORMS:
        url = reverse("products:blank_form", args=[number])
        assert url in library
        got = client.get(f"/en{url}")  # Vietnamese in either language: it is handed in
        assert got.content.startswith(b"%PDF-")
        assert got.content == client.get(url).content
    assert client.get(reverse("products:blank_form", args=["05"])).status_code == 404
