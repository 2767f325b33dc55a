"""dnsPolicy and dnsConfig: what members' resolv.conf says."""

from __future__ import annotations

import json

from sandboxes.errors import Cause
from sandboxes.spec import names
from sandboxes.spec.causes import invalid, not_supported, required
from sandboxes.spec.models import DNSConfig, PodSpec
from sandboxes.spec.rules.ports import ADDRESS_RULE, is_address
from sandboxes.spec.rules.texts import Causes, count, each, text

POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
# What a resolver takes: addresses, domains, and bytes of all domains with a space between.
MOST_NAMESERVERS = 3
MOST_SEARCHES = 32
SEARCHES_SIZE = 2048
MOST_OPTIONS = 64  # the playground's


def dns_policy(spec: PodSpec) -> Causes:
    if spec.dns_policy and spec.dns_policy not in POLICIES:
        yield not_supported("spec.dnsPolicy", spec.dns_policy, POLICIES)


def dns_config(spec: PodSpec) -> Causes:
    at, config = "spec.dnsConfig", spec.dns_config
    if spec.dns_policy == "None":
        if config is None:
            yield required(at, "must provide `dnsConfig` when `dnsPolicy` is None")
            return
        if not config.nameservers:
            yield required(f"{at}.nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None")
            return
    if config is not None:
        yield from _nameservers(f"{at}.nameservers", config.nameservers)
        yield from _searches(f"{at}.searches", config.searches)
        yield from _options(f"{at}.options", config)


def _nameservers(at: str, nameservers: tuple[str, ...]) -> Causes:
    if len(nameservers) > MOST_NAMESERVERS:
        yield _list(at, nameservers, f"must not have more than {MOST_NAMESERVERS} nameservers")
    for i, server in enumerate(nameservers):
        if not is_address(server):
            yield invalid(f"{at}[{i}]", server, ADDRESS_RULE)


def _searches(at: str, searches: tuple[str, ...]) -> Causes:
    if len(searches) > MOST_SEARCHES:
        yield _list(at, searches, f"must not have more than {MOST_SEARCHES} search paths")
    if names.length(" ".join(searches)) > SEARCHES_SIZE:
        told = f"must not have more than {SEARCHES_SIZE} characters (including spaces) in the search list"
        yield _list(at, searches, told)
    for i, search in enumerate(searches):
        if search != ".":
            yield from each(f"{at}[{i}]", search.removesuffix("."), names.search_domain)


def _options(at: str, config: DNSConfig) -> Causes:
    """Kubernetes wants a name; that each is one word keeps the file a resolv.conf."""
    yield from count(at, len(config.options), MOST_OPTIONS)
    for i, option in enumerate(config.options):
        if not option.name:
            yield required(f"{at}[{i}]", "must not be empty")
        for key, word in (("name", option.name), ("value", option.value or "")):
            yield from text(f"{at}[{i}].{key}", word)
            if word and word.split() != [word]:
                yield invalid(f"{at}[{i}].{key}", word, "must be one word")


def _list(at: str, given: tuple[str, ...], rule: str) -> Cause:
    shown = json.dumps(given, separators=(",", ":"), ensure_ascii=False)
    return Cause(at, "FieldValueInvalid", f"Invalid value: {shown}: {rule}")
