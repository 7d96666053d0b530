// Answers JSON lines with what @scure/btc-signer and bitcoinjs-lib make of a PSBT, one line each, for the differential tests.
// {psbt, keys, version} → per peer {signed, final, transaction}; bitcoinjs-lib knows version 0 only. Low-R grinding is off, BIP-340's auxiliary
// randomness is 32 zero bytes.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const tools = pathToFileURL(process.argv[2] + '/').href;
const require = createRequire(tools + 'package.json');
const load = async (name) => import(pathToFileURL(require.resolve(name)).href);
const { Transaction } = await load('@scure/btc-signer');
const bitcoin = await load('bitcoinjs-lib');
const { secp256k1, schnorr } = await import(pathToFileURL(createRequire(require.resolve('@scure/btc-signer')).resolve('@noble/curves/secp256k1.js')).href);

const zeros = new Uint8Array(32);
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const all = [0, 1, 2, 3, 0x81, 0x82, 0x83];
const order = secp256k1.Point.Fn.ORDER;
const number = (bytes) => BigInt('0x' + hex(bytes));
const bytes32 = (value) => Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));

bitcoin.initEccLib({
  isXOnlyPoint: (x) => { try { schnorr.utils.lift_x(number(x)); return true; } catch { return false; } },
  xOnlyPointAddTweak: (x, tweak) => {
    const sum = schnorr.utils.lift_x(number(x)).add(secp256k1.Point.BASE.multiplyUnsafe(number(tweak)));
    if (sum.is0()) return null;
    const point = sum.toBytes(true);
    return { parity: point[0] & 1, xOnlyPubkey: point.slice(1) };
  },
});

function signer(key) {
  return {
    publicKey: secp256k1.getPublicKey(key, true),
    sign: (hash) => secp256k1.sign(hash, key, { prehash: false, lowS: true }),
    signSchnorr: (hash) => schnorr.sign(hash, key, zeros),
    // BIP-341: the key is negated first where its point has an odd y.
    tweak: (tweak) => {
      const even = secp256k1.getPublicKey(key, true)[0] === 2 ? number(key) : order - number(key);
      return signer(bytes32((even + number(tweak)) % order));
    },
  };
}

function scure({ psbt, keys, version }) {
  const options = { PSBTVersion: version, allowUnknownOutputs: true, allowUnknownInputs: true, allowUnknownVersion: true };
  const tx = Transaction.fromPSBT(Uint8Array.from(Buffer.from(psbt, 'base64')), options);
  for (const key of keys) for (let i = 0; i < tx.inputsLength; i++) {
    try { tx.signIdx(key, i, all, zeros); } catch (error) { if (!/No taproot scripts signed|Input script doesn't have pubKey|not found/i.test(error.message)) throw error; }
  }
  const signed = Buffer.from(tx.toPSBT(version)).toString('base64');
  tx.finalize();
  return { signed, final: Buffer.from(tx.toPSBT(version)).toString('base64'), transaction: hex(tx.extract()) };
}

function bitcoinjs({ psbt, keys }) {
  const tx = bitcoin.Psbt.fromBase64(psbt);
  for (const key of keys) {
    const own = signer(key);
    const x = hex(own.publicKey.slice(1));
    tx.data.inputs.forEach((input, i) => {
      const internal = input.tapInternalKey && hex(input.tapInternalKey) === x && !input.tapLeafScript;
      const root = input.tapMerkleRoot ?? new Uint8Array(0);
      const use = internal ? own.tweak(bitcoin.crypto.taggedHash('TapTweak', Buffer.concat([input.tapInternalKey, root]))) : own;
      try { tx.signInput(i, use, all); } catch (error) { if (!/Can not sign|Can't sign|Need one of|pubkey/i.test(error.message)) throw error; }
    });
  }
  const signed = tx.toBase64();
  tx.finalizeAllInputs();
  return { signed, final: tx.toBase64(), transaction: hex(tx.extractTransaction(true).toBuffer()) };
}

const attempt = (work) => { try { return work(); } catch (error) { return { error: `${error.stack}` }; } };

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  request.keys = request.keys.map((key) => Uint8Array.from(Buffer.from(key, 'hex')));
  const answer = { scure: attempt(() => scure(request)) };
  if (request.version === 0) answer.bitcoinjs = attempt(() => bitcoinjs(request));
  process.stdout.write(JSON.stringify(answer) + '\n');
}
