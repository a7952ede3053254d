# Completes nosigpipe, nosigpipe-audit and nosigpipe-entrypoint in fish.

for command in nosigpipe nosigpipe-audit nosigpipe-entrypoint
    complete -c $command -e
    complete -c $command -l help -d 'Show the usage'
    complete -c $command -l version -d 'Show the version'
end

set -l with_value
for entry in (string split -n ';' '@OPTIONS@') # KEY=VALUES; as in scripts/nosigpipe
    set -l pair (string split -m 1 = $entry)
    set -a with_value --$pair[1]
    if string match -q '0 to *' $pair[2]
        complete -c nosigpipe -l $pair[1] -x -d "$pair[2]"
    else
        complete -c nosigpipe -l $pair[1] -x -a (string replace file:PATH file: $pair[2]) -d "Set $pair[1]"
    end
end
complete -c nosigpipe -l check -d 'Say how the command would be protected'
complete -c nosigpipe -l print-env -d 'Print the variables for elsewhere'
complete -c nosigpipe -l print-env=dockerfile -d 'Print the variables for elsewhere'
complete -c nosigpipe -l quiet -d 'Do not say that SIGPIPE is ignored instead'
complete -c nosigpipe -l strict -d 'Do not start what the preload does not reach'
complete -c nosigpipe -x -a "(__fish_complete_subcommand -- $with_value)"
complete -c nosigpipe-entrypoint -x -a '(__fish_complete_subcommand)'

complete -c nosigpipe-audit -l json -d 'One JSON object a line'
complete -c nosigpipe-audit -l all -d 'Every process'
complete -c nosigpipe-audit -l proc -r -d 'Instead of /proc'
complete -c nosigpipe-audit -x -a '(__fish_complete_pids)'
