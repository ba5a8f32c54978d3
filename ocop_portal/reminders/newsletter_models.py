"""Who gets the newsletter: an address, and nothing else of the person."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import new_token


class Subscriber(models.Model):
    """An address that asked for the newsletter; it gets letters once its owner has confirmed it.

    Kept only while it subscribes: whoever leaves is deleted, with every letter to them.
    """

    address = models.EmailField(_("địa chỉ"), unique=True)
    language = models.CharField(_("ngôn ngữ"), max_length=5)
    # In the link by which one leaves; it names nobody.
    token = models.CharField(max_length=64, unique=True, default=new_token)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    # What was published until then was told, or came before the wish.
    told_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("người nhận bản tin")
        verbose_name_plural = _("người nhận bản tin")
        indexes = [models.Index(fields=["told_until"]), models.Index(fields=["asked_at"])]

    def __str__(self) -> str:
        return self.address
