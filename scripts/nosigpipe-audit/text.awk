# Text escaped for JSON or for a terminal: nosigpipe-audit, which has this part alone for --watch, and nosigpipe-report.

# Returns the number of bytes of the UTF-8 character at a place, 0 if there is none (RFC 3629).
function character(text, at,    first, second, size, i, next_byte) {
    first = ord[substr(text, at, 1)]
    if (first < 128) {
        return 1
    }
    size = first < 194 ? 0 : first < 224 ? 2 : first < 240 ? 3 : first < 245 ? 4 : 0
    for (i = 1; i < size; i++) {
        next_byte = ord[substr(text, at + i, 1)]
        if (next_byte < 128 || next_byte > 191) {
            return 0
        }
    }
    second = ord[substr(text, at + 1, 1)]
    if ((first == 224 && second < 160) || (first == 237 && second > 159) || \
        (first == 240 && second < 144) || (first == 244 && second > 143)) {
        return 0
    }
    return size
}

# Returns the text cut to a number of columns, behind a whole character. A byte that is no character, or
# a control character, becomes ? in the table, and U+FFFD or an escape in JSON.
function clean(text, columns,    at, size, width, used, out, short, end) {
    if (text !~ /[^ -~]|["\\]/ && length(text) <= columns) {
        return text
    }
    end = length(text)
    for (at = 1; at <= end; at += size ? size : 1) {
        size = character(text, at)
        # A character of three or more bytes may have double width.
        width = !json && size > 2 ? 2 : 1
        if (used + width > columns) {
            return json ? out : short "~"
        }
        out = out shape(substr(text, at, size ? size : 1), size)
        used += width
        if (used < columns) {
            short = out
        }
    }
    return out
}

function shape(bytes, size,    code) {
    code = ord[substr(bytes, 1, 1)]
    if (size == 2) {
        code = (code - 192) * 64 + ord[substr(bytes, 2)] - 128
    }
    if (!size) {
        return json ? "\\ufffd" : "?"
    }
    if (size < 3 && (code < 32 || (code > 126 && code < 160))) {
        return json ? sprintf("\\u%04x", code) : "?"
    }
    return json && (bytes == "\"" || bytes == "\\") ? "\\" bytes : bytes
}
