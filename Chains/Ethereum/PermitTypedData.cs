using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>The EIP-712 message of ERC-2612: an allowance that its owner signs and anyone may hand in.</summary>
public static class PermitTypedData
{
    private static readonly Dictionary<string, IReadOnlyList<TypedField>> Types = new(StringComparer.Ordinal)
    {
        ["Permit"] =
        [
            new("owner", "address"), new("spender", "address"), new("value", "uint256"), new("nonce", "uint256"), new("deadline", "uint256"),
        ],
    };

    /// <param name="token">The token's contract, name and version as its domain declares them, and its chain.</param>
    /// <param name="owner">Whose allowance it is.</param>
    /// <param name="spender">Who may spend it.</param>
    /// <param name="amount">How much, in base units.</param>
    /// <param name="nonce">The token's nonces(owner).</param>
    /// <param name="deadline">Unix seconds after which the token refuses it.</param>
    public static TypedData Build(
        (Address Contract, string Name, string Version, ulong ChainId) token,
        Address owner,
        Address spender,
        UInt256 amount,
        UInt256 nonce,
        UInt256 deadline) =>
        new(
            new TypedDataDomain(token.Name, token.Version, token.ChainId, token.Contract.ToArray()),
            "Permit",
            Types,
            TypedValue.StructOf(
                ("owner", TypedValue.Of(owner.ToArray())),
                ("spender", TypedValue.Of(spender.ToArray())),
                ("value", TypedValue.Of((System.Numerics.BigInteger)amount)),
                ("nonce", TypedValue.Of((System.Numerics.BigInteger)nonce)),
                ("deadline", TypedValue.Of((System.Numerics.BigInteger)deadline))));
}
