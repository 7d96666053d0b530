using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Packets;

/// <summary>Standard forms of an output that one can be paid by on a chain of the Bitcoin family.</summary>
public enum CoinPayeeForm
{
    /// <summary>None of the others.</summary>
    Unknown,

    /// <summary>P2PKH: 25 bytes.</summary>
    PubKeyHash,

    /// <summary>P2SH (BIP-16): 23 bytes.</summary>
    ScriptHash,

    /// <summary>P2WPKH (BIP-141): 22 bytes.</summary>
    WitnessPubKeyHash,

    /// <summary>P2WSH (BIP-141): 34 bytes.</summary>
    WitnessScriptHash,

    /// <summary>P2TR (BIP-341): 34 bytes.</summary>
    Taproot,
}

/// <summary>One output of a transaction of the Bitcoin family.</summary>
/// <param name="Script">The locking script, whole: what an address says.</param>
/// <param name="Value">In satoshis.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-payee")]
public sealed record CoinPayee(HexBytes Script, UInt256 Value)
{
    private const int HashLength = 20;

    /// <summary>Bytes of a value and of a script's length.</summary>
    private const int FrameLength = 8 + 1;

    /// <summary>What spending it takes, in virtual bytes: of a witness program, and of the older forms (Bitcoin Core, GetDustThreshold).</summary>
    private const long WitnessSpend = 67, OldSpend = 148;

    /// <summary>Satoshis per byte at which dust is reckoned (Bitcoin Core, DUST_RELAY_TX_FEE).</summary>
    private const long DustRate = 3;

    private static ReadOnlySpan<byte> WitnessPubKeyHashStart => [0x00, HashLength];

    private static ReadOnlySpan<byte> WitnessScriptHashStart => [0x00, 32];

    private static ReadOnlySpan<byte> TaprootStart => [0x51, 32];

    private static ReadOnlySpan<byte> PubKeyHashStart => [0x76, 0xa9, HashLength];

    private static ReadOnlySpan<byte> PubKeyHashEnd => [0x88, 0xac];

    private static ReadOnlySpan<byte> ScriptHashStart => [0xa9, HashLength];

    /// <summary>The form of its script.</summary>
    public CoinPayeeForm Form => FormOf(Script.Span);

    /// <summary>The hash of the payee's key, as single payments name it; null unless it is P2WPKH.</summary>
    public Address? KeyHash => Form == CoinPayeeForm.WitnessPubKeyHash ? Address.From(Script.Span[WitnessPubKeyHashStart.Length..]) : null;

    /// <summary>As rules, lists and limits name it: a P2WPKH payee by its key's hash, as single payments do, any other by its script.</summary>
    public string Destination => KeyHash?.Value ?? Script.ToString();

    /// <summary>What the output is long.</summary>
    public int Bytes => FrameLength + Script.Length;

    /// <summary>The least value that nodes relay to it.</summary>
    public long DustSat => DustRate * (Bytes + (Form is CoinPayeeForm.PubKeyHash or CoinPayeeForm.ScriptHash ? OldSpend : WitnessSpend));

    /// <summary>P2WPKH of a key's hash.</summary>
    public static CoinPayee OfKeyHash(Address hash, UInt256 value) => new((byte[])[.. WitnessPubKeyHashStart, .. hash.ToArray()], value);

    /// <summary>Whether rules and lists can name it so.</summary>
    public static bool IsDestination(string text) => HexBytes.TryParse(text, out var script)
        && FormOf(script.Span) is not (CoinPayeeForm.Unknown or CoinPayeeForm.WitnessPubKeyHash);

    private static CoinPayeeForm FormOf(ReadOnlySpan<byte> script) => script.Length switch
    {
        22 when script.StartsWith(WitnessPubKeyHashStart) => CoinPayeeForm.WitnessPubKeyHash,
        23 when script.StartsWith(ScriptHashStart) && script[^1] == 0x87 => CoinPayeeForm.ScriptHash,
        25 when script.StartsWith(PubKeyHashStart) && script.EndsWith(PubKeyHashEnd) => CoinPayeeForm.PubKeyHash,
        34 when script.StartsWith(WitnessScriptHashStart) => CoinPayeeForm.WitnessScriptHash,
        34 when script.StartsWith(TaprootStart) => CoinPayeeForm.Taproot,
        _ => CoinPayeeForm.Unknown,
    };
}
