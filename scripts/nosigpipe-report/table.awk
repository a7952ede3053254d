# nosigpipe-report: the table, JSON, and the remarks.

# Sorts the rows: most writes first, then by name.
function sort_rows(    gap, i, j, row) {
    for (i = 1; i <= rows; i++) {
        sorted[i] = i
    }
    for (gap = int(rows / 2); gap > 0; gap = int(gap / 2)) {
        for (i = gap + 1; i <= rows; i++) {
            row = sorted[i]
            for (j = i - gap; j > 0 && comes_first(row, sorted[j]); j -= gap) {
                sorted[j + gap] = sorted[j]
            }
            sorted[j + gap] = row
        }
    }
}

function comes_first(one, other) {
    return writes[one] > writes[other] || (writes[one] == writes[other] && row_name[one] < row_name[other])
}

# A text of a record, which has escapes, within a number of columns.
function shown(text, columns,    before) {
    if (!json) {
        gsub(/\\u[0-9a-f][0-9a-f][0-9a-f][0-9a-f]|\\[nt]/, "?", text)
        gsub(/\\"/, "\"", text)
        gsub(/\\\\/, "\\", text)
        return clean(text, columns)
    }
    while (match(text, /\\(u[0-9a-f][0-9a-f][0-9a-f][0-9a-f]|[\\"nt])/)) {
        before = before clean(substr(text, 1, RSTART - 1), columns) substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
    }
    return before clean(text, columns)
}

function quoted(text) {
    return "\"" shown(text, 4096) "\""
}

function print_objects(    i, j, row, n, key, word) {
    n = split(by == "" ? "program=call=peer=disposition" : by, key, "=")
    for (i = 1; i <= rows; i++) {
        row = sorted[i]
        split(row_name[row], word, SUBSEP)
        for (j = 1; j <= n; j++) {
            printf "%s\"%s\":%s", j == 1 ? "{" : ",", key[j], quoted(word[j]) | out
        }
        printf ",\"events\":%.0f,\"exact\":%s,\"processes\":%.0f,\"first\":\"%s\",\"last\":\"%s\"}\n", \
            writes[row], at_least[row] ? "false" : "true", processes[row], first[row], last[row] | out
    }
}

# The day and minute, or the day with the year if the records are of several years.
function short_time(time) {
    return substr(oldest, 1, 4) != substr(newest, 1, 4) ? substr(time, 1, 10) : \
        substr(time, 6, 5) " " substr(time, 12, 5)
}

# Fills cell[], a line for each row, and returns the number of columns. The first `texts` of them are texts.
function fill_cells(lines,    i, j, row, word, head) {
    texts = split(by == "" ? "PROGRAM CALL PEER" : toupper(by), head, " ")
    if (by == "" && other_dispositions) {
        head[texts = 4] = "SIGPIPE"
    }
    split("WRITES PROCESSES FIRST LAST", word, " ")
    for (j = 1; j <= texts + 4; j++) {
        cell[0, j] = j <= texts ? head[j] : word[j - texts]
    }
    for (i = 1; i <= lines; i++) {
        row = sorted[i]
        split(row_name[row], word, SUBSEP)
        for (j = 1; j <= texts; j++) {
            cell[i, j] = shown(word[j], 80)
        }
        cell[i, texts + 1] = (at_least[row] ? ">=" : "") sprintf("%.0f", writes[row])
        cell[i, texts + 2] = processes[row]
        cell[i, texts + 3] = short_time(first[row])
        cell[i, texts + 4] = short_time(last[row])
    }
    return texts + 4
}

# How many columns a text takes on a terminal.
function columns_of(text,    at, size, used) {
    if (text !~ /[^ -~]/) {
        return length(text)
    }
    for (at = 1; at <= length(text); at += size) {
        size = character(text, at)
        used += size > 2 ? 2 : 1
    }
    return used
}

function pad(text, columns, right,    blanks) {
    blanks = columns > columns_of(text) ? sprintf("%" (columns - columns_of(text)) "s", "") : ""
    return right ? blanks text : text blanks
}

# Sets the widths of the columns, within 80 in all: the widest text is cut, until it fits.
function fit_columns(lines, columns,    i, j, all, widest) {
    for (j = 1; j <= columns; j++) {
        width[j] = 0
        for (i = 0; i <= lines; i++) {
            width[j] = columns_of(cell[i, j]) > width[j] ? columns_of(cell[i, j]) : width[j]
        }
        all += width[j] + 1
    }
    for (; all > 81; all--) {
        widest = 1
        for (j = 2; j <= texts; j++) {
            widest = width[j] > width[widest] ? j : widest
        }
        width[widest]--
    }
}

function print_table(    i, j, lines, columns, text) {
    lines = rows > most_lines ? most_lines : rows
    if (!lines) {
        return
    }
    columns = fill_cells(lines)
    fit_columns(lines, columns)
    for (i = 0; i <= lines; i++) {
        text = ""
        for (j = 1; j <= columns; j++) {
            text = text (j > 1 ? " " : "") pad(clean(cell[i, j], width[j]), width[j], j == texts + 1 || j == texts + 2)
        }
        sub(/ +$/, "", text)
        print text | out
    }
}

function counted(count, one, many) {
    return sprintf("%.0f", count) " " (count == 1 ? one : many)
}

function days(    one, other) {
    one = substr(oldest, 1, 10)
    other = substr(newest, 1, 10)
    return (one == other ? "on " one : one " to " other) " (UTC)"
}

# What the rows do not say. Beside JSON it is for standard error.
function print_remarks(    i, left, text) {
    if (!json) {
        for (i = most_lines + 1; i <= rows; i++) {
            left += writes[sorted[i]]
        }
        if (left) {
            print counted(rows - most_lines, "row with ", "rows with ") sprintf("%.0f", left) \
                " of the writes left out: --json has them" | out
        }
        print (!rows ? "No broken write is recorded" : (all_at_least ? "At least " : "") \
            counted(all_writes, "broken write", "broken writes") " of " \
            counted(all_processes, "process", "processes") ", " days()) | out
        if (all_at_least) {
            print ">= is the least: not all are recorded, and no summary tells their number" | out
        }
    }
    if (foreign) {
        text = counted(foreign, "line is no whole record: ", "lines are no whole records, first ")
        print (json ? me ": " : "") text clean(first_foreign, 60) | (json ? errors : out)
    }
}
