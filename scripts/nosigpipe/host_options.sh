# Options that nosigpipe-host writes into a copy of the library, for every program of a machine
# (shim/config/host_options.c): where they are in the file, and which programs they are for.

# The copy is in a folder of this name beside the library, and is named like it.
copy_name=nosigpipe/libnosigpipe.so

preload_file=/etc/ld.so.preload

# Prints the words of the file whose last part is the library's name. Blanks and colons separate its words; # begins a
# comment.
library_words() {
    awk '{
        sub(/#.*/, "")
        n = split($0, named, /[: \t]+/)
        for (i = 1; i <= n; i++) {
            if (named[i] ~ /(^|\/)libnosigpipe\.so$/) {
                print named[i]
            }
        }
    }' "$preload_file" 2>/dev/null
}

# Sets `place` to where the options begin in the file, which is behind the mark and a NUL, and `room` to the bytes that
# they may take; fails if the file has no place for them.
find_place() { # FILE
    mark=$(grep -a -o 'nosigpipe-host room=[0-9]*:' -- "$1" 2>/dev/null) || return
    case $mark in *'
'*) return 1 ;; esac
    room=${mark#*=}
    room=${room%:}
    wanted=$(printf %s "$mark" | od -An -v -tx1 | tr -d ' \n')00
    place=$(od -An -v -tx1 -- "$1" | tr -d ' \n' |
        awk -v wanted="$wanted" '{ n = index($0, wanted); if (n % 2) print (n - 1 + length(wanted)) / 2 }')
    [ -n "$place" ]
}
