#!/bin/sh
# page.sh: makes the page PROGRAMS.md of the rows on standard input, which `record` of programs.bash
# writes: GROUP, PROGRAM, VERSION, BROKEN, BARE, OUTCOME, MODES, with tabs between them.

set -u

groups='kafka:Clients of a broker that is killed
go:Go
remedies:Under a debugger
shells:Shells and script languages
tools:Tools
clients:Network clients
servers:Servers whose client leaves
load:Servers under load
runtimes:Programs with a runtime of their own
preloads:Programs with another preload'

cat <<'TEXT'
# Programs tried

`make check-programs` wrote this page. Each row is a test: the distribution's program had a broken
write, first bare, then under nosigpipe in each of the modes named (`all`: catch, ignore, mask and
flags). "Lives" tells what the program does about SIGPIPE itself, as seen in its system calls;
nosigpipe must then change nothing. A rate is what the server's own load generator measured: of the
ratios of alternating rounds, on a machine that had other work too, the median.
TEXT

rows=$(LC_ALL=C sort -u)
count=$(printf '%s\n' "$rows" | cut -f 2 | sed 's/[ ,].*//' | tr '[:upper:]' '[:lower:]' | sort -u | wc -l)
printf '\nPrograms: %d.\n' "$count"
printf '%s\n' "$groups" | while IFS=: read -r group title; do
    printf '\n## %s\n\n' "$title"
    printf '| program | package | what broke | bare | under nosigpipe | modes |\n'
    printf '| --- | --- | --- | --- | --- | --- |\n'
    printf '%s\n' "$rows" | awk -F '\t' -v group="$group" '
        $1 == group {
            gsub(/\|/, "\\\\|")
            printf "| %s | %s | %s | %s | %s | %s |\n", $2, $3, $4, $5, $6, $7
        }'
done
