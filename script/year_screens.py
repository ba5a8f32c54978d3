"""The screens of outreach, the forms of steps 2 and 3, promotion and reports, for screenshots.py."""


def visits() -> list[tuple]:
    """Rows as those of `screenshots.visits`."""
    from communes.models import OutreachEvent, Unit
    from products import year_samples
    from products.models import (
        Chain,
        Comment,
        Cycle,
        Entry,
        Fair,
        Feedback,
        FilledForm,
        Flagship,
        PaperSlot,
    )
    from products.promotion_topics import TOPICS
    from products.reports.registry import reports

    cycle = Cycle.objects.get(unit__code="464", year=2020)
    district = Unit.objects.get(code="464", level="district")
    returned = Entry.objects.get(product__name=year_samples.RETURNED)
    planned = Entry.objects.get(product__name=year_samples.PLANNED)
    drafting = Entry.objects.get(product__name__startswith="Sản phẩm mẫu 3 ")
    dossier = Entry.objects.get(product__name__startswith="Sản phẩm mẫu 5 ")
    event = OutreachEvent.objects.get(unit=district).pk
    slot = PaperSlot.objects.get(entry=dossier).pk
    paper = dossier.papers.exclude(file="").first().pk
    fair = Fair.objects.get(name="Hội chợ mẫu")
    chain = Chain.objects.get(name="Chuỗi liên kết mẫu")
    flagship = Flagship.objects.get()
    waiting = Feedback.objects.get(state="new").pk
    answered = Feedback.objects.get(state="answered").pk
    plan = FilledForm.objects.get(entry=planned, kind="business_plan").pk
    word = Comment.objects.get(entry=returned, by__username="canboxa").pk
    rows = [
        ("canbohuyen", "outreach", "communes:outreach"),
        ("canboxa", "outreach", "communes:outreach"),
        ("canbohuyen", "outreach-nothing", "communes:outreach", (), "?q=khong+co"),
        ("canbohuyen", "outreach-coverage", "communes:outreach_coverage", (), "?nam=2020"),
        ("canbohuyen", "outreach-coverage-now", "communes:outreach_coverage"),
        ("canbohuyen", "outreach-event", "communes:outreach_event", (event,)),
        ("canboxa", "outreach-add", "communes:outreach_add"),
        ("canboxa", "outreach-add-wrong", "communes:outreach_add", (), "press Lưu"),
        ("canbohuyen", "outreach-edit", "communes:outreach_edit", (event,)),
        ("canbohuyen", "outreach-withdraw", "communes:outreach_withdraw", (event,)),
        ("canbohuyen", "outreach-file-add", "communes:outreach_file_add", (event,)),
        ("canboxa", "entry-form-returned", "products:entry", (returned.pk,)),
        ("canbohuyen", "entry-form-returned", "products:entry", (returned.pk,)),
        ("canbohuyen", "entry-form-planned", "products:entry", (planned.pk,)),
        ("canbohuyen", "entry-slot", "products:entry", (dossier.pk,)),
        ("canboxa", "form-idea", "products:form_edit", (returned.pk, "idea")),
        ("canboxa", "form-plan", "products:form_edit", (drafting.pk, "business_plan")),
        ("canboxa", "form-organisation", "products:form_edit", (drafting.pk, "organisation")),
        ("canboxa", "form-version", "products:form_version", (plan,)),
        ("canbohuyen", "assess", "products:assess", (planned.pk,)),
        (
            "canbohuyen",
            "assess-wrong",
            "products:assess",
            (planned.pk,),
            "press Trả lại",
        ),
        ("canboxa", "comment-add-wrong", "products:comment_add", (returned.pk,), "press Gửi"),
        ("canboxa", "comment-withdraw", "products:comment_withdraw", (word,)),
        ("canboxa", "leave-ask", "products:leave_ask", (returned.pk,)),
        ("canbohuyen", "leave-answer", "products:leave_answer", (_leave,)),
        ("canbohuyen", "paper-criteria", "products:paper_criteria", (paper,)),
        ("canbohuyen", "slot-ask", "products:slot_ask", (dossier.pk,)),
        ("canbohuyen", "slot-ask-wrong", "products:slot_ask", (dossier.pk,), "press Lưu"),
        ("canbohuyen", "slot-fill", "products:slot_fill", (slot,)),
        ("canbohuyen", "slot-answer", "products:slot_answer", (slot,)),
        ("canbohuyen", "matrix", "products:matrix", (cycle.pk,)),
        ("canboxa", "matrix", "products:matrix", (cycle.pk,)),
        (
            "canbohuyen",
            "board-move-many",
            "products:board",
            (cycle.pk,),
            "?xem=bang&state=idea_registered",
        ),
        ("canbohuyen", "feedback-new", "products:feedback_item", (waiting,)),
        ("canbohuyen", "feedback-wrong", "products:feedback_item", (waiting,), "press Trả lời"),
        ("canbohuyen", "feedback-answered", "products:feedback_item", (answered,)),
        ("canbohuyen", "feedback-all", "products:feedback", (), "?con=0"),
        ("canbohuyen", "reports", "products:reports"),
        *(
            (
                "canbohuyen",
                f"report-{report.slug}",
                "products:report",
                (report.slug,),
                "?mau=on&tu=2020",
            )
            for report in reports()
        ),
        ("canbohuyen", "fair-product-add", "products:fair_product_add", (fair.pk,)),
        (
            "canbohuyen",
            "fair-product-edit",
            "products:fair_product_edit",
            (fair.shown.first().pk,),
        ),
        (
            "canbohuyen",
            "fair-product-withdraw",
            "products:fair_product_withdraw",
            (fair.shown.first().pk,),
        ),
        ("canbohuyen", "fair-photo-add", "products:fair_photo_add", (fair.pk,)),
        ("canbohuyen", "chain-link-add", "products:chain_link_add", (chain.pk,)),
        ("canbohuyen", "chain-link-edit", "products:chain_link_edit", (chain.links.first().pk,)),
        (
            "canbohuyen",
            "chain-link-withdraw",
            "products:chain_link_withdraw",
            (chain.links.first().pk,),
        ),
        ("canbohuyen", "gap-task-add", "products:gap_task_add", (flagship.pk,)),
        ("canbohuyen", "gap-task-edit", "products:gap_task_edit", (flagship.tasks.first().pk,)),
        (
            "canbohuyen",
            "gap-task-withdraw",
            "products:gap_task_withdraw",
            (flagship.tasks.first().pk,),
        ),
    ]
    for topic in TOPICS:
        row = topic.model.objects.filter(search__contains="mau").first() or flagship
        rows += [
            ("canbohuyen", f"promotion-{topic.listed}", f"products:{topic.listed}"),
            ("canbohuyen", f"promotion-{topic.name}", f"products:{topic.name}", (row.pk,)),
            ("canbohuyen", f"promotion-{topic.name}-add", f"products:{topic.name}_add"),
            (
                "canbohuyen",
                f"promotion-{topic.name}-add-wrong",
                f"products:{topic.name}_add",
                (),
                "press Lưu",
            ),
            (
                "canbohuyen",
                f"promotion-{topic.name}-edit",
                f"products:{topic.name}_edit",
                (row.pk,),
            ),
            (
                "canbohuyen",
                f"promotion-{topic.name}-withdraw",
                f"products:{topic.name}_withdraw",
                (row.pk,),
            ),
        ]
    return rows


def _leave() -> int:
    """The commune asks to hand in late, made when it is asked for; the sample's time is not over."""
    from ocop_portal.accounts.models import User
    from products import year_samples
    from products.models import Entry, ResubmissionLeave

    entry = Entry.objects.get(product__name=year_samples.RETURNED)
    found, _made = ResubmissionLeave.objects.get_or_create(
        entry=entry,
        defaults={
            "returned_at": entry.state_since,
            "reason": "Lý do mẫu: chờ hợp đồng mua gạo.",
            "asked_by": User.objects.get(username="canboxa"),
        },
    )
    return found.pk


# Addresses without a picture of their own, and why.
NO_SCREEN = {
    "communes:outreach_file": "a file",
    "communes:outreach_file_withdraw": "one reason; as withdrawing the event",
    "products:contract_file": "a file",
    "products:chain_link_file": "a file",
    "products:fair_photo": "a picture",
    "products:fair_photo_withdraw": "one reason; as withdrawing the fair",
    "products:comment_file": "a file",
    "products:comments_read": "a form",
    "products:form_print": "a file",
    "products:form_sums": "a part of a page",
    "products:entries_move": "a form on the board; wrong input shows the board",
}
