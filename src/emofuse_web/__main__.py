"""``python -m emofuse_web COMMAND``: Django's commands and ours (migrate, check, worker, backup, ...)."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emofuse_web.config.settings")
    execute_from_command_line(["emofuse_web", *sys.argv[1:]])
