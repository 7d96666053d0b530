using System.Collections.Immutable;
using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Simulation;

/// <summary>A signed transaction with what is worked out of it once.</summary>
internal sealed record ModelTransaction(SignedTransaction Signed, Address From, Bytes32 Hash, byte[] Raw)
{
    public EthereumTransaction.DynamicFee Body => (EthereumTransaction.DynamicFee)Signed.Transaction;

    public UInt256 WorstCost => Body.Value + (Body.MaxFeePerGas * Body.GasLimit);

    /// <summary>Reads what was broadcast; null for what a node would not take.</summary>
    public static ModelTransaction? Read(byte[] raw)
    {
        if (!SignedTransaction.Decode(raw).TryGet(out var signed, out _) || signed.Transaction is not EthereumTransaction.DynamicFee) return null;
        return signed.Sender().TryGet(out var from, out _) ? new(signed, from, signed.Hash(), raw) : null;
    }
}

/// <summary>Nonces and coins by address, and balances of the one token.</summary>
internal sealed record ModelState(
    ImmutableDictionary<Address, (ulong Nonce, UInt256 Balance)> Accounts, ImmutableDictionary<Address, UInt256> Tokens)
{
    public static ModelState Empty { get; } = new(
        ImmutableDictionary<Address, (ulong Nonce, UInt256 Balance)>.Empty, ImmutableDictionary<Address, UInt256>.Empty);

    public ulong Nonce(Address address) => Accounts.GetValueOrDefault(address).Nonce;

    public UInt256 Balance(Address address) => Accounts.GetValueOrDefault(address).Balance;

    public UInt256 Token(Address address) => Tokens.GetValueOrDefault(address);

    public ModelState Give(Address to, UInt256 wei)
    {
        var (nonce, balance) = Accounts.GetValueOrDefault(to);
        return this with { Accounts = Accounts.SetItem(to, (nonce, balance + wei)) };
    }

    public ModelState Take(Address from, UInt256 wei)
    {
        var (nonce, balance) = Accounts.GetValueOrDefault(from);
        return this with { Accounts = Accounts.SetItem(from, (nonce, balance - wei)) };
    }

    public ModelState Used(Address from)
    {
        var (nonce, balance) = Accounts.GetValueOrDefault(from);
        return this with { Accounts = Accounts.SetItem(from, (nonce + 1, balance)) };
    }

    public ModelState MoveToken(Address from, Address to, UInt256 amount)
    {
        var taken = Tokens.SetItem(from, Token(from) - amount);
        return this with { Tokens = taken.SetItem(to, taken.GetValueOrDefault(to) + amount) };
    }
}

/// <summary>A block with everything that nodes are asked about it. Blocks that lost a reorg stay reachable by hash.</summary>
internal sealed class ModelBlock(ModelBlock? parent, BlockHeader header, ImmutableArray<ModelTransaction> transactions, ImmutableArray<Receipt> receipts, ModelState state)
{
    public ModelBlock? Parent => parent;

    public BlockHeader Header => header;

    public BlockRef Ref { get; } = new(header.Number, header.Hash());

    public ImmutableArray<ModelTransaction> Transactions => transactions;

    /// <summary>As nodes give them, with this block's hash.</summary>
    public ImmutableArray<Receipt> Receipts => [.. receipts.Select(receipt => receipt with { Block = Ref })];

    public ModelState State => state;

    public ulong Number => header.Number;

    public UInt256 BaseFee => header.BaseFeePerGas!.Value;

    /// <summary>Answers that nodes gave about this block, as they are the same each time.</summary>
    public Dictionary<string, System.Text.Json.JsonElement> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>The block of this number on the chain that ends here; null above it.</summary>
    public ModelBlock? At(ulong number)
    {
        if (number > Number) return null;
        var block = this;
        while (block.Number > number) block = block.Parent!;
        return block;
    }

    /// <summary>Where on the chain that ends here a transaction is; null where it is not.</summary>
    public (ModelBlock Block, int Index)? Find(Bytes32 transaction)
    {
        foreach (var block in Ancestors())
        {
            for (var i = 0; i < block.Transactions.Length; i++)
                if (block.Transactions[i].Hash == transaction) return (block, i);
        }

        return null;
    }

    public IEnumerable<ModelBlock> Ancestors()
    {
        for (var block = this; block is not null; block = block.Parent) yield return block;
    }

    public bool Contains(ModelBlock other) => ReferenceEquals(At(other.Number), other);
}

/// <summary>Runs transactions on a state, as much of it as transfers need.</summary>
internal static class ModelMachine
{
    public const ulong TransferGas = 21_000;
    public const ulong TokenGas = 52_000;
    private const ulong RevertGas = 30_000;
    private const ulong GasLimit = 30_000_000;

    /// <summary>The address of the one token contract.</summary>
    public static Address Token { get; } = Domain.People.AddressOf("token");

    public static HexBytes TokenCode { get; } = new byte[] { 0x60, 0x80, 0x60, 0x40 };

    public static ModelBlock Genesis { get; } = Prefix();

    /// <summary>A block on a parent with these transactions, in this order; each must be executable.</summary>
    /// <param name="salt">Sets blocks of the same content apart.</param>
    /// <param name="reverts">Which transactions fail.</param>
    public static ModelBlock Build(
        ModelBlock parent, IReadOnlyList<ModelTransaction> transactions, ulong timestamp, UInt256 baseFee, ulong salt, Func<ModelTransaction, bool> reverts)
    {
        var state = parent.State;
        var receipts = ImmutableArray.CreateBuilder<Receipt>(transactions.Count);
        ulong gas = 0;
        var logs = 0;
        foreach (var transaction in transactions)
        {
            var (next, used, succeeded, log) = Run(state, transaction, baseFee, reverts(transaction));
            state = next;
            gas += used;
            receipts.Add(ReceiptOf(transaction, receipts.Count, parent.Number + 1, gas, used, succeeded, log, logs, baseFee));
            logs += log.Count;
        }

        Span<byte> bloom = stackalloc byte[BlockHeader.BloomLength];
        bloom.Clear();
        foreach (var receipt in receipts) Receipt.AddToBloom(receipt.Logs, bloom);
        var header = HeaderOf(parent.Ref.Hash, parent.Number + 1, timestamp, baseFee, salt) with
        {
            TransactionsRoot = MerklePatricia.OrderedRoot([.. transactions.Select(transaction => transaction.Raw)]),
            ReceiptsRoot = MerklePatricia.OrderedRoot([.. receipts.Select(receipt => receipt.Encode())]),
            LogsBloom = HexBytes.From(bloom),
            GasUsed = gas,
        };
        return new(parent, header, [.. transactions], receipts.ToImmutable(), state);
    }

    /// <summary>What a call would do: its logs, or null where it fails.</summary>
    public static (ModelState State, Items<LogEntry>? Logs) Call(ModelState state, Address from, Address to, UInt256 value, HexBytes data)
    {
        if (state.Balance(from) < value) return (state, null);
        if (to == Token && KnownCall.Decode(data.Span) is KnownCall.Transfer transfer)
        {
            return state.Token(from) < transfer.Amount
                ? (state, null)
                : (state.MoveToken(from, transfer.To, transfer.Amount), [Log(Token, from, transfer.To, transfer.Amount)]);
        }

        return (state.Take(from, value).Give(to, value), []);
    }

    /// <summary>An ERC-20 Transfer log of this contract.</summary>
    public static LogEntry Log(Address contract, Address from, Address to, UInt256 amount) => new(
        contract, [TokenCalls.Erc20TransferEvent.Topic, Padded(from), Padded(to)], new Bytes32(amount).ToArray());

    private static (ModelState State, ulong Gas, bool Succeeded, Items<LogEntry> Logs) Run(
        ModelState state, ModelTransaction transaction, UInt256 baseFee, bool reverts)
    {
        var body = transaction.Body;
        var price = PriceOf(transaction, baseFee);
        var (after, logs) = Call(state, transaction.From, body.To!.Value, body.Value, body.Data);
        var succeeded = logs is not null && !reverts;
        var wanted = body.Data.Length > 0 ? TokenGas : TransferGas;
        var gas = Math.Min(body.GasLimit, succeeded ? wanted : Math.Max(wanted, RevertGas));
        return ((succeeded ? after : state).Used(transaction.From).Take(transaction.From, price * gas), gas, succeeded, succeeded ? logs!.Value : []);
    }

    private static UInt256 PriceOf(ModelTransaction transaction, UInt256 baseFee)
    {
        var offered = baseFee + transaction.Body.MaxPriorityFeePerGas;
        return offered < transaction.Body.MaxFeePerGas ? offered : transaction.Body.MaxFeePerGas;
    }

    private static Receipt ReceiptOf(
        ModelTransaction transaction, int index, ulong number, ulong cumulative, ulong used, bool succeeded, Items<LogEntry> logs, int firstLog, UInt256 baseFee)
    {
        Span<byte> bloom = stackalloc byte[BlockHeader.BloomLength];
        bloom.Clear();
        Receipt.AddToBloom(logs, bloom);
        return new()
        {
            Type = 2,
            Succeeded = succeeded,
            CumulativeGasUsed = cumulative,
            LogsBloom = HexBytes.From(bloom),
            Logs = logs,
            TransactionHash = transaction.Hash,
            TransactionIndex = index,
            Block = new(number, default),
            GasUsed = used,
            EffectiveGasPrice = PriceOf(transaction, baseFee),
            FirstLogIndex = firstLog,
        };
    }

    private static BlockHeader HeaderOf(Bytes32 parent, ulong number, ulong timestamp, UInt256 baseFee, ulong salt) => new()
    {
        ParentHash = parent,
        OmmersHash = Bytes32.Zero,
        Beneficiary = Domain.People.AddressOf("miner"),
        StateRoot = Bytes32.From(Keccak256.Hash(BitConverter.GetBytes(number))),
        TransactionsRoot = MerklePatricia.EmptyRoot,
        ReceiptsRoot = MerklePatricia.EmptyRoot,
        LogsBloom = new byte[BlockHeader.BloomLength],
        Difficulty = UInt256.Zero,
        Number = number,
        GasLimit = GasLimit,
        GasUsed = 0,
        Timestamp = timestamp,
        ExtraData = BitConverter.GetBytes(salt),
        MixHash = Bytes32.Zero,
        Nonce = new byte[8],
        BaseFeePerGas = baseFee,
    };

    /// <summary>Empty blocks that every simulated chain begins with, so that the deepest reorg has somewhere to go.</summary>
    private static ModelBlock Prefix()
    {
        const int length = 80;
        const ulong start = 1_799_990_000;
        var block = new ModelBlock(null, HeaderOf(Bytes32.Zero, 0, start, 10_000_000_000, 0), [], [], ModelState.Empty);
        for (ulong i = 1; i <= length; i++) block = new(block, HeaderOf(block.Ref.Hash, i, start + (i * 12), 10_000_000_000, 0), [], [], ModelState.Empty);
        return block;
    }

    private static Bytes32 Padded(Address address)
    {
        var bytes = new byte[32];
        address.ToArray().CopyTo(bytes, 12);
        return Bytes32.From(bytes);
    }
}
