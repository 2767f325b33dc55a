"""The rules that nft(8) lists, as rows and in words. Pure, but for `listed`, which asks nft where its thread is."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Callable
from typing import Literal

from sandboxes import wiring_wire as wire
from sandboxes.errors import PlaygroundError
from sandboxes.visible import visible

WITHIN = 5
# A pod that may set rules may set many.
MOST_BYTES, MOST_RULES, LONGEST_RULE = 1 << 18, 400, 500

_TABLE = re.compile(r"table (\S+ \S+) \{")
_CHAIN = re.compile(r"chain (\S+) \{")
_HOOK = re.compile(r"type \S+ hook (\S+)(?: device \S+)? priority [^;]+;(?: policy (\w+);)?")
_COUNTER = re.compile(r"counter packets \d+ bytes \d+ ?")

# What a rule may begin with, one after the other, and how it is said; {0} is what the parentheses hold.
_MATCHES = tuple(
    (re.compile(rf"{pattern}(?: |$)"), words)
    for pattern, words in (
        (r'(?:iifname|iif|meta ibrname) "?([^"\s!]+)"?', "from {0}"),
        (r'(?:iifname|iif|meta ibrname) != "?([^"\s]+)"?', "not from {0}"),
        (r'(?:oifname|oif|meta obrname) "?([^"\s!]+)"?', "to {0}"),
        (r'(?:oifname|oif|meta obrname) != "?([^"\s]+)"?', "not to {0}"),
        (r"ct direction reply ct state established,related", "in answer to what another began"),
        (r"ct state established,related", "of a connection that stands"),
        (r"ct status dnat ct original ip daddr (\S+)", "by a published port of {0}"),
        (r"ip6? daddr ([^\s!{]+)", "for {0}"),
        (r"ip6? saddr ([^\s!{]+)", "sent by {0}"),
        (r"(?:meta l4proto|ip protocol) (\w+)", "by {0}"),
        (r"(?:tcp|udp) dport ([\d-]+)", "to port {0}"),
        (r"ether type (\w+)", "of kind {0}"),
    )
)
_VERDICTS = (
    (re.compile(r"accept$"), "let through"),
    (re.compile(r"drop$"), "dropped without an answer"),
    (re.compile(r"reject with tcp reset$"), "refused with a TCP reset"),
    (re.compile(r"reject(?: with .+)?$"), "refused, and the sender is told"),
    (re.compile(r"(?:goto|jump) refused$"), "refused, wherever it goes"),
    (re.compile(r"(?:goto|jump) (\S+)$"), "as chain {0} says"),
    (re.compile(r"return$"), "back to the chain it came from"),
)


def listed(what: str) -> str | None:
    """What `nft list …` prints, its first 256 KiB; None where there is no such table. Raises PlaygroundError.

    No more is ever read: a pod may have set as many rules as it likes, and nft is ended at the bound.
    """
    try:
        with subprocess.Popen(  # noqa: S603 - as below
            ["nft", "list", *what.split()],  # noqa: S607 - words of our own; found on root's PATH
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            assert process.stdout is not None
            late = threading.Timer(WITHIN, process.kill)
            late.start()
            try:
                out = process.stdout.read(MOST_BYTES + 1)
                if len(out) > MOST_BYTES:
                    process.kill()
                process.wait()
            finally:
                late.cancel()
                process.kill()
    except OSError as exc:
        raise PlaygroundError(f"nft: {exc}") from exc
    if process.returncode == 0 or len(out) > MOST_BYTES:
        return out[:MOST_BYTES].decode(errors="surrogateescape")
    if process.returncode < 0:
        raise PlaygroundError(f"nft: no end within {WITHIN:.0f} seconds")
    if b"No such file or directory" in out:
        return None
    raise PlaygroundError(f"nft: {visible(out[:300])}")


def parse_tables(
    text: str, place: Literal["node", "pod"], called: Callable[[str], str] = str
) -> tuple[wire.Table, ...]:
    """The chains of a listing with their rules, at most 400; what else a table holds is left out.

    `called` gives an interface's name in words.
    """
    tables: list[tuple[str, list[tuple[str, list[str], list[str]]]]] = []
    depth, left = 0, MOST_RULES
    for raw in text.splitlines():
        line = raw.strip()
        if depth == 0 and (found := _TABLE.match(line)):
            tables.append((found[1], []))
        elif depth == 1 and tables and (found := _CHAIN.match(line)):
            tables[-1][1].append((found[1], ["", ""], []))
        elif depth == 2 and tables and tables[-1][1] and line != "}":
            _, head, rules = tables[-1][1][-1]
            if hook := _HOOK.match(line):
                head[:] = hook[1], hook[2] or ""
            elif line and not line.startswith("#") and left > 0:
                rules.append(line)
                left -= 1
        depth = max(0, depth + line.endswith("{") - (line == "}"))
    return tuple(
        wire.Table(
            place=place,
            name=_shown(name),
            chains=tuple(
                wire.Chain(name=_shown(chain), hook=_shown(head[0]), policy=head[1], rules=_rules(rules, called))
                for chain, head, rules in chains
            ),
        )
        for name, chains in tables
    )


def _rules(lines: list[str], called: Callable[[str], str]) -> tuple[wire.Rule, ...]:
    found = []
    for at, line in enumerate(lines):
        text = _COUNTER.sub("", line)
        found.append(wire.Rule(words=_shown(words_of(text, is_first=at == 0, called=called)), text=_shown(text)))
    return tuple(found)


def words_of(text: str, *, is_first: bool, called: Callable[[str], str] = str) -> str:
    """A rule as a sentence, "" where a part of it has no words here: half a rule would be another rule."""
    said, rest = [], text
    while True:
        for pattern, words in _MATCHES:
            if found := pattern.match(rest):
                said.append(words.format(*(called(group) for group in found.groups())))
                rest = rest[found.end() :]
                break
        else:
            break
    for pattern, words in _VERDICTS:
        if found := pattern.match(rest):
            who = f"What comes {', '.join(said)}" if said else "Everything" if is_first else "All else"
            return f"{who}: {words.format(*found.groups())}."
    return ""


def _shown(text: str) -> str:
    return visible(text.encode("utf-8", "surrogateescape"))[:LONGEST_RULE]
