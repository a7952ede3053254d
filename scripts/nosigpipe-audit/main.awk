# nosigpipe-audit: reads the processes in batches, prints, and exits.

# A few commands read a whole batch, so that thousands of processes cost few forks. awk itself opens no
# file of a process: mawk exits at a read error, and any process may have ended.
BEGIN {
    batch_size = 250
    errors = "cat >&2"
    for (i = 0; i < 256; i++) {
        ord[sprintf("%c", i)] = i
        hex[sprintf("%02x", i)] = i
    }
    while ((getline line < "/etc/passwd") > 0) {
        split(line, word, ":")
        if (!(word[3] in user_name)) {
            user_name[word[3]] = word[1]
        }
    }
    started = uptime()
}

{ order[++total] = $1 }

END {
    find_stream_sockets()
    for (first = 1; first <= total; first += batch_size) {
        progress(first - 1)
        read_batch(first, first + batch_size - 1)
    }
    clear_progress()
    print_all()
    failed = ((only_pids ? vulnerable_listed : rows || !json) && close(out)) || failed
    close(errors)
    # 3 if some are vulnerable, and not 1, since an awk that fails may exit with 1, too.
    exit failed ? 2 : vulnerable_listed && !only_pids && !metrics ? 3 : 0
}

function uptime(    line) {
    if ((getline line < "/proc/uptime") > 0) {
        close("/proc/uptime")
    }
    return line + 0
}

function progress(done,    now) {
    now = terminal ? uptime() : 0
    if (now > started + 1 && now > shown + 1) {
        printf "\rnosigpipe-audit: %d of %d processes read", done, total | errors
        close(errors)
        shown = now
    }
}

function clear_progress() {
    if (shown) {
        printf "\r%60s\r", "" | errors
        close(errors)
    }
}

# Runs a command, puts its lines into output[1] to output[n], and returns n.
function run(command,    line, n) {
    split("", output)
    while ((command | getline line) > 0) {
        output[++n] = line
    }
    close(command)
    return n + 0
}

# Returns the files NAME of processes as arguments. With /dev/null, grep and ls print the name of a
# single file, too.
function files(list, count, name,    i, text) {
    text = " /dev/null"
    for (i = 1; i <= count; i++) {
        text = text " " folder(list[i]) "/" name
    }
    return text " 2>/dev/null"
}

function read_batch(first, last,    i, count, list) {
    for (i = first; i <= last && i <= total; i++) {
        list[++count] = order[i]
    }
    count = read_status(list, count)
    if (count) {
        read_threads(list, count)
        read_maps(list, count)
        count = read_descriptors(list, count)
        count = judge(list, count)
    }
    if (count && metrics) {
        read_units(list, count)
    } else if (count && !only_pids) {
        read_executables(list, count)
        read_commands(list, count)
    }
}
