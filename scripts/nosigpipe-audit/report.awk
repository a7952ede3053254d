# nosigpipe-audit: the table, the summary, JSON, and the process IDs alone.

function print_all(    i, j, groups, group, n, word) {
    if (metrics) {
        print_metrics()
    }
    groups = split("exposed vulnerable unknown handles blocked ignores guarded", group, " ")
    for (i = 1; i <= groups; i++) {
        n = split(ranked[group[i]], word, " ")
        for (j = 1; j <= n; j++) {
            row[++rows] = word[j]
        }
    }
    if (!json && !only_pids && !metrics) {
        print_table()
        print_summary()
        print_remedy()
        return
    }
    for (i = 1; i <= rows && json; i++) {
        print_object(row[i])
    }
    if (only_pids && vulnerable_listed) {
        print vulnerable_ids() | out
    }
    if (blind || hidden) {
        print "nosigpipe-audit: " unseen() | errors
    }
}

function truth(value) {
    return value ? "true" : "false"
}

function quoted(text, most) {
    return "\"" clean(text, most) "\""
}

function key(name, known, value) {
    return ",\"" name "\":" (known ? value : "null")
}

function print_object(pid,    seen, open) {
    seen = verdict[pid] != "unknown"
    open = !unreadable[pid]
    print "{\"pid\":" pid \
        key("uid", seen && uid[pid] ~ /^[0-9]+$/, uid[pid]) \
        key("user", seen, quoted(user[pid], 256)) \
        key("verdict", 1, quoted(verdict[pid], 16)) \
        key("disposition", seen, quoted(disposition[pid], 16)) \
        key("threads", seen, threads[pid]) \
        key("blocking", seen, blocking[pid]) \
        key("sockets", open, sockets[pid] + 0) \
        key("pipes", open, pipes[pid] + 0) \
        key("shim", shim[pid], truth(shim[pid] == "yes")) \
        key("static", linked[pid], truth(linked[pid] == "static")) \
        key("init", seen, truth(init[pid])) \
        key("name", seen, quoted(name[pid], 256)) \
        key("command", 1, quoted(command[pid], 4096)) "}" | out
}

function note(pid,    text) {
    if (unreadable[pid]) {
        text = ",unreadable"
    } else if (linked[pid] != "dynamic") {
        text = linked[pid] == "static" ? ",static" : ",static?"
    }
    if (init[pid]) {
        text = text ",pid 1"
    }
    if (shim[pid] == "yes" && verdict[pid] == "vulnerable") {
        text = text ",library off"
    }
    if (blocking[pid] && blocking[pid] < threads[pid]) {
        text = text "," blocking[pid] "/" threads[pid] " block"
    }
    return text ? substr(text, 2) : "-"
}

function print_table(    i, j, pid, text, cell, width, left, used) {
    text = rows ? "PID USER VERDICT SOCK PIPE NOTE" : ""
    for (i = 0; i <= rows; i++) {
        if (i) {
            pid = row[i]
            text = pid SUBSEP clean(user[pid], 8) SUBSEP verdict[pid] SUBSEP \
                (unreadable[pid] ? "?" : sockets[pid] + 0) SUBSEP \
                (unreadable[pid] ? "?" : pipes[pid] + 0) SUBSEP clean(note(pid), 20)
        }
        split(text, cell, i ? SUBSEP : " ")
        for (j = 1; j <= 6; j++) {
            cells[i, j] = cell[j]
            width[j] = length(cell[j]) > width[j] ? length(cell[j]) : width[j]
        }
    }
    for (j = 1; j <= 6; j++) {
        left[j] = j ~ /[236]/ ? "-" : ""
        used += width[j] + 1
    }
    for (i = 0; rows && i <= rows; i++) {
        for (j = 1; j <= 6; j++) {
            printf "%" left[j] width[j] "s ", cells[i, j] | out
        }
        pid = row[i]
        text = (pid in command) && command[pid] != "" ? command[pid] : "[" name[pid] "]"
        print (i ? clean(text, 80 - used) : "COMMAND") | out
    }
}

function unseen() {
    return (blind + 0) " could not be read" (hidden ? ", others are hidden" : "") \
        (other && (blind || hidden) ? ": try as root" : "")
}

function print_summary(    i, n, verb, state, text, more) {
    text = (judged + 0) (judged == 1 ? " process: " : " processes: ") \
        (tally["vulnerable"] + 0) (tally["unknown"] || hidden ? " seen vulnerable" : " vulnerable")
    if (vulnerable_listed < tally["vulnerable"]) {
        text = text " (" (vulnerable_listed + 0) " listed)"
    }
    n = split("ignores handles blocked guarded unknown", state, " ")
    split("ignore handle block guarded unknown", verb, " ")
    for (i = 1; i <= n; i++) {
        if (tally[state[i]]) {
            text = text ", " tally[state[i]] " " verb[i]
        }
    }
    more = unseen()
    print text ";" (length(text more) < 79 ? " " : "\n") more | out
}

function vulnerable_ids(    i, text) {
    for (i = 1; i <= rows; i++) {
        if (verdict[row[i]] == "vulnerable") {
            text = text "," row[i]
        }
    }
    return substr(text, 2)
}

# The command that protects the vulnerable ones. If there are too many for a line, it asks the audit again.
function print_remedy(    text, ids) {
    if (visits && vulnerable_listed) {
        text = (vulnerable_listed == 1 ? "Protect it now" : "Protect them now") ": nosigpipe --pid "
        ids = vulnerable_ids()
        if (length(text ids) > 80 && !named) {
            ids = "\"$(nosigpipe-audit" (all ? " --all" : "") " --pids)\""
        }
        print text ids | out
    }
}
