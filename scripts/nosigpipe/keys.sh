# The keys of NOSIGPIPE_OPTIONS, in --help.

# Prints a line of --help for each key, with "|" between the values.
show_keys() {
    while [ -n "$options" ]; do
        values=${options%%;*}
        shown=
        case $values in
        *=0' to '*) shown=$values ;;
        *) for value in $values; do shown=${shown:+$shown|}$value; done ;;
        esac
        text=${texts%%;*}
        printf '      --%-39s %s\n' "$shown" "${text#*=}"
        options=${options#*;}
        texts=${texts#*;}
    done
}
