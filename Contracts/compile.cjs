// Compiles the contracts with the solc and the OpenZeppelin contracts of tools/node_modules (./tpw setup installs them), reproducibly, into the
// JSON files that the code reads: `node Contracts/compile.cjs` writes them, `--check` fails where a file would change, or where forge last
// tested other bytecode than is committed.
const fs = require("node:fs");
const path = require("node:path");

const modules = path.resolve(__dirname, "../tools/node_modules");
const solc = require(path.join(modules, "solc"));
const { keccak256 } = require(path.join(modules, "viem"));

// The code of a pinned contract on chain is compared before it is used. The settings are those of the foundry.toml beside it.
const contracts = [
  { name: "DemoToken", source: "demo/DemoToken.sol", target: "demo/DemoToken.json", runs: 200, metadata: { bytecodeHash: "none" } },
  {
    name: "MultiSend",
    source: "multisend/MultiSend.sol",
    target: "multisend/MultiSend.json",
    runs: 200,
    metadata: { bytecodeHash: "none" },
    pinned: true,
    forge: "../.tools/forge/multisend-out/MultiSend.sol/MultiSend.json",
  },
  {
    name: "ChannelManager",
    source: "channels/src/ChannelManager.sol",
    target: "channels/ChannelManager.json",
    runs: 1_000_000,
    metadata: { bytecodeHash: "none", appendCBOR: false },
    pinned: true,
    forge: "../.tools/forge/out/ChannelManager.sol/ChannelManager.json",
  },
];

const read = (name) => {
  const file = name.startsWith("@") ? path.join(modules, name) : path.join(__dirname, name);
  return { contents: fs.readFileSync(file, "utf8") };
};

function compile({ source, name, runs, metadata }) {
  const input = {
    language: "Solidity",
    sources: { [source]: { content: read(source).contents } },
    settings: {
      optimizer: { enabled: true, runs },
      evmVersion: "cancun",
      metadata,
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode"], "": ["ast"] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read }));
  const libraries = ({ severity, sourceLocation }) => severity !== "error" && sourceLocation?.file.startsWith("@");
  for (const error of (output.errors ?? []).filter((error) => !libraries(error))) console.error(error.formattedMessage);
  if ((output.errors ?? []).some(({ severity }) => severity === "error")) process.exit(1);
  return { ...output.contracts[source][name], asts: Object.values(output.sources).map(({ ast }) => ast) };
}

// Where the constructor writes which immutable: names instead of the numbers of syntax tree nodes.
function immutables({ evm, asts }) {
  const names = new Map();
  const walk = (node) => {
    if (node?.nodeType === "VariableDeclaration") names.set(String(node.id), node.name);
    for (const child of Object.values(node ?? {})) if (typeof child === "object") walk(child);
  };
  asts.forEach(walk);
  const places = Object.entries(evm.deployedBytecode.immutableReferences).map(([id, at]) => [names.get(id), at.map(({ start }) => start)]);
  return Object.fromEntries(places.sort(([one], [two]) => (one < two ? -1 : 1)));
}

function artifact(contract) {
  const compiled = compile(contract);
  const { abi, evm } = compiled;
  const start = { contract: contract.name, compiler: solc.version(), bytecode: `0x${evm.bytecode.object}` };
  if (!contract.pinned) return { ...start, abi };
  // The deployed code with zeros where immutables go, and its hash.
  const deployedBytecode = `0x${evm.deployedBytecode.object}`;
  return { ...start, deployedBytecode, deployedHash: keccak256(deployedBytecode), immutables: immutables(compiled), abi };
}

let failed = false;
const complain = (text) => {
  console.error(text);
  failed = true;
};
for (const contract of contracts) {
  const made = artifact(contract);
  const text = JSON.stringify(made, null, 2) + "\n";
  const target = path.join(__dirname, contract.target);
  if (!process.argv.includes("--check")) fs.writeFileSync(target, text);
  else if (!fs.existsSync(target) || fs.readFileSync(target, "utf8") !== text) {
    complain(`${contract.target} is not what ${contract.source} compiles to; run: node Contracts/compile.cjs`);
  }
  const forge = contract.forge === undefined ? undefined : path.join(__dirname, contract.forge);
  if (forge !== undefined && process.argv.includes("--check") && fs.existsSync(forge)) {
    const tested = JSON.parse(fs.readFileSync(forge, "utf8"));
    if (tested.bytecode?.object !== made.bytecode) complain(`forge tested other bytecode than ${contract.target} holds`);
  }
}
process.exit(failed ? 1 : 0);
