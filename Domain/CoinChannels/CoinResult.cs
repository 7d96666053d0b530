using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.CoinChannels;

/// <summary>What came of a <see cref="CoinEffect"/>.</summary>
public abstract record CoinResult
{
    private CoinResult()
    {
    }

    public sealed record KeysMade(CoinBasepoints Basepoints, HexBytes Point, HexBytes NextPoint) : CoinResult;

    public sealed record Signed(CoinSignatures Signatures) : CoinResult;

    public sealed record Taken(CoinRevocation Revocation) : CoinResult;

    public sealed record EndSigned(HexBytes Signature) : CoinResult;

    /// <param name="IsWorthIt">False: the output is not worth the fee of taking it.</param>
    public sealed record Sent(bool IsWorthIt) : CoinResult;

    public sealed record Seen(CoinSight Sight) : CoinResult;
}
