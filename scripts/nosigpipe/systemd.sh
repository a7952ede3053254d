# The two variables in a unit of systemd.

# systemd.exec(5): Environment= expands specifiers, but no variables; and a service starts with SIGPIPE
# ignored, in which case nothing would be logged.
print_for_systemd() {
    escape "$preload" \\ \\ '"'
    escape "$text" % %
    printf '%s\n' "Environment=\"LD_PRELOAD=$text\""
    if [ -n "$chosen" ]; then
        escape "$chosen" \\ \\ '"'
        escape "$text" % %
        printf '%s\n' "Environment=\"NOSIGPIPE_OPTIONS=$text\""
    fi
    echo IgnoreSIGPIPE=no
}
