"""What an entry's page shows beside its step: forms, findings, late leave, the thread."""

from . import assessments, comments, filled_forms, leaves
from .filled_fields import CommentForm
from .form_content import CRITERIA
from .models import Entry, FilledForm

K = FilledForm.Kind


def thread_context(entry: Entry, user) -> dict:
    """The thread, and how much of it is new to this person; one query."""
    rows, unread = comments.thread(entry, user)
    return {
        "thread": rows,
        "unread": unread,
        "thread_end": rows[-1].pk if rows else 0,
        "comment_form": CommentForm(),
    }


def steps_context(entry: Entry, user) -> dict:
    """What the entry's page shows of forms, findings and late leave."""
    forms = list(entry.filled_forms.select_related("submitted_by"))
    kinds = {form.kind for form in forms}
    waiting = assessments.WAITING.get(entry.state)
    told = entry.assessments.select_related("answered_by").prefetch_related("findings")
    answered = []
    for row in told if kinds or waiting else ():
        names = dict(CRITERIA[row.kind])
        row.told = [(names.get(f.code, f.code), f) for f in row.findings.all()]
        answered.append(row)
    last = leaves.back_by(entry)
    return {
        "filled": forms,
        "writable": [
            {
                "kind": kind,
                "form": filled_forms.form_of(entry, kind),
                "has_draft": any(f.kind == kind and f.is_draft for f in forms),
            }
            for kind in K.values
            if filled_forms.may_write(entry, kind)
        ],
        "has_idea_form": K.IDEA in kinds,
        "may_assess": waiting and user.has_perm("products.decide_entry", entry),
        "assessments": answered,
        "back_by": last,
        "too_late": bool(last) and bool(leaves.in_time(entry)),
        "leave": leaves.leave_of(entry) if last else None,
        "may_decide": user.has_perm("products.decide_entry", entry),
    }
