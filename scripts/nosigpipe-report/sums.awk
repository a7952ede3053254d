# nosigpipe-report: tells processes apart, and sums up.

# A row is what a line of the report is about. Its number is found by its name.
function row_of(call,    name) {
    if (by == "") {
        name = value["program"] SUBSEP call SUBSEP peer_of() SUBSEP \
            (value["disposition"] == "" ? "default" : value["disposition"])
    } else if (by == "peer") {
        name = peer_of()
    } else if (by == "call") {
        name = call
    } else {
        name = by == "unit" ? unit_of() : value["program"]
    }
    if (name in number) {
        return number[name]
    }
    # Many rows help no reader, and would take up the memory.
    if (rows >= most_rows) {
        name = by == "" && rows < 2 * most_rows ? value["program"] SUBSEP call SUBSEP others SUBSEP "default" : \
            by == "" ? others SUBSEP others SUBSEP others SUBSEP "default" : others
        if (name in number) {
            return number[name]
        }
    }
    number[name] = ++rows
    row_name[rows] = name
    other_dispositions = other_dispositions || value["disposition"] !~ /^(default)?$/
    row_call[rows] = by == "" || by == "call" ? call : ""
    return rows
}

function unit_of() {
    return value["container"] != "" ? value["container"] : value["user_unit"] != "" ? value["user_unit"] : \
        value["unit"] != "" ? value["unit"] : "unknown"
}

function see(row,    time) {
    time = value["time"]
    if (first[row] == "" || time < first[row]) {
        first[row] = time
    }
    if (time > last[row]) {
        last[row] = time
    }
}

# Its unit does not count: journald does not find that of a process that has ended.
function this_process() {
    return value["host"] SUBSEP value["container"] SUBSEP value["pid"] SUBSEP value["program"]
}

# A process ends with its summary. Without one, another process has its ID if the number of an event is not
# above the last ones, and comes a second time, or more than a second later: those of threads may come out of
# order.
function is_other_process(process, count) {
    return (process in numbers) && count <= highest[process] && \
        (index(numbers[process], " " count " ") || is_later(value["time"], latest[process]))
}

function is_later(time, than) {
    return substr(time, 1, 11) == substr(than, 1, 11) ? second_of(time) > second_of(than) + 1 : time > than
}

function second_of(time) {
    return substr(time, 12, 2) * 3600 + substr(time, 15, 2) * 60 + substr(time, 18)
}

# What this record stands for: the events of its descriptor since the record before, which is that of the 10th, of a
# power of two, or, if every event stops the process, of each.
function weight(number,    before) {
    if (number <= 10 || value["action"] == "stop") {
        return 1
    }
    for (before = number <= 16 ? 10 : 16; before >= 16 && 2 * before < number; before *= 2) {
    }
    return number - before
}

function add_event(    process, count, row) {
    process = this_process()
    count = value["count"] + 0
    if (is_other_process(process, count)) {
        end_process(process, 0)
    }
    if (!(process in numbers)) {
        numbers[process] = " "
        highest[process] = 0
        parts[process] = ""
    }
    if (count > highest[process]) {
        highest[process] = count
        latest[process] = value["time"]
    }
    numbers[process] = (length(numbers[process]) > 100 ? substr(numbers[process], 50) : numbers[process]) count " "
    row = row_of(value["call"])
    see(row)
    if (!((process, row) in part)) {
        parts[process] = parts[process] " " row
        processes[row]++
    }
    part[process, row] += weight(value["fd_count"] + 0)
}

# Adds what a process has had: exactly where its summary tells that, else the least.
function end_process(process, exact,    i, n, row, call, sum, rows_of, least) {
    n = split(parts[process], row, " ")
    for (i = 1; i <= n; i++) {
        call = row_call[row[i]]
        sum[call] += part[process, row[i]]
        rows_of[call]++
        least += part[process, row[i]]
    }
    for (i = 1; i <= n; i++) {
        call = row_call[row[i]]
        if (exact && (call in told) && rows_of[call] == 1 && told[call] >= sum[call]) {
            writes[row[i]] += told[call]
        } else if (!exact && n == 1 && highest[process] > least) {
            writes[row[i]] += highest[process]
            at_least[row[i]] = 1
        } else {
            writes[row[i]] += part[process, row[i]]
            if (!exact || told[call] != sum[call]) {
                at_least[row[i]] = 1
            }
        }
        delete part[process, row[i]]
    }
    least = highest[process] > least ? highest[process] : least
    all_writes += exact ? told[""] : least
    all_at_least = all_at_least || !exact
    all_processes++
    delete parts[process]
    delete numbers[process]
    delete highest[process]
    delete latest[process]
}

# The summary tells of each call what the process has had of it.
function add_summary(    process, i, n, word, pair, row) {
    process = this_process()
    split("", told)
    told[""] = value["events"] + 0
    n = split(value["by_call"], word, " ")
    for (i = 1; i <= n; i++) {
        split(word[i], pair, ":")
        told[pair[1]] = pair[2] + 0
        # No record of that call is there: it was written elsewhere, or lost.
        if (!has_row(process, pair[1])) {
            value["kind"] = "not recorded"
            row = row_of(pair[1])
            see(row)
            if (!((process, row) in part)) {
                part[process, row] = 0
                parts[process] = parts[process] " " row
                processes[row]++
            }
            part[process, row] += pair[2]
        }
    }
    end_process(process, 1)
}

function has_row(process, call,    i, n, row) {
    n = split(parts[process], row, " ")
    for (i = 1; i <= n; i++) {
        if (row_call[row[i]] == "" || row_call[row[i]] == call) {
            return 1
        }
    }
    return 0
}
