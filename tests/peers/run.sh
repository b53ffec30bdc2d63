#!/bin/sh
# Lets the real Azure SDKs live a whole life against `acier emulator`.
#
# Usage: tests/peers/run.sh TARGET, the folder in which cargo built debug/acier.
#
# What a machine lacks (Python, node, a package registry) is skipped, and said so; what runs must
# pass. Packages are pinned and kept in TARGET/peers, so that only the first run fetches anything.
set -eu
peers=$(cd "$(dirname "$0")" && pwd)
target=$(cd "$1" && pwd)
acier="$target/debug/acier"
kept="$target/peers"
export PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 AZURE_CORE_COLLECT_TELEMETRY=no
# A proxy is for registries; the emulator is on this machine. Modules come from the pinned lists only.
NO_PROXY="${NO_PROXY:+$NO_PROXY,}127.0.0.1,localhost"
export NO_PROXY no_proxy="$NO_PROXY"
unset PYTHONPATH PYTHONHOME NODE_PATH NODE_OPTIONS
mkdir -p "$kept"
rm -f "$kept/skipped" "$kept/failed"

skip() {
    echo "$1" >>"$kept/skipped"
    echo "######## SKIPPED: the peer \"$1\" did not run: $2" >&2
}

# Whether what was installed last is what is wanted now; $1 the folder, $2 the wanted.
is_installed() {
    [ -f "$1/installed" ] && [ "$(cat "$1/installed")" = "$2" ]
}

# Runs life.py with the packages of a requirements file; $1 its name, $2 the module.
python_peer() {
    if ! python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
        skip "$1" "there is no Python 3.10 or later with venv"
        return
    fi
    home="$kept/$1"
    list="$peers/requirements-$1.txt"
    wanted="$(python3 --version) $(cat "$list")"
    if ! is_installed "$home" "$wanted"; then
        rm -rf "$home"
        python3 -m venv "$home"
        if ! "$home/bin/pip" install -q -r "$list" >"$kept/$1.log" 2>&1; then
            # What a registry, a network or a compiler lacks is the machine's; a list at odds with itself is ours.
            if grep -q 'ResolutionImpossible\|DO NOT MATCH THE HASHES\|Invalid requirement' "$kept/$1.log"; then
                cat "$kept/$1.log" >&2
                echo "$1" >>"$kept/failed"
            else
                skip "$1" "its packages cannot be fetched ($(tail -n 1 "$kept/$1.log"))"
            fi
            return
        fi
        echo "$wanted" >"$home/installed"
    fi
    "$home/bin/python" "$peers/life.py" "$acier" "$2" || echo "$1" >>"$kept/failed"
}

# Runs life.mjs with the packages of package-lock.json.
node_peer() {
    if ! node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null || ! npm --version >/dev/null 2>&1; then
        skip javascript "there is no node 20 or later with npm"
        return
    fi
    home="$kept/javascript"
    wanted="$(node --version) $(cat "$peers/javascript/package-lock.json")"
    if ! is_installed "$home" "$wanted"; then
        rm -rf "$home"
        mkdir -p "$home"
        cp "$peers/javascript/package.json" "$peers/javascript/package-lock.json" "$home"
        if ! (cd "$home" && npm ci --loglevel=error --no-audit --no-fund --ignore-scripts) >"$kept/javascript.log" 2>&1; then
            if grep -q 'EUSAGE\|EINTEGRITY\|EJSONPARSE' "$kept/javascript.log"; then
                cat "$kept/javascript.log" >&2
                echo javascript >>"$kept/failed"
            else
                skip javascript "its packages cannot be fetched"
            fi
            return
        fi
        echo "$wanted" >"$home/installed"
    fi
    # Packages are looked for beside the script.
    cp "$peers/javascript/life.mjs" "$home"
    node "$home/life.mjs" "$acier" || echo javascript >>"$kept/failed"
}

# They wait more than they work, and none knows of the others: all at once. Each is told of as a whole.
for peer in "python_peer current current" "python_peer msrestazure msrestazure_era" node_peer; do
    name=$(echo "$peer" | cut -d " " -f 2)
    { $peer || echo "$name" >>"$kept/failed"; } >"$kept/$name.told" 2>&1 &
done
wait
for name in current msrestazure node_peer; do
    cat "$kept/$name.told"
done

[ ! -f "$kept/skipped" ] || echo "######## SKIPPED peers:" $(cat "$kept/skipped") >&2
if [ -f "$kept/failed" ]; then
    echo "######## FAILED peers:" $(sort -u "$kept/failed") >&2
    exit 1
fi
