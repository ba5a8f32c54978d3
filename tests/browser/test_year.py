"""A year's first five steps at two desks, commune and district, told to each other by the portal."""

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from communes.models import Role, Unit
from ocop_portal.reminders.registry import Ask, open_deadlines
from ocop_portal.reminders.scan import scan
from products.models import Entry
from tests import factories
from tests.browser.desk import Desk
from tests.factories import S

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PRODUCT = "Sản phẩm mẫu Cao lá vằng"
K = Role.Kind


def _told(desk: Desk, title: str, kind: str) -> None:
    """Let the day of the reminder come; this person finds it in the inbox, and it leads there."""
    today = timezone.localdate()
    ask = Ask(today - datetime.timedelta(days=1), today + datetime.timedelta(days=60))
    (due_on,) = {d.due_on for d in open_deadlines(ask, kinds={kind}, errors={})}
    scan(today=due_on)
    desk.open(reverse("reminders:inbox"))
    card = desk.main.get_by_role("listitem").filter(has_text=title).first
    expect(card).to_contain_text(due_on.strftime("%d/%m/%Y"))
    card.get_by_role("button", name="Mở việc này").click()
    expect(desk.heading).to_have_text(PRODUCT)


def _hand_in(desk: Desk, paper: str, *, quantity: int = 0) -> None:
    desk.follow(re.compile(rf"^Thêm {re.escape(paper)}"))
    if quantity:
        desk.fill("Số lượng nhận", str(quantity))
    else:
        content = factories.pdf_bytes(paper)
        desk.attach("Tệp", f"{paper}.pdf", content, "application/pdf")
    desk.press("Lưu giấy tờ")
    expect(desk.heading).to_have_text(PRODUCT)


def _idea(commune: Desk) -> None:
    """Biểu 02 on screen: a draft, what it lacks, then whole and handed in with the idea."""
    commune.unfold("Viết ý tưởng")
    commune.fill("Ý tưởng", "Nấu cao từ lá vằng của địa phương.")
    commune.press("Lưu ý tưởng")
    commune.follow("Điền Biểu 02")
    commune.fill("Giới thiệu chủ thể, địa chỉ, người đại diện", "Hợp tác xã mẫu")
    commune.press("Lưu bản nháp")
    expect(commune.heading).to_have_text(PRODUCT)
    commune.follow("Viết tiếp Biểu 02")
    commune.sees("Trước khi nộp còn thiếu")
    commune.fill("Mô tả sản phẩm", "Cao lá vằng đóng hũ.")
    for field in commune.main.get_by_label(re.compile(r"^\s*Mô tả\s*\*?\s*$")).all():
        field.fill("Bán tại chợ huyện.")
    commune.fill("Họ tên, điện thoại", "Nguyễn Văn Mẫu")
    commune.press("Lưu bản nháp")
    commune.press("Đăng ký ý tưởng")
    commune.sees("Chờ xem xét ý tưởng")


def _findings(district: Desk, *, note: str = "") -> None:
    """The district's findings; with a note the first is not met and the idea goes back."""
    district.follow(re.compile("Xét từng nội dung"))
    for at, box in enumerate(district.main.get_by_role("combobox").all()):
        box.select_option(index=2 if note and not at else 1)
    if note:
        district.main.get_by_label(re.compile(r"^\s*Nhận xét\s*$")).first.fill(note)
        district.fill("Ý kiến chung, điều cần sửa", note)
        district.press("Trả lại")
    else:
        district.press("Nhận ý tưởng")
    expect(district.heading).to_have_text(PRODUCT)


def _type(desk: Desk, **texts: str) -> None:
    """Fill fields by name, where the same label stands in every row of a table."""
    for name, text in texts.items():
        desk.page.locator(f"[name={name}]").fill(text)


def _plan(commune: Desk) -> None:
    """Biểu 03 and 04; a plan whose figures do not add up stays a draft."""
    commune.follow("Điền Biểu 03")
    _type(commune, introduction="Hợp tác xã mẫu.", market="Bán trong huyện và tỉnh.")
    _type(commune, line1_name="Cao lá vằng", line1_unit="hũ")
    for year in (1, 2, 3):
        _type(commune, **{f"line1_{year}_quantity": "1.000", f"line1_{year}_price": "80.000"})
    for at, (side, name, amount) in enumerate(
        (("Vốn tự có", "Vốn góp", "200.000.000"), ("Sử dụng vốn", "Máy cô cao", "150.000.000")),
        start=1,
    ):
        commune.page.locator(f"[name=money{at}_side]").select_option(label=side)
        _type(commune, **{f"money{at}_name": name, f"money{at}_amount": amount})
    commune.press("Lưu bản nháp")
    commune.sees("lệch 50.000.000 đồng")
    commune.follow("Viết tiếp Biểu 03")
    _type(commune, money2_amount="200.000.000")
    commune.press("Lưu bản nháp")
    commune.follow("Điền Biểu 04")
    for box in commune.main.get_by_role("textbox").all():
        box.fill("Như kê khai của chủ thể.")
    commune.press("Lưu bản nháp")
    commune.press("Nộp phương án")
    commune.sees("Chờ thẩm định phương án")


def _carry_out(commune: Desk) -> None:
    """Two milestones; with one left open the report asks whether it is meant, with none it goes on."""
    for name, done in (("Lắp máy cô cao", True), ("In nhãn", False)):
        commune.follow(re.compile("ghi việc triển khai"))
        commune.follow("Thêm mốc việc")
        commune.fill("Mốc việc", name)
        today = timezone.localdate().strftime("%d/%m/%Y")
        commune.fill("Hạn", today)
        if done:
            commune.fill("Xong ngày", today)
        commune.press("Lưu")
        commune.sees(name)
        commune.follow(re.compile(PRODUCT))
    commune.fill("Kết quả triển khai phương án", "Đã có máy cô cao, nhãn đang in.")
    commune.press("Báo cáo triển khai")
    commune.sees("Còn 1 mốc việc chưa xong")
    commune.page.get_by_label("Đã xem và vẫn chuyển").check()
    commune.press("Báo cáo triển khai")
    commune.sees("Đang hoàn thiện hồ sơ")


def test_an_idea_goes_through_the_year_to_the_door_of_a_round(desk, programme, faults):
    district_unit = Unit.objects.get(code="464", level="district")
    commune_unit = Unit.objects.on(datetime.date(2020, 6, 1)).get(code="19402", level="commune")
    people = (
        factories.RoleFactory(kind=kind, unit=unit).user
        for kind, unit in ((K.COMMUNE_OFFICER, commune_unit), (K.DISTRICT_OFFICER, district_unit))
    )
    product = factories.ProductFactory(name=PRODUCT, producer__unit=commune_unit, set_number=11)
    commune, district = (desk().sign_in(person) for person in people)

    commune.open(product.get_absolute_url())
    commune.follow("Đưa vào chu trình năm 2020")
    commune.press("Lưu")
    _idea(commune)

    _told(district, f"{PRODUCT} – chờ trả lời", "answer")
    _findings(district, note="Chưa nêu diện tích vùng lá vằng.")
    district.sees("Ý tưởng bị trả lại")

    _told(commune, f"{PRODUCT} – nộp lại ý tưởng", "idea-back")
    commune.sees("Chưa nêu diện tích vùng lá vằng.")
    commune.unfold("Viết ý kiến")
    commune.fill("Nội dung trao đổi", "Vùng lá vằng 5 ha, xã đã đo.")
    commune.press("Gửi")
    commune.follow("Điền Biểu 02")
    commune.fill("Mô tả sản phẩm", "Cao lá vằng đóng hũ, vùng lá 5 ha.")
    commune.press("Lưu bản nháp")
    commune.press("Đăng ký ý tưởng")

    _told(district, f"{PRODUCT} – có ý kiến mới", "comment")
    district.sees("Vùng lá vằng 5 ha")
    district.press("Đã đọc")
    _findings(district)
    district.sees("Ý tưởng được nhận, chờ phương án")

    commune.open(district.page.url)
    _plan(commune)
    district.open(commune.page.url)
    district.follow(re.compile("Thẩm định từng phần"))
    for box in district.main.get_by_role("combobox").all():
        box.select_option(index=1)
    district.fill("Ý kiến chung, điều cần sửa", "Phương án khả thi.")
    district.press("Duyệt phương án")
    district.sees("Đang triển khai phương án")

    commune.open(district.page.url)
    _carry_out(commune)
    for paper, quantity in (
        ("Giấy đăng ký kinh doanh", 0),
        ("Sản phẩm mẫu", 5),
        ("Phiếu kiểm nghiệm", 0),
    ):
        _hand_in(commune, paper, quantity=quantity)
    commune.press("Nộp hồ sơ")
    commune.sees("Chờ kiểm tra hồ sơ")

    _told(district, f"{PRODUCT} – chờ trả lời", "answer")
    district.press("Xác nhận hồ sơ đầy đủ")
    district.sees("Hồ sơ đầy đủ, chờ đánh giá")
    entry = Entry.objects.get(product=product)
    assert entry.state == S.READY
    assert [form.number for form in entry.filled_forms.filter(kind="idea")] == [2, 1]
    # The browser notes the answer 409 to the report that was first held back.
    assert [fault for fault in faults if "status of 409" not in fault] == []
