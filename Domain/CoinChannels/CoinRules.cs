using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.CoinChannels;

/// <summary>
/// How books change. Both parties judge by the same rules, and by nothing else that only one of them knows: so an honest proposal is never refused, and there is no
/// refusal in the protocol (as in BOLT-2). Weights are of the form with anchors, the larger one, whatever the form is.
/// </summary>
public sealed record CoinRules(CoinTerms Terms)
{
    public const int MsatPerSat = 1_000;

    private const int PerKilo = 1_000;
    private const int CommitmentWeight = 1_124;
    private const int HtlcWeight = 172;
    private const int HtlcTransactionWeight = 706;
    private const long AnchorsSat = 660;

    /// <summary>Below it nodes relay nothing (BOLT-2).</summary>
    internal const long LeastFeeratePerKw = 253;

    /// <summary>More is no feerate that anybody means to pay.</summary>
    internal const long HighestFeeratePerKw = 1_000_000;

    private const long LeastDustSat = 354;

    /// <summary>More than all satoshis that can be are no terms.</summary>
    internal const long MostSat = 21_000_000L * 100_000_000;

    /// <summary>The book before any update: all is the opener's.</summary>
    public CoinBook First => new(0, Terms.FeeratePerKw, Terms.FundingSat * MsatPerSat, 0, [], 0, 0);

    /// <summary>Why no channel is made of these terms; null: it is.</summary>
    public Rejection? Judge()
    {
        if (!Enum.IsDefined(Terms.Form)) return new(RejectionCode.Malformed, "a form of channel", $"{(int)Terms.Form}");
        if (Terms.FeeratePerKw < LeastFeeratePerKw || Terms.MostFeeratePerKw < Terms.FeeratePerKw || Terms.MostFeeratePerKw > HighestFeeratePerKw)
            return new(RejectionCode.Malformed, $"feerates of {LeastFeeratePerKw} to {HighestFeeratePerKw}, the most not below the first", $"{Terms.FeeratePerKw} and {Terms.MostFeeratePerKw}");
        if (Terms.DustLimitSat < LeastDustSat || Terms.ReserveSat < Terms.DustLimitSat)
            return new(RejectionCode.Malformed, $"dust from {LeastDustSat} satoshis, and a reserve that is not dust", $"{Terms.DustLimitSat} and {Terms.ReserveSat}");
        if (Terms.FundingSat is < 1 or > MostSat || Terms.ReserveSat > MostSat || First.OpenerMsat < (Terms.ReserveSat + FeeSat(First)) * MsatPerSat)
            return new(RejectionCode.Malformed, "a funding that pays for reserve and fees", $"{Terms.FundingSat}");
        if (Terms.ToSelfDelay is < 1 or > ushort.MaxValue || Terms.MostHtlcs is < 0 or > 483 || Terms.MostHeldMsat < 0 || Terms.MostTrimmedMsat < 0)
            return new(RejectionCode.Malformed, "a delay of 16 bits, and HTLCs of a penalty that fits into one transaction", $"{Terms.ToSelfDelay} and {Terms.MostHtlcs}");
        return Terms.Depth is < 1 or > 10_000 || Terms.GuardBlocks is < 1 or > 10_000
            ? new(RejectionCode.Malformed, "1 to 10000 blocks", $"{Terms.Depth} and {Terms.GuardBlocks}")
            : null;
    }

    /// <summary>The next book, or why there is none.</summary>
    public (CoinBook? Book, Rejection? Refusal) Apply(CoinBook book, CoinSide proposer, ImmutableArray<CoinUpdate> updates)
    {
        if (updates.IsDefaultOrEmpty || updates.Length > CoinLimits.Updates)
            return (null, new(RejectionCode.TooLarge, $"1 to {CoinLimits.Updates} updates", $"{(updates.IsDefault ? 0 : updates.Length)}"));
        var next = book with { Number = book.Number + 1 };
        foreach (var update in updates)
        {
            var (applied, refusal) = Apply(next, proposer, update);
            if (refusal is not null) return (null, refusal);
            next = applied!;
        }

        return (next, null);
    }

    /// <summary>What the opener pays for a commitment of this book, at most.</summary>
    public static long FeeSat(CoinBook book) =>
        (book.FeeratePerKw * (CommitmentWeight + ((long)HtlcWeight * book.Htlcs.Length)) / PerKilo) + AnchorsSat;

    /// <summary>Whether an HTLC may be too small for an output.</summary>
    public bool MayBeTrimmed(CoinHtlc htlc, long feeratePerKw) =>
        htlc.AmountMsat / MsatPerSat < Terms.DustLimitSat + (Terms.Form == CoinForm.Anchors ? 0 : feeratePerKw * HtlcTransactionWeight / PerKilo);

    private (CoinBook?, Rejection?) Apply(CoinBook book, CoinSide proposer, CoinUpdate update) => update switch
    {
        CoinUpdate.Pay pay => Pay(book, proposer, pay),
        CoinUpdate.Offer offer => Offer(book, proposer, offer),
        CoinUpdate.Fulfil fulfil => Resolve(book, proposer, fulfil.Id, fulfil.Preimage),
        CoinUpdate.Fail fail => Resolve(book, proposer, fail.Id, null),
        CoinUpdate.SetFee fee => SetFee(book, proposer, fee),
        _ => (null, new(RejectionCode.UnsupportedKind, "an update of a channel", update.GetType().Name)),
    };

    private (CoinBook?, Rejection?) Pay(CoinBook book, CoinSide proposer, CoinUpdate.Pay pay)
    {
        if (pay.AmountMsat < 1) return (null, new(RejectionCode.ZeroAmount, "at least 1 millisatoshi", $"{pay.AmountMsat}"));
        if (Unaffordable(book, proposer, pay.AmountMsat) is { } refusal) return (null, refusal);
        return Paid(Moved(book, proposer, -pay.AmountMsat, pay.AmountMsat));
    }

    private (CoinBook?, Rejection?) Offer(CoinBook book, CoinSide proposer, CoinUpdate.Offer offer)
    {
        if (offer.AmountMsat < 1) return (null, new(RejectionCode.ZeroAmount, "at least 1 millisatoshi", $"{offer.AmountMsat}"));
        if (offer.Expiry is < 1 or >= CoinLimits.HeightBound) return (null, new(RejectionCode.Malformed, $"a height below {CoinLimits.HeightBound}", $"{offer.Expiry}"));
        if (book.OpenerHtlcs + book.AccepterHtlcs >= CoinLimits.HtlcsEver)
            return (null, new(RejectionCode.QuotaReached, $"{CoinLimits.HtlcsEver} HTLCs in the life of a channel", "one more"));
        if (Unaffordable(book, proposer, offer.AmountMsat) is { } refusal) return (null, refusal);
        var htlc = new CoinHtlc(proposer, book.Offered(proposer) + 1, offer.AmountMsat, offer.PaymentHash, offer.Expiry);
        var before = book.Htlcs.Count(other => proposer == CoinSide.Accepter || other.Offerer == CoinSide.Opener);
        var next = Moved(book, proposer, -offer.AmountMsat, 0) with
        {
            Htlcs = book.Htlcs.Insert(before, htlc),
            OpenerHtlcs = book.OpenerHtlcs + (proposer == CoinSide.Opener ? 1 : 0),
            AccepterHtlcs = book.AccepterHtlcs + (proposer == CoinSide.Accepter ? 1 : 0),
        };
        var own = next.Htlcs.Where(other => other.Offerer == proposer).ToArray();
        if (own.Length > Terms.MostHtlcs) return (null, new(RejectionCode.HardLimit, $"{Terms.MostHtlcs} HTLCs of one party", $"{own.Length}"));
        var held = own.Sum(static other => other.AmountMsat);
        if (held > Terms.MostHeldMsat) return (null, new(RejectionCode.HardLimit, $"{Terms.MostHeldMsat} millisatoshis held by one party", $"{held}"));
        return Trimmed(next) ?? Paid(next);
    }

    /// <summary>An HTLC of the other party ends: its money is the proposer's with the preimage, else the other's again.</summary>
    private static (CoinBook?, Rejection?) Resolve(CoinBook book, CoinSide proposer, long id, Bytes32? preimage)
    {
        if (book.Find(proposer.Other(), id) is not { } htlc) return (null, new(RejectionCode.NotFound, "an open HTLC of the other party", $"{id}"));
        if (preimage is { } shown && !Opens(shown, htlc.PaymentHash)) return (null, new(RejectionCode.ProofInvalid, $"the preimage of {htlc.PaymentHash}", shown.ToString()));
        var without = book with { Htlcs = book.Htlcs.Remove(htlc) };
        return (preimage is null ? Moved(without, proposer, 0, htlc.AmountMsat) : Moved(without, proposer, htlc.AmountMsat, 0), null);
    }

    private (CoinBook?, Rejection?) SetFee(CoinBook book, CoinSide proposer, CoinUpdate.SetFee fee)
    {
        if (proposer != CoinSide.Opener) return (null, new(RejectionCode.NotAllowedCaller, "the opener, who pays it", proposer.ToString()));
        if (fee.FeeratePerKw < LeastFeeratePerKw || fee.FeeratePerKw > Terms.MostFeeratePerKw)
            return (null, new(RejectionCode.HardLimit, $"{LeastFeeratePerKw} to {Terms.MostFeeratePerKw}", $"{fee.FeeratePerKw}"));
        var next = book with { FeeratePerKw = fee.FeeratePerKw };
        return Trimmed(next) ?? Paid(next);
    }

    /// <summary>P2WPKH, P2WSH or taproot: what nodes relay, as the transaction of both must be (BOLT-2, shutdown).</summary>
    internal static bool IsScript(HexBytes script) => script.Span is [0x00, 0x14, ..] and { Length: 22 } or [0x00 or 0x51, 0x20, ..] and { Length: 34 };

    /// <summary>Whether this is what the payment hash was made of.</summary>
    public static bool Opens(Bytes32 preimage, Bytes32 paymentHash) =>
        System.Security.Cryptography.SHA256.HashData(preimage.ToArray()).AsSpan().SequenceEqual(paymentHash.ToArray());

    private Rejection? Unaffordable(CoinBook book, CoinSide proposer, long amountMsat)
    {
        var (has, kept) = (book.BalanceMsat(proposer), Terms.ReserveSat * MsatPerSat);
        return amountMsat <= has && has - amountMsat >= kept
            ? null
            : new(RejectionCode.InsufficientFunds, $"{amountMsat} millisatoshis above the reserve of {kept}", $"{has}");
    }

    private (CoinBook?, Rejection?)? Trimmed(CoinBook book)
    {
        var trimmed = book.Htlcs.Where(htlc => MayBeTrimmed(htlc, book.FeeratePerKw)).Sum(static htlc => htlc.AmountMsat);
        return trimmed <= Terms.MostTrimmedMsat ? null : (null, new(RejectionCode.HardLimit, $"{Terms.MostTrimmedMsat} millisatoshis without an output", $"{trimmed}"));
    }

    /// <summary>The opener must be able to pay for each book, whoever makes it dearer.</summary>
    private static (CoinBook?, Rejection?) Paid(CoinBook book) => book.OpenerMsat >= FeeSat(book) * MsatPerSat
        ? (book, null)
        : (null, new(RejectionCode.InsufficientFunds, $"{FeeSat(book)} satoshis of the opener's for fees", $"{book.OpenerMsat} millisatoshis"));

    private static CoinBook Moved(CoinBook book, CoinSide proposer, long ownMsat, long othersMsat) => proposer == CoinSide.Opener
        ? book with { OpenerMsat = book.OpenerMsat + ownMsat, AccepterMsat = book.AccepterMsat + othersMsat }
        : book with { OpenerMsat = book.OpenerMsat + othersMsat, AccepterMsat = book.AccepterMsat + ownMsat };
}
