"""How often somebody may ask: token buckets in Redis, each taken from in one step, so that many at once are many.

What must never be exceeded is a quota, which is a row. A throttle keeps the rest usable; without Redis there is none.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from math import ceil

import redis
from django.conf import settings

from sandboxes.errors import TooManyRequests

log = logging.getLogger(__name__)
WAITS = 1.0  # seconds for Redis, whoever serves

# KEYS: the bucket. ARGV: how many it holds, how many come back a second. Seconds until there is one, "0" when taken.
# Redis' own clock: web processes may disagree on the time.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local most, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local left = math.min(most, (tonumber(kept[1]) or most) + math.max(0, now - (tonumber(kept[2]) or now)) * rate)
local wait = 0
if left >= 1 then left = left - 1 else wait = (1 - left) / rate end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], math.ceil(most / rate) + 1)
return tostring(wait)
"""


@dataclass(frozen=True)
class Rate:
    """`most` a minute of what is called `what`, all of them at once if need be; 0 is any number."""

    name: str
    what: str
    most: int


def requests() -> Rate:
    return Rate("requests", "requests", settings.REQUESTS_PER_MINUTE)


def creates() -> Rate:
    return Rate("creates", "new pods", settings.CREATES_PER_MINUTE)


def previews() -> Rate:
    return Rate("previews", "tries to open a preview", settings.REQUESTS_PER_MINUTE)


def refusals() -> Rate:
    """Of one address, of what is kept in the trail of those who were refused and are not signed in."""
    return Rate("refusals", "refused requests", 60)


def reports() -> Rate:
    """Of one address, of what is written to the log without asking who sends it."""
    return Rate("reports", "reports", 60)


def take(rate: Rate, whose: str) -> None:
    """One of them. Raises TooManyRequests with the seconds to wait."""
    if rate.most <= 0 or settings.REDIS_URL.startswith("memory:"):
        return
    try:
        key = f"playground-{settings.INSTALL}.rate.{rate.name}.{whose}"
        wait = float(_redis().eval(_TAKE, 1, key, rate.most, rate.most / 60))
    except redis.RedisError as exc:
        log.warning("no throttle: %s", exc)
        return
    if wait > 0:
        raise TooManyRequests(f"too many {rate.what}: at most {rate.most} a minute", seconds=ceil(wait))


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=WAITS, socket_connect_timeout=WAITS)
