# What the tests of the manual pages share: the examples, as a reader sees them.

# Puts each block of a page's EXAMPLES, or another section, into a file of its own, in a folder.
take_examples() { # PAGE FOLDER [SECTION]
    mkdir "$2"
    mandoc -T utf8 -O width=80 "$ROOT/man/$1" | sed $'s/.\b//g' | awk -v folder="$2" -v section="${3-EXAMPLES}" '
        /^[^ ]/ { inside = $0 == section; next }
        inside && sub(/^           /, "") { print >(folder "/" block + 1); open = 1; next }
        { block += open; open = 0 }'
    [ -s "$2/1" ]
}

# The command of a block: the line behind the prompt, and those that it goes on in.
command_of() { # FILE
    sed -n '1s/^\$ //; 1h; 1!H; /\\$/!{ x; p; q; }' "$1"
}

# What the block shows that the command prints.
shown_by() { # FILE
    sed '0,/[^\\]$/d' "$1"
}
