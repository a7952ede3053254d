# nosigpipe-audit: numbers for Prometheus, as OpenMetrics has them (https://prometheus.io/docs/specs/om/open_metrics_spec/).

# Finds the unit of each process: the container, or the unit of systemd, as the watch does (watch_print.sh, read_group).
# A process without one has none.
function read_units(list, count,    n, i, j, pid, parts, part, path, name, container) {
    n = run("grep \"\"" files(list, count, "cgroup"))
    for (i = 1; i <= n; i++) {
        pid = output[i] + 0
        path = substr(output[i], index(output[i], "/cgroup:") + length("/cgroup:"))
        sub(/^[^:]*:[^:]*:/, "", path)
        parts = split(path, part, "/")
        for (j = 1; j <= parts; j++) {
            name = part[j]
            if (name ~ /\.(service|scope|socket|mount|swap)$/) {
                unit[pid] = name
            }
            sub(/\.scope$/, "", name)
            if (name ~ /^machine-./) {
                container[pid] = substr(name, 9)
            } else if (name ~ /^lxc\.payload\../) {
                container[pid] = substr(name, 13)
            } else if (name !~ /^libpod-conmon-/) {
                sub(/.*-/, "", name)
                if (length(name) == 64 && name !~ /[^0-9a-f]/) {
                    container[pid] = name
                }
            }
        }
    }
    for (i = 1; i <= count; i++) {
        pid = list[i]
        name = container[pid] == "" ? unit[pid] : container[pid]
        if (length(name) == 64 && name !~ /[^0-9a-f]/) {
            name = substr(name, 1, 12)
        }
        vulnerable_in[name]++
    }
}

# The value of a label. Bytes that are not UTF-8, for which node_exporter would refuse the whole file, and control
# characters, become U+FFFD.
function label(text,    at, size, bytes, value) {
    for (at = 1; at <= length(text); at += size ? size : 1) {
        size = character(text, at)
        bytes = substr(text, at, size ? size : 1)
        if (bytes == "\\" || bytes == "\"") {
            bytes = "\\" bytes
        } else if (!size || bytes ~ /^[\001-\037\177]$/) {
            bytes = "\357\277\275"
        }
        value = value bytes
    }
    return "\"" value "\""
}

function describe_metric(metric, text) {
    print "# TYPE " metric " gauge" | out
    print "# HELP " metric " " text | out
}

# Those that are 0 are there as well, so that a rule can tell "none" from "not known".
function print_metrics(    i, n, word, name) {
    describe_metric("nosigpipe_processes", "Processes by what a broken write would meet: nosigpipe-audit(8), VERDICTS.")
    n = split("ignores handles blocked guarded unknown vulnerable", word, " ")
    for (i = 1; i <= n; i++) {
        print "nosigpipe_processes{verdict=\"" word[i] "\"} " (tally[word[i]] + 0) | out
    }
    describe_metric("nosigpipe_vulnerable", "Processes that a broken write could end now, by unit or container. An empty unit is none.")
    vulnerable_in[""] += 0
    n = 0
    for (name in vulnerable_in) {
        for (i = ++n; i > 1 && name < word[i - 1]; i--) {
            word[i] = word[i - 1]
        }
        word[i] = name
    }
    for (i = 1; i <= n; i++) {
        print "nosigpipe_vulnerable{unit=" label(word[i]) "} " vulnerable_in[word[i]] | out
    }
    describe_metric("nosigpipe_unreadable", "Processes whose sockets and pipes the audit could not see.")
    print "nosigpipe_unreadable " (blind + 0) | out
    print "# EOF" | out
}
