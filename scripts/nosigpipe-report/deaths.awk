# nosigpipe-report: who died of SIGPIPE, and what would mend it. A name of deaths is "KIND SUBSEP NAME".

# The lines of read_deaths() in deaths.sh.
function read_death(text,    word, name) {
    split(text, word, " ")
    if (word[1] == "state") {
        read_state(substr(text, 7))
    } else if (word[1] == "event") {
        text = substr(text, length(word[1] word[2]) + 3)
        # podman has the labels of the image last, one of which may be called "name". docker has the name among them.
        if (word[2] == "podman") {
            sub(/,"Attributes":\{.*/, "}", text)
        }
        if (read_flat(text) && value["status"] == 141) {
            add_death("container", word[2] " " value["container"], \
                value["when"] ~ /^[0-9]+$/ ? date_of(value["when"]) : substr(value["when"], 1, 19) "Z")
        }
    } else if (word[1] == "exited") {
        sub(/^\//, "", word[3]) # docker puts it in front
        add_last("container", word[2] " " word[3], substr(word[4] (word[5] ? "T" word[5] : ""), 1, 19) "Z")
    } else if (word[1] == "runs") {
        state["container", word[2] " " word[3]] = "runs"
    } else if (read_flat(text)) {
        name = "user_unit" in value ? value["user_unit"] : value["unit"]
        add_death(("user_unit" in value ? "user " : "") "service", show_escapes(name), \
            date_of(value["microseconds"] / 1000000))
    }
}

# One property a line, and an empty line behind the last of a service. ExecMainCode 2 is CLD_KILLED, 1 is
# CLD_EXITED (waitid(2)).
function read_state(text,    at, word) {
    at = index(text, "=")
    if (at) {
        property[substr(text, 1, at - 1)] = substr(text, at + 1)
    } else {
        end_state()
    }
}

function end_state(    id, word) {
    id = property["Id"]
    gsub(/\\/, "&&", id) # as the journal has it in JSON
    if (id != "") {
        state["service", id] = property["ActiveState"] ~ /^(activ|reload)/ ? "runs" : "down"
        if (property["ExecMainCode"] " " property["ExecMainStatus"] ~ /^(2 13|1 141)$/) {
            split(property["ExecMainExitTimestamp"], word, " ") # Sun 2026-11-29 08:14:57 UTC
            add_last("service", id, word[2] "T" word[3] "Z")
        }
    }
    split("", property)
}

# Days since 1970-01-01 become a date: years begin in March, so that the leap day is the last.
function date_of(seconds,    day, era, of_era, year, of_year, month) {
    day = int(seconds / 86400) + 719468
    seconds = int(seconds) % 86400
    era = int(day / 146097)
    of_era = day - era * 146097
    year = int((of_era - int(of_era / 1460) + int(of_era / 36524) - int(of_era / 146096)) / 365)
    of_year = of_era - (365 * year + int(year / 4) - int(year / 100))
    month = int((5 * of_year + 2) / 153)
    return sprintf("%04d-%02d-%02dT%02d:%02d:%02dZ", era * 400 + year + (month > 9), \
        month < 10 ? month + 3 : month - 9, of_year - int((153 * month + 2) / 5) + 1, \
        int(seconds / 3600), int(seconds / 60) % 60, seconds % 60)
}

function add_death(kind, name, time) {
    died[kind, name]++
    if (time > died_last[kind, name]) {
        died_last[kind, name] = time
    }
}

# The last end of a service or container, which is noted right after it, or nowhere.
function add_last(kind, name, time) {
    if ((since_date == "" || time >= since_date) && time > died_last[kind, name]) {
        add_death(kind, name, time)
        at_least[kind, name] = 1
    }
}

# First who is down, then who died last.
function death_first(one, other,    down, other_down) {
    down = state_of(one) == "down"
    other_down = state_of(other) == "down"
    if (down != other_down) {
        return down
    }
    return died_last[one] > died_last[other] || (died_last[one] == died_last[other] && one < other)
}

# systemd does not keep in memory what does not run. Each user has another systemd.
function state_of(name) {
    return name in state ? state[name] : name ~ /^user/ ? "unknown" : "down"
}

# The command, with the name if that is one which a shell takes as it is, but for backslashes.
function mend_of(name,    part, what) {
    split(name, part, SUBSEP)
    if (part[1] == "container") {
        return "ENTRYPOINT [\"/opt/nosigpipe/nosigpipe-entrypoint\"]"
    }
    what = part[2]
    gsub(/\\\\/, "\\", what)
    if (what !~ /^[A-Za-z0-9@:_.\\][A-Za-z0-9@:_.\\-]*$/) {
        what = "..."
    } else if (what ~ /\\/) {
        what = sprintf("%c%s%c", 39, what, 39)
    }
    return "systemctl " (part[1] == "service" ? "" : "--user ") "edit " what
}

function print_deaths(    name, i, j, n, list, part) {
    end_state()
    for (name in died) {
        for (j = ++n; j > 1 && death_first(name, list[j - 1]); j--) {
            list[j] = list[j - 1]
        }
        list[j] = name
    }
    printed = n
    for (i = 1; i <= n; i++) {
        split(list[i], part, SUBSEP)
        if (json) {
            print "{\"kind\":" quoted(part[1]) ",\"name\":" quoted(part[2]) ",\"deaths\":" died[list[i]] \
                ",\"exact\":" (at_least[list[i]] ? "false" : "true") ",\"last\":" quoted(died_last[list[i]]) \
                ",\"state\":" quoted(state_of(list[i])) ",\"mend\":\"" clean(mend_of(list[i]), 4096) "\"}" | out
        } else {
            print_death(i, list[i], part[1], part[2])
        }
    }
    if (!json) {
        print_mends(n, died_services, died_containers)
    }
}

function print_death(i, name, kind, what,    time) {
    if (i == 1) {
        print "DEATHS LAST (UTC)        NOW     NAME" | out
    }
    time = died_last[name]
    printf "%6s %s %s  %-7s %s\n", (at_least[name] ? ">=" : "") died[name], substr(time, 1, 10), \
        substr(time, 12, 5), state_of(name), shown(kind == "service" ? what : kind " " what, 46) | out
    died_services += kind != "container"
    died_containers += kind == "container"
    if (kind != "container") {
        print "       " mend_of(name) | out
    }
}

function print_mends(n, services, containers) {
    if (!n) {
        print "No death by SIGPIPE is noted" | out
    }
    if (services) {
        print "systemd takes this death for a clean end, which Restart=on-failure leaves so." | out
        print "In the file that systemctl edit opens, write this, and restart the service:" | out
        print "    [Service]" | out
        print "    Environment=LD_PRELOAD=" library | out
        print "    IgnoreSIGPIPE=no" | out
    }
    if (containers) {
        print "In the image of a container, see nosigpipe-entrypoint(1):" | out
        print "    COPY libnosigpipe.so nosigpipe-entrypoint /opt/nosigpipe/" | out
        print "    ENTRYPOINT [\"/opt/nosigpipe/nosigpipe-entrypoint\"]" | out
    }
}
