# shellcheck shell=bash
# The main process of a part: a pid file holds the id, the time the process was started (so a recycled id is never
# taken for it) and the boot it was started in.

process_file() { printf '%s/%s.pid\n' "$lab_run" "${1//\//.}"; }

# Field 22 of stat, counted after the command's closing parenthesis: a command may hold spaces and parentheses. A zombie is
# dead; only its parent has not looked yet. One look tells both: between two of them the process may end.
process_start_time() {
  local stat
  stat=$(<"/proc/$1/stat") || return 1
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  [[ $1 != Z ]] || return 1
  printf '%s\n' "${20}"
} 2>/dev/null

process_record() {
  local started
  started=$(process_start_time "$2") || die "'$1' ended at once" "see its log in $lab_logs"
  printf '%s %s %s\n' "$2" "$started" "$(</proc/sys/kernel/random/boot_id)" >"$(process_file "$1").new"
  mv "$(process_file "$1").new" "$(process_file "$1")"
}

# process_pid PART: prints the id when that very process lives, else fails.
process_pid() {
  local pid started boot file
  file=$(process_file "$1")
  [[ -r $file ]] && read -r pid started boot <"$file" || return 1
  [[ $boot == "$(</proc/sys/kernel/random/boot_id)" ]] || return 1
  [[ $(process_start_time "$pid") == "$started" ]] || return 1
  printf '%s\n' "$pid"
}

process_lives() { process_pid "$1" >/dev/null; }

process_forget() { rm -f "$(process_file "$1")"; }

# process_ask_to_leave PART SIGNAL SECONDS: signals the main process and waits until it is gone, or patience ends.
process_ask_to_leave() {
  local part=$1 signal=$2 deadline=$((SECONDS + $3)) pid
  pid=$(process_pid "$part") || return 0
  kill "-$signal" "$pid" 2>/dev/null || true
  while process_lives "$part"; do
    if ((SECONDS >= deadline)); then
      say "$part did not leave after SIG$signal: killing it"
      return
    fi
    sleep 0.02
  done
}

# process_stop PART [SIGNAL]: asks the main process to leave, then makes the whole part leave.
process_stop() {
  process_ask_to_leave "$1" "${2:-TERM}" "$stop_patience"
  process_kill "$1"
}

process_kill() {
  owned_kill "$1"
  process_forget "$1"
}

# wait_until SECONDS PART WHAT COMMAND…: polls until COMMAND succeeds; gives up early when the part has died.
wait_until() {
  local deadline=$((SECONDS + $1)) part=$2 what=$3
  shift 3
  until "$@"; do
    if [[ -n $part ]] && ! process_lives "$part"; then
      # It may have become ready and ended between two looks, or never started: either way it is not there.
      say_log_tail "$lab_logs/${part//\//.}.log"
      die "$part ended before $what" "read $lab_logs/${part//\//.}.log"
    fi
    if ((SECONDS >= deadline)); then
      [[ -z $part ]] || say_log_tail "$lab_logs/${part//\//.}.log"
      die "waited in vain until $what" "read the logs in $lab_logs, or try 'lab down' and 'lab up'"
    fi
    sleep 0.05
  done
}
