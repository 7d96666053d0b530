#!/usr/bin/env bash
# Checks what the demo left behind with cast and openssl alone, none of our code: balances and transactions on the chain, and every vote's signature
# over the digest of its typed data (EIP-712). Usage: independent-check.sh FOLDER, while the demo's node is up.
set -euo pipefail
folder=$1
cast=${CAST:-cast}
node=$(cat "$folder/node.txt")
bad=0
ok() { printf 'independent: %s\n' "$*"; }
fail() { printf 'independent: WRONG: %s\n' "$*" >&2; bad=1; }

while read -r owner asset amount; do
  if [ "$asset" = native ]; then actual=$("$cast" balance "$owner" --rpc-url "$node")
  else actual=$("$cast" call "$asset" 'balanceOf(address)(uint256)' "$owner" --rpc-url "$node" | cut -d' ' -f1); fi
  if [ "$actual" = "$amount" ]; then ok "balance of $owner in $asset is $amount"; else fail "balance of $owner in $asset is $actual, not $amount"; fi
done <"$folder/balances.txt"

while read -r leg hash block number raw; do
  [ "$("$cast" keccak "$raw")" = "$hash" ] || fail "the raw bytes of $leg do not hash to $hash"
  [ "$("$cast" receipt "$hash" blockHash --rpc-url "$node")" = "$block" ] || fail "$leg is not in block $block"
  case "$("$cast" receipt "$hash" status --rpc-url "$node")" in 1* | true | 0x1) ;; *) fail "$leg did not succeed" ;; esac
  [ "$("$cast" block "$number" -f hash --rpc-url "$node")" = "$block" ] || fail "block $number of the chain is not $block"
  ok "$leg: $hash succeeded in block $number"
done <"$folder/transactions.txt"

while read -r name scheme address witness; do
  vote="$folder/votes/$name"
  # The digest is that of the typed data: cast finds the witness' signature good for the typed data, openssl finds it good for the digest.
  "$cast" wallet verify --data --from-file --address "$address" "$vote.typed-data.json" "$witness" >/dev/null 2>&1 || fail "cast: the typed data of vote $name"
  openssl pkeyutl -verify -pubin -inkey "$vote.witness.pem" -in "$vote.digest" -sigfile "$vote.witness.sig" >/dev/null 2>&1 || fail "openssl: the digest of vote $name"
  case $scheme in
    Ed25519) openssl pkeyutl -verify -pubin -inkey "$vote.pem" -rawin -in "$vote.digest" -sigfile "$vote.sig" >/dev/null 2>&1 ;;
    *) openssl pkeyutl -verify -pubin -inkey "$vote.pem" -in "$vote.digest" -sigfile "$vote.sig" >/dev/null 2>&1 ;;
  esac && ok "the vote $name ($scheme) is good" || fail "the vote $name ($scheme)"
done <"$folder/votes.txt"

exit $bad
