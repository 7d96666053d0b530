namespace TPWallet.Chains.Bitcoin;

/// <summary>What a signature commits to. Legacy and version 0 signatures may carry any byte; Taproot takes only the seven of BIP-341.</summary>
public enum SighashType : uint
{
    /// <summary>Taproot only: as <see cref="All"/>, and the signature ends without a type byte.</summary>
    Default = 0,

    /// <summary>All inputs and outputs.</summary>
    All = 1,

    /// <summary>All inputs, no output.</summary>
    None = 2,

    /// <summary>All inputs and the output of the same index.</summary>
    Single = 3,

    /// <summary>Added to the others: only this input.</summary>
    AnyoneCanPay = 0x80,

    /// <summary>This input, all outputs.</summary>
    AllAnyoneCanPay = All | AnyoneCanPay,

    /// <summary>This input, no output.</summary>
    NoneAnyoneCanPay = None | AnyoneCanPay,

    /// <summary>This input and the output of the same index.</summary>
    SingleAnyoneCanPay = Single | AnyoneCanPay,
}

/// <summary>The parts of a signature's type.</summary>
public static class SighashTypes
{
    private const uint OutputMask = 0x1f;

    /// <summary>Whether other inputs stay open.</summary>
    public static bool AllowsOtherInputs(this SighashType type) => (type & SighashType.AnyoneCanPay) != 0;

    /// <summary>None, Single or anything else, which means all.</summary>
    public static SighashType Outputs(this SighashType type) => (SighashType)((uint)type & OutputMask);

    /// <summary>One of the six types that legacy and version 0 signatures use (STRICTENC).</summary>
    public static bool IsDefinedEcdsa(this SighashType type) => (type & ~SighashType.AnyoneCanPay) is >= SighashType.All and <= SighashType.Single;

    /// <summary>One of the seven types of BIP-341.</summary>
    public static bool IsDefinedTaproot(this SighashType type) => type == SighashType.Default || type.IsDefinedEcdsa();
}
