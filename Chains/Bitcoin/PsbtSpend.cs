using System.Security.Cryptography;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>
/// How an input of a PSBT is unlocked: under which rules, by which script, and the checks that BIP-174 asks of signers. Codes: psbt.no-utxo,
/// psbt.utxo-mismatch, psbt.no-script, psbt.redeem-mismatch, psbt.witness-mismatch, psbt.witness-utxo-for-legacy.
/// </summary>
internal sealed record PsbtSpend(ScriptRules Rules, Script Code, BitcoinOutput Output, Script? Redeem)
{
    public static Decoded<PsbtSpend> Resolve(PsbtMap map, OutPoint previous)
    {
        if (!map.Spent(previous).TryGet(out var output, out var refusal)) return refusal;
        var (script, redeem) = (output.ScriptPubKey, map.RedeemScript());
        if (OutputScript.KindOf(script) == OutputKind.ScriptHash)
        {
            if (redeem is not { } given) return new DecodeRefusal("psbt.no-script", "the redeem script", "none");
            if (OutputScript.ScriptHash(given) != script) return new DecodeRefusal("psbt.redeem-mismatch", $"{script}", $"{OutputScript.ScriptHash(given)}");
            script = given;
        }
        else if (redeem is not null)
        {
            return new DecodeRefusal("psbt.redeem-mismatch", "no redeem script", "one");
        }

        return OutputScript.KindOf(script) switch
        {
            OutputKind.WitnessPubKeyHash =>
                new PsbtSpend(ScriptRules.WitnessV0, OutputScript.PubKeyHashOf(OutputScript.ProgramOf(script)!.Value.Program.Span), output, redeem),
            OutputKind.WitnessScriptHash => ResolveWitness(map, script, output, redeem),
            OutputKind.Taproot when redeem is null => new PsbtSpend(ScriptRules.Tapscript, script, output, redeem),
            OutputKind.Taproot or OutputKind.WitnessUnknown => new DecodeRefusal("psbt.no-script", "a script that can be signed for", $"{script}"),
            _ when !map.Has(PsbtIn.NonWitnessUtxo) => new DecodeRefusal("psbt.witness-utxo-for-legacy", "the whole previous transaction", "one output"),
            _ => new PsbtSpend(ScriptRules.Legacy, script, output, redeem),
        };
    }

    /// <summary>Whether a push of the script is the key or its hash.</summary>
    public static bool Names(Script script, ReadOnlySpan<byte> key)
    {
        var hash = Hash160.Hash(key);
        var reader = new ScriptReader(script.Span);
        while (reader.Next(out _, out var data))
            if (data.SequenceEqual(key) || data.SequenceEqual(hash)) return true;
        return false;
    }

    private static Decoded<PsbtSpend> ResolveWitness(PsbtMap map, Script program, BitcoinOutput output, Script? redeem)
    {
        if (map.WitnessScript() is not { } script) return new DecodeRefusal("psbt.no-script", "the witness script", "none");
        return OutputScript.WitnessScriptHash(script) == program
            ? new PsbtSpend(ScriptRules.WitnessV0, script, output, redeem)
            : new DecodeRefusal("psbt.witness-mismatch", $"{program}", $"{OutputScript.WitnessScriptHash(script)}");
    }
}
