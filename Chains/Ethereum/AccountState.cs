using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>An account as the state trie holds it.</summary>
public sealed record AccountState(ulong Nonce, UInt256 Balance, Bytes32 StorageRoot, Bytes32 CodeHash)
{
    /// <summary>An account that is not there: no balance, no code.</summary>
    public static AccountState Empty { get; } = new(0, UInt256.Zero, MerklePatricia.EmptyRoot, Bytes32.From(Keccak256.Hash([])));

    /// <summary>Reads the account out of a proof against a block's state root (EIP-1186); an absent account is <see cref="Empty"/>.</summary>
    public static Decoded<AccountState> FromProof(Bytes32 stateRoot, Address address, IReadOnlyList<byte[]> proof)
    {
        if (!MerklePatricia.Verify(stateRoot, Keccak256.Hash(address.ToArray()), proof).TryGet(out var value, out var refusal)) return refusal!;
        if (value is null) return Empty;
        var reader = new RlpReader(value);
        var list = reader.BeginList();
        var account = new AccountState(reader.ReadUInt64(), reader.ReadUInt256(), reader.ReadBytes32(), reader.ReadBytes32());
        reader.EndList(list);
        reader.Finish();
        return reader.Fault is { } fault ? fault : account;
    }
}
