using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>
/// An account's signed consent to run another contract's code as its own (EIP-7702). Chain id zero means any chain; the zero address
/// clears the delegation.
/// </summary>
public sealed record SetCodeAuthorization(UInt256 ChainId, Address Delegate, ulong Nonce, EthereumSignature Signature)
{
    private const byte Magic = 0x05;

    /// <summary>keccak256(0x05 ‖ rlp([chain id, address, nonce])).</summary>
    public static Bytes32 SigningDigest(UInt256 chainId, Address @delegate, ulong nonce)
    {
        var writer = new RlpWriter();
        writer.WriteRaw([Magic]);
        var list = writer.BeginList();
        writer.Write(chainId).Write(@delegate).Write(nonce).EndList(list);
        return Bytes32.From(Keccak256.Hash(writer.Written));
    }

    /// <summary>The account that consented.</summary>
    public Decoded<Address> Authority() => Signature.Recover(SigningDigest(ChainId, Delegate, Nonce).ToArray());

    internal void Write(RlpWriter writer)
    {
        var list = writer.BeginList();
        writer.Write(ChainId).Write(Delegate).Write(Nonce);
        Signature.Write(writer);
        writer.EndList(list);
    }

    internal static SetCodeAuthorization Read(ref RlpReader reader)
    {
        var list = reader.BeginList();
        var authorization = new SetCodeAuthorization(
            reader.ReadUInt256(),
            reader.ReadAddress(),
            reader.ReadUInt64(),
            new(TransactionReader.ReadParity(ref reader), reader.ReadUInt256(), reader.ReadUInt256()));
        reader.EndList(list);
        return authorization;
    }
}
