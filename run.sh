#!/usr/bin/env bash
# Builds what changed and runs the server. See --help.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
caller=${OLDPWD:-$PWD}

port=8080
data=data
build_only=
while (($#)); do
  case $1 in
    --port) port=${2:?--port needs a number}; shift 2 ;;
    --port=*) port=${1#*=}; shift ;;
    --data) data=${2:?--data needs a folder}; shift 2 ;;
    --data=*) data=${1#*=}; shift ;;
    --build) build_only=1; shift ;;
    -h | --help)
      cat <<'HELP'
./run.sh [--port N] [--data DIR] [-- SETTING...]
./run.sh --build

Builds the server and its page where something changed, starts the server on http://localhost:N (8080) with its data in DIR (./data), and
prints the address when it answers. Ctrl-C or SIGTERM stops it. --build builds and starts nothing. What follows -- goes to the server, for example
--Chat:Auth:AccessToken=01:00:00
HELP
      exit 0 ;;
    --) shift; break ;;
    *) echo "run.sh: unknown option '$1'; see ./run.sh --help" >&2; exit 2 ;;
  esac
done
[[ $port =~ ^[0-9]+$ ]] && ((port >= 1 && port <= 65535)) || { echo "run.sh: --port needs a number from 1 to 65535" >&2; exit 2; }
[[ $data == /* || $data == data ]] || data=$caller/$data

command -v dotnet >/dev/null || { echo "run.sh: the .NET 10 SDK is missing; see https://dotnet.microsoft.com/download" >&2; exit 1; }

out=src/Gateway/bin/Release/net10.0
stamp=$out/.built
inputs=(src global.json Directory.Build.props Directory.Packages.props .editorconfig BannedSymbols.txt)
current() {
  [[ -f $stamp && -x $out/Chat.Gateway ]] || return 1
  # The page is missing, but can be built now.
  [[ -f $out/wwwroot/index.html ]] || ! command -v npm >/dev/null || return 1
  # A file that is newer than the last build, or a folder whose list of files is.
  [[ -z $(find "${inputs[@]}" \( -name bin -o -name obj -o -name node_modules -o -name dist \) -prune -o -newer "$stamp" -print -quit) ]]
}
if ! current; then
  echo "Building ..."
  started=$(mktemp)
  if ! log=$(dotnet build src/Gateway/Chat.Gateway.csproj -c Release -v q -clp:NoSummary -nodeReuse:false 2>&1); then
    printf '%s\n' "$log" >&2
    exit 1
  fi
  # As old as the start of the build, so that what was saved meanwhile is built next time.
  mv "$started" "$stamp"
fi

[[ -z $build_only ]] || exit 0
if (exec 3<>"/dev/tcp/localhost/$port") 2>/dev/null; then
  echo "run.sh: port $port is taken; choose another with --port" >&2
  exit 1
fi
"$out/Chat.Gateway" --urls "http://localhost:$port" --Chat:DataDirectory="$data" "$@" &
server=$!
trap 'kill -TERM "$server" 2>/dev/null || true' TERM INT HUP
for _ in {1..600}; do
  kill -0 "$server" 2>/dev/null || break
  if (exec 3<>"/dev/tcp/localhost/$port" && printf 'GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3 && head -n 1 <&3 | grep -q ' 200 ') 2>/dev/null; then
    echo "Chat runs at http://localhost:$port"
    break
  fi
  sleep 0.05
done
# A signal ends `wait`; the server's own end is what this script reports.
while true; do
  code=0
  wait "$server" || code=$?
  kill -0 "$server" 2>/dev/null || break
done
exit "$code"
