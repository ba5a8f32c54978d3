"""What a list counts agrees with its number in English, and every list's noun is known."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from ocop_portal.nouns import NOUNS, counted
from products.promotion_topics import TOPICS

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@pytest.mark.parametrize(
    ("language", "count", "word"),
    [("vi", 1, "sản phẩm"), ("vi", 2, "sản phẩm"), ("en", 1, "product"), ("en", 2, "products")],
)
def test_the_noun_follows_its_number(language, count, word):
    with translation.override(language):
        assert counted("sản phẩm", count) == word


def test_the_noun_of_every_list_is_known():
    pages = [path.read_text() for path in TEMPLATES.rglob("*.html")]
    named = {noun for page in pages for noun in re.findall(r'noun="([^"{]+)"', page)}
    assert len(named) > 15
    with translation.override("vi"):
        named |= {str(topic.one) for topic in TOPICS}
    assert named - set(NOUNS) == set()
    # A word that was translated before it is counted is no key any more.
    assert not [page for page in pages if re.search(r"as noun %}\s*{% include", page)]
