"""A choice that becomes a text box where its list is too long for anybody to look through."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from .forms import CHOOSE
from .search import matching, words_of

MOST = 100  # rows that an officer may be asked to look through
NAMED = 3  # rows named where what was typed fits several
TYPED = "_typed"  # what the box is called in an address: "unit_typed" beside "unit"


class Typed(str):
    """What was typed into the box, and the row chosen where it fitted several (`chosen`, a key)."""

    chosen = ""


class SearchChoiceWidget(forms.Select):
    """The list where it is short; else a box, with a short list below where the words fit several."""

    field: "SearchChoiceField"

    def value_from_datadict(self, data, files, name):
        key = super().value_from_datadict(data, files, name)
        typed = Typed(data.get(name + TYPED) or "")
        if not typed.strip():
            return key
        typed.chosen = key or ""
        return typed

    def value_omitted_from_data(self, data, files, name):
        return super().value_omitted_from_data(data, files, name) and name + TYPED not in data

    def render(self, name, value, attrs=None, renderer=None):
        """A <select> named as the field, or a text input whose name ends in `TYPED`."""
        field = self.field
        if field.rows is not None:
            self.choices = field.options(field.rows)
            if isinstance(value, Typed):
                row = field.known.get(value)
                value = row.pk if row else None
            return super().render(name, value, attrs, renderer)
        found = {**self.attrs, **(attrs or {})}
        found["class"] = found.get("class", "").replace("form-select", "") + " form-control"
        found |= {"placeholder": field.hint, "autocomplete": "off", "spellcheck": "false"}
        box = forms.TextInput().render(name + TYPED, field.words_for(value), found, renderer)
        if not field.several:
            return box
        self.choices = [("", CHOOSE), *((row.pk, field.in_box(row)) for row in field.several)]
        label = {"aria-label": field.label, "class": "form-select mt-2"}
        return format_html("{}{}", box, super().render(name, None, label, renderer))


class SearchChoiceField(forms.ModelChoiceField):
    """A row of a model that has `search`; its name may be typed where the list is longer than `MOST`.

    A key (`?unit=12`) is understood always, what was typed (`?unit_typed=vinh+tu`) too. One query
    without an answer, two or three with one, however long the list is.
    """

    widget = SearchChoiceWidget
    hint = _("Gõ tên, không cần dấu")
    default_error_messages = {
        "unknown": _("Không có mục nào khớp “%(typed)s”."),
        "several": _("“%(typed)s” khớp nhiều mục (%(names)s). Hãy chọn trong danh sách."),
    }

    def _set_queryset(self, queryset):
        forms.ModelChoiceField.queryset.fset(self, queryset)
        self.widget.field = self
        self._rows: list | None = None
        self._is_read = False
        self.known: dict[str, Model] = {}
        self.several: list[Model] = []

    queryset = property(forms.ModelChoiceField.queryset.fget, _set_queryset)

    @property
    def rows(self) -> list | None:
        """The whole list in order; None where it is longer than `MOST`. One query, once."""
        if not self._is_read:
            # Ordered here: sorting ten thousand rows to learn that they are many would cost more.
            found = list(self.queryset.order_by()[: MOST + 1])
            self._rows = self.in_order(found) if len(found) <= MOST else None
            self._is_read = True
        return self._rows

    def in_order(self, rows: list) -> list:
        """Rows as the list shows them."""
        return sorted(rows, key=lambda row: (row.search, row.pk))

    def exactly(self, typed: str) -> Q:
        """What only the very row that was typed fulfils; where none does, every word is looked for."""
        return Q(search=" ".join(words_of(typed)))

    def loosely(self, typed: str) -> str:
        """The words that all have to be found."""
        return typed

    def closest(self, rows: list) -> list:
        """Of several rows with the very name that was typed, those that are meant."""
        return rows

    def in_box(self, row) -> str:
        """The words of the box for a row, by which it is found again."""
        return self.label_from_instance(row)

    def options(self, rows: list) -> list[tuple]:
        empty = [] if self.empty_label is None else [("", self.empty_label)]
        return [*empty, *((row.pk, self.label_from_instance(row)) for row in rows)]

    def words_for(self, value) -> str:
        """What the box shows: the row in words, or what was typed and not understood."""
        if value in self.empty_values:
            return ""
        key = str(value)
        if key not in self.known and not isinstance(value, Typed):
            try:
                self.known[key] = self.queryset.get(pk=value)
            except (ValueError, TypeError, self.queryset.model.DoesNotExist):
                return ""
        return self.in_box(self.known[key]) if key in self.known else key

    def to_python(self, value):
        """The row; ValidationError where nothing fits, or more than one thing does."""
        if value in self.empty_values:
            return None
        if isinstance(value, Typed):
            row = self._typed(value)
        elif self.rows is not None and not isinstance(value, Model):
            row = next((row for row in self.rows if str(row.pk) == str(value)), None)
            if row is None:
                raise ValidationError(
                    self.error_messages["invalid_choice"], "invalid_choice", {"value": value}
                )
        else:
            row = super().to_python(value)
        self.known[str(value)] = row
        return row

    def _typed(self, typed: Typed):
        rows = self.queryset.order_by()
        found = list(rows.filter(self.exactly(typed))[: MOST + 1])
        if found:
            found = self.closest(found)
        elif words := words_of(self.loosely(typed)):
            found = list(matching(rows, " ".join(words))[: MOST + 1])
        if typed.chosen:
            found = [row for row in found if str(row.pk) == typed.chosen] or found
        if len(found) == 1:
            return found[0]
        if not found:
            raise ValidationError(self.error_messages["unknown"], "unknown", {"typed": typed})
        found = self.in_order(found)
        self.several = found[:MOST]
        names = "; ".join(self.in_box(row) for row in found[:NAMED])
        raise ValidationError(
            self.error_messages["several"],
            "several",
            {"typed": typed, "names": f"{names}…" if len(found) > NAMED else names},
        )

    def has_changed(self, initial, data):
        """Whether another row is asked for than at first."""
        if not isinstance(data, Typed):
            return super().has_changed(initial, data)
        row = self.known.get(data)
        return row is None or str(row.pk) != str(self.prepare_value(initial))
