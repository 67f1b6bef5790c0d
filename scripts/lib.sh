# What the scripts share. Sourced, never run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# A machine without a home folder still needs one for the caches of NuGet and npm.
export HOME="${HOME:-$(mktemp -d)}"
# No MSBuild node stays behind.
export MSBUILDDISABLENODEREUSE=1

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# need COMMAND PACKAGE: installs a Debian package when that is allowed, else names it.
need() {
  command -v "$1" >/dev/null && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing $2 ..."
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$2" >&2 ||
      { apt-get update >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$2" >&2; } ||
      die "could not install the package $2, which has $1"
  else
    die "$1 is missing; install it: sudo apt-get install $2"
  fi
}

# The tests start servers of their own: the cluster that Debian's package makes and starts by default is neither wanted nor made.
need_postgres() {
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  fi
  need initdb postgresql
}

check_dotnet() {
  command -v dotnet >/dev/null || die "the .NET SDK 10 is missing; see https://dotnet.microsoft.com/download/dotnet/10.0"
  (cd "$root" && dotnet --version >/dev/null 2>&1) ||
    die "no .NET SDK fits $root/global.json (10.0.100 or later); installed: $(dotnet --list-sdks | tr '\n' ' ')"
  # The built program looks for the runtime where the package puts it; an unpacked SDK lies elsewhere.
  export DOTNET_ROOT="${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}"
}

check_node() {
  command -v node >/dev/null || die "Node.js 20 or later is missing; see https://nodejs.org or install Debian's packages nodejs and npm"
  local version
  version=$(node --version)
  version=${version#v}
  [ "${version%%.*}" -ge 20 ] || die "Node.js 20 or later is needed; this is $version"
  command -v npm >/dev/null || die "npm is missing; install Debian's package npm"
}

# alone COMMAND...: no other script sets up or builds in this clone meanwhile. What is started holds no lock: compilers stay behind.
alone() {
  need flock util-linux
  mkdir -p "$root/artifacts"
  exec 9>"$root/artifacts/setup.lock"
  flock --nonblock 9 || { say "waiting for another script, which sets up or builds here ..."; flock 9; }
  local status=0
  "$@" 9>&- || status=$?
  exec 9>&-
  return $status
}

# The workers' packages, when they are not those of the lock file.
install_workers() { has_workers || alone install_workers_alone; }

has_workers() { [ "$(cat "$root/workers/node_modules/.installed" 2>/dev/null)" = "$(sha256sum <"$root/workers/package-lock.json")" ]; }

install_workers_alone() {
  local stamp="$root/workers/node_modules/.installed" wanted
  has_workers && return
  wanted=$(sha256sum <"$root/workers/package-lock.json")
  say "installing the workers' packages ..."
  (cd "$root/workers" && npm ci --ignore-scripts --no-audit --no-fund </dev/null >&2) || die "npm ci failed in workers/"
  printf '%s\n' "$wanted" >"$stamp"
}

program="$root/src/Host/bin/Release/net10.0/marketmanager"

# True when nothing that the program is built from is newer than the last build; a folder is newer when a file in it went.
is_built() {
  local stamp="$root/src/Host/obj/built.stamp"
  [ -x "$program" ] && [ -f "$stamp" ] && [ -z "$(find "$root"/src "$root"/config "$root"/*.props "$root"/global.json "$root"/.editorconfig \
    \( -name bin -o -name obj \) -prune -o -newer "$stamp" -print -quit)" ]
}

build_program() { is_built || alone build_program_alone; }

build_program_alone() {
  is_built && return
  say "building ..."
  dotnet build "$root/src/Host" -c Release -v quiet -nologo -clp:NoSummary </dev/null >&2 || die "the build failed"
  touch "$root/src/Host/obj/built.stamp"
}
