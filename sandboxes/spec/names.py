"""What a name may be, with Kubernetes' words for what is wrong (apimachinery: util/validation, v1.34).

PURE. Each function returns the complaints about one value, none when it is fine. Lengths are counted in bytes, as
Go does. Every expression is linear: no part of one can match what the next part begins with in more than one way.
"""

from __future__ import annotations

import re

from sandboxes.spec.causes import quoted

Complaints = tuple[str, ...]

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_SEARCH_LABEL = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SEARCH = rf"{_SEARCH_LABEL}(\.{_SEARCH_LABEL})*"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE = f"({_QUALIFIED})?"
_PORT_NAME = "[-a-z0-9]+"

_LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character"
)
_SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character"
)
_SEARCH_RULE = _SUBDOMAIN_RULE.replace("characters, '-'", "characters, '_', '-'")
_QUALIFIED_RULE = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
)
_LABEL_VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character"
)
_CONFIG_KEY = "[-._a-zA-Z0-9]+"
_CONFIG_KEY_RULE = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
_ENV_RULE = "a valid environment variable name must consist only of printable ASCII characters other than '='"


def length(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def between(low: int, high: int) -> str:
    """The rule of a number within bounds."""
    return f"must be between {low} and {high}, inclusive"


def _at_most(limit: int) -> str:
    return f"must be no more than {limit} characters"


def _unlike(rule: str, pattern: str, *examples: str) -> str:
    shown = " or ".join(f"'{example}', " for example in examples)
    return f"{rule} (e.g. {shown}regex used for validation is '{pattern}')"


def dns_label(value: str) -> Complaints:
    """An RFC 1123 label: what a member, a hostname and a namespace are called."""
    found = [_at_most(63)] if length(value) > 63 else []
    if re.fullmatch(_LABEL, value):
        return tuple(found)
    if re.fullmatch(_SUBDOMAIN, value):
        return (*found, "must not contain dots")
    return (*found, _unlike(_LABEL_RULE, _LABEL, "my-name", "123-abc"))


def dns_subdomain(value: str) -> Complaints:
    """RFC 1123 labels joined by dots: what a pod is called."""
    found = [_at_most(253)] if length(value) > 253 else []
    if not re.fullmatch(_SUBDOMAIN, value):
        found.append(_unlike(_SUBDOMAIN_RULE, _SUBDOMAIN, "example.com"))
    return tuple(found)


def search_domain(value: str) -> Complaints:
    """As dns_subdomain, with underscores: what a resolver completes names with."""
    found = [_at_most(253)] if length(value) > 253 else []
    if not re.fullmatch(_SEARCH, value):
        found.append(_unlike(_SEARCH_RULE, _SEARCH, "example.com"))
    return tuple(found)


def name_prefix(value: str) -> Complaints:
    """What a generated name begins with: a trailing hyphen is fine, for more follows it."""
    masked = value[:-2] + "a" if len(value) > 1 and value.endswith("-") else value
    return dns_subdomain(masked)


def qualified_name(value: str) -> Complaints:
    """The key of a label, and in lower case of an annotation: [subdomain/]name."""
    unlike = _unlike(_QUALIFIED_RULE, _QUALIFIED, "MyName", "my.name", "123-abc")
    match value.split("/"):
        case [name]:
            found = []
        case ["", name]:
            found = ["prefix part must be non-empty"]
        case [prefix, name]:
            found = [f"prefix part {complaint}" for complaint in dns_subdomain(prefix)]
        case _:
            return (
                f"a qualified name {unlike} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
            )
    if not name:
        found.append("name part must be non-empty")
    elif length(name) > 63:
        found.append(f"name part {_at_most(63)}")
    if not re.fullmatch(_QUALIFIED, name):
        found.append(f"name part {unlike}")
    return tuple(found)


def label_value(value: str) -> Complaints:
    """What stands in a label; may be empty."""
    found = [_at_most(63)] if length(value) > 63 else []
    if not re.fullmatch(_LABEL_VALUE, value):
        found.append(_unlike(_LABEL_VALUE_RULE, _LABEL_VALUE, "MyValue", "my_value", "12345"))
    return tuple(found)


def port_name(value: str) -> Complaints:
    """A service name of RFC 6335 §5.1, in lower case."""
    rules = {
        _at_most(15): length(value) <= 15,
        "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)": re.fullmatch(_PORT_NAME, value),
        "must contain at least one letter (a-z)": re.search("[a-z]", value),
        "must not contain consecutive hyphens": "--" not in value,
        "must not begin or end with a hyphen": not value.startswith("-") and not value.endswith("-"),
    }
    return tuple(rule for rule, kept in rules.items() if not kept)


def env_name(value: str) -> Complaints:
    """The name of an environment variable, as wide as Kubernetes 1.34 takes it."""
    return () if all(" " <= character <= "~" and character != "=" for character in value) else (_ENV_RULE,)


def config_key(value: str) -> Complaints:
    """A key of a ConfigMap or Secret, which may become a file's name."""
    found = [_at_most(253)] if length(value) > 253 else []
    if not re.fullmatch(_CONFIG_KEY, value):
        found.append(_unlike(_CONFIG_KEY_RULE, _CONFIG_KEY, "key.name", "KEY_NAME", "key-name"))
    if value == ".":
        found.append("must not be '.'")
    elif value == "..":
        found.append("must not be '..'")
    elif value.startswith(".."):
        found.append("must not start with '..'")
    return tuple(found)


def without_nul(value: str) -> Complaints:
    """An argument or a variable ends at its first NUL byte (execve(2)), so none may be inside."""
    return (f"must not contain {quoted(chr(0))}",) if "\0" in value else ()
