"""Everything into one archive, while others write."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from emofuse_web.accounts.models import Event
from emofuse_web.operations.backup import BackupError, keep


class Command(BaseCommand):
    """``python -m emofuse_web backup FILE.tar``."""

    help = "Write database and files into one archive, while others write."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: object, file: Path, **options: object) -> None:
        """Keep it."""
        try:
            keep(file, self.stdout.write)
        except BackupError as problem:
            raise CommandError(str(problem)) from problem
        Event.objects.create(verb="backup.made", detail={"bytes": file.stat().st_size})
        self.stdout.write(f"{file}: {file.stat().st_size} bytes")
