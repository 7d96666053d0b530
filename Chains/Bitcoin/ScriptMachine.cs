using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>Which rules a script runs under.</summary>
internal enum ScriptRules
{
    Legacy,
    WitnessV0,
    Tapscript,
}

/// <summary>Runs one script over a stack. The first fault ends the run.</summary>
internal sealed partial class ScriptMachine(SighashContext context, int input, ScriptRules rules, Script script, List<byte[]> stack)
{
    private const int MaxOperations = 201;
    private const int MaxStack = 1000;

    private readonly List<byte[]> _alternative = [];
    private readonly List<bool> _branches = [];
    private DecodeRefusal? _fault;
    private int _operations;
    private int _afterCodeSeparator;
    private uint _codeSeparator = TapscriptPosition.NoCodeSeparator;

    public List<byte[]> Stack { get; } = stack;

    /// <summary>The hash of the leaf that runs; Tapscript only.</summary>
    public Bytes32 Leaf { get; init; }

    public HexBytes? Annex { get; init; }

    /// <summary>What the signature checks of this input may cost (BIP-342): 50 each.</summary>
    public int SignatureBudget { get; set; }

    public static bool IsTrue(ReadOnlySpan<byte> item)
    {
        // Negative zero is false as well.
        for (var i = 0; i < item.Length; i++)
            if (item[i] != 0) return i != item.Length - 1 || item[i] != 0x80;
        return false;
    }

    public DecodeRefusal? Run()
    {
        if (rules != ScriptRules.Tapscript && script.Length > Script.MaxLength)
            return new("script.length", $"at most {Script.MaxLength} bytes", $"{script.Length}");
        if (rules == ScriptRules.Tapscript && FindSuccess() is { } success) return success;
        var reader = new ScriptReader(script.Span);
        for (uint position = 0; _fault is null && reader.Next(out var opcode, out var data); position++)
            Step(opcode, data, reader.Position, position);
        if (reader.Fault is { } truncated) return truncated;
        if (_fault is null && _branches.Count > 0) Fail("script.unbalanced", "an ENDIF for each IF", "the end");
        return _fault;
    }

    private void Step(byte opcode, ReadOnlySpan<byte> data, int next, uint position)
    {
        var runs = !_branches.Contains(false);
        if (data.Length > Script.MaxElement) Fail("script.element-size", $"at most {Script.MaxElement} bytes", $"{data.Length}");
        if (opcode > Op.Sixteen && rules != ScriptRules.Tapscript && ++_operations > MaxOperations)
            Fail("script.operations", $"at most {MaxOperations} operations", "more");
        if (IsDisabled(opcode)) Fail("script.disabled", "an operation that is not disabled", $"0x{opcode:x2}");
        if (opcode == Op.CodeSeparator && (rules == ScriptRules.Legacy || context.ForMessage))
            Fail("script.code-separator", "no CODESEPARATOR outside a witness or in a message", "one");
        if (_fault is not null) return;
        if (opcode <= Op.PushData4)
        {
            if (runs) PushMinimal(opcode, data);
        }
        else if (opcode is >= Op.If and <= Op.EndIf)
        {
            Branch(opcode, runs);
        }
        else if (runs && opcode == Op.CodeSeparator)
        {
            (_afterCodeSeparator, _codeSeparator) = (next, position);
        }
        else if (runs)
        {
            Execute(opcode);
        }

        if (Stack.Count + _alternative.Count > MaxStack) Fail("script.stack-size", $"at most {MaxStack} items", "more");
    }

    private void PushMinimal(byte opcode, ReadOnlySpan<byte> data)
    {
        if (ScriptBuilder.IsMinimal(opcode, data)) Stack.Add(data.ToArray());
        else Fail("script.push-not-minimal", "the shortest push", $"0x{opcode:x2}");
    }

    private void Execute(byte opcode)
    {
        if (opcode == Op.Negate1 || Op.SmallNumber(opcode) > 0)
        {
            Push(opcode == Op.Negate1 ? -1 : Op.SmallNumber(opcode));
            return;
        }

        if (!(ExecuteStack(opcode) || ExecuteArithmetic(opcode) || ExecuteHash(opcode) || ExecuteChecks(opcode)))
            Fail("script.opcode", "a known operation", $"0x{opcode:x2}");
    }

    /// <summary>IF, NOTIF, ELSE and ENDIF also count where they are not run, so that nesting is known; VERIF never passes.</summary>
    private void Branch(byte opcode, bool runs)
    {
        switch (opcode)
        {
            case Op.If or Op.NotIf:
                if (!runs) _branches.Add(false);
                else if (Pop() is { } condition)
                {
                    var minimal = condition is [] or [1];
                    if (!minimal && rules != ScriptRules.Legacy) Fail("script.minimal-if", "01 or nothing", "something else");
                    _branches.Add(IsTrue(condition) == (opcode == Op.If));
                }

                break;
            case Op.Else or Op.EndIf when _branches.Count == 0:
                Fail("script.unbalanced", "an IF before", "none");
                break;
            case Op.Else:
                _branches[^1] = !_branches[^1];
                break;
            case Op.EndIf:
                _branches.RemoveAt(_branches.Count - 1);
                break;
            default:
                Fail("script.opcode", "a known operation", $"0x{opcode:x2}");
                break;
        }
    }

    /// <summary>Outside Tapscript the removed operations fail even where they are not run.</summary>
    private bool IsDisabled(byte opcode) => rules != ScriptRules.Tapscript
        && opcode is (>= 0x7e and <= 0x81) or (>= 0x83 and <= 0x86) or 0x8d or 0x8e or (>= 0x95 and <= 0x99);

    private DecodeRefusal? FindSuccess()
    {
        var reader = new ScriptReader(script.Span);
        while (reader.Next(out var opcode, out _))
            if (Op.IsSuccess(opcode)) return new("script.upgradable", "what has a meaning today", $"OP_SUCCESS{opcode}");
        return reader.Fault;
    }

    private void Push(long number) => Stack.Add(ScriptNumber.Encode(number));

    private void Push(bool value) => Stack.Add(value ? [1] : []);

    private byte[]? Pop()
    {
        if (!Demand(1)) return null;
        var item = Stack[^1];
        Stack.RemoveAt(Stack.Count - 1);
        return item;
    }

    private long? PopNumber(int maxLength = ScriptNumber.MaxLength)
    {
        if (Pop() is not { } item) return null;
        if (ScriptNumber.Decode(item, maxLength) is { } number) return number;
        Fail("script.number", $"a number of at most {maxLength} bytes in its shortest form", $"{item.Length} bytes");
        return null;
    }

    private bool Demand(int count)
    {
        if (Stack.Count >= count) return true;
        Fail("script.stack-empty", $"{count} items", $"{Stack.Count}");
        return false;
    }

    private void Fail(string code, string expected, string actual) => _fault ??= new(code, expected, actual);
}
