using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>A call to be simulated. Amounts in wei.</summary>
public sealed record CallRequest(Address From, Address? To, UInt256 Value, HexBytes Data, ulong? GasLimit = null);

/// <summary>What one simulated call would do (eth_simulateV1 with traceTransfers: native transfers come as logs of 0xeeee…).</summary>
public sealed record SimulatedCall(bool Succeeded, HexBytes ReturnData, ulong GasUsed, Items<LogEntry> Logs, RevertReason? Reverted);
