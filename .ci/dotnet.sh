# shellcheck shell=bash
# The .NET SDK as the scripts use it: found, new enough, quiet, and leaving no build process behind.

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1
# Debian's minimal installations have no ICU; nothing here depends on a culture.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=${DOTNET_SYSTEM_GLOBALIZATION_INVARIANT:-1}
# The SDK refuses to run without a home, as under some schedulers.
export HOME=${HOME:-/root}

for sdk_folder in /usr/share/dotnet /usr/lib/dotnet "$HOME/.dotnet"; do
  if ! command -v dotnet >/dev/null && [[ -x $sdk_folder/dotnet ]]; then PATH=$PATH:$sdk_folder; fi
done

die() {
  printf 'ms2m: %s\n' "$1" >&2
  if [[ -n ${2:-} ]]; then printf '      %s\n' "$2" >&2; fi
  exit "${3:-1}"
}

sdk_needed() {
  local remedy
  remedy="Install it: https://learn.microsoft.com/dotnet/core/install/linux-debian (package dotnet-sdk-10.0), \
or unpack the SDK's archive into /usr/share/dotnet."
  command -v dotnet >/dev/null || die "the .NET SDK 10 is missing" "$remedy" 3
  dotnet --list-sdks | grep -q '^10\.' || die "there is a .NET SDK, but none of version 10" "$remedy" 3
}
