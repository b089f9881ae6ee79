# shellcheck shell=bash
# One change at a time. The kernel drops a lock when its last holder dies, so a killed run leaves none behind;
# `owned_spawn` closes inherited descriptors, else a daemon would hold the lock for its whole life.

# lock_take FILE exclusive|shared SECONDS WHAT
lock_take() {
  local file=$1 mode=$2 patience=$3 what=$4 descriptor
  mkdir -p "$(dirname "$file")"
  exec {descriptor}>>"$file"
  flock "--$mode" --wait "$patience" "$descriptor" ||
    die "$what is being changed by another run of the lab (waited ${patience}s)" "let it finish, or look with: fuser -v $file"
}

lock_lab() { lock_take "$lab_state/lock" "${1:-exclusive}" 180 "lab $lab_index"; }
lock_part() { lock_take "$lab_state/lock.$1" exclusive 60 "$1 of lab $lab_index"; }
