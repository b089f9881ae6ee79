# shellcheck shell=bash
# Passwords are made once per lab and live in files only root may read. They reach programs through files,
# standard input or the environment, never through arguments: anyone may read those.

secret_file() { printf '%s/secrets/%s\n' "$lab_state" "$1"; }

secrets_ensure() {
  local name file
  (
    umask 077
    mkdir -p "$lab_state/secrets"
    for name in broker engine engine-admin client store store-engine store-reader cookie transfer cluster registry; do
      file=$(secret_file "$name")
      [[ -s $file ]] && continue
      # Hexadecimal: needs no quoting in an address, in SQL or in a shell.
      head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$file.new"
      mv "$file.new" "$file"
    done
  )
}

secret() { cat "$(secret_file "$1")"; }

# What engine and workers compute as well (Ms2m.Contracts.Credentials): the key of a node, and its worker's password.
node_key() { secret cluster | hmac "node:$1"; }
node_password() { node_key "$1" | hmac worker; }
