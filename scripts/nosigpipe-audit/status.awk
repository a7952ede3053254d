# nosigpipe-audit: reads PID/status and PID/task.

# Keeps in the list the processes to be judged, and returns their number.
function read_status(list, count,    n, i, slash, colon, line, kept, pid) {
    split("", status)
    n = run("grep -E \"^(Name|State|Tgid|PPid|Uid|NSpid|VmSize|Threads|Sig(Blk|Ign|Cgt)):\"" \
        files(list, count, "status"))
    for (i = 1; i <= n; i++) {
        slash = index(output[i], "/")
        line = substr(output[i], slash + length("/status:"))
        colon = index(line, ":")
        status[substr(output[i], 1, slash - 1), substr(line, 1, colon - 1)] = substr(line, colon + 2)
    }
    for (i = 1; i <= count; i++) {
        pid = list[i]
        if (!((pid, "SigCgt") in status)) {
            unread = unread " " pid
        } else if (is_process(pid)) {
            list[++kept] = pid
        }
    }
    return keep_hidden(list, kept + 0)
}

# A process without a status has ended, or the mount option hidepid=1 hides its files.
function keep_hidden(list, kept,    n, i, hidden, word) {
    if (unread) {
        n = run("ls -d" unread " 2>/dev/null")
        for (i = 1; i <= n; i++) {
            hidden[output[i]]
            unreadable[list[++kept] = output[i]] = 1
        }
        n = named ? split(unread, word, " ") : 0
        for (i = 1; i <= n; i++) {
            if (!(word[i] in hidden)) {
                reject(word[i], "no such process")
            }
        }
        unread = ""
    }
    return kept
}

function reject(pid, why) {
    print "nosigpipe-audit: " why ": " pid | errors
    failed = 1
}

# Whether the process has a memory of its own and has not ended. Others are left out, with a message if
# they were named.
function is_process(pid,    state, what) {
    state = substr(status[pid, "State"], 1, 1)
    if (status[pid, "Tgid"] != pid) {
        if (named) {
            reject(pid, "not a process, but a thread of " clean(status[pid, "Tgid"], 20))
        }
        return 0
    }
    if (state ~ /[ZX]/ && !has_threads(pid)) {
        what = "a zombie, which has ended already"
    } else if (state !~ /[ZX]/ && !((pid, "VmSize") in status)) {
        what = "a kernel thread, which SIGPIPE does not end"
    }
    if (what && named) {
        print "nosigpipe-audit: " pid " is " what | errors
    }
    return !what && (!self || (pid != self && status[pid, "PPid"] != self))
}

# A pattern, since awk compares this as text, by which 10 is less than 2.
function has_threads(pid) {
    return status[pid, "Threads"] !~ /^[01]?$/
}

# SIGPIPE is 13, bit 12 of a mask: the lowest bit of the fourth hexadecimal digit from the end.
function has_sigpipe(mask) {
    return mask ~ /[13579bdf][0-9a-f][0-9a-f][0-9a-f]$/
}

# The files of the first thread are empty when it has ended; those of another thread are not.
function folder(pid) {
    return status[pid, "State"] ~ /^[ZX]/ && pid in alive ? alive[pid] : pid
}

function read_threads(list, count,    i, n, pid, masks, word, ended) {
    for (i = 1; i <= count; i++) {
        if (has_threads(list[i])) {
            masks = masks " " list[i] "/task/[0-9]*/status"
        }
    }
    n = !masks ? 0 : run("printf \"%s\\n\"" masks \
        " | xargs grep -E \"^(State|SigBlk):\" /dev/null 2>/dev/null")
    for (i = 1; i <= n; i++) {
        split(output[i], word, /[\/:]/)
        if (word[5] == "State") {
            ended = word[6] ~ /^\t[ZX]/ # the first thread may end before the others
        } else if (!ended) {
            threads[word[1]]++
            alive[word[1]] = word[1] "/task/" word[3]
            blocking[word[1]] += has_sigpipe(word[6])
        }
    }
    for (i = 1; i <= count; i++) {
        pid = list[i]
        if (!threads[pid]) {
            threads[pid] = 1
            blocking[pid] = has_sigpipe(status[pid, "SigBlk"])
        }
    }
}
