"""The support team's form: the dossier, what was read of it, a level for each criterion."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Fieldset, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from ocop_portal.forms import PortalForm
from ocop_portal.page_language import filled

from .models import Candidate, SupportCheck
from .sheets import NONE_OF_THESE
from .support import readable_papers
from .told import option_words

COMPLETE, INCOMPLETE = "yes", "no"


class SupportCheckForm(PortalForm):
    """`said` is what `support.save_check` takes."""

    is_complete = forms.ChoiceField(
        label=_("Hồ sơ"),
        choices=((COMPLETE, _("Đầy đủ")), (INCOMPLETE, _("Chưa đầy đủ"))),
        widget=forms.RadioSelect,
    )
    remarks = forms.CharField(
        label=_("Nhận xét, giấy tờ còn thiếu"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    papers_read = forms.MultipleChoiceField(
        label=_("Minh chứng đã đọc"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, candidate: Candidate, own: SupportCheck | None, **kwargs):
        super().__init__(*args, **kwargs)
        criteria = candidate.pinned_set.criteria
        kinds = {item.code: item.name for item in candidate.round.law.dossier}
        self.fields["papers_read"].choices = [
            (str(paper["paper"]), f"{kinds.get(paper['kind'], paper['kind'])}: {paper['name']}")
            for paper in readable_papers(candidate)
        ]
        said = {row.criterion: row for row in own.proposals.all()} if own else {}
        if own:
            self.initial = {
                "is_complete": COMPLETE if own.is_complete else INCOMPLETE,
                "remarks": own.remarks,
                "papers_read": [str(pk) for pk in own.papers_read.values_list("pk", flat=True)],
            }
        self.codes = [leaf.code for leaf in criteria.leaves]
        for leaf in criteria.leaves:
            numbers = [option.number for option in leaf.options]
            if not leaf.has_printed_zero:
                numbers.append(NONE_OF_THESE)
            known = said.get(leaf.code)
            self.fields[f"option-{leaf.code}"] = forms.ChoiceField(
                label=f"{leaf.code}. {leaf.title}",
                required=False,
                choices=[
                    ("", _("Không đề xuất")),
                    *((str(n), option_words(criteria, leaf.code, n)) for n in numbers),
                ],
                initial="" if known is None or known.option is None else str(known.option),
            )
            self.fields[f"reason-{leaf.code}"] = forms.CharField(
                label=filled(_("Lý do đề xuất (%s)"), leaf.code),
                required=False,
                max_length=500,
                initial=known.reason if known else "",
            )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "is_complete",
            "remarks",
            "papers_read",
            Fieldset(
                _("Mức đề xuất cho từng tiêu chí"),
                *(
                    Row(
                        Column(f"option-{code}", css_class="col-md"),
                        Column(f"reason-{code}", css_class="col-md"),
                        # A criterion's long name takes two lines, "Lý do" one.
                        css_class="align-items-end",
                    )
                    for code in self.codes
                ),
            ),
        )

    def clean(self):
        data = super().clean()
        if data.get("is_complete") == INCOMPLETE and not data.get("remarks"):
            self.add_error("remarks", _("Hồ sơ chưa đầy đủ thì cần ghi còn thiếu gì."))
        for code in self.codes:
            if data.get(f"option-{code}") and not data.get(f"reason-{code}"):
                self.add_error(f"reason-{code}", _("Cần ghi lý do đề xuất."))
            if data.get(f"reason-{code}") and not data.get(f"option-{code}"):
                self.add_error(f"option-{code}", _("Hãy chọn mức đề xuất, hoặc xóa lý do."))
        return data

    @property
    def said(self) -> dict:
        """The person's words as the act takes them."""
        data = self.cleaned_data
        return {
            "is_complete": data["is_complete"] == COMPLETE,
            "remarks": data["remarks"],
            "papers_read": {int(pk) for pk in data["papers_read"]},
            "proposals": {
                code: (int(data[f"option-{code}"]), data[f"reason-{code}"])
                for code in self.codes
                if data[f"option-{code}"]
            },
        }
