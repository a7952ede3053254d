# shellcheck shell=sh
# Where this machine's packages come from. Other scripts read this file with the `.` command.

# Prints the address of the mirror that apt uses.
mirror() {
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
    # shellcheck disable=SC2016 # apt's own variables
    apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        sed -n "s/ $codename main\$//p" | head -n 1
}
