# shellcheck shell=bash
# A PostgreSQL cluster of the lab's own. It keeps the event log, so it stays durable: fsync and synchronous_commit on.

store_folder=$lab_state/store
store_data=$store_folder/data
store_sockets=$store_folder/sockets

store_programs() {
  local programs
  programs=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n1)
  [[ -x $programs/postgres ]] || die_missing "PostgreSQL is not installed" "apt-get install postgresql"
  printf '%s\n' "$programs"
}

store_as_owner() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }

store_start() {
  local programs
  process_lives store && return
  process_kill store
  programs=$(store_programs)
  mkdir -p "$store_folder" "$store_sockets"
  chown postgres:postgres "$store_folder" "$store_sockets"
  chmod 750 "$store_folder"
  [[ -d $store_data ]] || store_create "$programs"
  store_configure
  # PostgreSQL refuses to start while the process its lock files name exists, even as a zombie its parent has yet to
  # notice. None of the part's processes is alive at this point, so the files are stale.
  rm -f "$store_data/postmaster.pid" "$store_sockets"/.s.PGSQL.*
  owned_spawn store "$lab_logs/store.log" setpriv --reuid=postgres --regid=postgres --init-groups \
    "$programs/postgres" -D "$store_data"
  process_record store "$owned_pid"
}

store_wait() {
  wait_until 60 store "PostgreSQL was ready" store_is_ready
  store_grant
}

store_is_ready() { "$(store_programs)/pg_isready" --quiet --host=127.0.0.1 --port="$store_port"; }

# Made aside and renamed: a data folder is whole or absent, whenever the run was killed.
store_create() {
  rm -rf "$store_data.new"
  # From a folder the owner may enter: initdb looks where it stands.
  (cd / && store_as_owner "$1/initdb" --pgdata="$store_data.new" --encoding=UTF8 --locale=C.UTF-8 \
    --auth-local=peer --auth-host=scram-sha-256) >>"$lab_logs/store.log" 2>&1 || {
    say_log_tail "$lab_logs/store.log"
    die "initdb failed" "read $lab_logs/store.log"
  }
  echo "include 'ms2m.conf'" >>"$store_data.new/postgresql.conf"
  mv "$store_data.new" "$store_data"
}

store_configure() {
  cat >"$store_data/ms2m.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $store_port
unix_socket_directories = '$store_sockets'
password_encryption = 'scram-sha-256'
max_connections = 300
fsync = on
synchronous_commit = on
full_page_writes = on
# A statement with a password in it must not be written down when it fails.
log_min_error_statement = panic
CONF
  # Only from the host: no node has business with the event log. Engine and readers get into its database alone.
  cat >"$store_data/pg_hba.conf" <<CONF
local all postgres peer
host $store_database $store_engine,$store_reader 127.0.0.1/32 scram-sha-256
host all $store_user 127.0.0.1/32 scram-sha-256
CONF
}

store_address() { # store_address ROLE SECRET: for Npgsql
  printf 'Host=127.0.0.1;Port=%s;Database=%s;Username=%s;Password=%s' "$store_port" "$store_database" "$1" "$(secret "$2")"
}

# The engine owns its database and nothing else; readers see events and documents in it, as far as the engine's schema
# says, and never its outbox; the lab's own role makes throw-away databases for tests. Written once per set of
# passwords, and can be repeated.
store_grant() {
  local done_mark=$store_folder/granted.roles
  [[ -e $done_mark && $done_mark -nt $(secret_file store-reader) ]] && return
  {
    printf '%s\n' "\\set ON_ERROR_STOP on" "\\set lab '$(secret store)'" "\\set engine '$(secret store-engine)'" \
      "\\set reader '$(secret store-reader)'"
    cat <<SQL
SELECT format('CREATE ROLE %I', name) FROM unnest(array['$store_user', '$store_engine', '$store_reader']) name
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \\gexec
ALTER ROLE $store_user LOGIN CREATEDB PASSWORD :'lab';
ALTER ROLE $store_engine LOGIN NOCREATEDB NOCREATEROLE PASSWORD :'engine';
ALTER ROLE $store_reader LOGIN NOCREATEDB NOCREATEROLE PASSWORD :'reader';
ALTER ROLE $store_reader SET default_transaction_read_only = on;
GRANT $store_reader TO $store_user;
SELECT 'CREATE DATABASE $store_database OWNER $store_engine'
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$store_database') \\gexec
ALTER DATABASE $store_database OWNER TO $store_engine;
REVOKE ALL ON DATABASE $store_database, postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE $store_database TO $store_reader;
\\connect $store_database
SELECT format('ALTER TABLE public.%I OWNER TO $store_engine', tablename)
  FROM pg_tables WHERE schemaname = 'public' AND tableowner = '$store_user' \\gexec
SQL
  } | (cd / && store_as_owner psql --no-psqlrc --quiet --host="$store_sockets" --port="$store_port" \
    --username=postgres --dbname=postgres) >>"$lab_logs/store.log" 2>&1 ||
    die "the store's user and database could not be made" "read $lab_logs/store.log"
  touch "$done_mark"
}

# SIGINT is PostgreSQL's fast stop: it ends sessions; SIGTERM would wait for them.
store_stop() { process_stop store INT; }
