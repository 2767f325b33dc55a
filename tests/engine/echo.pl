# An HTTP server that answers with the request it got, and a WebSocket that repeats texts (RFC 6455). PORT ADDRESS
use strict;
use IO::Socket::INET;
use Digest::SHA qw(sha1);
use MIME::Base64;

my ($port, $address) = @ARGV;
$SIG{CHLD} = 'IGNORE';
$SIG{TERM} = sub { exit 0 };
my $listener = IO::Socket::INET->new(LocalAddr => $address, LocalPort => $port, Listen => 16, ReuseAddr => 1) or die $!;

sub bytes {
    my ($peer, $count) = @_;
    my $got = '';
    while (length($got) < $count) { exit 0 unless read($peer, $got, $count - length($got), length($got)) }
    return $got;
}

while (1) {
    my $peer = $listener->accept or next;
    if (fork) { close $peer; next }
    $peer->autoflush(1);
    my $head = '';
    while (my $line = <$peer>) { last if $line eq "\r\n"; $head .= $line }
    if ($head !~ /^sec-websocket-key: *(\S+)/mi) {
        print $peer "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ", length($head), "\r\n\r\n", $head;
        exit 0;
    }
    my $accept = encode_base64(sha1($1 . '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'), '');
    print $peer "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
        "Sec-WebSocket-Accept: $accept\r\n\r\n";
    while (1) {
        my ($first, $second) = unpack('CC', bytes($peer, 2));
        my $length = $second & 127;
        $length = unpack('n', bytes($peer, 2)) if $length == 126;
        my $mask = bytes($peer, 4);
        my $text = bytes($peer, $length) ^ substr($mask x ($length / 4 + 1), 0, $length);
        print $peer pack('C', $first), $length < 126 ? pack('C', $length) : pack('Cn', 126, $length), $text;
        exit 0 if ($first & 15) == 8;
    }
}
