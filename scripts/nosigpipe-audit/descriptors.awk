# nosigpipe-audit: reads PID/fd and PID/maps.

# Counts the stream sockets and the write ends of pipes. A link in PID/fd has the write permission of
# its owner if the descriptor is open for writing (fs/proc/fd.c in the kernel). A pipe that is open for
# reading and writing has a reader, the process itself, and does not count.
function read_descriptors(list, count,    n, i, pid, arrow, target, path, candidates, doubtful) {
    for (i = 1; i <= count; i++) {
        # 1 until a descriptor is seen, 2 if the maps or a link could not be read.
        doubtful[list[i]] = shim[list[i]] ? 1 : 2
    }
    n = run(ls files(list, count, "fd"))
    for (i = 1; i <= n; i++) {
        arrow = index(output[i], " -> ")
        target = substr(output[i], arrow + 4)
        if (output[i] ~ /^[0-9]+\/(task\/[0-9]+\/)?fd:$/) {
            pid = output[i] + 0
        } else if (output[i] ~ /^l/ && !arrow) {
            doubtful[pid] = 2
        } else if (output[i] ~ /^l/) {
            doubtful[pid] -= doubtful[pid] == 1
            if (target ~ /^socket:\[[0-9]+\]$/) {
                sockets[pid] += (substr(target, 9, length(target) - 9) in stream)
            } else if (output[i] ~ /^l-w/ && target ~ /^pipe:/) {
                pipes[pid]++
            } else if (output[i] ~ /^l-w/ && target ~ /^\// && target != "/dev/null") {
                path = substr(output[i], 1, arrow - 1)
                sub(/.* /, folder(pid) "/fd/", path)
                candidates = candidates " " path
            }
        }
    }
    count_fifos(candidates)
    return find_denied(list, count, doubtful)
}

# Counts the FIFOs among files that are open for writing. The links do not show the type.
function count_fifos(candidates,    n, i, word, last) {
    n = !candidates ? 0 : run("printf \"%s\\n\"" candidates " | xargs ls -Ldn 2>/dev/null")
    for (i = 1; i <= n; i++) {
        last = split(output[i], word, " ")
        if (output[i] ~ /^p/) {
            pipes[word[last] + 0]++
        }
    }
}

# Tells by the error messages what may not be read from what is empty. Removes processes that have ended.
function find_denied(list, count, doubtful,    n, i, pid, folders, maps, kept) {
    for (i = 1; i <= count; i++) {
        if (doubtful[list[i]]) {
            folders = folders " " folder(list[i]) "/fd"
            maps = maps " " folder(list[i]) "/maps"
        }
    }
    n = !folders ? 0 : run("{ " ls folders "; grep -c . " maps "; } 2>&1 >/dev/null")
    for (i = 1; i <= n; i++) {
        if (output[i] ~ /denied|not permitted/ && match(output[i], /[0-9]+\/(task\/[0-9]+\/)?(fd|maps)/)) {
            pid = substr(output[i], RSTART, RLENGTH)
            sub(/\/.*/, "", pid)
            unreadable[pid] = 1
        }
    }
    for (i = 1; i <= count; i++) {
        pid = list[i]
        if (shim[pid] || unreadable[pid]) {
            list[++kept] = pid
        } else if (named) {
            reject(pid, "no such process")
        }
    }
    return kept + 0
}

# Finds out whether code of the library is mapped. No line for a process means that its maps may not be
# read.
function read_maps(list, count,    n, i, word, last) {
    # An embedded program has the guard as its interpreter.
    n = run("grep -c -E \"^[^ ]* r.x. .*(/(lib|ld-)nosigpipe\\.so[^/]*|\\[anon:nosigpipe\\])$\"" files(list, count, "maps"))
    for (i = 1; i <= n; i++) {
        last = split(output[i], word, /[\/:]/)
        shim[word[1]] = word[last] > 0 ? "yes" : "no"
    }
}
