using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>A payload that was read here, byte for byte: what would be signed.</summary>
internal abstract record ReadPayload
{
    private ReadPayload(Name leg, bool noOp) => (Leg, NoOp) = (leg, noOp);

    public Name Leg { get; }

    public bool NoOp { get; }

    public sealed record Evm(Name Leg, bool NoOp, EthereumTransaction.DynamicFee Transaction) : ReadPayload(Leg, NoOp)
    {
        public GasTerms Terms => new(Transaction.GasLimit, Transaction.MaxFeePerGas, Transaction.MaxPriorityFeePerGas);
    }

    /// <param name="Spent">The outputs that it spends, out of the previous transactions themselves, in the order of the inputs.</param>
    public sealed record Bitcoin(Name Leg, bool NoOp, BitcoinTransaction Unsigned, Items<BitcoinOutput> Spent) : ReadPayload(Leg, NoOp)
    {
        /// <summary>Of the signed transaction too: no witness changes it.</summary>
        public Bytes32 TxHash { get; } = Unsigned.Txid().Shown;

        public ImmutableArray<SpentOutput> Inputs { get; } =
            [.. Unsigned.Inputs.Select(static input => new SpentOutput(input.Previous.Txid.Shown, input.Previous.Index))];

        public long FeeSat { get; } = Spent.Sum(static output => output.ValueSat) - Unsigned.Outputs.Sum(static output => output.ValueSat);
    }
}

/// <summary>
/// Whether a payload realises its leg: chain, sender, target, value and call data equal, nothing beside them, and a fee that the leg allows.
/// The bytes are decoded here; nothing that the caller says about them is believed.
/// </summary>
internal static class Realises
{
    /// <summary>EIP-1559 transactions only: other kinds are not read, so they cannot be signed.</summary>
    public static (ReadPayload? Payload, Rejection? Refusal) Read(SigningPayload payload)
    {
        var (leg, bytes, noOp) = payload switch
        {
            SigningPayload.EvmSpend spend => (spend.Leg, spend.Unsigned, false),
            SigningPayload.EvmNoOp close => (close.Leg, close.Unsigned, true),
            SigningPayload.BitcoinSpend spend => (spend.Leg, spend.Psbt, false),
            SigningPayload.BitcoinNoOp close => (close.Leg, close.Psbt, true),
            _ => throw new UnreachableException($"Unknown payload {payload.GetType().Name}."),
        };
        if (payload.IsBitcoin) return RealisesCoins.Read(leg, bytes, noOp);
        if (!EthereumTransaction.DecodeUnsigned(bytes.Span).TryGet(out var transaction, out var refusal))
            return (null, new(RejectionCode.PayloadMismatch, refusal.Expected, $"{refusal.Code}: {refusal.Actual}"));
        if (transaction is not EthereumTransaction.DynamicFee dynamic)
            return (null, new(RejectionCode.UnsupportedKind, "an EIP-1559 transaction (type 2)", $"type {transaction.Type}"));
        if (TransactionRules.Check(dynamic) is { } broken)
            return (null, new(RejectionCode.PayloadMismatch, broken.Expected, $"{broken.Code}: {broken.Actual}"));
        // Decoding is strict; this makes sure of it once more for the one thing that matters: what is hashed is what was judged.
        return dynamic.UnsignedPayload().AsSpan().SequenceEqual(bytes.Span)
            ? (new ReadPayload.Evm(leg, noOp, dynamic), null)
            : (null, new(RejectionCode.PayloadMismatch, "the canonical encoding", "another encoding"));
    }

    /// <summary>The first difference between payload and leg, or null.</summary>
    /// <param name="earlier">What was already signed at this nonce.</param>
    public static Rejection? Check(ReadPayload.Evm payload, Leg leg, Fact.KeyCreated key, ImmutableArray<Fact.IntentSigned> earlier)
    {
        if (!LegCall.Of(leg).TryGet(out var call, out var refusal))
            return new(RejectionCode.LegMismatch, refusal.Expected, $"{refusal.Code}: {refusal.Actual}");
        var (transaction, own) = (payload.Transaction, key.Attestation);
        if (call.Chain != own.Chain || transaction.ChainId != own.Chain.EvmNumber)
            return new(RejectionCode.WrongChain, own.Chain.Value, call.Chain != own.Chain ? call.Chain.Value : ChainId.Evm(transaction.ChainId).Value);
        if (call.From != own.Address) return new(RejectionCode.LegMismatch, $"a leg from {own.Address}", call.From.Value);
        if (transaction.Access.Count != 0) return new(RejectionCode.PayloadMismatch, "an empty access list", $"{transaction.Access.Count} entries");
        var (to, value, data) = payload.NoOp ? (own.Address, UInt256.Zero, HexBytes.Empty) : (call.To, call.Value, call.Data);
        if (transaction.To != to) return new(RejectionCode.PayloadMismatch, $"to {to}", $"to {transaction.To?.Value ?? "nobody"}");
        if (transaction.Value != value) return new(RejectionCode.PayloadMismatch, $"value {value}", $"value {transaction.Value}");
        if (transaction.Data != data) return new(RejectionCode.PayloadMismatch, $"{data.Length} bytes of the leg's call data", $"{transaction.Data.Length} other bytes");
        return CheckFee(payload, call.FeeBudget, earlier);
    }

    /// <summary>
    /// All versions at one nonce exclude each other, so the dearest alone counts: each must be within the budget. A no-op may go one replacement
    /// bump (a quarter) above the dearest signed spend where that exceeds the budget: a cap must not block the unblocker (field note 3).
    /// </summary>
    private static Rejection? CheckFee(ReadPayload.Evm payload, UInt256 budget, ImmutableArray<Fact.IntentSigned> earlier)
    {
        var worst = payload.Terms.WorstFee;
        if (worst <= budget) return null;
        var refusal = new Rejection(RejectionCode.FeeBudgetExceeded, $"at most {budget} wei", $"{worst} wei");
        if (!payload.NoOp) return refusal;
        foreach (var spend in earlier)
        {
            var bumped = (spend.Terms.MaxFeePerGas * 5) / 4;
            if (!spend.NoOp && payload.Terms.GasLimit <= spend.Terms.GasLimit && payload.Terms.MaxFeePerGas <= bumped) return null;
        }

        return refusal;
    }
}
