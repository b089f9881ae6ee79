# shellcheck shell=bash
# What the lab says to a person. Facts go to standard output, everything else to standard error.
# Exit codes: 1 it failed, 2 it was asked wrongly, 3 something it needs is missing, 4 it is not running.

say() { printf '%s\n' "$*" >&2; }

# die MESSAGE [REMEDY] [CODE]
die() {
  printf 'lab: %s\n' "$1" >&2
  if [[ -n ${2:-} ]]; then printf '     remedy: %s\n' "$2" >&2; fi
  exit "${3:-1}"
}

die_usage() { die "$1" "see 'lab help'" 2; }
die_missing() { die "$1" "$2" 3; }
die_not_running() { die "$1" "${2:-}" 4; }

# The last lines of a log say more than any sentence about it.
say_log_tail() {
  [[ -s $1 ]] || return 0
  say "     last lines of $1:"
  tail -n "${2:-15}" "$1" | sed 's/^/       | /' >&2
}
