"""A shelf of one's own: the Decision's real files, to be changed for a test."""

import shutil

import pytest

from ocop_portal.law import library


class Shelf:
    def __init__(self, path):
        self.path = path
        self.folder = path / "1048-2019"
        shutil.copytree(library.SHELF / "1048-2019", self.folder)

    def file(self, name):
        return self.folder / (name if isinstance(name, str) else f"sets/{name:02d}.yaml")

    def edit(self, name, old, new):
        """Replace the first `old` in decision.yaml or in the set of this number."""
        text = self.file(name).read_text(encoding="utf-8")
        assert old in text
        self.file(name).write_text(text.replace(old, new, 1), encoding="utf-8")

    def decision(self):
        return library.load_decision(self.folder)


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path)
