# For tests of options that travel with the object (nosigpipe-host(8)).

# Makes a copy of the object with options, and with globs for whom it is and for whom it is not.
write_host_options() { # COPY OPTIONS [ONLY [EXCEPT]]
    local place
    cp "$SHIM" "$1.new"
    place=$(grep -a -b -o 'nosigpipe-host room=1536:' "$1.new")
    printf '%s\0%s\0%s\0' "$2" "${3-}" "${4-}" |
        dd bs=1 conv=notrunc seek=$((${place%%:*} + 26)) of="$1.new" status=none
    mv "$1.new" "$1"
}
