"""``emofuse-web sample``: offer the sample analysis, which a first visitor can open."""

from django.core.management.base import BaseCommand

from emofuse_web.analyses.sample import sample_request


class Command(BaseCommand):
    """Asks for it where there is none; a worker does it like any other."""

    help = "Offer the sample analysis: ask for it where there is none. A worker then does it."

    def handle(self, *args: object, **options: object) -> None:
        """Ask, and say how it stands."""
        analysis = sample_request()
        if options["verbosity"]:
            self.stdout.write(f"Sample analysis {analysis.id}: {analysis.job.status}.")
