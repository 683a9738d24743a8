#!/usr/bin/env bash
# Builds what changed and runs `chat-admin`, the operator's commands: ./chat-admin.sh --help. Documented in docs/admin.md.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)

command -v dotnet >/dev/null || { echo "chat-admin.sh: the .NET 10 SDK is missing; see https://dotnet.microsoft.com/download" >&2; exit 1; }

# Without a command the program is the silo, which nobody means here.
command=
for argument in "$@"; do
  case $argument in
    --help | -h | --version) command=$argument ;;
    --*:*=*) ;;
    -*) break ;;
    *) command=$argument ;;
  esac
  [[ -z $command ]] || break
done
[[ -n $command ]] || { echo "chat-admin: say what to do; ./chat-admin.sh --help tells what there is" >&2; exit 2; }

out=$root/src/Silo/bin/Release/net10.0
stamp=$out/.built
current() {
  [[ -f $stamp && -f $out/Chat.Silo.dll ]] || return 1
  [[ -z $(cd "$root" && find src/Contracts src/Grains src/Adapters src/Workers src/Silo global.json Directory.*.props \
    \( -name bin -o -name obj \) -prune -o -newer "$stamp" -print -quit) ]]
}
if ! current; then
  mkdir -p "$out"
  exec 9>"$out/.building"
  # Both ends of a pipe may find that there is something to build.
  if command -v flock >/dev/null; then flock 9; fi
  if ! current; then
    # The output is for data, the input for messages.
    echo "Building ..." >&2
    started=$(mktemp)
    if ! log=$(cd "$root" && dotnet build src/Silo/Chat.Silo.csproj -c Release -v q -clp:NoSummary -nodeReuse:false </dev/null 2>&1 9>&-); then
      printf '%s\n' "$log" >&2
      exit 1
    fi
    mv "$started" "$stamp"
  fi
  exec 9>&-
fi
exec dotnet "$out/Chat.Silo.dll" "$@"
