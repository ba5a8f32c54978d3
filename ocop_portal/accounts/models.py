"""People who sign in. What they may do, and where, is a role in a unit (`communes.Role`)."""

import rules
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField


class User(AbstractUser):
    """A person. Vietnamese names are kept whole, in the order in which they are spoken."""

    first_name = None
    last_name = None
    full_name = models.CharField(_("họ và tên"), max_length=150)
    # The empty address is none at all, so that the others can be unique.
    email = models.EmailField(_("thư điện tử"), null=True, blank=True, unique=True)
    phone = PhoneNumberField(_("điện thoại"), blank=True)
    position = models.CharField(_("chức vụ"), max_length=150, blank=True)
    organisation = models.CharField(_("cơ quan"), max_length=200, blank=True)
    is_sample = models.BooleanField(_("tài khoản mẫu"), default=False)

    REQUIRED_FIELDS = ["full_name", "email"]

    class Meta:
        verbose_name = _("người dùng")
        verbose_name_plural = _("người dùng")

    def __str__(self) -> str:
        return self.full_name or self.username

    def clean(self) -> None:
        super().clean()
        self.email = self.email or None

    def has_perm(self, perm: str, obj=None) -> bool:
        """The portal's own permissions come from its rules alone.

        Django lets a superuser pass without asking. Here a superuser is no officer and no council
        member: whoever runs the server has no business among the marks.
        """
        if rules.perm_exists(perm):
            return self.is_active and rules.has_perm(perm, self, obj)
        return super().has_perm(perm, obj)

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        """The given name, which is what people are called by: the last word."""
        return self.full_name.split()[-1] if self.full_name else self.username
