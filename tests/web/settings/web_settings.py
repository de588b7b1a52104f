"""The application's own settings, for tests: a folder of their own, quick hashes, the database that DATABASE_URL names or one in memory."""

import os
import tempfile

_kept = tempfile.TemporaryDirectory(prefix="emofuse-web-")
os.environ["EMOFUSE_WEB_HOME"] = _kept.name
for _name in ("EMOFUSE_STORAGE", "CELERY_BROKER_URL", "REDIS_URL", "EMOFUSE_HTTPS", "EMOFUSE_DEBUG"):
    os.environ.pop(_name, None)  # what a machine happens to have set is no part of a test

from emofuse_web.config.settings import *  # noqa: E402,F403  # after the folder is named

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # tests sign in a thousand times
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405  # of the settings; WhiteNoise warns where it is missing
if SQLITE:  # noqa: F405  # of the application's settings
    DATABASES["default"]["TEST"] = {"NAME": f"{_kept.name}/test.sqlite3"}  # noqa: F405  # a file, so that threads and workers see what a test does
