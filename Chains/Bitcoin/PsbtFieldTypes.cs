namespace TPWallet.Chains.Bitcoin;

/// <summary>Types of the fields of the global map (BIP-174, BIP-370).</summary>
public static class PsbtGlobal
{
    public const ulong UnsignedTransaction = 0x00;
    public const ulong ExtendedKey = 0x01;
    public const ulong TransactionVersion = 0x02;
    public const ulong FallbackLockTime = 0x03;
    public const ulong InputCount = 0x04;
    public const ulong OutputCount = 0x05;
    public const ulong Modifiable = 0x06;
    public const ulong SignedMessage = 0x09;
    public const ulong Version = 0xfb;
}

/// <summary>Types of the fields of an input's map (BIP-174, BIP-370, BIP-371).</summary>
public static class PsbtIn
{
    public const ulong NonWitnessUtxo = 0x00;
    public const ulong WitnessUtxo = 0x01;
    public const ulong PartialSignature = 0x02;
    public const ulong Sighash = 0x03;
    public const ulong RedeemScript = 0x04;
    public const ulong WitnessScript = 0x05;
    public const ulong Derivation = 0x06;
    public const ulong FinalScriptSig = 0x07;
    public const ulong FinalWitness = 0x08;
    public const ulong ProofOfReserves = 0x09;
    public const ulong Ripemd160 = 0x0a;
    public const ulong Sha256 = 0x0b;
    public const ulong Hash160 = 0x0c;
    public const ulong Hash256 = 0x0d;
    public const ulong PreviousTxid = 0x0e;
    public const ulong OutputIndex = 0x0f;
    public const ulong Sequence = 0x10;
    public const ulong RequiredTime = 0x11;
    public const ulong RequiredHeight = 0x12;
    public const ulong TapKeySignature = 0x13;
    public const ulong TapScriptSignature = 0x14;
    public const ulong TapLeafScript = 0x15;
    public const ulong TapDerivation = 0x16;
    public const ulong TapInternalKey = 0x17;
    public const ulong TapMerkleRoot = 0x18;
}

/// <summary>Types of the fields of an output's map (BIP-174, BIP-370, BIP-371).</summary>
public static class PsbtOut
{
    public const ulong RedeemScript = 0x00;
    public const ulong WitnessScript = 0x01;
    public const ulong Derivation = 0x02;
    public const ulong Amount = 0x03;
    public const ulong Script = 0x04;
    public const ulong TapInternalKey = 0x05;
    public const ulong TapTree = 0x06;
    public const ulong TapDerivation = 0x07;
}

/// <summary>What may still be changed in a PSBT of version 2 (BIP-370).</summary>
[Flags]
public enum PsbtModifiable
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Inputs may be added or removed.</summary>
    Inputs = 1,

    /// <summary>Outputs may be added or removed.</summary>
    Outputs = 2,

    /// <summary>A signature of type SINGLE is there: its input and output stay a pair.</summary>
    HasSingle = 4,
}
