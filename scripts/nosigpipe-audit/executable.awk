# nosigpipe-audit: static or dynamic, by the ELF headers.

# Each executable file is read once, however many processes run it.
function read_executables(list, count,    n, i, file_key, word, last, pid, paths) {
    n = run("ls -Lidn" files(list, count, "exe"))
    for (i = 1; i <= n; i++) {
        paths[i] = output[i]
    }
    for (i = 1; i <= n; i++) {
        last = split(paths[i], word, " ")
        file_key = paths[i]
        sub(/ [^ ]*$/, "", file_key)
        pid = word[last] + 0
        if (word[last] ~ /\/exe$/) {
            if (!(file_key in linkage)) {
                linkage[file_key] = read_linkage(word[last])
            }
            # ld.so has no interpreter either, but the program that it runs is dynamic.
            linked[pid] = shim[pid] == "yes" ? "dynamic" : linkage[file_key]
        }
    }
}

# A static program is an ELF file without PT_INTERP among its program headers; see elf(5).
function read_linkage(path,    wide, at, size, count, i) {
    read_bytes(path, 0, 1024)
    if (byte[0] byte[1] byte[2] byte[3] != "7f454c46") {
        return ""
    }
    wide = byte[4] == "02"
    little = byte[5] == "01"
    at = wide ? number(32, 8) : number(28, 4)
    size = number(wide ? 54 : 42, 2)
    count = number(wide ? 56 : 44, 2)
    if (at + size * count > 1024) {
        read_bytes(path, at, size * count)
        at = 0
    }
    for (i = 0; i < count; i++) {
        if (number(at + i * size, 4) == 3) {
            return "dynamic"
        }
    }
    return count && ((at + size * count - 1) in byte) ? "static" : ""
}

function read_bytes(path, from, count,    n, i, j, k, words, word) {
    split("", byte)
    n = run("od -An -v -tx1 -j " from " -N " count " " path " 2>/dev/null")
    for (i = 1; i <= n; i++) {
        words = split(output[i], word, " ")
        for (j = 1; j <= words; j++) {
            byte[k++] = word[j]
        }
    }
}

function number(at, size,    i, value) {
    for (i = 0; i < size; i++) {
        value = value * 256 + hex[byte[little ? at + size - 1 - i : at + i]]
    }
    return value
}
