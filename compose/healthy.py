"""What a container's health check runs: `python compose/healthy.py web|worker|beat|watch`. Says what is wrong.

Runs every few seconds in each of them, so it loads no Django: it speaks to the other end of what the process needs.
"""

from __future__ import annotations

import http.client
import os
import socket
import sys

STATE = os.environ["PLAYGROUND_STATE"]
# beat sends a sweep every 5 s, so this is a minute in which no worker took one.
MOST_WAITING = 12
SILENT = "20 seconds"


def web() -> str:
    """The site answers, by the first of its names."""
    name = os.environ.get("PLAYGROUND_HOSTS", "localhost").partition(",")[0].strip().lstrip("*.") or "localhost"
    site = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
    site.request("GET", "/api/playground/v1/session", headers={"Host": name})
    status = site.getresponse().status
    return "" if status == http.client.OK else f"the site answers {status}"


def worker() -> str:
    """What beat sends is taken."""
    waiting = int(redis("LLEN", f"playground-{os.environ['PLAYGROUND_INSTALL']}.sweep"))
    return f"{waiting} sweeps wait for a worker" if waiting > MOST_WAITING else ""


def beat() -> str:
    """The broker it sends to answers."""
    answer = redis("PING")
    return "" if answer == "PONG" else f"Redis says {answer}"


def watch() -> str:
    """The node's row is young and says ready: the engine answers, and pods are kept apart."""
    import psycopg  # a tenth of a second, which the others need not spend

    with psycopg.connect(os.environ["PLAYGROUND_DATABASE"], connect_timeout=4) as rows:
        row = rows.execute(
            "SELECT ready, reason, seen_at > now() - %s::interval FROM sandboxes_node WHERE name = %s",
            (SILENT, os.environ["PLAYGROUND_NODE"]),
        ).fetchone()
    if row is None or not row[2]:
        return f"watch has not been seen for {SILENT}"
    return "" if row[0] else f"the node is not ready: {row[1]}"


def redis(*words: str) -> str:
    """The answer's first line, without the sign of its kind (redis.io, "Redis serialization protocol")."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(4)
        client.connect(f"{STATE}/redis/redis.sock")
        client.sendall(" ".join(words).encode() + b"\r\n")
        return client.makefile().readline().strip()[1:]


if __name__ == "__main__":
    sys.exit({"web": web, "worker": worker, "beat": beat, "watch": watch}[sys.argv[1]]() or None)
