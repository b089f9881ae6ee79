# shellcheck shell=bash
# Which processes are the lab's? Each part ("broker", "node-a/worker" …) runs in a control group of its own, entered
# before the program starts and inherited by whatever it forks. So ownership is a fact the kernel keeps: it survives
# a `kill -9` of this script at any line, and no recycled process id can be mistaken for ours.
# Pid files only say which of a part's processes is the main one.

owned_tree=

owned_prepare() {
  local mounted
  mounted=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
  [[ -n $mounted && -w $mounted ]] ||
    die_missing "no writable cgroup2 file system is mounted" "mount -t cgroup2 none /sys/fs/cgroup/unified"
  owned_tree=$mounted/ms2m-lab-${lab_index}
  # A second lab home must not take the first one's processes for its own.
  [[ $lab_home == /var/lib/ms2m-lab ]] || owned_tree+=-$(printf %s "$lab_home" | sha256sum | cut -c1-8)
}

# owned_enter PART: the calling (sub)shell becomes a process of the part.
owned_enter() {
  mkdir -p "$owned_tree/$1"
  echo "$BASHPID" >"$owned_tree/$1/cgroup.procs"
}

owned_close_descriptors() {
  local descriptor
  for descriptor in "/proc/$BASHPID/fd/"*; do
    descriptor=${descriptor##*/}
    ((descriptor > 2)) && eval "exec $descriptor>&-"
  done
  return 0
}

# owned_spawn PART LOG COMMAND…: starts a daemon of that part; its process id is left in $owned_pid.
owned_spawn() {
  local part=$1 log=$2
  shift 2
  (umask 077 && : >>"$log")
  (
    trap - EXIT
    owned_enter "$part"
    owned_close_descriptors
    cd /
    exec setsid "$@" </dev/null >>"$log" 2>&1
  ) &
  # shellcheck disable=SC2034 # read by the callers
  owned_pid=$!
}

owned_is_empty() { ! grep -qs populated\ 1 "$owned_tree${1:+/$1}/cgroup.events"; }

# owned_kill PART: every process of the part and below, at once (an empty part: of the whole lab); returns when they
# are gone.
owned_kill() {
  local group=$owned_tree${1:+/$1} deadline=$((SECONDS + 10)) pid
  [[ -d $group ]] || return 0
  if ! owned_is_empty "$1"; then
    if [[ -w $group/cgroup.kill ]]; then
      echo 1 >"$group/cgroup.kill"
    else # kernels before 5.14
      while read -r pid; do kill -KILL "$pid" 2>/dev/null || true; done \
        < <(find "$group" -name cgroup.procs -exec cat {} +)
    fi
    until owned_is_empty "$1"; do
      ((SECONDS < deadline)) || die "processes of '$1' survive SIGKILL" "see: cat $group/cgroup.procs"
      sleep 0.02
    done
  fi
  # Zombies keep a group's folder busy for a moment after it has become empty.
  until owned_forget "$1"; do
    ((SECONDS < deadline)) || die "cannot remove the control group $group" "see: find $group -name cgroup.procs"
    sleep 0.02
  done
}

owned_forget() {
  local group=$owned_tree${1:+/$1}
  [[ -d $group ]] || return 0
  find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || [[ ! -d $group ]]
}
