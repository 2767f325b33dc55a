"""How log lines are written: for people, or as JSON; with the request, task and pod that they belong to.

What users made up is in messages: no control character of it reaches a terminal, and no line looks like another's.
"""

from __future__ import annotations

import logging
from typing import Any

import structlog

from sandboxes.visible import visible

LONGEST = 16 * 1024


class Line(logging.Formatter):
    """`time level logger message key=value …`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatException(self, ei: Any) -> str:
        """Indented: no line of it can be taken for one that begins with a time."""
        lines = super().formatException(ei).split("\n")
        return "\n".join("  " + visible(line.encode("utf-8", "surrogatepass")) for line in lines)

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = visible(record.message.encode("utf-8", "surrogatepass"))[:LONGEST]
        context = structlog.contextvars.get_contextvars()
        return super().formatMessage(record) + "".join(f" {key}={value}" for key, value in sorted(context.items()))


def as_json() -> logging.Formatter:
    """One object a line: event, level, logger, timestamp (RFC 3339, UTC), exception, and the context's keys."""
    about: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _cut,
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=about,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )


def _cut(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    return event | {"event": str(event["event"])[:LONGEST]}
