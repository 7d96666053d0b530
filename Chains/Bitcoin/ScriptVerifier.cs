using System.Security.Cryptography;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>
/// Runs the scripts of one input under the rules of consensus and, stricter, of relay: strict DER and low S (BIP-66, BIP-146), minimal pushes, clean
/// stack, MINIMALIF, NULLFAIL, NULLDUMMY, compressed keys in witnesses, nothing that is reserved for upgrades. What it accepts a node with default policy
/// accepts; what is refused as script.upgradable only means "unknown today". Codes: script.*, taproot.*.
/// </summary>
public static class ScriptVerifier
{
    private const int SigHashLength = 32;
    private const int SignatureBudgetBase = 50;

    /// <summary>Why the input does not unlock the output that it spends, or null if it does.</summary>
    public static DecodeRefusal? Verify(SighashContext context, int index)
    {
        ArgumentNullException.ThrowIfNull(context);
        var (input, output) = (context.Transaction.Inputs[index], context.Spent[index].ScriptPubKey);
        if (!IsPushOnly(input.ScriptSig)) return new("script.not-push-only", "only pushes in the unlocking script", "another operation");
        var stack = new List<byte[]>();
        if (Run(input.ScriptSig, stack) is { } unlocking) return unlocking;
        if (OutputScript.ProgramOf(output) is { } program)
            return input.ScriptSig.Length == 0 ? Witness(context, index, program) : Malleated("an empty unlocking script");
        var before = stack.ToList();
        if (Run(output, stack) is { } locking) return locking;
        if (stack.Count == 0 || !ScriptMachine.IsTrue(stack[^1])) return Unsatisfied();
        if (OutputScript.KindOf(output) == OutputKind.ScriptHash) return ScriptHash(context, index, before);
        if (stack.Count != 1) return Dirty(stack.Count);
        return input.Witness.Count == 0 ? null : new("script.unexpected-witness", "no witness", $"{input.Witness.Count} items");

        DecodeRefusal? Run(Script script, List<byte[]> items) => new ScriptMachine(context, index, ScriptRules.Legacy, script, items).Run();
    }

    /// <summary>Whether every operation of the script pushes.</summary>
    public static bool IsPushOnly(Script script) =>
        script.Parse().TryGet(out var operations, out _) && operations.All(static operation => operation.Opcode <= Op.Sixteen);

    /// <summary>BIP-16: the last push is the script; BIP-141: it may be a witness program.</summary>
    private static DecodeRefusal? ScriptHash(SighashContext context, int index, List<byte[]> stack)
    {
        var input = context.Transaction.Inputs[index];
        var redeem = Script.From(stack[^1]);
        stack.RemoveAt(stack.Count - 1);
        if (OutputScript.ProgramOf(redeem) is { } program)
        {
            var only = new ScriptBuilder().Push(redeem.Span).Build();
            return input.ScriptSig == only ? Witness(context, index, program) : Malleated("an unlocking script of one push");
        }

        if (new ScriptMachine(context, index, ScriptRules.Legacy, redeem, stack).Run() is { } refusal) return refusal;
        if (stack.Count == 0 || !ScriptMachine.IsTrue(stack[^1])) return Unsatisfied();
        if (stack.Count != 1) return Dirty(stack.Count);
        return input.Witness.Count == 0 ? null : new("script.unexpected-witness", "no witness", $"{input.Witness.Count} items");
    }

    private static DecodeRefusal? Witness(SighashContext context, int index, WitnessProgram program)
    {
        var witness = context.Transaction.Inputs[index].Witness;
        switch (program.Version, program.Program.Length)
        {
            case (0, 20):
                if (witness.Count != 2) return new("script.witness-count", "a signature and a public key", $"{witness.Count} items");
                return Execute(context, index, ScriptRules.WitnessV0, OutputScript.PubKeyHashOf(program.Program.Span), witness);
            case (0, SigHashLength):
                if (witness.Count == 0) return new("script.witness-count", "a witness script", "nothing");
                var script = new Script(witness[^1]);
                if (!SHA256.HashData(script.Span).AsSpan().SequenceEqual(program.Program.Span))
                    return new("script.witness-hash", "the script of this program", "another script");
                return Execute(context, index, ScriptRules.WitnessV0, script, Without(witness, 1));
            case (0, _):
                return new("script.witness-length", "20 or 32 bytes", $"{program.Program.Length}");
            case (1, SigHashLength):
                return TaprootInput(context, index, Bytes32.From(program.Program.Span), witness);
            default:
                return Upgradable($"witness version {program.Version} of {program.Program.Length} bytes");
        }
    }

    private static DecodeRefusal? TaprootInput(SighashContext context, int index, Bytes32 outputKey, Items<HexBytes> witness)
    {
        var items = witness;
        HexBytes? annex = null;
        if (items.Count >= 2 && items[^1].Span is [Taproot.AnnexTag, ..])
        {
            annex = items[^1];
            items = Without(items, 1);
        }

        if (items.Count == 0) return new("script.witness-count", "a signature or a script", "nothing");
        if (items.Count == 1) return TaprootSignature.Check(context, index, outputKey.ToArray(), items[0].Span, annex, tapscript: null);
        if (!ControlBlock.Decode(items[^1].Span).TryGet(out var block, out var refusal)) return refusal;
        var script = new Script(items[^2]);
        if (!block.Proves(script, outputKey)) return new("taproot.path", "a path to the output key", "another root");
        if (block.LeafVersion != Taproot.TapscriptVersion) return Upgradable($"leaf version 0x{block.LeafVersion:x2}");
        var machine = new ScriptMachine(context, index, ScriptRules.Tapscript, script, Stack(Without(items, 2)))
        {
            Leaf = Taproot.LeafHash(new(script)),
            Annex = annex,
            SignatureBudget = SignatureBudgetBase + WitnessStack.Encode(witness).Length,
        };
        return Finish(machine);
    }

    private static DecodeRefusal? Execute(SighashContext context, int index, ScriptRules rules, Script script, Items<HexBytes> items) =>
        Finish(new(context, index, rules, script, Stack(items)));

    private static DecodeRefusal? Finish(ScriptMachine machine)
    {
        if (machine.Stack.Any(static item => item.Length > Script.MaxElement))
            return new("script.element-size", $"at most {Script.MaxElement} bytes", "more");
        if (machine.Run() is { } refusal) return refusal;
        if (machine.Stack.Count != 1) return Dirty(machine.Stack.Count);
        return ScriptMachine.IsTrue(machine.Stack[0]) ? null : Unsatisfied();
    }

    private static List<byte[]> Stack(Items<HexBytes> items) => [.. items.Select(static item => item.Span.ToArray())];

    private static Items<HexBytes> Without(Items<HexBytes> items, int last) => new([.. items.Span[..^last]]);

    private static DecodeRefusal Unsatisfied() => new("script.false", "true at the end", "false");

    private static DecodeRefusal Dirty(int count) => new("script.stack-not-clean", "one item at the end", $"{count}");

    private static DecodeRefusal Malleated(string expected) => new("script.witness-malleated", expected, "more");

    private static DecodeRefusal Upgradable(string actual) => new("script.upgradable", "what has a meaning today", actual);
}
