"""Forms of step 4: milestones, visits, support granted, money spent, problems."""

from crispy_forms.layout import Column, Row
from django.utils.translation import gettext_lazy as _

from communes.kept_files_forms import KeptFileForm
from ocop_portal.forms import WholeNumberField
from ocop_portal.suggest import SuggestInput

from .models import Grant, Milestone, Problem, Spending, Visit
from .promotion_forms import RowForm
from .works_models import SUGGESTED_KINDS, SUGGESTED_SOURCES


class MilestoneForm(RowForm):
    """A milestone, and when it was reached."""

    layout = ("name", Row(Column("due_on"), Column("done_on")), "note")

    class Meta:
        model = Milestone
        fields = ["name", "due_on", "done_on", "note"]


class VisitForm(RowForm):
    """A visit; its photos are added on its page."""

    layout = (
        Row(Column("visited_on"), Column("by_whom")),
        "findings",
        Row(Column("latitude"), Column("longitude")),
    )

    class Meta:
        model = Visit
        fields = ["visited_on", "by_whom", "findings", "latitude", "longitude"]


class VisitFileForm(KeptFileForm):
    """A photo or paper of a visit."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["caption"].help_text = _("Ví dụ: xưởng chế biến, biên bản kiểm tra.")


class GrantForm(RowForm):
    """Support that was granted."""

    layout = (
        "kind",
        Row(Column("amount"), Column("source")),
        Row(Column("decided_on"), Column("decision_number")),
        "note",
    )

    class Meta:
        model = Grant
        fields = ["kind", "amount", "source", "decided_on", "decision_number", "note"]
        widgets = {
            "kind": SuggestInput(SUGGESTED_KINDS),
            "source": SuggestInput(SUGGESTED_SOURCES),
        }
        field_classes = {"amount": WholeNumberField}


class SpendingForm(RowForm):
    """Money that was spent."""

    layout = (
        "what",
        Row(Column("amount"), Column("source"), Column("spent_on")),
        "note",
    )

    class Meta:
        model = Spending
        fields = ["what", "amount", "source", "spent_on", "note"]
        field_classes = {"amount": WholeNumberField}


class ProblemForm(RowForm):
    """A problem, and how it was solved."""

    layout = ("what", Row(Column("raised_on"), Column("who")), "solved_on", "how")

    class Meta:
        model = Problem
        fields = ["what", "raised_on", "who", "solved_on", "how"]
