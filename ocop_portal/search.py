"""Searching and filtering lists: every typed word has to be found, marks aside."""

from django import forms
from django.db.models import QuerySet

from .forms import PortalForm
from .text import fold

MAX_QUERY = 100  # characters; nobody types more


def words_of(typed: str) -> list[str]:
    """What was typed, folded, word by word."""
    return fold(typed[:MAX_QUERY]).split()


def matching(rows: QuerySet, typed: str, *, column: str = "search") -> QuerySet:
    """Rows whose folded `column` holds every typed word; it may be reached through a relation."""
    for word in words_of(typed):
        rows = rows.filter(**{f"{column}__contains": word})
    return rows


class FilterForm(PortalForm):
    """A GET form with a search; values that mean nothing are left out, not refused."""

    q = forms.CharField(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name != "q":
                field.widget.attrs["class"] = "form-select"

    @property
    def wanted(self) -> dict:
        """The values that could be read."""
        self.is_valid()
        return self.cleaned_data

    @property
    def active_count(self) -> int:
        """How many filters are set, the search aside; one that was not understood is to be seen."""
        wanted = self.wanted
        return sum(
            1 for name in self.fields if name != "q" and (wanted.get(name) or name in self.errors)
        )
