#!/bin/sh
# Stands where the paper would come out: ippeveprinter calls it with each document.
# $1 is the document; IPP_* are the job's attributes. The control file says what happens, one word and
# the printer-state-reasons that go with it:
#   (absent)          the document is printed
#   wait REASON...    printing stops with these reasons until the file changes
#   abort REASON...   the printer gives the job up with these reasons
control=$(dirname "$0")/control
received=$(cat "$(dirname "$0")/received")
name=$(basename "$1")
printf '%s' "$IPP_JOB_NAME" > "$received/$name.title"
cp "$1" "$received/$name.part" && mv "$received/$name.part" "$received/$name"
printer=$PPID
# What an earlier job left behind.
echo "STATE: none" >&2
reasons=
while [ -f "$control" ]; do
    read -r word wanted < "$control"
    wanted=$(printf '%s' "$wanted" | tr ' ' ',')
    if [ "$wanted" != "$reasons" ]; then
        [ -n "$reasons" ] && echo "STATE: -$reasons" >&2
        [ -n "$wanted" ] && echo "STATE: +$wanted" >&2
        reasons=$wanted
    fi
    [ "$word" = abort ] && exit 1
    kill -0 "$printer" 2>/dev/null || exit 1
    sleep 0.1
done
[ -n "$reasons" ] && echo "STATE: -$reasons" >&2
printf '%s' "$IPP_JOB_NAME" > "$received/$name.printed"
exit 0
