namespace TPWallet.Chains.Bitcoin;

/// <summary>Operation codes by their usual names without the prefix OP_ (Bitcoin's script.h; BIP-65, BIP-112, BIP-342).</summary>
public static class Op
{
    public const byte Zero = 0x00;
    public const byte PushData1 = 0x4c;
    public const byte PushData2 = 0x4d;
    public const byte PushData4 = 0x4e;
    public const byte Negate1 = 0x4f;
    public const byte Reserved = 0x50;
    public const byte One = 0x51;
    public const byte Sixteen = 0x60;
    public const byte Nop = 0x61;
    public const byte Ver = 0x62;
    public const byte If = 0x63;
    public const byte NotIf = 0x64;
    public const byte VerIf = 0x65;
    public const byte VerNotIf = 0x66;
    public const byte Else = 0x67;
    public const byte EndIf = 0x68;
    public const byte Verify = 0x69;
    public const byte Return = 0x6a;
    public const byte ToAltStack = 0x6b;
    public const byte FromAltStack = 0x6c;
    public const byte Drop2 = 0x6d;
    public const byte Dup2 = 0x6e;
    public const byte Dup3 = 0x6f;
    public const byte Over2 = 0x70;
    public const byte Rot2 = 0x71;
    public const byte Swap2 = 0x72;
    public const byte IfDup = 0x73;
    public const byte Depth = 0x74;
    public const byte Drop = 0x75;
    public const byte Dup = 0x76;
    public const byte Nip = 0x77;
    public const byte Over = 0x78;
    public const byte Pick = 0x79;
    public const byte Roll = 0x7a;
    public const byte Rot = 0x7b;
    public const byte Swap = 0x7c;
    public const byte Tuck = 0x7d;
    public const byte Size = 0x82;
    public const byte Equal = 0x87;
    public const byte EqualVerify = 0x88;
    public const byte Add1 = 0x8b;
    public const byte Sub1 = 0x8c;
    public const byte Negate = 0x8f;
    public const byte Abs = 0x90;
    public const byte Not = 0x91;
    public const byte NotEqual0 = 0x92;
    public const byte Add = 0x93;
    public const byte Sub = 0x94;
    public const byte BoolAnd = 0x9a;
    public const byte BoolOr = 0x9b;
    public const byte NumEqual = 0x9c;
    public const byte NumEqualVerify = 0x9d;
    public const byte NumNotEqual = 0x9e;
    public const byte LessThan = 0x9f;
    public const byte GreaterThan = 0xa0;
    public const byte LessThanOrEqual = 0xa1;
    public const byte GreaterThanOrEqual = 0xa2;
    public const byte Min = 0xa3;
    public const byte Max = 0xa4;
    public const byte Within = 0xa5;
    public const byte Ripemd160 = 0xa6;
    public const byte Sha1 = 0xa7;
    public const byte Sha256 = 0xa8;
    public const byte Hash160 = 0xa9;
    public const byte Hash256 = 0xaa;
    public const byte CodeSeparator = 0xab;
    public const byte CheckSig = 0xac;
    public const byte CheckSigVerify = 0xad;
    public const byte CheckMultisig = 0xae;
    public const byte CheckMultisigVerify = 0xaf;
    public const byte Nop1 = 0xb0;
    public const byte CheckLockTimeVerify = 0xb1;
    public const byte CheckSequenceVerify = 0xb2;
    public const byte Nop10 = 0xb9;
    public const byte CheckSigAdd = 0xba;
    public const byte Invalid = 0xff;

    /// <summary>Operations that make an input of Tapscript succeed whatever it says, so that they can get a meaning later (BIP-342).</summary>
    public static bool IsSuccess(byte opcode) => opcode is 80 or 98 or (>= 126 and <= 129) or (>= 131 and <= 134) or (>= 137 and <= 138)
        or (>= 141 and <= 142) or (>= 149 and <= 153) or (>= 187 and <= 254);

    /// <summary>The number that the code pushes: 0 and 1 to 16; −1 for anything else.</summary>
    public static int SmallNumber(byte opcode) => opcode switch
    {
        Zero => 0,
        >= One and <= Sixteen => opcode - One + 1,
        _ => -1,
    };
}
