"""What a WSGI server serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emofuse_web.config.settings")
application = get_wsgi_application()
assert get_resolver().url_patterns  # imports every view now, and not while the first visitor waits
gc.collect()
gc.freeze()  # what stays for ever is looked through no more: each time that stopped all threads for a tenth of a second
