"""The outline of a unit, as a map draws it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Boundary(models.Model):
    """Where a unit lies: its rings, simplified for the wire. Loaded by `boundaries.load` alone."""

    unit = models.OneToOneField("communes.Unit", on_delete=models.CASCADE, related_name="boundary")
    # [ring, …], a ring as [[longitude, latitude], …] in degrees (WGS 84), closed; no holes apart:
    # drawn by the even-odd rule, a ring within another is one.
    rings = models.JSONField(_("đường bao"))
    source = models.CharField(_("nguồn"), max_length=250, blank=True)
    loaded_at = models.DateTimeField(_("nạp lúc"), auto_now=True)

    class Meta:
        verbose_name = _("ranh giới")
        verbose_name_plural = _("ranh giới")

    def __str__(self) -> str:
        return str(self.unit)
