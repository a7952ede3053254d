# nosigpipe-audit: finds the stream sockets.

# Collects the inodes of stream sockets from each network namespace that a process is in: PID/net shows
# one namespace, and a process may have got a descriptor from another.
function find_stream_sockets(    i, j, list, count, try) {
    list[count = 1] = "self"
    for (i = 1; i <= total; i++) {
        list[++count] = order[i]
        if (count >= batch_size || i == total) {
            group_namespaces(list, count)
            count = 0
        }
    }
    for (i = 1; i <= namespaces; i++) {
        progress(0)
        # If the process has ended, the next one of the namespace serves.
        split(members[i], try, " ")
        for (j = 1; (j in try) && !read_sockets(try[j]); j++) {
        }
    }
}

function group_namespaces(list, count,    n, i, word, last, name) {
    n = run(ls " -d" files(list, count, "ns/net"))
    for (i = 1; i <= n; i++) {
        last = split(output[i], word, " ")
        name = word[last]
        if (word[last - 1] == "->") {
            if (!(name in namespace)) {
                namespace[name] = ++namespaces
            }
            sub(/\/.*/, "", word[last - 2])
            members[namespace[name]] = members[namespace[name]] " " word[last - 2]
        }
    }
}

# tcp and tcp6 have the inode in field 10; unix has the type in field 5, 1 for a stream, and the
# inode in field 7 (net/ipv4/tcp_ipv4.c and net/unix/af_unix.c in the kernel).
function read_sockets(pid,    n, i, word) {
    n = run("grep . /dev/null " pid "/net/tcp " pid "/net/tcp6 " pid "/net/unix 2>/dev/null")
    for (i = 1; i <= n; i++) {
        split(substr(output[i], index(output[i], ":") + 1), word, " ")
        if (output[i] !~ /^[^:]*unix:/) {
            stream[word[10]]
        } else if (word[5] == "0001") {
            stream[word[7]]
        }
    }
    return n
}
