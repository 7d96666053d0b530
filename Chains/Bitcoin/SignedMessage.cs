using System.Text;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>What a valid signed message holds under: the lock time and the age of the coins that the scripts ask for; both zero without time locks.</summary>
public readonly record struct MessageVerdict(uint LockTime, uint Age);

/// <summary>
/// Generic signed messages (BIP-322): simple, full and proof of funds. A message is signed by satisfying the scripts of an address in a transaction that
/// can never be mined.
/// </summary>
public static class SignedMessage
{
    private const string Tag = "BIP0322-signed-message";
    private const string Simple = "smp";
    private const string Full = "ful";
    private const string ProofOfFunds = "pof";

    /// <summary>The tagged hash of the message's UTF-8 bytes.</summary>
    public static Bytes32 Hash(string message) => Bytes32.From(Sha256Tagged.Bip340(Tag, Encoding.UTF8.GetBytes(message)));

    /// <summary>The virtual transaction whose output the signature spends.</summary>
    public static BitcoinTransaction ToSpend(Script challenge, string message)
    {
        var commitment = new ScriptBuilder().Add(Op.Zero).Push(Hash(message).ToArray()).Build();
        return new(0, [new BitcoinInput(OutPoint.Null, sequence: 0) { ScriptSig = commitment }], [new BitcoinOutput(0, challenge)], 0);
    }

    /// <summary>
    /// The virtual transaction that is signed. The simple form allows only zeros; time locks need version 2 and their values in the full form.
    /// </summary>
    public static BitcoinTransaction ToSign(Script challenge, string message, int version = 0, uint lockTime = 0, uint sequence = 0) =>
        new(version, [new BitcoinInput(new(ToSpend(challenge, message).Txid(), 0), sequence)], [new BitcoinOutput(0, Script.From([Op.Return]))], lockTime);

    /// <summary>A PSBT of <see cref="ToSign"/> for the roles of signing; what it spends is filled in.</summary>
    public static Psbt CreatePsbt(Script challenge, string message, int version = 0, uint lockTime = 0, uint sequence = 0)
    {
        var psbt = PsbtCreator.Create(ToSign(challenge, message, version, lockTime, sequence)).Value;
        psbt = PsbtUpdater.AddPrevious(psbt, 0, ToSpend(challenge, message));
        var global = psbt.Global.With(PsbtGlobal.SignedMessage, Encoding.UTF8.GetBytes(message));
        return psbt with { Global = global };
    }

    /// <summary>The text of the simple form: the witness of a signed <see cref="ToSign"/>.</summary>
    public static string WriteSimple(BitcoinTransaction signed) => Simple + Convert.ToBase64String(WitnessStack.Encode(signed.Inputs[0].Witness));

    /// <summary>The text of the full form.</summary>
    public static string WriteFull(BitcoinTransaction signed) => Full + Convert.ToBase64String(signed.Encode());

    /// <summary>The text of a proof of funds: a finished PSBT whose further inputs are the funds.</summary>
    public static string WriteProofOfFunds(Psbt finished) => ProofOfFunds + finished.EncodeBase64();

    /// <summary>
    /// Checks a signature of an address's script over a message. A text without prefix is read as simple. Codes: message.form, message.transaction,
    /// message.inconclusive (a version that has no meaning yet), psbt.*, btc.*, tx.*, script.*, taproot.*.
    /// </summary>
    public static Decoded<MessageVerdict> Verify(Script challenge, string message, string signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        var prefix = signature.Length >= Simple.Length ? signature[..Simple.Length] : "";
        var known = prefix is Simple or Full or ProofOfFunds;
        if (!TryBase64(known ? signature[prefix.Length..] : signature, out var bytes)) return new DecodeRefusal("message.form", "Base64", "another text");
        var spend = new BitcoinOutput(0, challenge);
        if (prefix == ProofOfFunds) return VerifyFunds(challenge, message, bytes);
        if (prefix == Full)
            return BitcoinTransaction.Decode(bytes).TryGet(out var whole, out var malformed)
                ? Verify(challenge, message, whole, [spend], mostInputs: 1)
                : malformed;
        if (!WitnessStack.Decode(bytes).TryGet(out var witness, out var refusal)) return refusal;
        var signed = ToSign(challenge, message);
        return Verify(challenge, message, signed.WithInput(0, signed.Inputs[0] with { Witness = witness }), [spend], mostInputs: 1);
    }

    private static Decoded<MessageVerdict> VerifyFunds(Script challenge, string message, byte[] bytes)
    {
        if (!Psbt.Decode(bytes).TryGet(out var psbt, out var refusal)) return refusal;
        if (!PsbtExtractor.Assemble(psbt).TryGet(out var signed, out var unfinished)) return unfinished;
        var spent = new BitcoinOutput[signed.Inputs.Count];
        for (var i = 0; i < spent.Length; i++)
        {
            // The whole transaction may be told once for all inputs that spend its outputs.
            var previous = signed.Inputs[i].Previous;
            var told = Enumerable.Range(0, i + 1).Reverse().Where(j => signed.Inputs[j].Previous.Txid == previous.Txid)
                .Select(j => psbt.Inputs[j]).FirstOrDefault(static map => map.Has(PsbtIn.NonWitnessUtxo));
            var map = psbt.Inputs[i].Has(PsbtIn.WitnessUtxo) || told == default ? psbt.Inputs[i] : told;
            if (i == 0) spent[i] = new(0, challenge);
            else if (map.Spent(previous).TryGet(out var output, out var unknown)) spent[i] = output;
            else return unknown;
        }

        return Verify(challenge, message, signed, new([.. spent]), int.MaxValue);
    }

    private static Decoded<MessageVerdict> Verify(
        Script challenge, string message, BitcoinTransaction signed, Items<BitcoinOutput> spent, int mostInputs)
    {
        var expected = ToSign(challenge, message);
        if (signed.Inputs.Count == 0 || signed.Inputs.Count > mostInputs || signed.Inputs[0].Previous != expected.Inputs[0].Previous)
            return new DecodeRefusal("message.transaction", $"a first input that spends {expected.Inputs[0].Previous}", "another");
        if (signed.Outputs != expected.Outputs) return new DecodeRefusal("message.transaction", "one output of RETURN without value", "another");
        if (signed.Inputs.Select(static input => input.Previous).Distinct().Count() != signed.Inputs.Count)
            return new DecodeRefusal("message.transaction", "each output once", "one twice");
        var context = new SighashContext(signed, spent) { ForMessage = true };
        for (var i = 0; i < signed.Inputs.Count; i++)
            if (ScriptVerifier.Verify(context, i) is { } refusal)
                return refusal.Code == "script.upgradable" ? new("message.inconclusive", refusal.Expected, refusal.Actual) : refusal;
        return signed.Version is 0 or 2
            ? new MessageVerdict(signed.LockTime, signed.Inputs[0].Sequence)
            : new DecodeRefusal("message.inconclusive", "version 0 or 2", $"{signed.Version}");
    }

    private static bool TryBase64(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        if (text.Length == 0 || text.Length > Psbt.MaxLength || !Convert.TryFromBase64String(text, bytes, out var length)) return false;
        bytes = bytes[..length];
        return true;
    }
}
