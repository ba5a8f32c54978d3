"""Accounts to try the portal with, one for each role in Vĩnh Linh's units. Development only."""

import datetime
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from communes.models import Role, Unit
from communes.roles import give_role
from ocop_portal.accounts.models import User
from ocop_portal.accounts.people import create_person

K = Role.Kind


@dataclass(frozen=True)
class Sample:
    """One account: its role, the unit's level and code, and a first day when the unit exists."""

    username: str
    full_name: str
    kind: str
    level: str = Unit.Level.DISTRICT
    code: str = "464"
    since: datetime.date = datetime.date(2019, 1, 1)


SAMPLES = (
    Sample("quantri", "Quản trị viên (mẫu)", K.ADMINISTRATOR, Unit.Level.PROVINCE, "45"),
    Sample("canbohuyen", "Cán bộ huyện (mẫu)", K.DISTRICT_OFFICER),
    # Xã Trung Nam answers for Vĩnh Trung and Vĩnh Nam too, which became it on 1/1/2020.
    Sample(
        "canboxa",
        "Cán bộ xã (mẫu)",
        K.COMMUNE_OFFICER,
        Unit.Level.COMMUNE,
        "19378",
        datetime.date(2020, 1, 1),
    ),
    # From 1/7/2025 there is no district: the province's office, and a commune of today.
    Sample(
        "canbotinh",
        "Cán bộ tỉnh (mẫu)",
        K.DISTRICT_OFFICER,
        Unit.Level.PROVINCE,
        "44",
        datetime.date(2025, 7, 1),
    ),
    Sample(
        "canboxamoi",
        "Cán bộ xã từ 1/7/2025 (mẫu)",
        K.COMMUNE_OFFICER,
        Unit.Level.COMMUNE,
        "19363",
        datetime.date(2025, 7, 1),
    ),
    Sample("chutich", "Chủ tịch hội đồng (mẫu)", K.COUNCIL_MEMBER),
    Sample("thuky", "Thư ký hội đồng (mẫu)", K.COUNCIL_MEMBER),
    *(
        Sample(f"thanhvien{n}", f"Thành viên hội đồng {n} (mẫu)", K.COUNCIL_MEMBER)
        for n in range(1, 6)
    ),
    Sample("totuvan", "Tổ tư vấn giúp việc (mẫu)", K.SUPPORT_TEAM),
)


class Command(BaseCommand):
    help = (
        "Makes the sample accounts that are missing and prints all of them with their passwords. "
        "Passwords are random for each installation and kept in DATA_DIR/sample-accounts.txt, "
        "which only its owner can read. Refused when DEBUG is off."
    )

    def handle(self, *args, **options):
        if not settings.DEBUG:
            raise CommandError(
                "Sample accounts have passwords that lie in a file; they are made only with "
                "DEBUG=true. In production: manage.py make_administrator."
            )
        self.file = Path(settings.DATA_DIR) / "sample-accounts.txt"
        kept = self._read()
        rows = []
        for sample in SAMPLES:
            password = self._make(sample, kept)
            rows.append((sample, password))
        self._print(rows)

    def _read(self) -> dict[str, str]:
        if not self.file.exists():
            return {}
        lines = self.file.read_text(encoding="utf-8").splitlines()
        return dict(line.split(maxsplit=1) for line in lines if line and line[0] != "#")

    def _keep(self, kept: dict[str, str]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        # Made with its final mode: there is no moment in which others could read it.
        handle = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write("# Sample accounts of this installation, made by make_sample_accounts.\n")
            file.writelines(f"{name} {password}\n" for name, password in kept.items())

    def _make(self, sample: Sample, kept: dict[str, str]) -> str:
        """Make the account or leave it as it is; returns its password, "" if it was changed."""
        user = User.objects.filter(username=sample.username).first()
        if user is not None and not user.is_sample:
            raise CommandError(
                f"The name {sample.username} belongs to a real account. Sample accounts are for "
                "an installation of their own."
            )
        if user is not None and sample.username in kept:
            return kept[sample.username] if user.check_password(kept[sample.username]) else ""
        # The password goes into the file first: an account whose password nobody knows is no use.
        kept[sample.username] = password = secrets.token_urlsafe(9)
        self._keep(kept)
        with transaction.atomic():
            if user is None:
                user = create_person(
                    by=None,
                    is_sample=True,
                    username=sample.username,
                    full_name=sample.full_name,
                    email=f"{sample.username}@vinhlinh.example",
                    position="Tài khoản mẫu",
                )
                give_role(
                    user=user,
                    kind=sample.kind,
                    unit=self._unit(sample),
                    since=sample.since,
                    by=None,
                )
            user.set_password(password)
            user.save(update_fields=["password"])
        return password

    def _unit(self, sample: Sample) -> Unit:
        unit = Unit.objects.on(sample.since).filter(code=sample.code, level=sample.level).first()
        if unit is None:
            raise CommandError(
                f"There is no unit {sample.code} on {sample.since:%d/%m/%Y}. "
                "First load the programme: manage.py load_programme."
            )
        return unit

    def _print(self, rows) -> None:
        roles = list(
            Role.objects.filter(user__is_sample=True).select_related("user", "unit").order_by("-pk")
        )  # the first that a person was given, last
        kinds = {role.user.username: role.get_kind_display() for role in roles}
        units = {role.user.username: str(role.unit) for role in roles}
        self.stdout.write("Sample accounts (user name, password, role, unit):")
        for sample, password in rows:
            self.stdout.write(
                f"  {sample.username:<11} {password or '(changed)':<13} "
                f"{kinds.get(sample.username, '–')}, {units.get(sample.username, '–')}"
            )
