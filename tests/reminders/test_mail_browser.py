"""A digest as a phone shows it."""

import datetime

import pytest

from ocop_portal.reminders.channels import mail_for
from ocop_portal.reminders.models import Message, Notice
from tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.mark.parametrize("count", [1, 4])
def test_the_mail_fits_a_phone_and_its_links_are_a_thumb_wide(page, count):
    person = make.UserFactory(full_name="Nguyễn Thị Cán Bộ")
    notices = [
        Notice(
            pk=number,
            recipient=person,
            due_on=datetime.date(2020, 10, 28 + number),
            offset=3 - number,
            title="Sản phẩm mẫu có tên rất dài " + "dài" * 30,
            text="Xã đính kèm phương án, kế hoạch kinh doanh (Biểu 03), rồi nộp phương án.",
            url="/lam-viec/",
        )
        for number in range(count)
    ]
    mail = mail_for(Message(pk=1, recipient=person, address=person.email), notices)
    page.set_viewport_size({"width": 360, "height": 740})
    page.set_content(mail.alternatives[0][0])
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    buttons = page.get_by_role("link", name="Mở việc này")
    assert buttons.count() == count
    assert buttons.first.bounding_box()["height"] >= 44
