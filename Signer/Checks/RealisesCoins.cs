using System.Numerics;
using TPWallet.Chains.Bitcoin;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>
/// Whether a PSBT realises its leg: every input is the key's own, by the previous transaction whose id is worked out here; the first outputs pay each payee of the
/// leg exactly its amount, once and in the leg's order, and the last gives all else back to the same address; the fee is what the leg allows. Everything is signed (SIGHASH_ALL).
/// </summary>
internal static class RealisesCoins
{
    /// <summary>Version and lock time of what is signed: no lock, relative or absolute, is in it.</summary>
    private const int TransactionVersion = 2;

    public static (ReadPayload? Payload, Rejection? Refusal) Read(Name leg, HexBytes bytes, bool noOp)
    {
        if (!Psbt.Decode(bytes.Span).TryGet(out var psbt, out var refusal)) return Refuse(refusal.Expected, $"{refusal.Code}: {refusal.Actual}");
        if (psbt.Version != 0) return Refuse("a PSBT of version 0 (BIP-174)", $"version {psbt.Version}");
        if (!psbt.UnsignedTransaction().TryGet(out var unsigned, out refusal)) return Refuse(refusal.Expected, $"{refusal.Code}: {refusal.Actual}");
        if (BitcoinTransactionRules.Check(unsigned) is { } broken) return Refuse(broken.Expected, $"{broken.Code}: {broken.Actual}");
        if (unsigned.Inputs.Count > CoinFees.MaxInputs) return Refuse($"at most {CoinFees.MaxInputs} inputs", $"{unsigned.Inputs.Count}");
        if (unsigned.Version != TransactionVersion || unsigned.LockTime != 0)
            return Refuse($"version {TransactionVersion} without a lock time", $"version {unsigned.Version}, lock time {unsigned.LockTime}");
        for (var i = 0; i < psbt.Inputs.Count; i++)
        {
            var map = psbt.Inputs[i];

            // One output alone is somebody's word about its amount; the whole transaction proves it (BIP-174, and the fee attack on BIP-143 of 2020).
            if (!map.Has(PsbtIn.NonWitnessUtxo) || map.Has(PsbtIn.WitnessUtxo)) return Refuse($"the whole previous transaction of input {i}, alone", "another field");
            if (map.Sighash() is { } type && type != SighashType.All) return Refuse("SIGHASH_ALL", $"0x{(uint)type:x2}");
            if (map.IsFinal() || map.Has(PsbtIn.PartialSignature)) return Refuse("no signature yet", "one");
            if (unsigned.Inputs[i].Sequence != BitcoinInput.ReplaceableSequence)
                return Refuse($"the sequence 0x{BitcoinInput.ReplaceableSequence:x8} (BIP-125)", $"0x{unsigned.Inputs[i].Sequence:x8}");
        }

        if (!psbt.SpentOutputs().TryGet(out var spent, out refusal)) return Refuse(refusal.Expected, $"{refusal.Code}: {refusal.Actual}");
        return (new ReadPayload.Bitcoin(leg, noOp, unsigned, spent), null);
    }

    /// <summary>The first difference between payload and leg, or null.</summary>
    /// <param name="keeps">Whether an output is what a no-op of this signer kept of a deposit (<see cref="SignerFacts.Keeps"/>).</param>
    public static Rejection? Check(ReadPayload.Bitcoin payload, Leg leg, Fact.KeyCreated key, Func<SpentOutput, DepositRef, bool> keeps)
    {
        var own = key.Attestation;
        if (CoinLegs.SenderOf(leg) is not { } sender) return new(RejectionCode.LegMismatch, "a payment", leg.GetType().Name);
        if (sender.Chain != own.Chain) return new(RejectionCode.WrongChain, own.Chain.Value, sender.Chain.Value);
        if (sender.From != own.Address) return new(RejectionCode.LegMismatch, $"a leg from {own.Address}", sender.From.Value);
        var ours = OutputScript.WitnessPubKeyHash(own.PublicKey.Span);
        for (var i = 0; i < payload.Spent.Count; i++)
            if (payload.Spent[i].ScriptPubKey != ours) return new(RejectionCode.PayloadMismatch, $"an input {i} of {own.Address}", $"{payload.Spent[i].ScriptPubKey}");
        if (payload.FeeSat < 0) return new(RejectionCode.PayloadMismatch, "outputs of at most what is spent", $"{-payload.FeeSat} satoshis more");
        if ((payload.NoOp ? CheckNoOp(payload, leg, ours, keeps) : CheckOutputs(payload, CoinLegs.PayeesOf(leg), ours) ?? CheckReturned(payload, leg, keeps)) is { } other) return other;
        return payload.FeeSat <= (BigInteger)sender.Fee.Max
            ? null
            : new(RejectionCode.FeeBudgetExceeded, $"at most {sender.Fee.Max} satoshis", $"{payload.FeeSat}");
    }

    private static Rejection? CheckNoOp(ReadPayload.Bitcoin payload, Leg leg, Script ours, Func<SpentOutput, DepositRef, bool> keeps)
    {
        var outputs = payload.Unsigned.Outputs;
        if (CoinLegs.ReturnedBy(leg) is { } deposit && SpendsReturned(payload, deposit, keeps))
        {
            var kept = new BitcoinOutput((long)CoinLegs.PaidSat(CoinLegs.PayeesOf(leg)), ours);
            return outputs.Count == 2 && outputs[0] == kept && outputs[1].ScriptPubKey == ours
                ? null
                : new(RejectionCode.PayloadMismatch, $"the deposit of {kept.ValueSat} satoshis and the rest, both to the own address", $"{outputs.Count} outputs");
        }

        return outputs.Count == 1 && outputs[0].ScriptPubKey == ours
            ? null
            : new(RejectionCode.PayloadMismatch, "one output, to the own address", $"{outputs.Count} outputs");
    }

    /// <summary>What gives a deposit back spends it.</summary>
    private static Rejection? CheckReturned(ReadPayload.Bitcoin payload, Leg leg, Func<SpentOutput, DepositRef, bool> keeps) =>
        CoinLegs.ReturnedBy(leg) is not { } deposit || SpendsReturned(payload, deposit, keeps)
            ? null
            : new(RejectionCode.PayloadMismatch, $"an input that is the deposit {deposit}", "others alone");

    /// <summary>
    /// The output that came in, or the one in which a no-op kept it when it closed another return of it. A no-op may do without either, as a double spend can take the
    /// deposit for good: then there is nothing of it to keep apart.
    /// </summary>
    private static bool SpendsReturned(ReadPayload.Bitcoin payload, DepositRef deposit, Func<SpentOutput, DepositRef, bool> keeps) =>
        payload.Inputs.Contains(new(deposit.TxHash, (uint)deposit.LogIndex)) || payload.Inputs.Any(input => keeps(input, deposit));

    private static Rejection? CheckOutputs(ReadPayload.Bitcoin payload, ImmutableArray<CoinPayee> payees, Script ours)
    {
        var outputs = payload.Unsigned.Outputs;
        if (outputs.Count != payees.Length + 1) return new(RejectionCode.PayloadMismatch, $"{payees.Length} payments and the change", $"{outputs.Count} outputs");
        for (var i = 0; i < payees.Length; i++)
        {
            var paid = new BitcoinOutput((long)(ulong)UInt256.Min(payees[i].Value, BitcoinOutput.MaxMoneySat), new Script(payees[i].Script));
            if (outputs[i] != paid) return new(RejectionCode.PayloadMismatch, $"output {i}: {payees[i].Value} to {payees[i].Destination}", $"{outputs[i]}");
        }

        // A payee cannot be the sender (PacketForm), so the change is told from the payments by its place and by its script.
        return outputs[^1].ScriptPubKey == ours ? null : new(RejectionCode.PayloadMismatch, "the rest to the own address", $"{outputs[^1]}");
    }

    private static (ReadPayload? Payload, Rejection? Refusal) Refuse(string expected, string actual) => (null, new(RejectionCode.PayloadMismatch, expected, actual));
}
