"""The service's settings as tests want them: an installation of their own, secrets that are no secret, no Redis.

The variables are set before playground.settings reads them, and only where the caller has set none: `play test` names
the database so that the same tests run on SQLite and on Postgres.
"""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import tempfile
from pathlib import Path

if "PLAYGROUND_STATE" not in os.environ:
    os.environ["PLAYGROUND_STATE"] = tempfile.mkdtemp(prefix="playground-test-")
    atexit.register(shutil.rmtree, os.environ["PLAYGROUND_STATE"], ignore_errors=True)
    for folder in ("db", "run", "pods", "secrets"):
        Path(os.environ["PLAYGROUND_STATE"], folder).mkdir()
os.environ.setdefault("PLAYGROUND_INSTALL", f"t{secrets.token_hex(3)}")
os.environ.setdefault("PLAYGROUND_DJANGO_KEY", "the key of sessions in tests, and of nothing else in the world")
os.environ.setdefault("PLAYGROUND_NODE_KEY", "the key between web and node in tests, and of nothing else")
# One user of a test makes more pods than one person may; the tests of quotas set limits of their own.
os.environ.setdefault("PLAYGROUND_PROFILE", "baseline")
os.environ.update({
    name: os.environ.get(name, "0")
    for resource in ("PODS", "MEMBERS", "CPU", "MEMORY")
    for name in (f"PLAYGROUND_{resource}_PER_USER", f"PLAYGROUND_{resource}_PER_TEAM", f"PLAYGROUND_GUEST_{resource}")
})  # fmt: skip

from playground.settings import *  # noqa: F403
from playground.settings import DATABASES, STATE_DIR

STATIC_ROOT = STATE_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns of a folder that is not there

if DATABASES["default"]["ENGINE"] == "playground.sqlite":
    # In a file: several threads on one in-memory database do not lock as they do in earnest.
    DATABASES["default"]["TEST"] = {"NAME": str(STATE_DIR / "db" / "test.sqlite3")}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
REDIS_URL = "memory://"  # Celery keeps what is sent in the process, and nobody takes it
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
