# shellcheck shell=bash
# Derived keys without their key in an argument: anyone may read those. Also used by deploy/kubernetes/secrets.

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
