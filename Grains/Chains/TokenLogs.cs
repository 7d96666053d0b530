using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>
/// Reads ERC-20, ERC-721 and ERC-1155 logs into movements, allowances and operators. A log that merely resembles one is no movement; what a contract
/// logs is its own word, so money decided on it also compares balances or takes allow-listed tokens only.
/// </summary>
internal static class TokenLogs
{
    /// <summary>eth_simulateV1 reports native transfers as ERC-20 Transfer logs of this address.</summary>
    private const string NativeLogs = "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";

    private static readonly Bytes32 Transfer = TokenCalls.Erc20TransferEvent.Topic;
    private static readonly Bytes32 Approval = TokenCalls.Erc20ApprovalEvent.Topic;
    private static readonly Bytes32 ApprovalForAll = TokenCalls.ApprovalForAllEvent.Topic;
    private static readonly Bytes32 Single = TokenCalls.Erc1155SingleEvent.Topic;
    private static readonly Bytes32 Batch = TokenCalls.Erc1155BatchEvent.Topic;

    public static IEnumerable<(Address From, Address To, Amount Amount)> MovementsOf(ChainId chain, LogEntry log)
    {
        if (log.Topics.Count == 0) return [];
        var topic = log.Topics[0];
        if (topic == Transfer && log.Topics.Count == 3 && log.Data.Length == 32)
            return [(AddressAt(log, 1), AddressAt(log, 2), new(FungibleOf(chain, log), UInt256.FromBigEndian(log.Data.Span)))];
        if (topic == Transfer && log.Topics.Count == 4)
            return [(AddressAt(log, 1), AddressAt(log, 2), new(AssetId.Nft(chain, "erc721", log.Address, log.Topics[3].Number), UInt256.One))];
        if (topic == Single && log.Topics.Count == 4 && log.Data.Length == 64)
            return [Multi(chain, log, UInt256.FromBigEndian(log.Data.Span[..32]), UInt256.FromBigEndian(log.Data.Span[32..]))];
        return topic == Batch && log.Topics.Count == 4 && TokenCalls.Erc1155BatchEvent.DecodeLog(log).TryGet(out var values, out _)
            ? BatchOf(chain, log, values)
            : [];
    }

    public static AllowanceBound? AllowanceOf(ChainId chain, LogEntry log) =>
        log.Topics.Count == 3 && log.Topics[0] == Approval && log.Data.Length == 32
            ? new(AssetId.Erc20(chain, log.Address), AddressAt(log, 1), AddressAt(log, 2), UInt256.FromBigEndian(log.Data.Span))
            : null;

    public static (Address Owner, Address Operator)? OperatorOf(LogEntry log) =>
        log.Topics.Count == 3 && log.Topics[0] == ApprovalForAll && log.Data.Length == 32 && log.Data.Span[31] == 1
            ? (AddressAt(log, 1), AddressAt(log, 2))
            : null;

    private static IEnumerable<(Address From, Address To, Amount Amount)> BatchOf(ChainId chain, LogEntry log, Items<AbiValue> values)
    {
        var (ids, amounts) = (values[values.Count - 2].AsSequence(), values[values.Count - 1].AsSequence());
        return ids.Zip(amounts, (id, amount) => Multi(chain, log, id.AsUInt256(), amount.AsUInt256()));
    }

    private static (Address From, Address To, Amount Amount) Multi(ChainId chain, LogEntry log, UInt256 id, UInt256 amount) =>
        (AddressAt(log, 2), AddressAt(log, 3), new(AssetId.Nft(chain, "erc1155", log.Address, id), amount));

    private static AssetId FungibleOf(ChainId chain, LogEntry log) =>
        log.Address.Value == NativeLogs ? AssetId.Native(chain) : AssetId.Erc20(chain, log.Address);

    private static Address AddressAt(LogEntry log, int topic) => Address.From(log.Topics[topic].ToArray().AsSpan(12));
}
