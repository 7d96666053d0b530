#!/usr/bin/env bash
# knots.sh <folder>: puts Bitcoin Knots (Bitcoin Core's code and RPC), a real Bitcoin node for the tests, into a folder of its own. It comes
# as Debian packages from the archive that this machine's apt already uses and whose signatures apt checks, each unpacked beside its own
# libraries and loader: nothing of the system is changed, no service is started, no root is needed.
set -euo pipefail

folder=$1
suites='trixie trixie-backports'
say() { printf 'tpw: %s\n' "$*" >&2; }
give_up() { printf '%s\n' "$*"; exit 1; }

command -v apt-get >/dev/null || give_up "there is no apt-get here"
command -v dpkg-deb >/dev/null || give_up "there is no dpkg-deb here"
# The address of Debian's archive is that of this machine's own configuration, and so are the keys.
# shellcheck disable=SC2016
archive=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL)' 'Created-By: Packages' | awk '$2 == "Debian" && $3 == "Debian" { print $1; exit }')
[ -n "$archive" ] || give_up "apt knows no archive of Debian (run apt-get update once)"

work=$(mktemp -d "${TMPDIR:-/tmp}/tpw-knots.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{state/lists/partial,cache/archives/partial,root}
: >"$work/state/status"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] && signed="[signed-by=$keyring] " || signed=
for suite in $suites; do echo "deb $signed$archive $suite main"; done >"$work/sources.list"
cat >"$work/apt.conf" <<END
Dir::State "$work/state";
Dir::State::status "$work/state/status";
Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
Acquire::Languages "none";
APT::Sandbox::User "$(id -un)";
END
export APT_CONFIG="$work/apt.conf"
apt-get update -qq </dev/null >"$work/log" 2>&1 || give_up "Debian's lists of $suites could not be read: $(tail -n 1 "$work/log")"
apt-cache show bitcoin-knots >"$work/package" 2>/dev/null || give_up "Debian's $suites have no bitcoin-knots for this architecture"

# With nothing installed apt names the whole closure of the libraries; what only a service needs (debconf, systemd) is left out.
libraries=$(sed -n 's/^Depends: //p' "$work/package" | head -n 1 | tr ',' '\n' | sed -E 's/^ *([^ ]+).*/\1/' | grep '^lib')
# shellcheck disable=SC2086
apt-get install -y -qq --download-only --no-install-recommends $libraries </dev/null >"$work/log" 2>&1 || give_up "its libraries could not be had: $(tail -n 1 "$work/log")"
(cd "$work/cache/archives" && apt-get download -qq bitcoin-knots </dev/null >"$work/log" 2>&1) || give_up "bitcoin-knots could not be had: $(tail -n 1 "$work/log")"
for package in "$work"/cache/archives/*.deb; do dpkg-deb -x "$package" "$work/root"; done

rm -rf "$folder"
mkdir -p "$folder/lib"
cp "$work/root/usr/bin/bitcoind" "$folder/bitcoind.bin"
find "$work/root/usr/lib" -maxdepth 2 -name '*.so*' -path '*-linux-*' -exec cp -P {} "$folder/lib/" \;
loader=$(cd "$folder/lib" && compgen -G 'ld-linux-*.so.*' | head -n 1) || give_up "the C library has no loader where it was looked for"
cat >"$folder/bitcoind" <<END
#!/bin/sh
here=\$(dirname "\$(readlink -f "\$0")")
exec "\$here/lib/$loader" --library-path "\$here/lib" "\$here/bitcoind.bin" "\$@"
END
chmod +x "$folder/bitcoind"
"$folder/bitcoind" -version >"$work/log" 2>&1 || { say "$(tail -n 3 "$work/log")"; rm -rf "$folder"; give_up "bitcoin-knots does not start on this machine"; }
