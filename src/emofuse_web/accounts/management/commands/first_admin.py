"""``python -m emofuse_web first_admin``: a link for the first administrator, where there is none."""

from django.conf import settings
from django.core.management.base import BaseCommand

from emofuse_web.accounts.services import first_link


class Command(BaseCommand):
    """Prints the link; the one before stops working."""

    help = "Make a one-time link by which somebody becomes the first administrator."

    def handle(self, *args: object, **options: object) -> None:
        """Print it, or say why there is none."""
        link = first_link()
        if link:
            self.stdout.write(f"Whoever opens this link within a day, once, administers the site:\n  {settings.SITE_URL}{link}")
        else:
            self.stdout.write("There is an administrator already; they invite others on the page of invitations.")
