#!/usr/bin/env bash
# Runs every test of the repository and prints, as its last line, `N passed, N failed`. Installs what the tests need where it is missing.
# A test that could not run counts as failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec </dev/null
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 NO_COLOR=1

results=$PWD/TestResults
rm -rf "$results"
mkdir -p "$results"
passed=0
failed=0

fail() { # what, how many
  echo "FAILED: $1" >&2
  failed=$((failed + ${2:-1}))
}

finish() {
  ((passed + failed > 0)) || fail "no test ran"
  echo "$passed passed, $failed failed"
  ((failed == 0))
  exit
}

# What the tests start for themselves: the browser that the page is driven with, fonts with which it can draw Latin, Korean, Japanese and
# Chinese text and emoji, the servers that several processes share, and what sets one process' clock.
PATH=$PATH:/usr/sbin:/sbin
packages=()
need() { command -v "$1" >/dev/null || packages+=("${@:2}"); }
need chromium-headless-shell chromium-headless-shell
need mariadbd mariadb-server
need redis-server redis-server
need nginx nginx
compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || packages+=(libfaketime)
if [[ -z $(fc-list :lang=en 2>/dev/null) || -z $(fc-list :lang=ko 2>/dev/null) || -z $(fc-list :lang=und-zsye 2>/dev/null) ]]; then
  packages+=(fontconfig fonts-dejavu-core fonts-noto-cjk fonts-noto-color-emoji)
fi
if ((${#packages[@]} > 0)); then
  if command -v apt-get >/dev/null; then
    echo "Installing ${packages[*]} ..."
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}"; } \
      >"$results/apt.log" 2>&1 || { tail -n 5 "$results/apt.log" >&2; fail "${packages[*]} could not be installed"; }
  else
    fail "missing: ${packages[*]}"
  fi
fi
command -v dotnet >/dev/null || { fail "the .NET 10 SDK is missing"; finish; }
command -v npm >/dev/null || fail "npm is missing, so the page cannot be tested"

# All projects, since tests start some of them as programs, and with the server its page. One compiler serves them all, which takes less than
# half of the time; it is this build's own, so that it can be ended.
echo "Building ..."
compiler=chat-tests-$$
code=0
dotnet build Chat.sln -v q -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=true -p:SharedCompilationId="$compiler" \
  >"$results/build.log" 2>&1 || code=$?
pkill -f -- "-pipename:$compiler" 2>/dev/null
if ((code != 0)); then
  grep -E ': (error|warning) ' "$results/build.log" | sort -u | head -n 40 >&2
  fail "the solution does not build"
  finish
fi

if command -v npm >/dev/null; then
  echo "Testing the page ..."
  (
    cd src/Clients/web || exit 1
    [[ -d node_modules ]] || npm ci --no-audit --no-fund --loglevel=error
    npx --no-install vitest run --reporter=default --reporter=json --outputFile.json="$results/page.json"
  ) >"$results/page.log" 2>&1 || true
  if counts=$(node -e '
    const r = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    // A file that does not load has no tests to fail; skipped ones could not run.
    const broken = r.testResults.filter(f => f.status === "failed" && f.assertionResults.every(t => t.status === "passed")).length;
    console.log(r.numPassedTests, r.numTotalTests - r.numPassedTests + broken);' "$results/page.json" 2>/dev/null); then
    read -r p f <<<"$counts"
    passed=$((passed + p))
    if ((f > 0)); then
      grep -vE '^ *(✓|$)' "$results/page.log" | tail -n 60 >&2
      fail "tests of the page" "$f"
    fi
  else
    tail -n 40 "$results/page.log" >&2
    fail "the tests of the page did not run"
  fi
fi

# One project's tests; what they gave goes to a file, since it runs beside others.
run_project() {
  local project=$1 name started counters total good code=0
  name=$(basename "$project" .csproj)
  started=$SECONDS
  dotnet test "$project" --no-build --nologo -v q --logger 'console;verbosity=minimal' \
    --logger "trx;LogFileName=$name.trx" --results-directory "$results" >"$results/$name.log" 2>&1 || code=$?
  # <Counters total= passed= failed= ...>
  counters=$(grep -o '<Counters [^>]*>' "$results/$name.trx" 2>/dev/null | head -n 1)
  total=$(sed -n 's/.* total="\([0-9]*\)".*/\1/p' <<<"$counters")
  good=$(sed -n 's/.* passed="\([0-9]*\)".*/\1/p' <<<"$counters")
  echo "$name ${total:-0} ${good:-0} $code" >"$results/$name.counts"
  echo "  $name: ${good:-0} of ${total:-0} in $((SECONDS - started)) s"
}

# Two at a time, as there are two cores, and nothing heavy beside the tests of whole clusters; those that measure, or go by real time, have the
# machine to themselves.
echo "Testing the server ..."
projects() { git ls-files --cached --others --exclude-standard 'tests/*.Tests.csproj' | grep "$@"; }
two_at_a_time() {
  local project
  for project in "$@"; do
    while (($(jobs -rp | wc -l) >= 2)); do wait -n || true; done
    run_project "$project" &
  done
  wait
}
alone='/Chat\.(Browser|System|Redis)\.Tests\.csproj'
heavy='/Chat\.(Admin|Cli|Storage\.MySql|Gateway|Storage|Grains\.Local)\.Tests\.csproj'
# shellcheck disable=SC2046
two_at_a_time $(projects -E /Chat.Cluster) $(projects -vE "$alone|$heavy|/Chat.Cluster")
# shellcheck disable=SC2046
two_at_a_time $(projects -E "$heavy")
for project in $(projects -E "$alone"); do
  run_project "$project"
done

for counts in "$results"/*.counts; do
  read -r name total good code <"$counts"
  if ((total == 0)); then
    tail -n 20 "$results/$name.log" >&2
    fail "$name ran no test"
    continue
  fi
  passed=$((passed + good))
  if ((total > good)); then
    # What failed and why comes first; a server's log may follow.
    grep -vE '^ *$' "$results/$name.log" | cut -c -400 | head -n 120 >&2
    fail "$name" $((total - good))
  elif ((code != 0)); then
    tail -n 20 "$results/$name.log" >&2
    fail "$name ended with code $code"
  fi
done
finish
