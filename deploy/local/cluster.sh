#!/usr/bin/env bash
# Several gateways on one MariaDB and Redis behind nginx, on this machine, for trying and testing. See --help.
set -euo pipefail
caller=$PWD
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)

port=8080
gateways=3
data=$root/data/cluster
program=
settings=()
while (($#)); do
  case $1 in
    --port) port=${2:?--port needs a number}; shift 2 ;;
    --port=*) port=${1#*=}; shift ;;
    --gateways) gateways=${2:?--gateways needs a number}; shift 2 ;;
    --gateways=*) gateways=${1#*=}; shift ;;
    --data) data=${2:?--data needs a folder}; shift 2 ;;
    --data=*) data=${1#*=}; shift ;;
    --program) program=${2:?--program needs a file}; shift 2 ;;
    --program=*) program=${1#*=}; shift ;;
    -h | --help)
      cat <<'HELP'
deploy/local/cluster.sh [--port N] [--gateways N] [--data DIR] [--program FILE] [-- SETTING...]

Starts MariaDB, Redis, the gateways (3) and nginx, which answers on http://localhost:N (8080) and spreads connections over the gateways
without sticky sessions. Everything is kept in DIR (data/cluster), with a log file for each. Prints the address and every process' id, and
what to kill to see what happens. Ctrl-C or SIGTERM stops all of it; started again, everything is there. --program takes a gateway that is
built already. What follows -- goes to every gateway, for example --Chat:Auth:AccessToken=01:00:00

Needed: mariadb-server, redis-server and nginx (Debian's packages will do; nothing of the machine's own servers is touched).
HELP
      exit 0 ;;
    --) shift; settings=("$@"); break ;;
    *) echo "cluster.sh: unknown option '$1'; see deploy/local/cluster.sh --help" >&2; exit 2 ;;
  esac
done
number() { [[ $2 =~ ^[0-9]+$ ]] && (($2 >= $3 && $2 <= $4)) || { echo "cluster.sh: $1 needs a number from $3 to $4" >&2; exit 2; }; }
number --port "$port" 1 65435
number --gateways "$gateways" 1 32
[[ $data == /* ]] || data=$caller/$data

# Debian keeps servers where a user's PATH does not look.
PATH=$PATH:/usr/sbin:/sbin
for needed in mariadbd mariadb-install-db redis-server nginx; do
  command -v "$needed" >/dev/null || {
    echo "cluster.sh: $needed is missing; on Debian: apt-get install mariadb-server redis-server nginx" >&2
    exit 1
  }
done

if [[ -z $program ]]; then
  "$root/run.sh" --build
  program=$root/src/Gateway/bin/Release/net10.0/Chat.Gateway
fi
mkdir -p "$data" "$data/nginx"
chmod 700 "$data"
exec 9>"$data/lock"
flock -n 9 || { echo "cluster.sh: another cluster runs in $data" >&2; exit 1; }

taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
# The next free port from the one behind the last.
next_port=$((port + 1))
free_port() {
  while taken "$next_port"; do next_port=$((next_port + 1)); done
  found=$next_port
  next_port=$((next_port + 1))
}
if taken "$port"; then
  echo "cluster.sh: port $port is taken; choose another with --port" >&2
  exit 1
fi

names=()
pids=()
launch() { # name, command...
  local name=$1
  shift
  # Ctrl-C goes to this script alone, which stops them in order.
  setsid "$@" >>"$data/$name.log" 2>&1 9>&- &
  names+=("$name")
  pids+=($!)
}

stop_all() {
  trap '' INT TERM HUP
  # The last started first, each with time to end in good order.
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    kill -TERM "${pids[i]}" 2>/dev/null || true
    for _ in {1..150}; do
      kill -0 "${pids[i]}" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "${pids[i]}" 2>/dev/null || true
  done
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

wait_for() { # what, which log, command...
  local what=$1 log=$2
  shift 2
  for _ in {1..600}; do
    "$@" && return
    kill -0 "${pids[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  echo "cluster.sh: $what does not answer. The end of $data/$log.log:" >&2
  tail -n 5 "$data/$log.log" >&2
  exit 1
}
answers() { # port, path: 200?
  (exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&3 && head -n 1 <&3 | grep -q ' 200 ') 2>/dev/null
}

[[ -d $data/mariadb/mysql ]] || mariadb-install-db --no-defaults --tmpdir="$data" --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve \
  --user="$(id -un)" --datadir="$data/mariadb" >"$data/mariadb-install.log" 2>&1 || {
  echo "cluster.sh: MariaDB's folder could not be made. The end of $data/mariadb-install.log:" >&2
  tail -n 5 "$data/mariadb-install.log" >&2
  exit 1
}
free_port
mariadb_port=$found
launch mariadb mariadbd --no-defaults --tmpdir="$data" --datadir="$data/mariadb" --user="$(id -un)" --bind-address=127.0.0.1 --port="$mariadb_port" \
  --socket="$data/mariadb.sock" --pid-file="$data/mariadb.pid" --skip-name-resolve --max-connections=1000 --character-set-server=utf8mb4
wait_for MariaDB mariadb taken "$mariadb_port"
free_port
redis_port=$found
launch redis redis-server --bind 127.0.0.1 --port "$redis_port" --dir "$data" --save '' --appendonly no
wait_for Redis redis taken "$redis_port"

database() { echo "Server=127.0.0.1;Port=$mariadb_port;User ID=root;Database=$1;CharSet=utf8mb4;SslMode=None"; }
export Chat__Storage=MySql
for service in Users Rooms Messages; do
  export "Chat__MySql__${service}__0__From=0" "Chat__MySql__${service}__0__To=255"
  export "Chat__MySql__${service}__0__ConnectionString=$(database "chat_${service,,}")"
done
export Chat__Backplane=Redis Chat__Redis__Servers__0="127.0.0.1:$redis_port"
export Chat__Presence=Redis Chat__SessionCache=Redis Chat__RateLimiter=Redis Chat__RecentMessages=Redis
export Chat__Proxies__0=127.0.0.1

upstream=
for ((n = 1; n <= gateways; n++)); do
  free_port
  launch "gateway-$n" "$program" --urls "http://127.0.0.1:$found" "${settings[@]}"
  wait_for "gateway $n" "gateway-$n" answers "$found" /health/ready
  upstream+="    server 127.0.0.1:$found max_fails=1 fail_timeout=2s;"$'\n'
done

cat >"$data/nginx/nginx.conf" <<NGINX
daemon off;
worker_processes 1;
pid $data/nginx/nginx.pid;
error_log stderr warn;
events { worker_connections 16384; }
http {
  access_log off;
  client_body_temp_path $data/nginx/body;
  proxy_temp_path $data/nginx/proxy;
  fastcgi_temp_path $data/nginx/fastcgi;
  uwsgi_temp_path $data/nginx/uwsgi;
  scgi_temp_path $data/nginx/scgi;
  map \$http_upgrade \$connection_upgrade { default upgrade; '' close; }
  upstream chat {
    least_conn;
$upstream  }
  server {
    listen 127.0.0.1:$port;
    client_max_body_size 1m;
    proxy_http_version 1.1;
    proxy_set_header Host \$http_host;
    proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto \$scheme;
    proxy_set_header Upgrade \$http_upgrade;
    proxy_set_header Connection \$connection_upgrade;
    # A gateway that dies or stops is left for the next one.
    proxy_next_upstream error timeout http_503;
    proxy_connect_timeout 2s;
    # The server pings every 15 s.
    proxy_read_timeout 60s;
    location / {
      proxy_pass http://chat;
    }
    # A message may be sent twice: its clientId makes it one. So its sender does not see a gateway die.
    location ~ ^/api/rooms/[^/]+/messages\$ {
      proxy_pass http://chat;
      proxy_next_upstream error timeout http_503 non_idempotent;
    }
  }
}
NGINX
launch nginx nginx -p "$data/nginx" -c "$data/nginx/nginx.conf" -e stderr
wait_for nginx nginx answers "$port" /health/ready

echo "Chat runs at http://localhost:$port"
for i in "${!pids[@]}"; do
  printf '  %-10s process %s, log %s\n' "${names[i]}" "${pids[i]}" "$data/${names[i]}.log"
done
echo "Try it: kill -KILL the process of a gateway, kill -STOP that of redis or mariadb (and -CONT it again). Ctrl-C stops all."
# A signal ends the wait; the traps above do the rest.
while true; do
  ended=
  code=0
  # Bash has a line of its own about who was killed.
  wait -n -p ended "${pids[@]}" 2>/dev/null || code=$?
  [[ -n $ended ]] || exit 1
  for i in "${!pids[@]}"; do
    [[ ${pids[i]} == "$ended" ]] || continue
    echo "${names[i]} (process $ended) ended with code $code; the others go on"
    unset "pids[i]" "names[i]"
  done
  pids=("${pids[@]}")
  names=("${names[@]}")
done
