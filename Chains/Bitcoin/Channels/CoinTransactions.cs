using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>The transactions of a channel as its machines speak of it: by facts, books, points and sides.</summary>
public static class CoinTransactions
{
    private const int PerKilo = 1_000;

    /// <summary>Of the transaction of both: two signatures and two outputs of any kind, and some room.</summary>
    private const int EndWeight = 740;

    public static ChannelRole RoleOf(CoinSide side) => side == CoinSide.Opener ? ChannelRole.Opener : ChannelRole.Accepter;

    public static BitcoinChannel ChannelOf(CoinFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var type = facts.Terms.Form switch
        {
            CoinForm.StaticRemoteKey => ChannelType.StaticRemoteKey,
            CoinForm.AnchorOutputs => ChannelType.AnchorOutputs,
            _ => ChannelType.Anchors,
        };
        return new(type, OutPointOf(facts.Funding), facts.Terms.FundingSat, Party(facts.Opener), Party(facts.Accepter));

        ChannelParty Party(CoinParty party) => new(
            new(party.Basepoints.Funding, party.Basepoints.Revocation, party.Basepoints.Payment, party.Basepoints.DelayedPayment, party.Basepoints.Htlc),
            facts.Terms.DustLimitSat, facts.Terms.ToSelfDelay);
    }

    public static OutPoint OutPointOf(SpentOutput output) => new(BitcoinHash.FromShown(output.TxHash), output.Index);

    public static SpentOutput OutputOf(OutPoint at) => new(at.Txid.Shown, at.Index);

    /// <summary>The HTLC as the owner of a commitment sees it.</summary>
    public static Htlc HtlcOf(CoinHtlc htlc, CoinSide owner)
    {
        ArgumentNullException.ThrowIfNull(htlc);
        var direction = htlc.Offerer == owner ? HtlcDirection.Offered : HtlcDirection.Received;
        return new(direction, (ulong)htlc.Id, htlc.AmountMsat, htlc.PaymentHash, htlc.Expiry);
    }

    /// <summary>A party's commitment transaction of a book. Codes as <see cref="CommitmentTransaction.Create"/>.</summary>
    public static Decoded<CommitmentTransaction> Commitment(CoinFacts facts, CoinSide owner, HexBytes point, CoinBook book)
    {
        ArgumentNullException.ThrowIfNull(book);
        var state = new CommitmentState(
            (ulong)book.Number, book.FeeratePerKw, book.BalanceMsat(owner), book.BalanceMsat(owner.Other()), [.. book.Htlcs.Select(htlc => HtlcOf(htlc, owner))]);
        return CommitmentTransaction.Create(ChannelOf(facts), RoleOf(owner), point, state);
    }

    /// <summary>The transaction of both that ends the channel with this book, at the fee that the book's feerate makes. Codes as <see cref="ClosingTransaction.Create"/>.</summary>
    public static Decoded<ClosingTransaction> Ending(CoinFacts facts, CoinBook book)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(book);
        var fee = Math.Min(book.FeeratePerKw * EndWeight / PerKilo, book.OpenerMsat / CommitmentState.MsatPerSat);
        var (opener, accepter) = (new Script(facts.Opener.Payout), new Script(facts.Accepter.Payout));
        return ClosingTransaction.Create(ChannelOf(facts), new(book.OpenerMsat, book.AccepterMsat, opener, accepter, fee, facts.Terms.DustLimitSat));
    }

    /// <summary>The keys of a party's commitment with this point. Code: channel.pubkey.</summary>
    public static Decoded<CommitmentKeys> KeysOf(BitcoinChannel channel, CoinSide owner, HexBytes point)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return CommitmentKeys.Derive(channel.Type, channel.Of(RoleOf(owner)).Basepoints, channel.Of(RoleOf(owner.Other())).Basepoints, point);
    }

    /// <summary>The point of a per-commitment secret.</summary>
    public static HexBytes PointOf(Bytes32 secret)
    {
        using var key = PrivateKey.From(secret.ToArray());
        return Secp256k1.CreatePublicKey(key);
    }
}
