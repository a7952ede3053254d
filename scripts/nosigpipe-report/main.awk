# nosigpipe-report: reads the lines, prints, and exits.

BEGIN {
    for (i = 0; i < 256; i++) {
        ord[sprintf("%c", i)] = i
    }
    most_rows = 10000
    most_lines = 50
    others = "(others)"
    errors = "cat >&2"
    if (deaths) {
        add_names("UNIT=unit USER_UNIT=user_unit __REALTIME_TIMESTAMP=microseconds ContainerExitCode=status " \
            "containerExitCode=status exitCode=status Name=container name=container Time=when time=when")
        since_date = since == "" ? "" : date_of(since)
    } else {
        name_fields()
    }
}

deaths {
    split("", value)
    read_death($0)
    next
}

$0 == "" { next }

read_line($0) {
    records++
    if (value["time"] > newest) {
        newest = value["time"]
    }
    if (oldest == "" || value["time"] < oldest) {
        oldest = value["time"]
    }
    if ("events" in value) {
        add_summary()
    } else {
        add_event()
    }
    next
}

!journal && !foreign++ {
    first_foreign = FILENAME == "" || FILENAME == "-" ? "standard input" : FILENAME
    sub(/^\.\//, "", first_foreign)
    first_foreign = first_foreign ":" FNR
}

END {
    if (deaths) {
        print_deaths()
    } else {
        print_sums()
    }
    failed = (!json || printed) && close(out)
    close(errors)
    exit failed ? 2 : 0
}

function print_sums(    n, i, process, left) {
    for (process in parts) {
        left[++n] = process
    }
    for (i = 1; i <= n; i++) {
        end_process(left[i], 0)
    }
    sort_rows()
    if (json) {
        print_objects()
    } else {
        print_table()
    }
    print_remarks()
    printed = rows
}
