#!/bin/sh
# A voice that does what the word in the file `mode` beside it says; by itself the real one, espeak-ng.
mode=$(cat "${0%/*}/mode" 2>/dev/null)
case "$1:$mode" in
--voices*:no-voice) exec espeak-ng --voices=fr ;;
--voices*:no-list) exec echo "sh: a message that is no list" ;;
--voices*:list-hangs) exec sleep 600 ;;
--voices*) exec espeak-ng "$@" ;;
*:crashes) exec sh -c 'kill -SEGV $$' ;;
*:fails) cat >/dev/null; echo "cannot speak" >&2; exit 1 ;;
*:hangs) echo $$ >"${0%/*}/pid"; exec sleep 600 ;;
*:babbles) yes "a line that says nothing" | head -c 4000000 >&2; exec espeak-ng "$@" ;;
# As on a PC without a sound card: what espeak-ng itself says then.
*:no-device) ALSA_CONFIG_PATH=/nonexistent PULSE_SERVER=unix:/nonexistent exec espeak-ng --stdin -v cmn ;;
# A PC with a sound card, whose sound goes into a file.
*:to-file) exec espeak-ng "$@" -w "${0%/*}/prompt.wav" ;;
# The disk is full: a head without sound.
*:cut) for file; do :; done; espeak-ng "$@" && truncate -s 44 "$file" ;;
*) exec espeak-ng "$@" ;;
esac
