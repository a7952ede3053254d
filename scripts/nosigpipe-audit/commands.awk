# nosigpipe-audit: the commands of processes.

# A newline in an argument comes as \001, so that each line is one argument; a command that has a \001
# itself is read again. Only 4096 characters are printed, and none has more than 4 bytes.
function read_commands(list, count,    n, i, pid, text, odd) {
    n = run(grep_arguments " \"\"" files(list, count, "cmdline") " | tr \"\\n\\000\" \"\\001\\n\"")
    for (i = 1; i <= n; i++) {
        pid = output[i] + 0
        text = substr(output[i], index(output[i], "/cmdline:") + length("/cmdline:"))
        if (length(command[pid]) <= 4 * 4096) {
            gsub(/\001/, "\n", text)
            command[pid] = command[pid] (arguments[pid]++ ? " " : "") text
        }
    }
    n = run("grep -l \"\001\"" files(list, count, "cmdline"))
    for (i = 1; i <= n; i++) {
        odd[i] = output[i]
    }
    for (i = 1; i in odd; i++) {
        command[odd[i] + 0] = read_text(odd[i], 4 * 4096)
    }
    for (i = 1; i <= count; i++) {
        pid = list[i]
        sub(/ +$/, "", command[pid]) # of a title that was written over longer arguments
    }
}

function read_text(path, most,    i, text) {
    read_bytes(path, 0, most)
    for (i = 0; i in byte; i++) {
        text = text (byte[i] == "00" ? " " : sprintf("%c", hex[byte[i]]))
    }
    return text
}
