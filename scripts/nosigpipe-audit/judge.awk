# nosigpipe-audit: the verdicts.

# Gives each process its verdict. Keeps in the list those to be shown, and returns their number.
function judge(list, count,    i, pid, shown, exposed, rank, last_pid) {
    for (i = 1; i <= count; i++) {
        pid = list[i]
        verdict[pid] = decide(pid)
        tally[verdict[pid]]++
        judged++
        blind += unreadable[pid]
        last_pid = status[pid, "NSpid"]
        sub(/.*[ \t]/, "", last_pid)
        init[pid] = pid == 1 || last_pid == 1
        exposed = sockets[pid] + pipes[pid] > 0 && !init[pid]
        rank = verdict[pid] == "vulnerable" && exposed ? "exposed" : verdict[pid]
        if (named || all || rank == "exposed") {
            list[++shown] = pid
            ranked[rank] = ranked[rank] " " pid
            user[pid] = owner(pid)
            name[pid] = plain_name(pid)
            vulnerable_listed += verdict[pid] == "vulnerable"
        }
    }
    return shown + 0
}

function decide(pid) {
    if (!((pid, "SigCgt") in status)) {
        return "unknown"
    }
    disposition[pid] = has_sigpipe(status[pid, "SigIgn"]) ? "ignore" : \
        has_sigpipe(status[pid, "SigCgt"]) ? "handler" : "default"
    if (disposition[pid] == "default" && blocking[pid] < threads[pid]) {
        return "vulnerable"
    }
    if (shim[pid] == "yes") {
        return "guarded"
    }
    return disposition[pid] == "ignore" ? "ignores" : \
        disposition[pid] == "handler" ? "handles" : "blocked"
}

# The effective user, as ps(1) shows it.
function owner(pid,    word) {
    split(status[pid, "Uid"], word, " ")
    uid[pid] = word[2]
    return word[2] == "" ? "?" : word[2] in user_name ? user_name[word[2]] : word[2]
}

# In PID/status the kernel writes \n and \\ for newline and backslash (proc_task_name() in
# fs/proc/array.c).
function plain_name(pid,    rest, at, text) {
    rest = status[pid, "Name"]
    while (at = index(rest, "\\")) {
        text = text substr(rest, 1, at - 1) (substr(rest, at + 1, 1) == "n" ? "\n" : "\\")
        rest = substr(rest, at + 2)
    }
    return text rest
}
