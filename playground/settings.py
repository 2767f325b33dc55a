"""All settings, once. Each is an environment variable named PLAYGROUND_…; a bad value refuses to boot.

What the service keeps lies in one state directory, one path for web, worker and watch:
`db/` (SQLite, shared by group) · `secrets/` · `run/` (the node's socket) · `redis/` (its socket)
· `pods/<uid>/` and `recordings/<uid>/` (root's).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from playground.environment import command, flag, names, number, one_of, text
from sandboxes.preview.hosts import DOMAIN, is_preview_host

BASE_DIR = Path(__file__).resolve().parent.parent


def secret(name: str) -> str:
    """A value, or the content of the file `<state>/secrets/<name>` that `manage.py prepare` made at first run."""
    path = STATE_DIR / "secrets" / name
    given = text(f"{name.upper()}_KEY", "")
    if given:
        return given
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return ""  # checks.py refuses to serve with an empty one; `prepare` must be able to run without
    except PermissionError as exc:
        raise ImproperlyConfigured(f"{path} cannot be read by uid {os.geteuid()}: it belongs to the web group") from exc


# This installation. `INSTALL` keeps two checkouts, or a test run, from touching each other's containers.
INSTALL = text("INSTALL", "main")
if not re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?", INSTALL):
    raise ImproperlyConfigured("PLAYGROUND_INSTALL must be 1-10 lower-case letters, digits or inner hyphens")
STATE_DIR = Path(text("STATE", f"/var/lib/playground/{INSTALL}"))
NODE_NAME = text("NODE", "n1")
NODE_SOCKET = STATE_DIR / "run" / "node.sock"
WEB_GROUP = text("WEB_GROUP", "playground")
SECRET_KEY = secret("django")
NODE_KEY = secret("node")

# The pods.
PAUSE_IMAGE = text("PAUSE_IMAGE", "playground/pause:1")
# The one address a hostPort is published on; the admin may open another, nobody may open all of them.
HOST_IP = text("HOST_IP", "127.0.0.1")
if HOST_IP in ("", "0.0.0.0", "::"):
    raise ImproperlyConfigured(
        "PLAYGROUND_HOST_IP must be one address: docker-proxy repeats outside callers as the host"
    )
# What learners' pods run under: restricted, baseline or lab (docs/profiles.md).
PROFILE = one_of("PROFILE", "restricted", ("restricted", "baseline", "lab"))
# Bytes of an image, as its registry sends it, that is pulled at most; 0: any number.
IMAGE_BYTES = number("IMAGE_BYTES", 2 * 2**30)
# A command that watch runs before an image is used for the first time, with the image's id after its own arguments;
# "": no image is scanned. Seconds that it may take.
IMAGE_SCAN = command("IMAGE_SCAN")
IMAGE_SCAN_SECONDS = number("IMAGE_SCAN_SECONDS", 300)
NODE_MAX_PODS = number("NODE_MAX_PODS", 100)
# What the pods of one user may have together; 0: no limit. Staff has none. Milli-CPUs, bytes, seconds of life.
PODS_PER_USER = number("PODS_PER_USER", 3)
MEMBERS_PER_USER = number("MEMBERS_PER_USER", 16)
CPU_PER_USER = number("CPU_PER_USER", 16000)
MEMORY_PER_USER = number("MEMORY_PER_USER", 8 * 2**30)
SECONDS_PER_USER = number("SECONDS_PER_USER", 0)
# Pods of one team, and of all guests, together.
PODS_PER_TEAM = number("PODS_PER_TEAM", 10)
GUEST_PODS = number("GUEST_PODS", 20)
# How long a pod lives unless it is extended, and how far it can be: seconds from when it was made; 0: no end.
POD_TTL = number("POD_TTL", 8 * 3600)
POD_TTL_MAX = number("POD_TTL_MAX", 24 * 3600)
GUEST_TTL = number("GUEST_TTL", 3600)
GUEST_TTL_MAX = number("GUEST_TTL_MAX", 2 * 3600)
# Stopped when nobody used it for so many seconds, at all or since it was started, or when it does not come to run.
IDLE = number("IDLE", 3600)
NEVER_USED = number("NEVER_USED", 3600)
START_WITHIN = number("START_WITHIN", 900)
# Pull and start failures are tried again after base, doubling to cap; seconds (kubelet: 10 and 300).
BACKOFF_BASE = number("BACKOFF_BASE", 10)
BACKOFF_CAP = number("BACKOFF_CAP", 300)
BACKOFF_RESET = number("BACKOFF_RESET", 600)
NAMESPACE_MAX_CONFIGS = number("NAMESPACE_MAX_CONFIGS", 100)
# A shell that nobody is attached to lives for so many seconds.
TERMINAL_KEPT = number("TERMINAL_KEPT", 60)
# A page lets go of a shell in which nothing was typed or shown for so many seconds; 0: never.
TERMINAL_IDLE = number("TERMINAL_IDLE", 3600)
TERMINAL_MAX_PER_POD = number("TERMINAL_MAX_PER_POD", 16)
TERMINAL_MAX_PER_USER = number("TERMINAL_MAX_PER_USER", 16)
# Bytes of a tar that is copied into a member.
COPY_MOST = number("COPY_MOST", 64 * 2**20)
# Of one pod's recording on its node: bytes (0: nothing is recorded), and seconds up to its newest moment.
RECORDING_BYTES = number("RECORDING_BYTES", 8 * 2**20)
RECORDING_SECONDS = number("RECORDING_SECONDS", 7200)

# Days that the audit trail keeps; 0: for ever.
TRAIL_DAYS = number("TRAIL_DAYS", 180)
# Of one user, or of one address that is not signed in; sockets at once, in one web process. 0: any number.
REQUESTS_PER_MINUTE = number("REQUESTS_PER_MINUTE", 600)
CREATES_PER_MINUTE = number("CREATES_PER_MINUTE", 20)
SOCKETS_PER_USER = number("SOCKETS_PER_USER", 64)
# Who gets in, and with what rights. `GUESTS`: whether people without an account do: not at all, with a code, or freely.
GUESTS = one_of("GUESTS", "codes", ("off", "codes", "open"))
# Minutes that a guest without a code stays; those with one stay as their code says.
GUEST_MINUTES = number("GUEST_MINUTES", 60)
GUEST_MAX = number("GUEST_MAX", 100)
STAFF_MFA = flag("STAFF_MFA", False)

# Django.
DEBUG = flag("DEBUG", False)
ALLOWED_HOSTS = names("HOSTS", "localhost,127.0.0.1,[::1]")
# Origins besides the request's own that a cookie may come from: https://portal.example
CSRF_TRUSTED_ORIGINS = names("ORIGINS", "")
ROOT_URLCONF = "playground.urls"
ASGI_APPLICATION = "playground.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
APPEND_SLASH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20

INSTALLED_APPS = [
    "people.apps.AdminsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "people",
    "sandboxes",
]
MIDDLEWARE = [
    "sandboxes.api.edge.edge",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "sandboxes.api.trail.keep",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "frontend" / "dist"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "people.backends.Auditors"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{kind}"}
    for kind in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# allauth: the second factor, and OpenID Connect. Its own pages are not served, and it sends no mail.
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "people.oidc.Accounts"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_UNIQUE_EMAIL = False
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*"]
MFA_TOTP_ISSUER = "Pod playground"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

# The identity provider: its issuer's address, "" for none; the claim that holds somebody's groups.
OIDC_ISSUER, OIDC_NAME = text("OIDC_ISSUER", ""), text("OIDC_NAME", "your organisation")
OIDC_GROUPS = text("OIDC_GROUPS", "groups")
_OIDC_APP = {
    "provider_id": "organisation",
    "name": OIDC_NAME,
    "client_id": text("OIDC_CLIENT", ""),
    "secret": text("OIDC_SECRET", ""),
    "settings": {"server_url": OIDC_ISSUER},
}
if OIDC_ISSUER and not (OIDC_ISSUER.startswith(("https://", "http://")) and _OIDC_APP["client_id"]):
    raise ImproperlyConfigured("PLAYGROUND_OIDC_ISSUER must be an https:// address, and needs PLAYGROUND_OIDC_CLIENT")
SOCIALACCOUNT_ADAPTER = "people.oidc.Provided"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a link: form-action of the page's policy lets no form lead to another site
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [_OIDC_APP] if OIDC_ISSUER else []}}

# Cookies and headers. Secure cookies need TLS in front; a browser on localhost has none.
SECURE_COOKIES = flag("SECURE_COOKIES", False)
SESSION_ENGINE = "people.sessions"
SESSION_COOKIE_AGE = 28800
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
# Cookies know no port (RFC 6265 §8.5): two installations on one host would sign each other's visitors out.
_HOST_ONLY = "__Host-" if SECURE_COOKIES else ""
SESSION_COOKIE_NAME = f"{_HOST_ONLY}sessionid_{INSTALL}"
CSRF_COOKIE_NAME = f"{_HOST_ONLY}csrftoken_{INSTALL}"
X_FRAME_OPTIONS = "DENY"
# Where TLS stands in front a browser never comes without it again; the health checks of the machine itself do.
HSTS = number("HSTS", 31_536_000)
SECURE_HSTS_SECONDS = HSTS if SECURE_COOKIES else 0
SECURE_SSL_REDIRECT = SECURE_COOKIES
SECURE_REDIRECT_EXEMPT = [r"^api/playground/v1/session$"]
# Of other sites below the same name this one knows nothing, so it does not speak for them (subdomains, preload).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# Pods' own web applications, each on a host below this name: another site than the portal's, to browsers as well.
PREVIEW_DOMAIN = text("PREVIEW_DOMAIN", "preview.localhost").lower()
if not DOMAIN.fullmatch(PREVIEW_DOMAIN):
    raise ImproperlyConfigured(f"PLAYGROUND_PREVIEW_DOMAIN must be a domain name, not {PREVIEW_DOMAIN!r}")
if any(is_preview_host(host.lstrip("."), PREVIEW_DOMAIN) for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured("PLAYGROUND_PREVIEW_DOMAIN must not hold a name of PLAYGROUND_HOSTS: nobody reaches it")
PREVIEW_COOKIE_NAME = f"{_HOST_ONLY}preview_{INSTALL}"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "frontend" / "collected"
STATICFILES_DIRS = [path for path in [BASE_DIR / "frontend" / "dist" / "static"] if path.is_dir()]


# Seconds. For worker and watch, whose threads stay; web's live for one request, and so must their connections.
CONN_MAX_AGE = number("CONN_MAX_AGE", 0)


def database(url: str) -> dict[str, Any]:
    """`sqlite` in the state directory, postgres://user:password@host:port/name, or for a server on a unix socket
    postgres://user@/name?host=/its/folder, as libpq has it ("Connection URIs" in PostgreSQL's manual).
    """
    if url == "sqlite":
        return {
            "ENGINE": "playground.sqlite",
            "NAME": STATE_DIR / "db" / "playground.sqlite3",
            "CONN_MAX_AGE": CONN_MAX_AGE,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured("PLAYGROUND_DATABASE must be sqlite or postgres://user:password@host:port/name")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    folder = options.pop("host", None)
    if options or (folder is not None and (parts.hostname or not folder.startswith("/"))):
        raise ImproperlyConfigured("PLAYGROUND_DATABASE takes one option: ?host=, the folder of a server's unix socket")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": folder or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": CONN_MAX_AGE,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database(text("DATABASE", "sqlite"))}

# Redis: Celery's broker (0) and the channel layer's nudges. A unix socket of our own by default: no port to clash with.
REDIS_SOCKET = STATE_DIR / "redis" / "redis.sock"
REDIS_URL = text("REDIS", f"unix://{REDIS_SOCKET}")
# A connection over a unix socket does not know the option.
KEEPALIVE = {} if REDIS_URL.startswith("unix:") else {"socket_keepalive": True}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            # redis-py 8 gives every connection a 5 s time-out, which drops one that waits for messages.
            "hosts": [{"address": REDIS_URL, "socket_timeout": None} | KEEPALIVE],
            "prefix": f"playground-{INSTALL}",
        },
    }
}

LOG_LEVEL = one_of("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOG_FORMAT = one_of("LOG_FORMAT", "line", ("line", "json"))
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "playground.logs.Line"}, "json": {"()": "playground.logs.as_json"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # They tell of every call to the node, and thrice of every message: the sweep's come every 5 s.
    "loggers": {
        name: {"level": "WARNING"} for name in ("httpx", "celery.app.trace", "celery.worker.strategy", "celery.beat")
    },
}
