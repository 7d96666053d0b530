using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>Why a call reverted, as far as its return data says (Solidity: Error(string), Panic(uint256), custom errors).</summary>
public abstract record RevertReason
{
    private static readonly AbiSignature ErrorSignature = AbiSignature.Known("error Error(string message)");
    private static readonly AbiSignature PanicSignature = AbiSignature.Known("error Panic(uint256 code)");

    private RevertReason()
    {
    }

    /// <summary>revert without data, out of memory bounds, a precompile's failure.</summary>
    public sealed record Silent : RevertReason
    {
        public override string ToString() => "reverted without a reason";
    }

    /// <summary>require(…, "message") and revert("message").</summary>
    public sealed record Message(string Text) : RevertReason
    {
        public override string ToString() => Text;
    }

    /// <summary>A check that the compiler inserted.</summary>
    public sealed record Panic(UInt256 Code) : RevertReason
    {
        /// <summary>What the code stands for (Solidity, "Panic via assert and Error via require").</summary>
        public string Meaning => (Code <= byte.MaxValue ? (int)(ulong)Code : -1) switch
        {
            0x00 => "generic compiler panic",
            0x01 => "assertion failed",
            0x11 => "arithmetic overflow or underflow",
            0x12 => "division by zero",
            0x21 => "value outside the enum",
            0x22 => "storage byte array wrongly encoded",
            0x31 => "pop of an empty array",
            0x32 => "index out of bounds",
            0x41 => "too much memory",
            0x51 => "call of an uninitialised function",
            _ => "unknown panic",
        };

        public override string ToString() => $"panic {Code}: {Meaning}";
    }

    /// <summary>A custom error that the caller knows.</summary>
    public sealed record Custom(AbiSignature Error, Items<AbiValue> Arguments) : RevertReason
    {
        public override string ToString() => Error.Canonical;
    }

    /// <summary>Data of a form that is not known.</summary>
    public sealed record Opaque(HexBytes Data) : RevertReason
    {
        public override string ToString() => $"reverted with {Data}";
    }

    /// <summary>Reads return data. Never refuses: what cannot be read is <see cref="Opaque"/>.</summary>
    public static RevertReason Decode(ReadOnlySpan<byte> data, params ReadOnlySpan<AbiSignature> known)
    {
        if (data.IsEmpty) return new Silent();
        if (ErrorSignature.Decode(data, AbiStrictness.Lenient).TryGet(out var message, out _)) return new Message(message[0].AsText());
        if (PanicSignature.Decode(data, AbiStrictness.Lenient).TryGet(out var code, out _)) return new Panic(code[0].AsUInt256());
        foreach (var error in known)
            if (error.Decode(data, AbiStrictness.Lenient).TryGet(out var arguments, out _)) return new Custom(error, arguments);
        return new Opaque(HexBytes.From(data));
    }
}
