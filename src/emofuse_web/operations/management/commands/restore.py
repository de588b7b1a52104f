"""Everything out of an archive."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from emofuse_web.operations.backup import BackupError, restore


class Command(BaseCommand):
    """``python -m emofuse_web restore FILE.tar``, with the site and its workers stopped."""

    help = "Make database and files from an archive; stop the site and its workers first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where from."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="put it in the place of what is here")

    def handle(self, *args: object, file: Path, replace: bool, **options: object) -> None:
        """Restore it."""
        try:
            restore(file, self.stdout.write, replace=replace)
        except BackupError as problem:
            raise CommandError(str(problem)) from problem
