# shellcheck shell=bash
# What is in each image (image_root_of_NAME ROOT) and how it is run (image_run_NAME): a program of this repository, or one
# of Debian's that knows nothing of us.

# What a published .NET program loads.
image_libraries=(ld-linux-x86-64.so.2 libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2
  libgcc_s.so.1 libstdc++.so.6 libssl.so.3 libcrypto.so.3 libz.so.1 libzstd.so.1)

# Debian packages with the program and all that it loads, for those images that are made of them.
declare -A image_packages=(
  [redis]="redis-tools libatomic1 libc6 libcap2 libgcc-s1 libgcrypt20 libgpg-error0 libjemalloc2 liblz4-1 liblzf1
    liblzma5 libssl3 libstdc++6 libsystemd0 libzstd1"
  [mosquitto]="mosquitto libc6 libcap2 libcjson1 libdlt2 libgcc-s1 libgcrypt20 libgpg-error0 liblz4-1 liblzma5
    libmosquitto1 libssl3 libsystemd0 libwrap0 libnsl2 libtirpc3 libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0
    libcom-err2 libkeyutils1 libzstd1"
)

image_root_of_orders() { image_dotnet "$1" orders; }
image_run_orders() { image_run_dotnet orders; }

image_root_of_memory() { image_dotnet "$1" memory; }
image_run_memory() { image_run_dotnet memory; }

# Without persistence: what it holds is in memory, and nothing is written into its root file system.
image_root_of_redis() {
  image_program "$1" redis /usr/bin/redis-check-rdb
  mv "$1/usr/bin/redis-check-rdb" "$1/usr/bin/redis-server"
}
image_run_redis() {
  jq -nc '{ Entrypoint: ["/usr/bin/redis-server"], WorkingDir: "/", Env: ["PATH=/usr/bin"],
    Cmd: ["--save", "", "--appendonly", "no", "--protected-mode", "no"] }'
}

image_root_of_mosquitto() {
  image_program "$1" mosquitto /usr/sbin/mosquitto
  printf '%s\n' 'listener 1883 0.0.0.0' 'allow_anonymous true' 'persistence false' 'user root' 'log_dest stdout' \
    >"$1/etc/mosquitto.conf"
}
image_run_mosquitto() {
  jq -nc '{ Entrypoint: ["/usr/bin/mosquitto"], WorkingDir: "/", Env: ["PATH=/usr/bin"],
    Cmd: ["-c", "/etc/mosquitto.conf"] }'
}

# image_dotnet ROOT NAME: a published program, with the libraries of the nodes' root file system.
image_dotnet() {
  local root=$1 nodes library
  nodes=$(rootfs_path)/usr/lib/x86_64-linux-gnu
  for library in "${image_libraries[@]}"; do
    [[ -e $nodes/$library ]] || die "the node root file system has no $library" "lab purge, then lab up"
    cp --dereference "$nodes/$library" "$root/usr/lib/x86_64-linux-gnu/$library"
  done
  mkdir "$root/app"
  cp -a "$lab_artifacts/$2/." "$root/app/"
  chmod -R u=rwX,go=rX "$root/app"
}

image_run_dotnet() {
  jq -nc --arg program "/app/$1" '{ Entrypoint: [$program], WorkingDir: "/app",
    Env: ["PATH=/usr/bin:/bin", "DOTNET_EnableDiagnostics=0", "DOTNET_EnableWriteXorExecute=0", "DOTNET_gcServer=0",
      "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1"] }'
}

# image_program ROOT NAME PATH: a program of Debian packages, and the libraries that its loader names.
image_program() {
  local root=$1 name=$2 path=$3 unpacked=$1.unpacked library
  image_unpack "$unpacked" "$name"
  cp "$unpacked$path" "$root/usr/bin/"
  chroot "$unpacked" /lib64/ld-linux-x86-64.so.2 --list "$path" >"$unpacked/list" ||
    die "$name lacks a library" "see image_packages in $lab_folder/lib/image-contents.sh: $(grep 'not found' "$unpacked/list")"
  while read -r library; do
    cp --dereference "$unpacked$library" "$root/usr/lib/x86_64-linux-gnu/"
  done < <(grep -oE '/[^ ]+\.so[^ ]*' "$unpacked/list" | sort -u)
  rm -rf --one-file-system "$unpacked"
}

# The machine's own Debian: nothing of it is installed, its packages are only fetched and unpacked.
image_unpack() {
  local into=$1 name=$2 package
  mkdir -p "$into"/usr/{bin,sbin,lib,lib64} "$into/packages"
  for package in bin sbin lib lib64; do ln -s "usr/$package" "$into/$package"; done
  (
    cd "$into/packages" || exit
    # shellcheck disable=SC2086
    image_fetch ${image_packages[$name]} || { packages_update_once && image_fetch ${image_packages[$name]}; } ||
      die "the packages of the image $name could not be fetched" "read $lab_logs/packages.log"
  )
  for package in "$into"/packages/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar --directory "$into" --extract --keep-directory-symlink
  done
}

# As the user who calls: apt's own could not write here.
image_fetch() { apt-get download -qq -o APT::Sandbox::User=root "$@" >>"$lab_logs/packages.log" 2>&1; }
