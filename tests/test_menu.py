"""Whoever works in the office sees in the menu where they are."""

import pytest
from django.urls import reverse

from ocop_portal import navigation
from tests.test_permissions import build, table

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def test_every_page_of_the_work_lights_one_entry_of_the_menu():
    rows = [row[:3] for row in navigation.OFFICE]
    lit = {}
    for name, (args, _allowed) in table(build()).items():
        path = reverse(name, args=args)
        if path.startswith(("/lam-viec/", "/danh-gia/", "/nguoi-dung/")):
            items = navigation._menu(rows, navigation.ALSO, path)
            lit[path] = [item.label for item in items if item.active]
    assert len(lit) > 150
    assert {path: labels for path, labels in lit.items() if len(labels) != 1} == {}
