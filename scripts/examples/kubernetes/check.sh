#!/bin/sh
# check.sh [FILE]: reads what `kubectl kustomize` prints, from FILE or standard input, and says before it is applied
# what would not be protected, and where an LD_PRELOAD cannot be seen. Nothing is changed.
#
#   kubectl kustomize FOLDER | sh check.sh
#
# The status is 1 if nothing in it is protected, if it names an image that is only an example, or if no cluster would
# take it; 125 if it cannot be read; else 0.

set -u

fail() { # MESSAGE
    printf 'check.sh: %s\n' "$1" >&2
    exit 125
}

case ${1-} in
-h | --help) exec sed -n '2,/^$/s/^# \{0,1\}//p' "$0" ;;
-?*) fail "unknown option '$1' (accepted: a file, or none for standard input)" ;;
esac
[ $# -le 1 ] || fail "more than one file (accepted: a file, or none for standard input)"
file=
if [ "${1:--}" != - ]; then
    file=$(printf %s "$1" | tr '[:cntrl:]' '?')
    [ ! -d "$1" ] || fail "a folder: '$file' (accepted: what 'kubectl kustomize' prints of it)"
    { [ -r "$1" ] && exec <"$1"; } 2>/dev/null || fail "cannot read '$file'"
fi

# Variables of the environment, since awk takes backslashes in those of -v for escapes.
export file
exec awk '
# "kubectl kustomize" prints YAML in one form: block style, one key a line, lists as deep as their key.
function unquote(text) {
    if (text ~ /^".*"$/ || text ~ /^\047.*\047$/)
        return substr(text, 2, length(text) - 2)
    return text
}
function where() {
    return kind "/" object (container == "" ? "" : ", container " container)
}
function error(text) {
    print "check.sh: " (ENVIRON["file"] == "" ? "standard input" : "\047" ENVIRON["file"] "\047") ": " text | "cat >&2"
    status = 1
}
function note(text) {
    notes = notes where() ": " text "\n"
}
function is_ours(image) {
    sub(/.*\//, "", image)
    return image ~ /^nosigpipe/
}
function end_container() {
    if (container != "")
        judge_container()
    container = ""
    has_library = has_source = has_env_from = is_wrapped = 0
    variable = image = ""
}
function judge_container() {
    if (has_source && has_library)
        error(where() ": LD_PRELOAD has a value and a valueFrom, which no cluster accepts (use components/wrapper)")
    else if (has_library && has_env_from)
        note("an LD_PRELOAD of its envFrom would be replaced (if there is one, use components/wrapper)")
    if (has_library && !(image in unseen)) {
        unseen[image]
        images[++count] = image
    }
    if (!has_library && !is_wrapped)
        bare = bare "\n" container
}
function end_document() {
    end_container()
    if (has_pod && !is_protected)
        note("not protected")
    else if (has_pod)
        for (one = split(substr(bare, 2), names, "\n"); one > 0; one--) {
            container = names[one]
            note("not protected")
        }
    kind = object = container = bare = ""
    has_pod = is_protected = depth = 0
}
# The value of KEY below the keys of the path.
function take(key, value) {
    if (depth == 1 && key == "kind")
        kind = value
    if (depth == 2 && keys[1] == "metadata" && key == "name")
        object = value
    if (key == "containers" && value == "" && kind !~ /Policy$/)
        has_pod = 1
    if ((key == "image" || key == "reference") && is_ours(value)) {
        is_protected = ours = 1
        if (value ~ /^registry\.example\//)
            examples[value] = 1
    } else if (key == "image" && keys[depth - 1] ~ /^(containers|initContainers)$/)
        image = value
    # An image of ours may have any name; the volume with its files has this one.
    if (key == "name" && value == "nosigpipe" && keys[depth - 1] == "volumes")
        is_protected = ours = 1
    if (key == "name" && keys[depth - 1] ~ /^(containers|initContainers)$/)
        container = value
    if (key == "envFrom")
        has_env_from = 1
    if (keys[depth - 1] == "env") {
        if (key == "name")
            variable = value
        if (variable == "LD_PRELOAD" && key == "valueFrom")
            has_source = 1
        if (variable == "LD_PRELOAD" && key == "value" && value ~ /\/libnosigpipe\.so/)
            has_library = 1
        if (variable == "NOSIGPIPE_OPTIONS" && key == "value" && value ~ /,off$/)
            off = off kind "/" object " "
    }
}
/^---/ { end_document(); body = -1; next }
/^[ \t]*(#.*)?$/ { next }
/nosigpipe-entrypoint/ { is_wrapped = 1 }
{
    match($0, /^ */)
    indent = RLENGTH
    # Lines of a text, which begins with | or > behind its key or the hyphen of a list.
    if (body >= 0 && indent > body)
        next
    body = -1
    line = substr($0, indent + 1)
    fresh = 0
    while (line ~ /^- /) {
        fresh = 1
        indent += 2
        line = substr(line, 3)
        sub(/^ */, "", line)
    }
    if (line ~ /^[|>][-+0-9]*$/) {
        body = indent - 2
        next
    }
    if (!match(line, /^("[^"]*"|\047[^\047]*\047|[^:"\047]+):( |$)/))
        next
    key = substr(line, 1, RLENGTH)
    value = substr(line, RLENGTH + 1)
    sub(/: ?$/, "", key)
    key = unquote(key)
    if (value ~ /^[|>][-+0-9]*$/) {
        body = indent
        value = "text"
    }
    while (depth > 0 && indents[depth] >= indent)
        depth--
    # A list may be as deep as its key: its elements are two further.
    depth++
    indents[depth] = indent
    keys[depth] = key
    if (fresh && keys[depth - 1] ~ /^(containers|initContainers)$/)
        end_container()
    take(key, unquote(value))
}
END {
    end_document()
    if (!ours)
        error("no image of nosigpipe in it, so nothing is protected (name its components in kustomization.yaml)")
    for (one in examples)
        error("\047" one "\047 is only an example (name your image in kustomization.yaml)")
    close("cat >&2")
    printf "%s", notes
    for (one = 1; one <= count; one++)
        print "image " images[one] ": an LD_PRELOAD of its own would be replaced (podman image inspect --format \047{{.Config.Env}}\047 shows it)"
    if (off != "")
        print off "NOSIGPIPE_OPTIONS: off has to stand alone (leave it out of the kustomization instead)"
    exit status
}'
