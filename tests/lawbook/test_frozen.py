"""`check_law` finds what was changed behind the portal's back."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from ocop_portal.lawbook import frozen

from . import shelf

pytestmark = pytest.mark.django_db
SLUG = shelf.SLUG


def rewrite(row, **columns):
    """Change a row past the models, as a hand on the database would."""
    names = ", ".join(f"{name} = %s" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE lawbook_setversion SET {names} WHERE id = %s", [*columns.values(), row.pk]
        )


def found() -> list[tuple]:
    return [(fault.set_number, fault.kind, fault.declared) for fault in frozen.faults(SLUG)]


def test_a_version_as_it_was_published_has_no_fault():
    shelf.version(shelf.corrected())
    shelf.version(shelf.corrected(number=2), "draft")
    assert found() == []
    assert frozen.faults("26-2026") == ()


@pytest.mark.parametrize("state", ["published", "draft"])
def test_content_edited_in_the_database_is_found(state):
    version = shelf.version(shelf.corrected(), state)
    rewrite(version, content=json.dumps(shelf.corrected(title="Sửa lén")))
    assert found() == [(1, "frozen", False)]


@pytest.mark.parametrize(
    "columns", [{"digest": "0" * 64}, {"number": 2}, {"version": 9}, {"content": '{"format": 1}'}]
)
def test_a_version_that_names_itself_wrongly_is_found(columns):
    rewrite(shelf.version(shelf.corrected()), **columns)
    assert [row[1:] for row in found()] == [("frozen", False)]


def test_a_published_text_that_does_not_add_up_is_found():
    content = shelf.corrected()
    content["parts"][0]["points"] = 36
    shelf.version(content)
    assert {kind for _number, kind, _declared in found()} == {"sum"}


def test_a_version_of_the_files_beside_another_of_the_same_number_is_found():
    shelf.version(shelf.corrected(version=1))
    assert found() == [(1, "frozen", False)]


def test_the_command_fails_and_names_the_set():
    out = StringIO()
    rewrite(shelf.version(shelf.corrected()), digest="0" * 64)
    with pytest.raises(CommandError, match="1 lỗi chưa khai báo"):
        call_command("check_law", stdout=out)
    assert "nội dung đã bị sửa sau khi lưu: không còn khớp dấu 000000000000" in out.getvalue()


def test_without_tables_or_without_a_database_only_the_files_are_checked(monkeypatch):
    monkeypatch.setattr(connection.introspection, "table_names", lambda: [])
    assert frozen.faults(SLUG) == ()

    def away():
        raise DatabaseError

    monkeypatch.setattr(connection.introspection, "table_names", away)
    assert frozen.faults(SLUG) == ()
