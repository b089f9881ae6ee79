# shellcheck shell=bash
# Debian packages the lab runs on. Only missing ones are installed, and no daemon may start by being installed:
# the lab runs RabbitMQ and PostgreSQL as its own processes, on its own ports, with its own data.

packages_needed=(rabbitmq-server postgresql docker-registry apache2-utils debootstrap iproute2 curl jq rsync openssl procps util-linux)

packages_missing() {
  local package installed
  # shellcheck disable=SC2016 # dpkg-query fills it in
  installed=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' "${packages_needed[@]}" 2>/dev/null) || true
  for package in "${packages_needed[@]}"; do
    grep -qFx "installed $package" <<<"$installed" || printf '%s\n' "$package"
  done
}

packages_update_once() {
  [[ -n ${packages_updated:-} ]] && return
  say "updating the package lists"
  apt-get update -qq >&2 || die "apt-get update failed" "check the network and /etc/apt/sources.list*"
  packages_updated=1
}

packages_ensure() {
  local missing policy=/usr/sbin/policy-rc.d
  mapfile -t missing < <(packages_missing)
  ((${#missing[@]})) || return 0
  say "installing ${missing[*]}"
  (
    lock_take "$lab_home/packages.lock" exclusive 600 "the set of packages"
    if [[ ! -e $policy ]]; then
      # 101 tells the packages' scripts that starting a service is forbidden here.
      trap 'rm -f "$policy"' EXIT
      printf '#!/bin/sh\nexit 101\n' >"$policy"
      chmod 755 "$policy"
    fi
    packages_install "${missing[@]}" ||
      { packages_update_once && packages_install "${missing[@]}"; } ||
      die "could not install ${missing[*]}" "run: apt-get install ${missing[*]}"
  )
}

packages_install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >>"$lab_logs/packages.log" 2>&1
}

# The mirror the machine's own packages come from, so the lab reaches whatever this machine may reach.
packages_mirror() {
  local codename mirror
  codename=$(. /etc/os-release && printf %s "$VERSION_CODENAME")
  mirror=$(packages_mirror_of "$codename")
  if [[ -z $mirror ]]; then # apt knows no index before its first update
    packages_update_once
    mirror=$(packages_mirror_of "$codename")
  fi
  [[ -n $mirror ]] || die_missing "apt names no mirror for Debian $codename" "add one to /etc/apt/sources.list"
  printf '%s\n' "$mirror"
}
