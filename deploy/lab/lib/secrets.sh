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

# HMAC-SHA256 in hexadecimal; the key, at most 64 characters, comes on standard input. openssl would take it as an
# argument.
hmac() {
  local key inner outer byte index
  key=$(cat)
  for ((index = 0; index < 64; index++)); do
    byte=0
    ((index >= ${#key})) || printf -v byte %d "'${key:index:1}"
    printf -v inner '%s\\x%02x' "${inner:-}" $((byte ^ 0x36))
    printf -v outer '%s\\x%02x' "${outer:-}" $((byte ^ 0x5c))
  done
  inner=$({ printf '%b' "$inner" && printf %s "$1"; } | sha256sum)
  inner=${inner%% *}
  { printf '%b' "$outer" && printf '%b' "$(fold -w 2 <<<"$inner" | sed 's/^/\\x/' | tr -d '\n')"; } | sha256sum | cut -d ' ' -f 1
}
