"""What nft lists, as rows and in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.node.network import table
from sandboxes.node.readers.firewall import MOST_RULES, parse_tables, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            'iifname != "lo" ip daddr 127.0.0.0/8 drop',
            "What comes not from lo, for 127.0.0.0/8: dropped without an answer.",
        ),
        ('iifname "pg-x" goto refused', "What comes from pg-x: refused, wherever it goes."),
        (
            'iifname "pg-x" ct direction reply ct state established,related accept',
            "What comes from pg-x, in answer to what another began: let through.",
        ),
        (
            "ct status dnat ct original ip daddr 10.0.0.9 accept",
            "What comes by a published port of 10.0.0.9: let through.",
        ),
        ("meta l4proto tcp reject with tcp reset", "What comes by tcp: refused with a TCP reset."),
        ("goto refused", "All else: refused, wherever it goes."),
        ("jump mine", "All else: as chain mine says."),
        ("tcp flags syn drop", ""),
        ("ip daddr { 10.0.0.1, 10.0.0.2 } accept", ""),
        ("ip daddr 10.0.0.1 masquerade", ""),
    ],
)
def test_a_rule_is_said_in_words_or_not_at_all(text: str, words: str) -> None:
    assert words_of(text, is_first=False) == words


def test_every_rule_of_our_own_table_has_words() -> None:
    text = "\n".join(line for line in table("x", "10.0.0.9").splitlines() if not line.startswith(("add", "delete")))
    (found,) = parse_tables(text, "node", lambda name: "the pods' bridge" if name == "pg-x" else name)
    assert [chain.name for chain in found.chains] == ["refused", "prerouting", "input", "forward"]
    assert [chain.hook for chain in found.chains] == ["", "prerouting", "input", "forward"]
    assert all(rule.words for chain in found.chains for rule in chain.rules)
    assert found.chains[3].rules[2].words == "What comes from the pods' bridge: refused, wherever it goes."


def test_counters_and_control_characters_are_not_shown_as_they_are() -> None:
    listing = 'table ip t {\n\tchain c {\n\t\tcounter packets 3 bytes 9 drop comment "\x1b"\n\t}\n}\n'
    (rule,) = parse_tables(listing, "pod")[0].chains[0].rules
    assert rule.text == 'drop comment "\\x1b"'
    assert rule.words == ""


LINES = st.lists(
    st.one_of(st.text(max_size=40), st.sampled_from(["table ip t {", "chain c {", "}", "drop", "set s {"]))
)


@given(LINES)
def test_no_listing_breaks_its_reader(lines: list[str]) -> None:
    found = parse_tables("\n".join(lines), "pod")
    assert sum(len(chain.rules) for each in found for chain in each.chains) <= MOST_RULES
