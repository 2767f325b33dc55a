"""Members side by side, names and resolvers, in the API server's words and order (pkg/apis/core/validation)."""

from __future__ import annotations

from typing import Any

import pytest

from .complaints import of_member, of_spec

ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
SEARCH = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')"
)
SUBDOMAIN = SEARCH.replace("'_', ", "").replace("_?[a", "[a").replace("-_a", "-a")
PLAIN = {"name": "i", "image": "busybox"}


def test_a_name_is_taken_once_in_all_of_the_pod() -> None:
    twice = PLAIN | {"name": "a"}
    assert of_spec(initContainers=[PLAIN, twice]) == ['initContainers[1].name: Duplicate value: "a"']
    assert of_spec(initContainers=[PLAIN], ephemeralContainers=[PLAIN]) == [
        'ephemeralContainers[0].name: Duplicate value: "i"'
    ]


def test_init_members_claim_host_ports_one_by_one() -> None:
    port = {"containerPort": 80, "hostPort": 8080}
    assert of_spec(initContainers=[PLAIN | {"ports": [port]}, {"name": "j", "image": "x", "ports": [port]}]) == []
    assert of_spec(initContainers=[PLAIN | {"ports": [port, port]}]) == [
        'initContainers[0].ports[1].hostPort: Duplicate value: "TCP//8080"'
    ]


def test_a_debug_member_looks_at_one_that_is_there() -> None:
    assert of_spec(ephemeralContainers=[PLAIN | {"targetContainerName": "a"}]) == []
    assert of_spec(ephemeralContainers=[PLAIN | {"targetContainerName": "pause"}]) == []
    assert of_spec(ephemeralContainers=[PLAIN | {"targetContainerName": "i"}]) == [
        'ephemeralContainers[0].targetContainerName: Not found: "i"'
    ]


def test_a_debug_member_mounts_whole_volumes() -> None:
    mount = {"name": "v", "mountPath": "/v", "subPath": "a"}
    assert of_spec(volumes=[{"name": "v"}], ephemeralContainers=[PLAIN | {"volumeMounts": [mount]}]) == [
        "ephemeralContainers[0].volumeMounts[0].subPath: Forbidden: cannot be set for an Ephemeral Container"
    ]


def test_a_last_word_is_a_file_of_the_members_own() -> None:
    assert of_member(terminationMessagePath="/a/b") == []
    for path in ("a", "/", "/a/../b", "/a:b"):
        assert of_member(terminationMessagePath=path) == [
            f'terminationMessagePath: Invalid value: "{path}": must be an absolute path of a file'
        ]


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"dnsPolicy": "Cluster"},
         ['dnsPolicy: Unsupported value: "Cluster": supported values: "ClusterFirstWithHostNet", "ClusterFirst", '
          '"Default", "None"']),
        ({"dnsPolicy": "None"}, ["dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"]),
        ({"dnsPolicy": "None", "dnsConfig": {"options": [{}]}},
         ["dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None"]),
        ({"dnsConfig": {"nameservers": ["one"]}}, [f'dnsConfig.nameservers[0]: Invalid value: "one": {ADDRESS}']),
        ({"dnsConfig": {"searches": [".", "example.com.", "_tcp.a_b", "A"]}},
         [f'dnsConfig.searches[3]: Invalid value: "A": {SEARCH}']),
        ({"dnsConfig": {"options": [{}, {"name": "a b"}, {"name": "a", "value": "1\n"}]}},
         ["dnsConfig.options[0]: Required value: must not be empty",
          'dnsConfig.options[1].name: Invalid value: "a b": must be one word',
          r'dnsConfig.options[2].value: Invalid value: "1\n": must be one word']),
        ({"hostAliases": [{"ip": "one", "hostnames": ["A"]}]},
         [f'hostAliases[0].ip: Invalid value: "one": {ADDRESS}',
          f'hostAliases[0].hostnames[0]: Invalid value: "A": {SUBDOMAIN}']),
        ({"activeDeadlineSeconds": 0},
         ["activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"]),
        ({"subdomain": "a.b"}, ['subdomain: Invalid value: "a.b": must not contain dots']),
    ],
)  # fmt: skip
def test_names_and_resolvers(spec: dict[str, Any], told: list[str]) -> None:
    assert of_spec(**spec) == told


def test_a_resolver_completes_with_32_domains_of_2048_bytes() -> None:
    searches = ["a"] * 33
    assert of_spec(dnsConfig={"searches": searches}) == [
        "dnsConfig.searches: Invalid value: "
        + str(searches).replace("'", '"').replace(" ", "")
        + ": must not have more than 32 search paths"
    ]
    (told,) = of_spec(dnsConfig={"searches": ["a" * 250] * 9})
    assert told.endswith("]: must not have more than 2048 characters (including spaces) in the search list")


def test_parts_are_told_in_the_order_of_the_api_server() -> None:
    told = of_spec(
        volumes=[{"name": "V"}],
        containers=[{"name": "A"}],
        restartPolicy="x",
        dnsPolicy="x",
        securityContext={"fsGroup": -1},
        dnsConfig={"nameservers": ["x"]},
        readinessGates=[{"conditionType": ""}],
        activeDeadlineSeconds=0,
        hostname="H",
        subdomain="S",
        hostAliases=[{"ip": "x"}],
    )
    assert list(dict.fromkeys(line.partition(":")[0] for line in told)) == [
        "volumes[0].name", "containers[0].name", "containers[0].image", "restartPolicy", "dnsPolicy",
        "securityContext.fsGroup", "dnsConfig.nameservers[0]", "readinessGates[0].conditionType",
        "activeDeadlineSeconds", "hostname", "subdomain", "hostAliases[0].ip",
    ]  # fmt: skip
