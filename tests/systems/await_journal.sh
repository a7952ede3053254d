#!/bin/sh
# await_journal.sh: waits until the journal has what was sent to its socket before. `journalctl --sync` may be done
# before journald has read that; a record of one's own comes behind it.

mark=await.$$
printf 'MESSAGE=end\nAWAITED=%s\n' "$mark" | logger --journald || exit
until journalctl --quiet AWAITED="$mark" | grep -q end; do
    sleep 0.05
done
journalctl --sync
