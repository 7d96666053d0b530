using TPWallet.Crypto;

namespace TPWallet.Chains.Bitcoin;

/// <content>Comparison, locks and signatures.</content>
internal sealed partial class ScriptMachine
{
    private const int SignatureCost = 50;
    private const int LockNumberLength = 5;
    private const uint SequenceDisabled = 1u << 31;
    private const uint SequenceTime = 1u << 22;
    private const uint SequenceMask = 0xffff;

    private bool ExecuteChecks(byte opcode)
    {
        switch (opcode)
        {
            case Op.Equal or Op.EqualVerify:
                if (Pop() is { } right && Pop() is { } left) Push(left.AsSpan().SequenceEqual(right));
                break;
            case Op.Verify:
                VerifyTop();
                break;
            case Op.Return:
                Fail("script.return", "no RETURN", "one");
                break;
            case Op.CheckLockTimeVerify:
                CheckLockTime();
                break;
            case Op.CheckSequenceVerify:
                CheckSequence();
                break;
            case Op.CheckSig or Op.CheckSigVerify:
                if (Pop() is { } key && Pop() is { } signature) Push(CheckSignature(signature, key));
                break;
            case Op.CheckSigAdd when rules == ScriptRules.Tapscript:
                if (Pop() is { } addKey && PopNumber() is { } sum && Pop() is { } added) Push(sum + (CheckSignature(added, addKey) ? 1 : 0));
                break;
            case Op.CheckMultisig or Op.CheckMultisigVerify when rules != ScriptRules.Tapscript:
                CheckMultisig();
                break;
            case >= Op.Nop1 and <= Op.Nop10:
                Fail("script.upgradable", "what has a meaning today", $"0x{opcode:x2}");
                break;
            default:
                return false;
        }

        if (opcode is Op.EqualVerify or Op.CheckSigVerify or Op.CheckMultisigVerify) VerifyTop();
        return true;
    }

    /// <summary>BIP-65.</summary>
    private void CheckLockTime()
    {
        if (!Demand(1)) return;
        var (transaction, sequence) = (context.Transaction, context.Transaction.Inputs[input].Sequence);
        var required = ScriptNumber.Decode(Stack[^1], LockNumberLength);
        var sameKind = required < BitcoinTransaction.LockTimeThreshold == transaction.LockTime < BitcoinTransaction.LockTimeThreshold;
        if (required is null or < 0 || !sameKind || required > transaction.LockTime || sequence == BitcoinInput.FinalSequence)
            Fail("script.lock-time", $"a lock time from {required} on", $"{transaction.LockTime}");
    }

    /// <summary>BIP-112.</summary>
    private void CheckSequence()
    {
        if (!Demand(1)) return;
        if (ScriptNumber.Decode(Stack[^1], LockNumberLength) is not { } required || required < 0)
        {
            Fail("script.sequence", "a number from 0 on", "another");
            return;
        }

        if ((required & SequenceDisabled) != 0) return;
        var sequence = context.Transaction.Inputs[input].Sequence;
        var sameKind = ((uint)required & SequenceTime) == (sequence & SequenceTime);
        var open = unchecked((uint)context.Transaction.Version) < 2 || (sequence & SequenceDisabled) != 0;
        if (open || !sameKind || ((uint)required & SequenceMask) > (sequence & SequenceMask))
            Fail("script.sequence", $"a sequence from {required} on", $"{sequence}");
    }

    private bool CheckSignature(byte[] signature, byte[] key) =>
        rules == ScriptRules.Tapscript ? CheckSchnorr(signature, key) : CheckEcdsa(signature, key, mayFail: false);

    /// <summary>BIP-342: an empty signature is false, any other that does not hold ends the script.</summary>
    private bool CheckSchnorr(byte[] signature, byte[] key)
    {
        if (signature.Length > 0 && (SignatureBudget -= SignatureCost) < 0) Fail("script.signature-budget", "fewer signature checks", "too many");
        if (key.Length == 0) Fail("script.key", "a public key", "nothing");
        else if (key.Length != Secp256k1.XOnlyLength) Fail("script.upgradable", "a key of 32 bytes", $"{key.Length} bytes");
        if (_fault is not null || signature.Length == 0) return false;
        _fault = TaprootSignature.Check(context, input, key, signature, Annex, new TapscriptPosition(Leaf, _codeSeparator));
        return _fault is null;
    }

    /// <summary>Only the empty signature may fail (NULLFAIL); a multisignature tries each signature on several keys.</summary>
    private bool CheckEcdsa(byte[] signature, byte[] key, bool mayFail)
    {
        var compressed = key is [2 or 3, ..] && key.Length == Secp256k1.CompressedLength;
        var uncompressed = key is [4, ..] && key.Length == Secp256k1.UncompressedLength;
        if (!compressed && (!uncompressed || rules == ScriptRules.WitnessV0)) Fail("script.key", "a public key", $"{key.Length} bytes");
        if (signature.Length == 0 || _fault is not null) return false;
        if (EcdsaSignature.Read(signature) is not { } read)
        {
            Fail("script.signature-form", "strict DER with a low S and a defined type", $"{signature.Length} bytes");
            return false;
        }

        if (context.ForMessage && read.Type != SighashType.All) _fault ??= TaprootSignature.NotForMessage(read.Type);
        var code = Script.From(script.Span[_afterCodeSeparator..]);
        if (rules == ScriptRules.Legacy && code.Span.IndexOf(new ScriptBuilder().Push(signature).Build().Span) >= 0)
            Fail("script.find-and-delete", "a script without its signature", "one with it");
        var digest = rules == ScriptRules.Legacy ? context.Legacy(input, code, read.Type) : context.WitnessV0(input, code, read.Type);
        if (Secp256k1.Verify(key, digest, read.Compact)) return true;
        if (!mayFail) Fail("script.signature", "a signature of this key over this transaction", "another");
        return false;
    }

    private void CheckMultisig()
    {
        if (PopNumber() is not { } keyCount) return;
        if (keyCount is < 0 or > OutputScript.MaxMultisigKeys) Fail("script.multisig", $"0 to {OutputScript.MaxMultisigKeys} keys", $"{keyCount}");
        if (_fault is not null || (_operations += (int)keyCount) > MaxOperations || !Demand((int)keyCount + 1))
        {
            Fail("script.operations", $"at most {MaxOperations} operations", "more");
            return;
        }

        var keys = PopMany((int)keyCount);
        if (PopNumber() is not { } required) return;
        if (required < 0 || required > keyCount) Fail("script.multisig", $"0 to {keyCount} signatures", $"{required}");
        if (_fault is not null || !Demand((int)required + 1)) return;
        var signatures = PopMany((int)required);
        if (Pop() is not []) Fail("script.null-dummy", "an empty item (BIP-147)", "another");
        Push(MatchInOrder(signatures, keys));
    }

    /// <summary>From the top of the stack down: the last one comes first.</summary>
    private byte[][] PopMany(int count)
    {
        var items = Stack.GetRange(Stack.Count - count, count);
        Stack.RemoveRange(Stack.Count - count, count);
        items.Reverse();
        return [.. items];
    }

    /// <summary>Each signature must fit a key, in the keys' order; if not all do, all must be empty.</summary>
    private bool MatchInOrder(byte[][] signatures, byte[][] keys)
    {
        var (signature, key) = (0, 0);
        while (_fault is null && signature < signatures.Length && signatures.Length - signature <= keys.Length - key)
            if (CheckEcdsa(signatures[signature], keys[key++], mayFail: true)) signature++;
        if (signature == signatures.Length) return true;
        if (signatures.Any(static one => one.Length > 0)) Fail("script.signature", "signatures of these keys over this transaction", "others");
        return false;
    }
}
