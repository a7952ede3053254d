# Text that is fit for a terminal.

# Replaces control characters, so that no name or value adds a line or steers the terminal. Sets `plain`.
make_plain() { # TEXT
    left=$1
    plain=
    while :; do
        case $left in *[[:cntrl:]]*) ;; *) break ;; esac
        plain="$plain${left%%[[:cntrl:]]*}?"
        left=${left#*[[:cntrl:]]}
    done
    plain=$plain$left
}
