"""The certificate of a recognition, and the address that its QR opens."""

import io

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from communes.models import today

from ..check_code import show_code
from ..models import Recognition
from . import content
from .pdf import draw


def check_address(recognition: Recognition) -> str:
    """The public page that tells whether the certificate is valid, with the portal's own host."""
    return settings.SITE_URL + reverse(
        "check_certificate", args=[show_code(recognition.check_code)]
    )


def why_no_certificate(recognition: Recognition) -> list[str]:
    """Why no certificate is printed of this recognition; empty when there is one."""
    reasons = []
    if recognition.revoked_on:
        reasons.append(
            _("Công nhận đã bị thu hồi từ ngày %s.") % content.short_day(recognition.revoked_on)
        )
    missing = [
        str(Recognition._meta.get_field(name).verbose_name)
        for name in ("authority", "decision_number", "decided_on", "valid_until")
        if not getattr(recognition, name)
    ]
    if missing:
        reasons.append(_("Chưa có: %s.") % ", ".join(missing))
    elif recognition.valid_until < today():
        reasons.append(
            _("Công nhận đã hết hạn ngày %s.") % content.short_day(recognition.valid_until)
        )
    return reasons


def certificate_data(recognition: Recognition) -> dict:
    """What the certificate is drawn from, the QR as an SVG that holds `check_address`."""
    svg = io.BytesIO()
    qr = segno.make(check_address(recognition), error="m", micro=False)
    qr.save(svg, kind="svg", border=2, xmldecl=False)
    return content.certificate(
        recognition,
        address=settings.SITE_URL + reverse("check_certificates"),
        code=show_code(recognition.check_code),
        qr=svg.getvalue().decode(),
    )


def certificate_pdf(recognition: Recognition) -> bytes:
    """The certificate; call it only where `why_no_certificate` gives no reason."""
    return draw("certificate", certificate_data(recognition))
