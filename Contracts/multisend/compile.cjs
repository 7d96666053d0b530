// Compiles MultiSend.sol with the solc of tools/node_modules (./tpw setup installs them), reproducibly:
// `node Contracts/multisend/compile.cjs` writes MultiSend.json beside it, `--check` fails where it would change.
const fs = require("node:fs");
const path = require("node:path");

const modules = path.resolve(__dirname, "../../tools/node_modules");
const solc = require(path.join(modules, "solc"));
const target = path.join(__dirname, "MultiSend.json");
const source = fs.readFileSync(path.join(__dirname, "MultiSend.sol"), "utf8");

const input = {
  language: "Solidity",
  sources: { "MultiSend.sol": { content: source } },
  settings: {
    optimizer: { enabled: true, runs: 200 },
    evmVersion: "cancun",
    metadata: { bytecodeHash: "none" },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } },
  },
};
const output = JSON.parse(solc.compile(JSON.stringify(input)));
for (const { formattedMessage } of output.errors ?? []) console.error(formattedMessage);
if ((output.errors ?? []).some(({ severity }) => severity === "error")) process.exit(1);

const { abi, evm } = output.contracts["MultiSend.sol"].MultiSend;
const text = JSON.stringify({ contract: "MultiSend", compiler: solc.version(), bytecode: `0x${evm.bytecode.object}`, runtime: `0x${evm.deployedBytecode.object}`, abi }, null, 2) + "\n";
if (!process.argv.includes("--check")) fs.writeFileSync(target, text);
else if (fs.readFileSync(target, "utf8") !== text) {
  console.error("MultiSend.json is not what MultiSend.sol compiles to; run: node Contracts/multisend/compile.cjs");
  process.exit(1);
}
