# shellcheck shell=bash
# Where Debian's packages come from, without naming anybody. Also used by .ci/kubernetes-tools and deploy/images/build.

# packages_mirror_of CODENAME: the mirror that apt has for it; nothing before its first update.
packages_mirror_of() {
  # shellcheck disable=SC2016 # apt fills these in
  apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
    awk -v codename="$1" '$1 == codename && !found { print $2; found = 1 }'
}
