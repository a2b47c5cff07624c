# A throw-away PostgreSQL cluster for the tests: `. tests/postgres.sh && start_postgres`, later `stop_postgres`.
# Needs the PostgreSQL server binaries; sets TEST_POSTGRES_URL, and TEST_POSTGRES_BIN for tests that need other programs of
# PostgreSQL. What is given to start_postgres is given to the server, such as `-c fsync=off`.

start_postgres() {
  local bin
  bin=$(dirname "$(command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb | tail -n 1)")
  bin=$(dirname "$(readlink -f "$bin/initdb")")
  [ -x "$bin/initdb" ] || { echo "there are no programs of a PostgreSQL server here" >&2; return 1; }
  pg_dir=$(mktemp -d)
  pg_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  # The server refuses to run as root.
  pg_owner=$(id -un)
  if [ "$pg_owner" = root ]; then
    pg_owner=postgres
    id postgres >/dev/null 2>&1 || useradd --system --no-create-home postgres
    chown postgres "$pg_dir"
  fi
  pg_as() { if [ "$(id -un)" = "$pg_owner" ]; then "$@"; else setpriv --reuid="$pg_owner" --regid="$(id -g "$pg_owner")" --clear-groups "$@"; fi; }
  pg_as "$bin/initdb" --pgdata "$pg_dir/data" --auth trust --username postgres --encoding UTF8 --no-sync >/dev/null
  pg_as "$bin/pg_ctl" --pgdata "$pg_dir/data" --wait --silent --log "$pg_dir/log" \
    --options "-p $pg_port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$pg_dir -c max_connections=300 $*" start
  pg_bin=$bin
  export TEST_POSTGRES_BIN=$bin
  export TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$pg_port/postgres"
}

stop_postgres() {
  pg_as "$pg_bin/pg_ctl" --pgdata "$pg_dir/data" --mode immediate --silent stop || true
  rm -rf "$pg_dir"
}
