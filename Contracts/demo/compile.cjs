// Compiles DemoToken.sol with the solc and the OpenZeppelin contracts of tools/node_modules (./tpw setup installs them), reproducibly:
// `node Contracts/demo/compile.cjs` writes DemoToken.json beside it, `--check` fails where it would change.
const fs = require("node:fs");
const path = require("node:path");

const modules = path.resolve(__dirname, "../../tools/node_modules");
const solc = require(path.join(modules, "solc"));
const target = path.join(__dirname, "DemoToken.json");
const source = fs.readFileSync(path.join(__dirname, "DemoToken.sol"), "utf8");

const input = {
  language: "Solidity",
  sources: { "DemoToken.sol": { content: source } },
  settings: {
    optimizer: { enabled: true, runs: 200 },
    evmVersion: "cancun",
    metadata: { bytecodeHash: "none" },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
  },
};
const find = (name) => ({ contents: fs.readFileSync(path.join(modules, name), "utf8") });
const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find }));
for (const { formattedMessage } of output.errors ?? []) console.error(formattedMessage);
if ((output.errors ?? []).some(({ severity }) => severity === "error")) process.exit(1);

const { abi, evm } = output.contracts["DemoToken.sol"].DemoToken;
const text = JSON.stringify({ contract: "DemoToken", compiler: solc.version(), bytecode: `0x${evm.bytecode.object}`, abi }, null, 2) + "\n";
if (!process.argv.includes("--check")) fs.writeFileSync(target, text);
else if (fs.readFileSync(target, "utf8") !== text) {
  console.error("DemoToken.json is not what DemoToken.sol compiles to; run: node Contracts/demo/compile.cjs");
  process.exit(1);
}
