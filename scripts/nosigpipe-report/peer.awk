# nosigpipe-report: who the peer is, in the words of the report.

# A pipe and a FIFO have no peer with a name, and most clients of a Unix socket have none.
function peer_of(    kind, name) {
    kind = value["kind"]
    name = value["peer"]
    if ((substr(kind, 1, 3) == "tcp" || kind == "socket") && name != "") { # "socket" is MPTCP, SCTP
        return tcp_peer(name, value["peer_port"], value["local_port"])
    }
    if (kind == "fifo") {
        return "FIFO " value["local"]
    }
    if (kind == "unix") {
        # unix(7), Autobind: such a name is another one each time.
        if (name != "" && name !~ /^@[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]$/) {
            return name
        }
        return value["local"] == "" ? "Unix socket" : "client of " value["local"]
    }
    return kind == "" ? "unknown" : kind == "other" ? "other file" : kind
}

# A client has another port each time: a port that is above that of the program, or in the range from which
# Linux takes those of clients (ip_local_port_range, tcp(7)), is left out.
function tcp_peer(host, port, own,    n, part) {
    if (port == "" && (n = split(host, part, ":")) > 1 && part[n] !~ /[^0-9]/) {
        port = part[n]
        host = substr(host, 1, length(host) - length(port) - 1)
        own = part[split(value["local"], part, ":")]
    }
    if (n != 2) { # IPv6
        gsub(/[][]/, "", host)
        sub(/^::ffff:/, "", host) # IPv4, in a socket of both
    }
    if (port == "" || port + 0 >= 32768 || (own ~ /^[0-9]+$/ && port + 0 > own + 0)) {
        return host
    }
    return (index(host, ":") ? "[" host "]" : host) ":" port
}
