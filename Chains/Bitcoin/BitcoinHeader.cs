namespace TPWallet.Chains.Bitcoin;

/// <summary>A block header: 80 bytes whose double SHA-256 is the block's hash.</summary>
/// <param name="Version">The version bits (BIP-9).</param>
/// <param name="Parent">The hash of the block before.</param>
/// <param name="MerkleRoot">The root over the transaction ids.</param>
/// <param name="Time">Seconds since 1970 by the miner's clock.</param>
/// <param name="Bits">The target in compact form.</param>
/// <param name="Nonce">What the miner varied.</param>
public sealed record BitcoinHeader(int Version, BitcoinHash Parent, BitcoinHash MerkleRoot, uint Time, uint Bits, uint Nonce)
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 80;

    public byte[] Encode() =>
        new BitcoinWriter().Write(Version).Write(Parent).Write(MerkleRoot).Write(Time).Write(Bits).Write(Nonce).ToArray();

    public BitcoinHash Hash() => BitcoinHash.Of(Encode());

    /// <summary>Reads exactly 80 bytes. Codes: btc.truncated, btc.trailing.</summary>
    public static Decoded<BitcoinHeader> Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BitcoinReader(bytes);
        var header = Read(ref reader);
        reader.Finish();
        return reader.Fault is { } fault ? fault : header;
    }

    internal static BitcoinHeader Read(ref BitcoinReader reader) =>
        new(reader.ReadInt32(), reader.ReadHash(), reader.ReadHash(), reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32());
}
