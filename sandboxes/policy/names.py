"""What members are told of names: hostname, hosts file, resolver.

PURE. PODS §4.12; pkg/kubelet/kubelet_pods.go (GeneratePodHostNameAndDomain, managedHostsFileContent),
pkg/kubelet/network/dns/dns.go.
"""

from __future__ import annotations

from ipaddress import ip_address

from sandboxes.errors import PlaygroundError
from sandboxes.spec.models import DNSConfigOption, Pod

# The kubelet's file, which says who keeps it.
HOSTS_HEAD = """\
# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
"""

# A pod has no DNS: nothing listens on its own port 53, so a lookup fails at once instead of waiting.
DEAD_SERVER = "127.0.0.1"
DEAD_OPTIONS = (DNSConfigOption(name="timeout", value="1"), DNSConfigOption(name="attempts", value="1"))
LONGEST_HOSTNAME = 63
MOST_SERVERS = 3


def hostname_of(pod: Pod) -> str:
    """spec.hostname, or the pod's name cut to 63 characters; with setHostnameAsFQDN and a subdomain all of it."""
    return _full(pod) if pod.spec.set_hostname_as_fqdn and pod.spec.subdomain else _short(pod)


def _short(pod: Pod) -> str:
    return pod.spec.hostname or pod.metadata.name[:LONGEST_HOSTNAME].rstrip("-.")


def _full(pod: Pod) -> str:
    """There is no cluster domain here, as there was none where a kubelet was recorded."""
    return f"{_short(pod)}.{pod.spec.subdomain}.{pod.metadata.namespace or 'default'}.svc."


def hosts_text(pod: Pod, ip: str) -> str:
    """The content of /etc/hosts. Raises PlaygroundError for what is no address or no single word."""
    try:
        address = ip_address(ip)
    except ValueError as exc:
        raise PlaygroundError(f"{ip!r} is not an address for a hosts file") from exc
    names = [_full(pod), _short(pod)] if pod.spec.subdomain else [_short(pod)]
    for name in names:
        if name.split() != [name]:
            raise PlaygroundError(f"{name!r} is not a hostname for a hosts file")
    lines = [HOSTS_HEAD, "\t".join((str(address), *names)) + "\n"]
    if pod.spec.host_aliases:
        lines.append("\n# Entries added by HostAliases.\n")
        lines += ["\t".join((alias.ip, *alias.hostnames)) + "\n" for alias in pod.spec.host_aliases]
    return "".join(lines)


def resolver_text(pod: Pod) -> str:
    """The content of /etc/resolv.conf: under dnsPolicy None what dnsConfig says, else that beside a dead resolver."""
    config = pod.spec.dns_config
    own = pod.spec.dns_policy == "None"
    servers = [] if own else [DEAD_SERVER]
    options = {} if own else {option.name: option for option in DEAD_OPTIONS}
    searches: list[str] = []
    if config is not None:
        servers += config.nameservers
        searches += config.searches
        options |= {option.name: option for option in config.options}
    lines = [f"search {' '.join(searches)}"] if searches else []
    lines += [f"nameserver {server}" for server in dict.fromkeys(servers[:MOST_SERVERS])]
    if options:
        said = (f"{o.name}:{o.value}" if o.value is not None else o.name for o in options.values())
        lines.append(f"options {' '.join(said)}")
    return "".join(f"{line}\n" for line in lines)
