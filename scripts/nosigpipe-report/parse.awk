# nosigpipe-report: reads a record of any format into value[], by our names of the fields.

function name_fields(    i, n, word) {
    n = split("time=pid=program=call=kind=local=peer=count=fd_count=events=by_call=action=disposition", word, "=")
    for (i = 1; i <= n; i++) {
        field[word[i]] = field["nosigpipe." word[i]] = field["NOSIGPIPE_" toupper(word[i])] = word[i]
    }
    add_names("timestamp=time process.pid=pid process.executable.name=program code.function.name=call " \
        "network.local.address=local network.local.port=local_port network.peer.address=peer " \
        "network.peer.port=peer_port host.name=host _HOSTNAME=host _SYSTEMD_UNIT=unit " \
        "_SYSTEMD_USER_UNIT=user_unit CONTAINER_NAME=container MESSAGE=message")
    ordered_names = split("time=pid=program=call=kind=local=peer=action=disposition=count=fd_count", ordered, "=")
    for (i = 1; i <= ordered_names; i++) {
        in_logfmt[i] = " " ordered[i] "="
        in_json[i] = "\"" ordered[i] "\":" (ordered[i] ~ /pid|count/ ? "" : "\"")
        json_end[i] = ordered[i] ~ /pid|count/ ? "," : "\""
        logfmt_end[i] = " "
    }
}

function add_names(list,    i, n, word) {
    n = split(list, word, /[ =]/)
    for (i = 1; i < n; i += 2) {
        field[word[i]] = word[i + 1]
    }
}

# Returns whether a line has a whole record. A syslog header, or another text, may precede it.
function read_line(text,    first, at) {
    split("", value)
    if (index(text, SUBSEP)) { # a control character, of which a record has none
        return 0
    }
    first = substr(text, 1, 1)
    if (first == "{") {
        return read_json(text)
    }
    if (substr(text, 1, 5) != "time=") {
        at = match(text, /[ \t](time=[0-9]|\{"(time|timestamp)":)/)
        if (!at) {
            return 0
        }
        read_header(substr(text, 1, at - 1))
        text = substr(text, at + 1)
        if (substr(text, 1, 1) == "{") {
            return read_json(text)
        }
    }
    return read_logfmt(text) && is_whole()
}

# The host of a line that a syslog daemon wrote: RFC 3164, RFC 5424, or with a time of RFC 3339. What the
# library itself sends has no host.
function read_header(text,    word, n, at) {
    sub(/^<[0-9]+>(1 )?/, "", text)
    n = split(text, word, " ")
    at = word[1] ~ /^[A-Z][a-z][a-z]$/ ? 4 : word[1] ~ /^[0-9][0-9][0-9][0-9]-/ ? 2 : 0
    if (at && n > at && word[at] !~ /:$/) {
        value["host"] = word[at]
    }
}

# Reads the fields of an event, if they are in the order in which the library writes them, as they nearly always
# are: to look for these few takes less time than to look at all there are. Of them action and disposition may be missing.
function read_ordered(text, mark, end,    i, at) {
    for (i = 1; i <= ordered_names; i++) {
        at = index(text, mark[i])
        if (at) {
            text = substr(text, at + length(mark[i]))
            value[ordered[i]] = substr(text, 1, index(text, end[i]) - 1)
        } else if (ordered[i] != "action" && ordered[i] != "disposition") {
            return 0
        }
    }
    return 1
}

# A value without quotes has neither a blank nor "=". An empty one is the two quotes.
function read_logfmt(text,    i, n, part) {
    if (index(text, "\"")) {
        i = index(text, " backtrace=\"")
        text = i ? substr(text, 1, i - 1) : text
        gsub(/=""/, "=", text)
        if (index(text, "\"")) {
            return read_quoted(text)
        }
    }
    if (read_ordered(" " text " ", in_logfmt, logfmt_end)) {
        return 1
    }
    n = split(text, part, /[ =]/)
    for (i = 1; i < n; i += 2) {
        if (part[i] in field) {
            value[field[part[i]]] = part[i + 1]
        }
    }
    return n % 2 == 0
}

# Puts control characters, of which a record has none, in place of escapes that quotes and backslashes have.
function hide_escapes(text) {
    if (index(text, "\\")) {
        gsub(/\\\\/, "\001", text)
        gsub(/\\"/, "\002", text)
    }
    return text
}

# Some awks take two backslashes of a replacement for one.
function show_escapes(text) {
    if (text ~ /[\001\002]/) {
        gsub(/\002/, "\003\"", text)
        gsub(/\001/, "\003\003", text)
        gsub(/\003/, "\\", text)
    }
    return text
}

# Between quotes there are values; before each, and behind the last, are words, the last of which has the
# name that the value belongs to.
function read_quoted(text,    i, j, n, m, piece, part) {
    n = split(hide_escapes(text), piece, "\"")
    for (i = 1; i <= n; i += 2) {
        m = split(piece[i], part, /[ =]/)
        for (j = i == 1 ? 1 : 2; j < m; j += 2) {
            if (part[j] in field) {
                value[field[part[j]]] = j + 1 == m && i < n ? show_escapes(piece[i + 1]) : part[j + 1]
            }
        }
    }
    return n % 2
}

# Reads the members of an object, and of those in it, into value[]. Of an array of strings, which the journal
# has of a field that is there twice, the first counts; an array of numbers is a text of odd bytes.
function read_flat(text,    i, n, piece, key, between) {
    if (substr(text, length(text)) != "}") {
        return 0
    }
    n = split(hide_escapes(text), piece, "\"")
    for (i = 2; i < n; ) {
        key = piece[i]
        between = piece[i + 1]
        if (between == ":") {
            if (key in field) {
                value[field[key]] = piece[i + 2]
            }
            i += 4
        } else if (between ~ /^ *: *\[? *$/) {
            if (key in field) {
                value[field[key]] = piece[i + 2]
            }
            for (i += 4; index(between, "[") && i < n && piece[i - 1] !~ /\]/; ) {
                i += 2
            }
        } else {
            if (key in field) {
                gsub(/^[ :]+|[ ,}]+$/, "", between)
                value[field[key]] = between
            }
            i += 2
        }
    }
    return n % 2
}

function read_json(text,    key) {
    # Without a backslash, no text has a quote in it.
    if (substr(text, 1, 8) == "{\"time\":" && !index(text, "\\") && substr(text, length(text)) == "}" && \
        read_ordered(substr(text, 1, length(text) - 1) ",", in_json, json_end) && is_whole()) {
        return 1
    }
    if (!read_flat(text)) {
        return 0
    }
    if (("message" in value) && !("time" in value)) {
        return read_message()
    }
    for (key in value) {
        if (!index(text, "\\") && !index(text, ":[")) {
            break
        }
        value[key] = value[key] ~ /^\[[0-9, ]+\]$/ ? escaped_bytes(value[key]) : show_escapes(value[key])
    }
    return is_whole()
}

# A record that is the message of an entry of the journal.
function read_message(    text) {
    text = value["message"]
    if (text !~ /^(time=[0-9]|\{)/) {
        return 0
    }
    delete value["message"]
    gsub(/\002/, "\"", text)
    gsub(/\001/, "\\", text)
    return substr(text, 1, 1) == "{" ? read_json(text) : read_logfmt(text) && is_whole()
}

# The text of bytes "[47,116]", escaped as in the other formats.
function escaped_bytes(list,    i, n, byte, text) {
    n = split(substr(list, 2), byte, ",")
    for (i = 1; i <= n; i++) {
        byte[i] += 0
        text = text (byte[i] == 34 || byte[i] == 92 ? sprintf("\\%c", byte[i]) : \
            byte[i] == 10 ? "\\n" : byte[i] == 9 ? "\\t" : \
            byte[i] < 32 || byte[i] == 127 ? sprintf("\\u%04x", byte[i]) : sprintf("%c", byte[i]))
    }
    return text
}

function is_whole() {
    return value["time"] ~ /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9.]+Z$/ && \
        value["pid"] ~ /^[0-9]+$/ && ("program" in value) && \
        (("events" in value) ? value["events"] ~ /^[0-9]+$/ && value["by_call"] ~ /^([a-z0-9_]+:[0-9]+ ?)+$/ : \
        value["call"] ~ /^[a-z0-9_]+$/ && value["count"] ~ /^[0-9]+$/ && value["fd_count"] ~ /^[0-9]+$/)
}
