# Completes nosigpipe, nosigpipe-audit, nosigpipe-embed, nosigpipe-entrypoint, nosigpipe-host and nosigpipe-report in fish.

for command in nosigpipe nosigpipe-audit nosigpipe-embed nosigpipe-entrypoint nosigpipe-host nosigpipe-report
    complete -c $command -e
    complete -c $command -s h -l help -d 'Show the usage'
    complete -c $command -s V -l version -d 'Show the version'
end

# Completes a path after "file:".
function __nosigpipe_log
    set -l path (string replace -rf '^(--log=)?file:' '' -- (commandline -ct))
    and string replace -r '^' file: -- (__fish_complete_path $path)
    or printf '%s\n' $argv
end

set -l texts (string split -n ';' '@TEXTS@') # KEY=what it decides; in the same order
set -l with_value -p --pid
for entry in (string split -n ';' '@OPTIONS@') # KEY=VALUES; as in scripts/nosigpipe/main.sh
    set -l pair (string split -m 1 = $entry)
    set -l text (string split -m 1 = $texts[1])[2]
    set -e texts[1]
    set -a with_value --$pair[1]
    if string match -q '0 to *' $pair[2]
        complete -c nosigpipe -c nosigpipe-host -l $pair[1] -x -d "$text: $pair[2]"
    else if string match -q '*file:PATH*' $pair[2]
        complete -c nosigpipe -c nosigpipe-host -l $pair[1] -x -a "(__nosigpipe_log $(string replace PATH '' $pair[2]))" -d "$text"
    else
        complete -c nosigpipe -c nosigpipe-host -l $pair[1] -x -a $pair[2] -d "$text"
    end
end
complete -c nosigpipe -s p -l pid -x -a '(__fish_complete_list , __fish_complete_pids)' -d 'Protect running processes'
complete -c nosigpipe -l status -d 'With --pid: say which are protected'
complete -c nosigpipe -l release -d 'With --pid: protect them no longer'
complete -c nosigpipe -l check -d 'Say how the command would be protected'
complete -c nosigpipe -l keep-output -d 'Keep the output when its reader goes away'
complete -c nosigpipe -l print-env -d 'Print the variables for other places'
complete -c nosigpipe -l print-env=dockerfile -d 'Print the variables for other places'
complete -c nosigpipe -l quiet -d 'Do not warn that SIGPIPE is ignored instead'
complete -c nosigpipe -l strict -d 'Start nothing if SIGPIPE could only be ignored'
complete -c nosigpipe -x -a "(__fish_complete_subcommand -- $with_value)"
complete -c nosigpipe-entrypoint -l keep-output -d 'Keep the output when its reader goes away'
complete -c nosigpipe-entrypoint -l no-preload -d 'Leave the environment as it is'
complete -c nosigpipe-entrypoint -x -a '(__fish_complete_subcommand)'

complete -c nosigpipe-audit -l json -d 'One JSON object a line'
complete -c nosigpipe-audit -l pids -d 'The process IDs alone, for nosigpipe --pid'
complete -c nosigpipe-audit -l openmetrics -d 'Numbers for Prometheus'
complete -c nosigpipe-audit -l all -d 'Every process'
complete -c nosigpipe-audit -l watch -d 'Each SIGPIPE as it happens'
complete -c nosigpipe-audit -l calls -d 'With --watch: EPIPE without a signal, too'
complete -c nosigpipe-audit -l proc -r -d 'Instead of /proc'
complete -c nosigpipe-audit -x -a '(__fish_complete_pids)'

complete -c nosigpipe-embed -l interpreter -r -d 'Where ld-nosigpipe.so will be'

complete -c nosigpipe-host -x -a 'enable disable status update'
complete -c nosigpipe-host -l only -x -d 'These programs alone'
complete -c nosigpipe-host -l except -x -d 'Not these programs'
complete -c nosigpipe-host -l unit -x -d 'One service of systemd'
complete -c nosigpipe-host -l without -r -d 'With update: as if this library were not there'
complete -c nosigpipe-host -l root -r -d 'The system below this folder'

complete -c nosigpipe-report -l by -x -a 'peer program call unit' -d 'A row for each'
complete -c nosigpipe-report -l deaths -d 'Who died of SIGPIPE'
complete -c nosigpipe-report -l journal -d 'Read the journal'
complete -c nosigpipe-report -l json -d 'One JSON object a line'
complete -c nosigpipe-report -l since -x -d 'Leave out what is older'
