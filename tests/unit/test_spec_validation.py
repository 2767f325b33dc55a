"""What a pod may be: Kubernetes' rules in Kubernetes' words, and the playground's sizes. One sentence a rule."""

from __future__ import annotations

from typing import Any

import pytest

from sandboxes.errors import SpecRefused
from sandboxes.spec import Container, ContainerPort, EnvVar, ObjectMeta, Pod, PodSpec, decode, validate
from sandboxes.spec.names import dns_subdomain, search_domain
from sandboxes.spec.rules.metadata import ANNOTATIONS_SIZE
from sandboxes.spec.validation import MOST_CAUSES

SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
    "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
LABEL = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
    "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
NAME_PART = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
PORTS = "must be between 1 and 65535, inclusive"

Told = list[tuple[str, str, str]]


def told(pod: Pod) -> Told:
    return [(cause.field, cause.reason.removeprefix("FieldValue"), cause.message) for cause in validate(pod)]


def of_metadata(**metadata: Any) -> Told:
    return told(Pod(metadata=ObjectMeta(**{"name": "a"} | metadata), spec=PodSpec(containers=(member(),))))


def of_spec(**spec: Any) -> Told:
    return told(Pod(metadata=ObjectMeta(name="a"), spec=PodSpec(**{"containers": (member(),)} | spec)))


def of_member(**fields: Any) -> Told:
    """Fields are told from the member on."""
    found = of_spec(containers=(member(**fields),))
    return [(field.removeprefix("spec.containers[0]."), reason, message) for field, reason, message in found]


def of_port(**fields: Any) -> Told:
    found = of_member(ports=(ContainerPort(**{"container_port": 80} | fields),))
    return [(field.removeprefix("ports[0]."), reason, message) for field, reason, message in found]


def member(**fields: Any) -> Container:
    return Container(**{"name": "a", "image": "nginx"} | fields)


def invalid(field: str, value: str, rule: str) -> tuple[str, str, str]:
    return field, "Invalid", f"Invalid value: {value}: {rule}"


def test_a_small_pod_is_valid() -> None:
    assert of_metadata() == []


def test_an_empty_pod_lacks_a_name_and_containers() -> None:
    assert told(decode({})) == [
        ("metadata.name", "Required", "Required value: name or generateName is required"),
        ("spec.containers", "Required", "Required value"),
    ]


@pytest.mark.parametrize("name", ["a", "a.b", "0", "a-b.c-d", "x" * 253])
def test_a_pod_is_named_by_a_subdomain(name: str) -> None:
    assert of_metadata(name=name) == []


@pytest.mark.parametrize("name", ["A", "-a", "a-", "a..b", ".a", "a_b", "a\n", "é", "a b"])
def test_a_pod_is_not_named_by_anything_else(name: str) -> None:
    shown = '"a\\n"' if name == "a\n" else f'"{name}"'
    assert of_metadata(name=name) == [invalid("metadata.name", shown, SUBDOMAIN)]


def test_a_name_ends_at_253() -> None:
    assert of_metadata(name="x" * 254) == [
        invalid("metadata.name", f'"{"x" * 254}"', "must be no more than 253 characters")
    ]


def test_the_beginning_of_a_name_may_end_in_a_hyphen() -> None:
    assert of_metadata(generate_name="web-") == []
    assert of_metadata(generate_name="-") == [invalid("metadata.generateName", '"-"', SUBDOMAIN)]
    assert of_metadata(generate_name="web_") == [invalid("metadata.generateName", '"web_"', SUBDOMAIN)]


def test_a_namespace_is_a_label_and_none_is_no_complaint() -> None:
    assert of_metadata(namespace="ann") == []
    assert of_metadata(namespace="a.b") == [invalid("metadata.namespace", '"a.b"', "must not contain dots")]


@pytest.mark.parametrize("key", ["app", "App_1.x", "example.com/app", "x" * 63])
def test_keys_that_a_label_may_have(key: str) -> None:
    assert of_metadata(labels={key: "Value_1.x-y"}) == []


@pytest.mark.parametrize(
    ("key", "rules"),
    [
        ("", ["name part must be non-empty", NAME_PART]),
        ("a b", [NAME_PART]),
        ("x" * 64, ["name part must be no more than 63 characters"]),
        ("/a", ["prefix part must be non-empty"]),
        ("A/a", [f"prefix part {SUBDOMAIN}"]),
        ("a/b/c", [
            f"a qualified name {NAME_PART.removeprefix('name part ')} with an optional DNS subdomain prefix and '/' "
            "(e.g. 'example.com/MyName')"
        ]),
    ],
)  # fmt: skip
def test_keys_that_a_label_may_not_have(key: str, rules: list[str]) -> None:
    assert of_metadata(labels={key: ""}) == [invalid("metadata.labels", f'"{key}"', rule) for rule in rules]


def test_a_long_label_value_is_told_by_its_length() -> None:
    assert of_metadata(labels={"a": "x" * 64}) == [
        invalid("metadata.labels", f'"{"x" * 64}"', "must be no more than 63 characters")
    ]


def test_labels_of_the_playground_are_its_own() -> None:
    assert of_metadata(labels={"playground/uid": "x", "playground.example/uid": "x"}) == [
        ("metadata.labels[playground/uid]", "Forbidden", "Forbidden: labels under playground/ are the playground's own")
    ]


def test_an_annotations_key_may_have_capitals_and_its_value_anything() -> None:
    assert of_metadata(annotations={"Example.COM/Note": "anything\n at all é"}) == []
    assert of_metadata(annotations={"a b": ""}) == [invalid("metadata.annotations", '"a b"', NAME_PART)]


def test_annotations_share_256_kib() -> None:
    assert of_metadata(annotations={"a": "é" * ((ANNOTATIONS_SIZE - 2) // 2)}) == []
    assert of_metadata(annotations={"a": "x" * ANNOTATIONS_SIZE}) == [
        ("metadata.annotations", "TooLong", "Too long: may not be more than 262144 bytes")
    ]


def test_a_member_needs_a_name_and_an_image() -> None:
    assert of_member(name="", image="") == [
        ("name", "Required", "Required value"),
        ("image", "Required", "Required value"),
    ]


def test_a_member_is_named_by_a_label() -> None:
    assert of_member(name="a_b") == [invalid("name", '"a_b"', LABEL)]
    assert of_member(name="POD") == [invalid("name", '"POD"', LABEL)]


def test_members_are_named_differently() -> None:
    assert of_spec(containers=(member(), member(name="b"), member())) == [
        ("spec.containers[2].name", "Duplicate", 'Duplicate value: "a"')
    ]


def test_an_image_that_does_not_parse_is_no_error_here() -> None:
    assert of_member(image="UPPER CASE:::") == []


def test_an_image_has_no_space_around_it_and_that_is_told_last() -> None:
    assert of_spec(containers=(member(image="nginx\t"),), restart_policy="x", hostname="A") == [
        ("spec.restartPolicy", "NotSupported",
         'Unsupported value: "x": supported values: "Always", "OnFailure", "Never"'),
        invalid("spec.hostname", '"A"', LABEL),
        invalid("spec.containers[0].image", r'"nginx\t"', "must not have leading or trailing whitespace"),
    ]  # fmt: skip


def test_an_image_reference_has_512_bytes_at_most() -> None:
    assert of_member(image="x" * 513) == [("image", "TooLong", "Too long: may not be more than 512 bytes")]


@pytest.mark.parametrize("name", ["http", "a", "x" * 15, "1a", "a-b"])
def test_a_port_may_be_named_as_a_service(name: str) -> None:
    assert of_port(name=name) == []


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("x" * 16, ["must be no more than 15 characters"]),
        ("80", ["must contain at least one letter (a-z)"]),
        ("a--b", ["must not contain consecutive hyphens"]),
        ("a-", ["must not begin or end with a hyphen"]),
        ("HTTP", [
            "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
            "must contain at least one letter (a-z)",
        ]),
    ],
)  # fmt: skip
def test_names_that_a_port_may_not_have(name: str, rules: list[str]) -> None:
    assert of_port(name=name) == [invalid("name", f'"{name}"', rule) for rule in rules]


def test_ports_of_a_member_are_named_differently() -> None:
    port = ContainerPort(name="web", container_port=80)
    assert of_member(ports=(port, port)) == [("ports[1].name", "Duplicate", 'Duplicate value: "web"')]
    assert of_spec(containers=(member(ports=(port,)), member(name="b", ports=(port,)))) == []


def test_a_port_is_1_to_65535() -> None:
    assert of_port(container_port=1, host_port=65535) == []
    assert of_port(container_port=0) == [("containerPort", "Required", "Required value")]
    assert of_port(container_port=70000) == [invalid("containerPort", "70000", PORTS)]
    assert of_port(host_port=65536) == [invalid("hostPort", "65536", PORTS)]
    assert of_port(host_port=-1, container_port=-1) == [
        invalid("containerPort", "-1", PORTS),
        invalid("hostPort", "-1", PORTS),
    ]


def test_a_port_speaks_one_of_three_protocols() -> None:
    assert [of_port(protocol=protocol) for protocol in ("", "TCP", "UDP", "SCTP")] == [[]] * 4
    assert of_port(protocol="tcp") == [
        ("protocol", "NotSupported", 'Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"')
    ]


def test_a_host_address_is_an_address() -> None:
    assert [of_port(host_ip=address) for address in ("127.0.0.1", "::1")] == [[]] * 2
    rule = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
    assert of_port(host_ip="fe80::1%eth0") == [invalid("hostIP", '"fe80::1%eth0"', rule)]
    assert of_port(host_ip="localhost") == [invalid("hostIP", '"localhost"', rule)]


def test_a_host_port_is_claimed_once_by_protocol_and_address() -> None:
    def ports(*claims: tuple[str, str]) -> tuple[ContainerPort, ...]:
        return tuple(
            ContainerPort(container_port=80, host_port=8080, protocol=protocol, host_ip=address)
            for protocol, address in claims
        )

    assert of_member(ports=ports(("TCP", ""), ("UDP", ""), ("TCP", "::1"))) == []
    assert of_spec(containers=(member(ports=ports(("TCP", "::1"))), member(name="b", ports=ports(("", "::1"))))) == [
        ("spec.containers[1].ports[0].hostPort", "Duplicate", 'Duplicate value: "TCP/::1/8080"')
    ]


@pytest.mark.parametrize("name", ["A", "1", "my.env-name", "a b", "~", "$(x)"])
def test_a_variable_is_named_by_anything_printable(name: str) -> None:
    assert of_member(env=(EnvVar(name=name),)) == []


@pytest.mark.parametrize(("name", "shown"), [("A=B", '"A=B"'), ("é", '"é"'), ("A\n", r'"A\n"'), ("\x7f", r'"\x7f"')])
def test_names_that_a_variable_may_not_have(name: str, shown: str) -> None:
    rule = "a valid environment variable name must consist only of printable ASCII characters other than '='"
    assert of_member(env=(EnvVar(name=name),)) == [invalid("env[0].name", shown, rule)]


def test_a_variable_needs_a_name() -> None:
    assert of_member(env=(EnvVar(value="x"),)) == [("env[0].name", "Required", "Required value")]


def test_sizes_of_the_environment() -> None:
    assert of_member(env=tuple(EnvVar(name=f"A{i}", value="x" * 500) for i in range(64))) == []
    assert of_member(env=(EnvVar(name="A", value="é" * 2048),)) == []
    assert of_member(env=(EnvVar(name="A", value="x" * 4097),)) == [
        ("env[0].value", "TooLong", "Too long: may not be more than 4096 bytes")
    ]
    assert of_member(env=tuple(EnvVar(name="A", value="x" * 500) for _ in range(65))) == [
        ("env", "TooMany", "Too many: 65: must have at most 64 items")
    ]
    assert of_member(env=tuple(EnvVar(name=str(i), value="x" * 4096) for i in range(8))) == [
        ("env", "TooLong", "Too long: may not be more than 32768 bytes")
    ]


@pytest.mark.parametrize("field", ["command", "args"])
def test_sizes_of_command_and_arguments(field: str) -> None:
    assert of_member(**{field: ("x" * 4096,) * 64}) == []
    assert of_member(**{field: ("",) * 65}) == [(field, "TooMany", "Too many: 65: must have at most 64 items")]
    assert of_member(**{field: ("", "x" * 4097)}) == [
        (f"{field}[1]", "TooLong", "Too long: may not be more than 4096 bytes")
    ]
    assert of_member(**{field: ("a\0",)}) == [invalid(f"{field}[0]", r'"a\x00"', r'must not contain "\x00"')]


def test_no_more_than_64_ports_and_a_working_directory_of_4_kib() -> None:
    port = ContainerPort(container_port=80)
    assert of_member(ports=(port,) * 65) == [("ports", "TooMany", "Too many: 65: must have at most 64 items")]
    assert of_member(working_dir="/" * 4097) == [("workingDir", "TooLong", "Too long: may not be more than 4096 bytes")]


def test_policies_are_one_of_a_list() -> None:
    assert [of_spec(restart_policy=policy) for policy in ("", "Always", "OnFailure", "Never")] == [[]] * 4
    assert [of_member(image_pull_policy=policy) for policy in ("", "Always", "IfNotPresent", "Never")] == [[]] * 4


def test_a_negative_grace_is_taken_and_an_endless_one_is_not() -> None:
    assert [of_spec(termination_grace_period_seconds=seconds) for seconds in (-1, 0, 2**31 - 1)] == [[]] * 3
    assert of_spec(termination_grace_period_seconds=2**31) == [
        invalid("spec.terminationGracePeriodSeconds", "2147483648", "must be between 0 and 2147483647, inclusive")
    ]


def test_a_thousand_faults_are_told_as_a_hundred() -> None:
    assert len(validate(Pod(spec=PodSpec(containers=(Container(),) * 1000)))) == MOST_CAUSES


def test_one_fault_found_twice_is_told_once_in_the_message() -> None:
    pod = Pod(metadata=ObjectMeta(name="a", labels={"x": "-", "y": "-"}), spec=PodSpec(containers=(member(),)))
    causes = validate(pod)
    assert len(causes) == 2
    assert str(SpecRefused("a", causes)) == f'Pod "a" is invalid: metadata.labels: {causes[0].message}'


@pytest.mark.parametrize("piece", ["a", "a.", "a-", "-", "a.a-", "_", "/"])
def test_every_name_rule_survives_a_long_text(piece: str) -> None:
    text = piece * 50_000 + "!"
    labels = {text: text}
    found = validate(
        Pod(
            metadata=ObjectMeta(name=text, generate_name=text, namespace=text, labels=labels, annotations=labels),
            spec=PodSpec(
                hostname=text,
                containers=(
                    member(name=text, image=text, ports=(ContainerPort(container_port=1, name=text, host_ip=text),)),
                ),
            ),
        )
    )
    assert {cause.field for cause in found} >= {"metadata.name", "metadata.labels", "spec.hostname"}
    assert dns_subdomain(text)
    assert search_domain(text)
