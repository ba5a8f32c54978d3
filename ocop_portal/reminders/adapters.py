"""Adapters for telephones. A provider's own adapter is a subclass with a `transmit`, like these.

The recording ones hand their texts to nobody and keep them, for tests and rehearsals.
"""

from django.utils.translation import gettext_lazy as _

from .channels import ShortText


class Sms(ShortText):
    """Texts to the person's telephone number; the provider's adapter adds `transmit`."""

    name = "sms"
    label = _("Tin nhắn SMS")


class Zalo(ShortText):
    """Messages of an official account to the person's number; the adapter adds `transmit`."""

    name = "zalo"
    label = _("Zalo")


class RecordingSms(Sms):
    """Keeps (number, text) of this process."""

    sent: list[tuple[str, str]] = []

    def transmit(self, number: str, text: str) -> None:
        self.sent.append((number, text))


class RecordingZalo(Zalo):
    """Keeps (number, text) of this process."""

    sent: list[tuple[str, str]] = []

    def transmit(self, number: str, text: str) -> None:
        self.sent.append((number, text))
