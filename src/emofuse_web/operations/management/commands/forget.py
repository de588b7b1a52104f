"""``python -m emofuse_web forget``: remove what is due now; with an address, erase an account for good."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from emofuse_web.accounts.erasing import account_erase
from emofuse_web.accounts.models import User
from emofuse_web.operations.housekeeping import forget


class Command(BaseCommand):
    """Retention by hand; workers do the same every hour."""

    help = "Remove analyses, uploads, exports, sessions and log lines that are due; with --account erase one account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom to erase, if anybody."""
        parser.add_argument("--account", metavar="ADDRESS", help="erase this account, with every row and file")

    def handle(self, *args: object, **options: object) -> None:
        """Do it, and say how much."""
        if address := options["account"]:
            user = User.objects.filter(email=str(address).lower()).first()
            if user is None:
                raise CommandError(
                    f"There is no account with the address {address}. Expected one as it signs in; look on the page of users."
                )
            account_erase(user=user)
            self.stdout.write("The account is erased.")
        for name, count in forget().items():
            self.stdout.write(f"{name}: {count}")
