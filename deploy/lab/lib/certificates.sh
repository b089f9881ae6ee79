# shellcheck shell=bash
# By their certificates the workers know each other when a checkpoint travels. The authority is the lab's own and its
# key stays on the host; a node holds its own certificate and key.

# certificates_ensure NODE: made when there is none, and anew when it has not long to live or does not fit any more.
certificates_ensure() {
  local node=$1 made=$lab_state/tls/$1 own file
  own=$(node_folder "$node")/data/tls
  (
    umask 077
    lock_part tls
    "$lab_repository/deploy/certificates" "$lab_state/tls" "$node=$(node_address "$node")" ||
      die "the certificate of $node could not be made" "look at $lab_state/tls, or delete that folder"
    mkdir -p "$own"
    chmod 700 "$own"
    # The certificate last: a running worker reads all of them again when it sees another one.
    for file in ca.crt tls.key tls.crt; do
      cmp -s "$made/$file" "$own/$file" && continue
      cp "$made/$file" "$own/$file.new"
      mv "$own/$file.new" "$own/$file"
    done
  )
}
