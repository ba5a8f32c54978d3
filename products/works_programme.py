"""Made-up rows of step 4 for a sample entry, all of them called samples."""

import datetime

from django.db import transaction

from .models import Entry, Grant, Milestone, Problem, Spending, Visit
from .works import save_work


@transaction.atomic
def make_works_samples(*, entry: Entry, by) -> None:
    """Rows of every topic for a sample product's entry; once."""
    if not entry.product.is_sample or entry.milestones.exists():
        return
    day = datetime.date(entry.cycle.year, 6, 1)
    own, loan = Spending.Source.OWN, Spending.Source.LOAN
    for row in (
        Milestone(name="Mốc mẫu: in nhãn, bao bì", due_on=day, done_on=day),
        Milestone(name="Mốc mẫu: kiểm nghiệm sản phẩm", due_on=day + datetime.timedelta(days=60)),
        Visit(
            visited_on=day,
            by_whom="Cán bộ mẫu",
            findings="Nhận xét mẫu: xưởng sạch, bao bì đã in, chưa gửi mẫu đi kiểm nghiệm.",
        ),
        Grant(
            kind="Bao bì, nhãn mác",
            amount=15_000_000,
            source="Ngân sách huyện",
            decided_on=day,
            decision_number="Số mẫu",
            note="Khoản hỗ trợ mẫu.",
        ),
        Spending(what="Khoản chi mẫu: máy đóng gói", amount=40_000_000, source=loan, spent_on=day),
        Spending(what="Khoản chi mẫu: in bao bì", amount=5_000_000, source=own, spent_on=day),
        Problem(
            what="Vướng mắc mẫu: nơi kiểm nghiệm ở xa",
            raised_on=day,
            who="Phòng mẫu của huyện",
        ),
        Problem(
            what="Vướng mắc mẫu: thiếu mẫu nhãn",
            raised_on=day,
            who="Xã mẫu",
            solved_on=day + datetime.timedelta(days=5),
            how="Cách giải quyết mẫu: dùng mẫu nhãn của huyện.",
        ),
    ):
        row.entry = entry
        save_work(row=row, by=by)
