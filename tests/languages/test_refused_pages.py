"""A form that was refused is said to be so in the language of the page it was sent from.

Whatever is sent runs in Vietnamese, so that what is kept is Vietnamese; the page that answers is not.
"""

import re
from functools import cache

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from ocop_portal.languages import in_language, is_readable
from tests.evaluation.pages import with_second_factor
from tests.languages.test_english import PLACEHOLDER, Texts
from tests.public.test_links import has_english
from tests.test_permissions import EVERYONE, PEOPLE, SIGNED_IN, build, table

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=20), pytest.mark.any_database]

# Where the law's words stand, or what was typed reads like a text of the portal.
QUOTING = ("lawbook:", "evaluation:sheet", "products:slot_ask", "products:grant")


@cache
def with_figures() -> list[re.Pattern]:
    """The Vietnamese texts with places for figures that read otherwise in English."""
    texts = [text for text in has_english() if PLACEHOLDER.search(text)]
    plain = [text for text in texts if len(PLACEHOLDER.sub("", text)) > 12]
    return [
        re.compile(
            ".+?".join(map(re.escape, PLACEHOLDER.split(text.replace("%%", "%")))), re.DOTALL
        )
        for text in plain
    ]


@cache
def is_untranslated(piece: str) -> bool:
    return piece in has_english() or any(text.fullmatch(piece) for text in with_figures())


def test_what_is_looked_for_would_be_found():
    assert is_untranslated("Lý do đề xuất (1.1)") and is_untranslated("Cần chọn tệp.")
    assert not is_untranslated("Reason for the proposal (1.1)")


def test_an_english_form_that_is_refused_comes_back_in_english():
    world = build()
    browsers, refused, wrong = {}, set(), []
    for name, (args, allowed) in sorted(table(world).items()):
        path = reverse(name, args=args)
        if not is_readable(path, "en"):
            continue
        who = next((p for p in PEOPLE if allowed in (EVERYONE, SIGNED_IN) or p in allowed), None)
        if who is None:
            continue
        if who not in browsers:
            browsers[who] = Client()
            browsers[who].force_login(world.people[who])
            with_second_factor(browsers[who])
        with transaction.atomic():
            answer = browsers[who].post(in_language(path, "en"), {})
            transaction.set_rollback(True)
        if answer.streaming or b"<html" not in answer.content:
            continue
        # Some pages take anything and are drawn as ever.
        if answer.status_code != 422 and b'aria-invalid="true"' not in answer.content:
            continue
        refused.add(name)
        pieces = Texts(answer.content.decode()).pieces
        if not name.startswith(QUOTING):
            wrong += [f"{name}: {piece}" for piece in pieces if is_untranslated(piece)]
    assert len(refused) > 90
    assert not wrong, "\n".join(wrong)
