# nosigpipe: text that is fit for a shell or for another place.

# Quotes a text for a shell. Sets `quoted`.
quote() { # TEXT
    escape "$1" "'\\'" "'"
    quoted="'$text'"
}

# Inserts ESCAPE before each CHARACTER in a text. Sets `text`.
escape() { # TEXT ESCAPE CHARACTER...
    text=$1
    mark=$2
    shift 2
    for character; do
        rest=$text
        text=
        while :; do
            case $rest in *"$character"*) ;; *) break ;; esac
            text=$text${rest%%"$character"*}$mark$character
            rest=${rest#*"$character"}
        done
        text=$text$rest
    done
}
