"""That the English is complete, belongs to the texts of today, and reaches the pages."""

import gettext
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse

from ocop_portal.languages import in_language
from tests.factories import closed_round, vinh_linh

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = ROOT / "locale" / "en" / "LC_MESSAGES"
VIETNAMESE = re.compile(
    r"[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.I
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

needs_gettext = pytest.mark.skipif(not shutil.which("xgettext"), reason="xgettext is not installed")


def catalog(path: Path) -> dict[str, list[str]]:
    """Text → its English forms, out of a compiled catalog."""
    with path.open("rb") as file:
        rows = gettext.GNUTranslations(file)._catalog
    found: dict[str, list[str]] = {}
    for key, english in rows.items():
        found.setdefault(key[0] if isinstance(key, tuple) else key, []).append(english)
    return {text: forms for text, forms in found.items() if text}


@needs_gettext
@pytest.mark.slow
def test_every_text_of_the_portal_has_its_english(tmp_path, settings, monkeypatch):
    for room in ("ocop_portal", "communes", "products", "evaluation", "templates"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("*.pyc"))
    monkeypatch.chdir(tmp_path)
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    (tmp_path / "locale").mkdir()
    call_command("makemessages", locale=["en"], verbosity=0)
    collected = tmp_path / "locale" / "en" / "LC_MESSAGES" / "django.po"
    # The texts stand for their own English here, so that the compiled file lists them all.
    subprocess.run(["msgen", "-o", collected, collected], check=True)
    subprocess.run(["msgfmt", "-o", tmp_path / "texts.mo", collected], check=True)
    texts, english = catalog(tmp_path / "texts.mo"), catalog(ENGLISH / "django.mo")
    assert sorted(set(texts) - set(english)) == []
    assert sorted(set(english) - set(texts)) == []  # nor anything that no screen says any more


@needs_gettext
def test_the_compiled_catalog_is_that_of_the_readable_one(tmp_path):
    readable = ENGLISH / "django.po"
    subprocess.run(["msgfmt", "--check-format", "-o", tmp_path / "en.mo", readable], check=True)
    assert catalog(tmp_path / "en.mo") == catalog(ENGLISH / "django.mo")


def test_english_keeps_what_is_filled_in_and_no_vietnamese_but_names():
    for text, forms in catalog(ENGLISH / "django.mo").items():
        for english in forms:
            assert english.strip(), text
            assert set(PLACEHOLDER.findall(english)) <= set(PLACEHOLDER.findall(text)), text


class Texts(HTMLParser):
    """What a page says, piece by piece."""

    def __init__(self, page: str):
        super().__init__()
        self.pieces: list[str] = []
        self.feed(page)

    def handle_data(self, data):
        if data.strip():
            self.pieces.append(" ".join(data.split()))

    def handle_starttag(self, tag, attrs):
        told = ("aria-label", "placeholder", "alt", "title")
        self.pieces += [value for name, value in attrs if name in told and value]


@pytest.mark.django_db
def test_no_public_page_says_in_vietnamese_what_has_an_english(client):
    # A text that is translated when its module is loaded stays Vietnamese on every page.
    english = {
        text: forms
        for text, forms in catalog(ENGLISH / "django.mo").items()
        if VIETNAMESE.search(text) and text not in forms
    }
    del english["huyện"]  # also a word of the plan, which is quoted as it was issued
    product = closed_round(publish=True).candidates.get().entry.product
    pages = [
        *("home", "products:catalogue", "products:map", "products:numbers", "products:data"),
        *("products:programme", "products:privacy", "products:feedback_look_up"),
        *("communes:public_list", "lawbook:decisions", "lawbook:rehearsal_start"),
        *("check_certificates", "evaluation:public_councils", "account_login"),
    ]
    addresses = [
        *(reverse(name) for name in pages),
        product.get_public_url(),
        vinh_linh().vinh_thuy.get_public_url(),
    ]  # not the Decisions' own pages: the law stays Vietnamese, and some of its words are texts too
    for address in addresses:
        page = client.get(in_language(address, "en"))
        assert page.status_code == 200, address
        left = [piece for piece in Texts(page.content.decode()).pieces if piece in english]
        assert left == [], address
