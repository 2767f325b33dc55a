"""Times as Kubernetes writes them: RFC 3339 in UTC. PURE."""

from __future__ import annotations

from datetime import datetime


def stamp(at: datetime) -> str:
    """metav1.Time: whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def exact(at: datetime) -> str:
    """metav1.MicroTime cut to milliseconds, for what lasts less than a second."""
    return f"{at.strftime('%Y-%m-%dT%H:%M:%S')}.{at.microsecond // 1000:03d}Z"
