"""A shelf of one's own: the real files of a Decision, to be changed for a test."""

import re
import shutil

import pytest

from ocop_portal.law import library

REAL = library.SHELF


class Shelf:
    def __init__(self, path, slug="1048-2019"):
        self.path = path
        self.slug = slug
        self.folder = path / slug
        shutil.copytree(REAL / slug, self.folder)

    def file(self, name):
        return self.folder / (name if isinstance(name, str) else f"sets/{name:02d}.yaml")

    def edit(self, name, old, new):
        """Replace the first `old` in decision.yaml or in the set of this number."""
        text = self.file(name).read_text(encoding="utf-8")
        assert old in text
        self.file(name).write_text(text.replace(old, new, 1), encoding="utf-8")

    def edit_pattern(self, name, pattern, new):
        """Replace the first match of a pattern; ^ and $ are those of a line."""
        text = self.file(name).read_text(encoding="utf-8")
        text, found = re.subn(pattern, new, text, count=1, flags=re.MULTILINE)
        assert found == 1
        self.file(name).write_text(text, encoding="utf-8")

    def decision(self):
        return library.load_decision(self.folder)


@pytest.fixture
def shelf_of(tmp_path):
    """Makes the shelf of the Decision with this slug."""
    return lambda slug: Shelf(tmp_path, slug)


@pytest.fixture
def shelf(shelf_of):
    return shelf_of("1048-2019")


@pytest.fixture
def on_the_shelf(tmp_path, monkeypatch):
    """The test's own shelf in place of the real one."""
    monkeypatch.setattr(library, "SHELF", tmp_path)
    library.decisions.cache_clear()
    yield
    library.decisions.cache_clear()
