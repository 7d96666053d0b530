// Answers JSON lines with what viem makes of them, one line each, for the differential tests.
// {"kind":"transaction", transaction, signature} → unsigned and signed bytes and the hash;
// {"kind":"abi", types, values} → the encoding and viem's own reading of it;
// {"kind":"typed", data} → the EIP-712 digest.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(process.argv[2] + '/package.json'));
const { serializeTransaction, keccak256, encodeAbiParameters, decodeAbiParameters, hashTypedData } = require('viem');

const big = (text) => (text === undefined ? undefined : BigInt(text));

function transaction({ transaction: tx, signature }) {
  const request = {
    ...tx, nonce: Number(tx.nonce), gas: big(tx.gas), value: big(tx.value), gasPrice: big(tx.gasPrice),
    maxFeePerGas: big(tx.maxFeePerGas), maxPriorityFeePerGas: big(tx.maxPriorityFeePerGas), maxFeePerBlobGas: big(tx.maxFeePerBlobGas),
    sidecars: tx.type === 'eip4844' ? false : undefined,
  };
  const signed = serializeTransaction(request, { ...signature, v: big(signature.v) });
  return { unsigned: serializeTransaction(request), signed, hash: keccak256(signed) };
}

// A parameter's type as viem wants it: tuples with components, arrays with the brackets behind.
function parameter(type) {
  return type.components ? { type: type.type, components: type.components.map(parameter) } : { type: type.type };
}

// Numbers come as text: viem reads them as bigint, small ones as number, so both ways go through the type.
function value(type, given) {
  const array = /^(.*)\[\d*\]$/.exec(type.type);
  if (array) return given.map((one) => value({ ...type, type: array[1] }, one));
  if (type.type === 'tuple') return given.map((one, i) => value(type.components[i], one));
  return /^u?int/.test(type.type) ? BigInt(given) : given;
}

// viem reads tuples without names as arrays; numbers become text again.
function text(given) {
  if (Array.isArray(given)) return given.map(text);
  return typeof given === 'bigint' || typeof given === 'number' ? given.toString() : given;
}

const kinds = {
  transaction,
  abi({ types, values }) {
    const parameters = types.map(parameter);
    const encoded = encodeAbiParameters(parameters, values.map((one, i) => value(types[i], one)));
    return { encoded, decoded: text(decodeAbiParameters(parameters, encoded)) };
  },
  typed({ data }) {
    return { digest: hashTypedData(data) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  process.stdout.write(JSON.stringify(kinds[request.kind](request)) + '\n');
}
