"""The first administrator of an installation, who then gives everybody else their role."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from communes.models import Role, Unit, today
from communes.roles import give_role
from ocop_portal.accounts.models import User
from ocop_portal.accounts.people import create_person, password_link


class Command(BaseCommand):
    help = (
        "Makes an account (or takes the one of that name), gives it the administrator role in a "
        "unit, and prints a link with which its owner chooses a password: good once, for three "
        "days. A second factor is asked for at the first login."
    )

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--full-name", required=True)
        parser.add_argument("--email", required=True)
        parser.add_argument("--unit", default="464", help="the unit's code (default: %(default)s)")

    @transaction.atomic
    def handle(self, *args, username, full_name, email, unit, **options):
        units = Unit.objects.filter(code=unit).exclude(level=Unit.Level.COMMUNE)
        place = units.order_by("-valid_from").first()
        if place is None:
            raise CommandError(
                f"There is no district or province with the code {unit}. "
                "First load the programme: manage.py load_programme."
            )
        user = User.objects.filter(username=username.lower()).first()
        try:
            if user is None:
                user = create_person(by=None, username=username, full_name=full_name, email=email)
            held = Role.objects.on().filter(user=user, kind=Role.Kind.ADMINISTRATOR, unit=place)
            if not held.exists():
                give_role(
                    user=user, kind=Role.Kind.ADMINISTRATOR, unit=place, since=today(), by=None
                )
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from None
        self.stdout.write(f"{user} ({user.username}) is administrator in {place}.")
        self.stdout.write(f"Choose a password: {settings.SITE_URL}{password_link(user)}")
