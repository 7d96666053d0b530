using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.CoinChannels;

/// <summary>A payment under way: whoever shows the preimage gets it, after the expiry it goes back.</summary>
/// <param name="Offerer">Who pays.</param>
/// <param name="Id">Each party counts its own from 1, without gaps.</param>
/// <param name="PaymentHash">SHA-256 of the preimage.</param>
/// <param name="Expiry">The block height from which it can be taken back.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-htlc")]
public sealed record CoinHtlc(CoinSide Offerer, long Id, long AmountMsat, Bytes32 PaymentHash, uint Expiry);

/// <summary>
/// What one state of a channel says: who has how much. Both parties' commitment transactions of one number say the same, so one book makes both. Balances and HTLCs
/// are the funding, always; fees and anchors go from the opener's balance in the transactions alone.
/// </summary>
/// <param name="Number">Of both commitments; counts up from 0.</param>
/// <param name="Htlcs">Those of the opener, then those of the accepter, by id.</param>
/// <param name="OpenerHtlcs">How many the opener ever offered.</param>
/// <param name="AccepterHtlcs">How many the accepter ever offered.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-book")]
public sealed record CoinBook(
    long Number, long FeeratePerKw, long OpenerMsat, long AccepterMsat, ImmutableArray<CoinHtlc> Htlcs, long OpenerHtlcs, long AccepterHtlcs)
{
    /// <summary>What HTLCs and balances are together.</summary>
    [JsonIgnore]
    public long SumMsat => OpenerMsat + AccepterMsat + Htlcs.Sum(static htlc => htlc.AmountMsat);

    public long BalanceMsat(CoinSide side) => side == CoinSide.Opener ? OpenerMsat : AccepterMsat;

    /// <summary>How many HTLCs a party ever offered.</summary>
    public long Offered(CoinSide side) => side == CoinSide.Opener ? OpenerHtlcs : AccepterHtlcs;

    /// <summary>An HTLC that is open in it, or null.</summary>
    public CoinHtlc? Find(CoinSide offerer, long id) => Htlcs.FirstOrDefault(htlc => htlc.Offerer == offerer && htlc.Id == id);

    public bool Equals(CoinBook? other) => other is not null && Htlcs.AsSpan().SequenceEqual(other.Htlcs.AsSpan())
        && (Number, FeeratePerKw, OpenerMsat, AccepterMsat, OpenerHtlcs, AccepterHtlcs)
            == (other.Number, other.FeeratePerKw, other.OpenerMsat, other.AccepterMsat, other.OpenerHtlcs, other.AccepterHtlcs);

    public override int GetHashCode() => HashCode.Combine(Number, OpenerMsat, AccepterMsat, Htlcs.Length);
}
