"""For uvicorn, where server-sent events are wanted."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emofuse_web.config.settings")
application = get_asgi_application()
