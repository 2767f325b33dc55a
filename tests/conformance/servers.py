"""Servers for probes and hooks, as scripts for the Perl of the toolbox image."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import Json, member

TOOLBOX = "playground/toolbox:1"

# Answers by the path: /ok 200; /late 200 for ten seconds, then 500; /down 500; /to?URL a redirect. Says what it
# was asked.
HTTP = r"""
use IO::Socket::INET;
$| = 1;
my ($port, $begins) = @ARGV;
sleep $begins if $begins;
my $born = time;
my $s = IO::Socket::INET->new(LocalPort => $port, Listen => 20, ReuseAddr => 1) or die;
print "serving\n";
while (1) {
    my $c = $s->accept or next;
    my $line = <$c>;
    my ($path) = $line =~ m{^\w+ (\S+)};
    while (my $h = <$c>) { last if $h =~ /^\r?\n$/ }
    print "asked $path\n";
    my ($code, $more) = (200, "");
    if ($path eq "/down" or ($path eq "/late" and time - $born > 10)) { $code = 500 }
    elsif ($path =~ m{^/to\?(.*)}) { ($code, $more) = (302, "Location: $1\r\n") }
    print $c "HTTP/1.1 $code X\r\nContent-Length: 2\r\nConnection: close\r\n${more}\r\nhi";
    close $c;
}
"""

# grpc.health.v1.Health/Check over HTTP/2 with frames written out by hand (RFC 9113, RFC 7541); the argument is the
# status: 1 SERVING, 2 NOT_SERVING.
GRPC = r"""
use IO::Socket::INET;
$| = 1;
my ($port, $status) = @ARGV;
my $s = IO::Socket::INET->new(LocalPort => $port, Listen => 20, ReuseAddr => 1) or die;
sub frame { my ($type, $flags, $stream, $body) = @_;
    return pack("Cn C C N", length($body) >> 16, length($body) & 0xffff, $type, $flags, $stream) . $body }
sub whole { my ($c, $n) = @_; my $b = "";
    while (length $b < $n) { sysread($c, $b, $n - length $b, length $b) or return } return $b }
while (1) {
    my $c = $s->accept or next;
    defined whole($c, 24) or next;
    syswrite $c, frame(4, 0, 0, "");
    while (defined(my $head = whole($c, 9))) {
        my ($high, $low, $type, $flags, $stream) = unpack "Cn C C N", $head;
        my $size = $high * 65536 + $low;
        defined whole($c, $size) or last if $size;
        syswrite $c, frame(4, 1, 0, "") if $type == 4 and !($flags & 1);
        next unless $type <= 1 and $flags & 1;
        my $kind = "application/grpc";
        syswrite $c, frame(1, 4, $stream, "\x88\x0f\x10" . chr(length $kind) . $kind)
            . frame(0, 0, $stream, "\0\0\0\0\2\x08" . chr($status))
            . frame(1, 5, $stream, "\0\x0bgrpc-status\x010");
    }
    close $c;
}
"""


def http(port: int = 8080, *, begins: int = 0, name: str = "c", **more: Any) -> Json:
    """A member that serves HTTP on `port`, after `begins` seconds."""
    return member(name, "perl", "-e", HTTP, str(port), str(begins), image=TOOLBOX, **more)


def grpc(port: int = 5000, *, status: int = 1, **more: Any) -> Json:
    return member("c", "perl", "-e", GRPC, str(port), str(status), image=TOOLBOX, **more)
