# Reads a Cobertura report as coverlet writes it (one element per line) and prints, for each decoder, which part of its lines and branches the
# fuzzed inputs reached. A decoder is the files below; names behind a colon are the methods of the file that read, where others do not.
# "-v files=1" also prints each file, "-v missed=1" the places with an unreached branch.
BEGIN {
  add("RLP", "Chains/Ethereum/RlpReader.cs Chains/Ethereum/RlpItem.cs")
  add("ABI", "Chains/Ethereum/AbiDecoder.cs Chains/Ethereum/RevertReason.cs Chains/Ethereum/KnownCall.cs Chains/Ethereum/KnownCalls.cs")
  add("transaction", "Chains/Ethereum/TransactionReader.cs Chains/Ethereum/TransactionRules.cs" \
    " Chains/Ethereum/SetCodeAuthorization.cs Chains/Ethereum/BlobSidecar.cs Chains/Ethereum/EthereumSignature.cs")
  add("JSON-RPC answer", "Chains/Nodes/JsonRpcAnswer.cs Chains/Nodes/JsonFields.cs Chains/Nodes/NodeReaders.cs Chains/Nodes/BlockReader.cs" \
    " Chains/Nodes/NodeTransactionReader.cs Chains/Nodes/ReceiptReader.cs Chains/Nodes/NodeWordings.cs")
  add("vote", "Domain/Authority/VoteCheck.cs Domain/Authority/SignatureCheck.cs:Verify Domain/Authority/WebAuthnSignature.cs:Verify,Answers,Take" \
    " Domain/Authority/VoteSubject.cs Domain/Authority/RosterLookup.cs:Member,Device Crypto/P256.cs:Verify Crypto/P256Point.cs:TryDecode" \
    " Crypto/Ed25519.cs:Verify Crypto/P256.cs:TryReadDer Crypto/Secp256k1.cs:Verify")
  text = "TryParse,Read,ReadAsPropertyName"
  add("REST body", "Silo/Gateway/RequestBody.cs:Parse,Inside,Explain,Line Silo/Gateway/WrongValue.cs Grains.Interfaces/Values/Assets.cs:" text " Grains.Interfaces/Values/Bytes.cs:" text \
    " Grains.Interfaces/Values/Ids.cs:" text " Grains.Interfaces/Values/Text.cs:Parse," text " Grains.Interfaces/Values/Time.cs:" text \
    " Grains.Interfaces/Values/UInt256.cs:" text)
}

function add(decoder, list,    parts, pair, i, n) {
  order[++decoders] = decoder
  n = split(list, parts, " ")
  for (i = 1; i <= n; i++) {
    split(parts[i], pair, ":")
    decoderOf[pair[1]] = decoder; fileOrder[++fileCount] = pair[1]
    if (pair[2] != "") methodsOf[pair[1]] = "," pair[2] ","
  }
}

function value(name) {
  if (!match($0, " " name "=\"[^\"]*\"")) return ""
  return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
}

/<class / { file = value("filename"); gsub(/\\/, "/", file) }

# A lambda or a local function carries the name of the method that it is in: "&lt;Parse&gt;b__3_0".
/<method / {
  method = value("name")
  if (match(method, /^&lt;[A-Za-z0-9]+&gt;/)) method = substr(method, 5, RLENGTH - 8)
  counted = (file in decoderOf) && (!(file in methodsOf) || index(methodsOf[file], "," method ","))
}
/<\/method>/ { counted = 0 }

# One line may be in several methods (a lambda in its method): the best of all counts.
counted && /<line / {
  at = file SUBSEP value("number")
  if (!(at in seen)) { seen[at] = 1; fileOf[at] = file; numberOf[at] = value("number") }
  if (value("hits") + 0 > 0) hit[at] = 1
  if (split(value("condition-coverage"), both, /[(\/)]/) >= 3) {
    if (both[2] + 0 > taken[at] + 0) taken[at] = both[2] + 0
    if (both[3] + 0 > total[at] + 0) total[at] = both[3] + 0
  }
}

END {
  for (at in seen) {
    f = fileOf[at]
    lines[f]++; reached[f] += hit[at]; branches[f] += total[at]; branchesReached[f] += taken[at]
    if (missed && taken[at] < total[at]) printf "  missed: %s:%s %d of %d branches\n", f, numberOf[at], taken[at], total[at]
  }
  printf "%-36s %8s %8s\n", "decoder (100,000 inputs each)", "line %", "branch %"
  for (i = 1; i <= decoders; i++) {
    d = order[i]; l = r = b = t = 0
    for (j = 1; j <= fileCount; j++) {
      f = fileOrder[j]
      if (decoderOf[f] != d) continue
      if (!lines[f]) { printf "%s is not in the report\n", f > "/dev/stderr"; absent = 1 }
      l += lines[f]; r += reached[f]; b += branches[f]; t += branchesReached[f]
    }
    printf "%-36s %8.1f %8.1f\n", d, percent(r, l), percent(t, b)
    for (j = 1; files && j <= fileCount; j++) {
      f = fileOrder[j]
      if (decoderOf[f] == d) printf "  %-34s %8.1f %8.1f\n", substr(f, index(f, "/") + 1), percent(reached[f], lines[f]), percent(branchesReached[f], branches[f])
    }
  }
  if (absent) exit 1
}

function percent(part, whole) { return whole ? 100 * part / whole : 100 }
