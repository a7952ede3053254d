#!/bin/sh
# Holds shim/ against its layers (shim/README.md): tests/project/layers.sh OBJECT-FOLDER. Neither an include
# nor a symbol may lead from a folder up, or across, to another; and no files use each other in a
# circle, but for the one that is named below. Prints what does, and fails then.

set -eu
cd -- "$(dirname -- "$0")/../.."
objects=${1:?where the objects are}
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# USER USED, as folder/file without what follows the dot. Tables and the linker's script are for all.
find shim -name '*.[ch]' -exec grep -H '^#include "' '{}' + |
    sed -n 's,^shim/\([^.]*\)\.[ch]:#include "\([^".]*\)\.h".*,\1 \2,p' >"$work/includes"

find "$objects" -name '*.o' -path '*/*/*' -exec nm -A '{}' + | awk -v top="$objects/" '
    {
        file = substr($1, length(top) + 1)
        sub(/\.o:.*/, "", file)
        # The resident is made of the same sources once more, so only what it has of its own counts.
        if (file ~ /^resident\// && !sub(/^resident\/resident/, "resident", file)) {
            next
        }
        symbol = $NF
        sub(/@.*/, "", symbol)
    }
    $(NF - 1) == "U" { uses[file, symbol] }
    $(NF - 1) ~ /[A-TV-Z]/ { if (file !~ /^(helper|resident|attach)\//) defines[symbol] = file }
    END {
        for (pair in uses) {
            split(pair, part, SUBSEP)
            if (part[2] in defines) {
                print part[1], defines[part[2]], part[2]
            }
        }
    }' | sort >"$work/symbols"
[ -s "$work/includes" ] && [ -s "$work/symbols" ]

awk '
    BEGIN {
        split("arch base config link unwind report signal interpose init", name, " ")
        for (i in name) {
            level[name[i]] = i
        }
        level["helper"] = level["link"]
        level["resident"] = level["interpose"]
        level["attach"] = level["init"]
    }
    function layer(file) {
        sub(/\/.*/, "", file)
        return file
    }
    {
        from = layer($1)
        to = layer($2)
        if (!(from in level) || !(to in level)) {
            print "shim/" $1 ": no layer has the folder of this or of " $2
        } else if (from != to && level[from] <= level[to]) {
            print "shim/" $1 " uses " ($3 ? $3 " of " : "") "shim/" $2 ", which is not below it"
        }
    }' "$work/includes" "$work/symbols" >"$work/wrong"

# The address of the handler is the record of the disposition, so these three know each other.
sed -E 's,signal/(disposition|guard|handler_stubs)([ ]|$),signal/guard\2,g' "$work/symbols" |
    awk '$1 != $2 { print $1, $2 }' | tsort 2>>"$work/wrong" >/dev/null || :

sort -u "$work/wrong"
! [ -s "$work/wrong" ]
