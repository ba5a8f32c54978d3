"""A mail that came back marks its address, but only for good, and only one of our people's."""

import io
import sys
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from ocop_portal.reminders.bounces import take_bounce
from ocop_portal.reminders.models import BadAddress

pytestmark = pytest.mark.django_db

NOTIFICATION = """\
From: MAILER-DAEMON@mail.example.vn
To: ocop@example.vn
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mail could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.vn

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 User
    unknown

--b--
"""


def notification(address="canbo@example.vn", action="failed", status="5.1.1") -> bytes:
    return NOTIFICATION.format(address=address, action=action, status=status).encode()


def test_a_refusal_for_good_marks_the_address_once(person):
    for _ in range(2):
        assert take_bounce(notification("Canbo@Example.vn")) == ["canbo@example.vn"]
    [bad] = BadAddress.objects.all()
    assert (bad.address, bad.reason) == ("canbo@example.vn", "smtp; 550 5.1.1 User unknown")


@pytest.mark.parametrize(
    "raw",
    [
        notification(action="delayed", status="4.4.1"),
        notification(status="4.2.2"),
        notification("la@example.com"),  # nobody's here
        b"Subject: hello\n\nno notification",
        b"\xff\xfe\x00",
        b"",
    ],
)
def test_what_is_no_refusal_for_good_of_one_of_ours_marks_nothing(person, raw):
    assert take_bounce(raw) == []
    assert BadAddress.objects.count() == 0


def test_the_mail_server_pipes_a_bounce_into_a_command(person, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(notification())))
    call_command("take_bounce")
    assert capsys.readouterr().out == "canbo@example.vn\n"
