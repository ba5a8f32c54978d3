"""Made-up rows of the whole year: outreach, forms filled in, a thread, a paper asked for, messages.

All of them are called samples. Every step is taken by the portal's own functions, as the sample
people would take it.
"""

import datetime

from django.db import transaction

from communes import news
from communes.models import NewsItem, OutreachEvent, Producer, Unit, today
from communes.outreach import save_event
from communes.publishable import publish

from . import assessments, comments, filled_forms, voice
from .cycle import enter, move
from .evidence_links import criteria_of, link_evidence
from .form_content import CRITERIA
from .models import Cycle, Entry, FilledForm, Finding, MoneyLine, PaperSlot, PlanLine, Product
from .paper_slots import ask_for
from .register import save_product

K, Side = FilledForm.Kind, MoneyLine.Side
RETURNED = "Sản phẩm mẫu 15 – Bánh lá gai"
PLANNED = "Sản phẩm mẫu 16 – Miến gạo"

# Code of the unit, day, kind, title, audience, people, women among them.
EVENTS = (
    ("464", "2020-02-20", "Hội nghị", "Hội nghị mẫu triển khai chương trình", "Cán bộ xã", 64, 27),
    ("19378", "2020-03-05", "Họp thôn, khu phố", "Họp thôn mẫu", "Hộ sản xuất", 41, 23),
    ("19378", "2020-03-10", "Phát thanh", "Bài mẫu về đăng ký ý tưởng", "Nhân dân", None, None),
    ("19402", "2020-04-14", "Tập huấn", "Tập huấn mẫu về phương án", "Hợp tác xã", 25, 9),
    ("19363", "2026-06-15", "Hội nghị", "Hội nghị mẫu về bộ tiêu chí mới", "Chủ thể", 38, 17),
)
IDEA = {
    "producer": "Hộ sản xuất mẫu, địa chỉ mẫu, người đại diện Nguyễn Văn Mẫu.",
    "idea": "Ý tưởng mẫu: làm từ nguyên liệu trong xã, đóng gói nhỏ để làm quà.",
    "support": "Bao bì, tem truy xuất, kiểm nghiệm (mẫu).",
    "proposer": "Nguyễn Văn Mẫu",
}
PLAN = {
    "introduction": "Giới thiệu mẫu: cơ sở có xưởng và tổ sản xuất của mười hộ.",
    "market": "Thị trường mẫu: chợ trong huyện, cửa hàng quà ở thành phố.",
    "production": "Cách làm mẫu: mua gạo theo hợp đồng, phơi giàn, đóng gói tại xưởng.",
    "finance": "Giải trình mẫu: vốn vay trả trong ba năm.",
}
ORGANISATION = {
    "organisation": "Tổ chức mẫu: giám đốc, kế toán, tổ sản xuất.",
    "community": "Cộng đồng mẫu: mười hộ góp gạo và công.",
    "accounting": "Kế toán mẫu: sổ sách đơn giản, báo cáo mỗi quý.",
    "marketing": "Tiếp thị mẫu: bán trực tiếp và qua cửa hàng quà.",
    "surroundings": "Môi trường mẫu: nước thải qua hố lắng.",
}
# Year → quantity (kg), price, cost (đồng).
YEARS = {
    1: (2_000, 60_000, 90_000_000),
    2: (3_000, 62_000, 132_000_000),
    3: (4_500, 65_000, 198_000_000),
}


def outreach_samples(people) -> None:
    """Events of step 1, each kept by an officer of its unit."""
    for code, day, kind, title, audience, number, women in EVENTS:
        day = datetime.date.fromisoformat(day)
        unit = Unit.objects.on(day).get(
            code=code,
            level=Unit.Level.DISTRICT if code == "464" else Unit.Level.COMMUNE,
        )
        save_event(
            event=OutreachEvent(
                unit=unit,
                kind=kind,
                title=title,
                held_on=day,
                place="Hội trường mẫu" if number else "",
                audience=audience,
                people=number,
                women=women,
                is_sample=True,
            ),
            by=people["canbohuyen" if day.year == 2020 else "canboxamoi"],
        )


def _entered(name: str, summary: str, producer: Producer, cycle: Cycle, people) -> Entry:
    product = Product(
        name=name,
        producer=producer,
        decision=cycle.decision,
        set_number=7,
        summary=summary,
        is_existing=False,
        is_sample=True,
        source="Dữ liệu mẫu, không có thật.",
    )
    product = save_product(product=product, by=people["canboxa"])
    entry = enter(product=product, cycle=cycle, by=people["canboxa"], idea=IDEA["idea"])
    filled_forms.save_draft(entry=entry, kind=K.IDEA, by=people["canboxa"], texts=IDEA)
    return move(entry=entry, name="register_idea", by=people["canboxa"])


def returned_idea(producer: Producer, cycle: Cycle, people) -> None:
    """An idea on Biểu 01 that the district gave back, with a word from either side."""
    entry = _entered(RETURNED, "Bánh lá gai, hộp 10 chiếc.", producer, cycle, people)
    findings = {code: (Finding.Result.FINE, "") for code, _name in CRITERIA[K.IDEA]}
    findings["material"] = (Finding.Result.CHANGE, "Nhận xét mẫu: ghi rõ gạo nếp mua ở đâu.")
    by = people["canbohuyen"]
    assessments.save_findings(entry=entry, findings=findings, by=by)
    reason = "Ý kiến mẫu: bổ sung nguồn nguyên liệu rồi đăng ký lại."
    move(entry=entry, name="return_idea", by=by, reason=reason)
    comments.say(
        entry=entry, by=people["canboxa"], text="Trao đổi mẫu: mua gạo ở xã bên có được không?"
    )
    comments.say(entry=entry, by=by, text="Trao đổi mẫu: được, nhưng cần ghi hợp đồng mua.")


def handed_in_plan(producer: Producer, cycle: Cycle, people) -> None:
    """A plan on Biểu 03 with its Biểu 04, which waits for the district."""
    entry = _entered(PLANNED, "Miến gạo phơi giàn, gói 500 g.", producer, cycle, people)
    findings = {code: (Finding.Result.FINE, "") for code, _name in CRITERIA[K.IDEA]}
    assessments.save_findings(entry=entry, findings=findings, by=people["canbohuyen"])
    entry = move(entry=entry, name="accept_idea", by=people["canbohuyen"])
    lines = [
        PlanLine(
            position=1,
            year=year,
            name="Miến gạo mẫu",
            unit="kg",
            quantity=quantity,
            price=price,
            cost=cost,
        )
        for year, (quantity, price, cost) in YEARS.items()
    ]
    money = (
        (Side.OWN, "Vốn của cơ sở", 70_000_000),
        (Side.LOAN, "Vay ngân hàng", 50_000_000),
        (Side.SUPPORT, "Hỗ trợ máy đóng gói", 30_000_000),
        (Side.USE, "Máy đóng gói", 60_000_000),
        (Side.USE, "Mua gạo", 90_000_000),
    )
    by = people["canboxa"]
    filled_forms.save_draft(
        entry=entry,
        kind=K.PLAN,
        by=by,
        texts=PLAN,
        lines=lines,
        moneys=[
            MoneyLine(position=place, side=side, name=f"{name} (mẫu)", amount=amount)
            for place, (side, name, amount) in enumerate(money, 1)
        ],
    )
    filled_forms.save_draft(entry=entry, kind=K.ORGANISATION, by=by, texts=ORGANISATION)
    move(entry=entry, name="submit_plan", by=by)


def dossier_samples(cycle: Cycle, people) -> None:
    """A paper that proves a criterion, and one that the district asks for."""
    entry = Entry.objects.get(cycle=cycle, product__name__startswith="Sản phẩm mẫu 5 ")
    by = people["canbohuyen"]
    paper = entry.papers.exclude(file="").order_by("-pk").first()
    link_evidence(paper=paper, codes=[criteria_of(entry).leaves[0].code], by=by)
    ask_for(
        slot=PaperSlot(
            entry=entry,
            kind=paper.kind,
            words="Giấy tờ mẫu: bản có chữ ký",
            why="Lý do mẫu: bản trong hồ sơ chưa có chữ ký.",
            due_on=today() + datetime.timedelta(days=7),
        ),
        by=by,
    )


def messages_of_buyers(product: Product, people) -> None:
    """A message about a sample product that waits, and one that was answered."""
    answered = voice.send(
        product=product,
        kind="other",
        words="Phản ánh mẫu: mua sản phẩm này ở đâu?",
        sender="Người mua mẫu",
    )
    words = "Trả lời mẫu: có bán tại cửa hàng mẫu."
    voice.answer(feedback=answered, by=people["canbohuyen"], words=words)
    voice.send(
        product=product,
        kind="quality",
        words="Phản ánh mẫu: nhãn bị mờ, không đọc được hạn dùng.",
        sender="Người mua mẫu",
    )


def news_samples(people) -> None:
    """A published piece of news, and a notice that is still a draft."""
    by = people["canbotinh"]
    unit = Unit.objects.on(today()).get(code="44", level=Unit.Level.PROVINCE)
    shown = NewsItem(
        unit=unit,
        title="Bài mẫu: hướng dẫn chủ thể chuẩn bị hồ sơ",
        text=(
            "Bài mẫu, viết để minh họa trang tin tức. Chủ thể chuẩn bị phiếu đăng ký ý tưởng, "
            "phương án sản xuất kinh doanh và giấy tờ minh chứng.\n\n"
            "Giấy tờ cần có ghi trong từng Quyết định, ở mục Bộ tiêu chí của cổng."
        ),
        day=today(),
        is_sample=True,
    )
    publish(row=news.save_item(item=shown, by=by), by=by)
    draft = NewsItem(
        unit=unit,
        kind=NewsItem.Kind.NOTICE,
        title="Thông báo mẫu: đang soạn, chưa công bố",
        text="Bản nháp mẫu. Chỉ cán bộ xem được cho đến khi công bố.",
        day=today(),
        is_sample=True,
    )
    news.save_item(item=draft, by=by)


@transaction.atomic
def make(*, product: Product, people) -> None:
    """The rows around the year in which the sample product `product` took part; once.

    `people`: user name → sample account.
    """
    if Product.objects.filter(name=PLANNED, is_sample=True).exists():
        return
    cycle = Cycle.objects.get(unit=product.producer.unit.parent, year=2020)
    producer = Producer.objects.get(
        is_sample=True, unit__code="19378", legal_form=Producer.LegalForm.HOUSEHOLD
    )
    outreach_samples(people)
    returned_idea(producer, cycle, people)
    handed_in_plan(producer, cycle, people)
    dossier_samples(cycle, people)
    messages_of_buyers(product, people)
    news_samples(people)
