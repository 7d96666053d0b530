using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.CoinChannels;
using TPWallet.Tests.Domain.CoinChannels;

namespace TPWallet.Tests.Signer;

/// <summary>What the keys of a Bitcoin channel sign, whatever the silo asks for.</summary>
public sealed class CoinSigningTests : IDisposable
{
    private readonly CoinPair _pair = CoinPair.Open();
    private readonly CoinSigning _signing;

    public CoinSigningTests()
    {
        _pair.Opener.Want(new CoinUpdate.Pay(200_000_000));
        _pair.Opener.Want(new CoinUpdate.Offer(50_000_000, _pair.NewHash(), 5_000));
        _pair.Settle();
        _signing = new(_pair.Opener.Keys);
    }

    private CoinFloor Floor => _pair.Opener.Floor;

    private CoinFacts Facts => _pair.Opener.State.Facts!;

    private OwnCommitment Own => _pair.Opener.State.Own!;

    /// <summary>Of the newest state: there were a payment and an offer.</summary>
    private const long Newest = 2;

    private PeerCommitment Peer => _pair.Opener.State.Peer.Single();

    [Fact]
    public void SignPeer_OneNumber_SignsOneCommitment()
    {
        var again = _signing.SignPeer(Floor, Facts, CoinSide.Opener, Peer);
        again.Given.Should().Be(_pair.Opener.Signed[Newest].Signatures, "the same bytes");
        again.Floor.Should().Be(Floor);
        _signing.SignPeer(Floor, Facts, CoinSide.Opener, Peer with { Book = Peer.Book with { FeeratePerKw = 900 } }).Refusal!.Code.Should().Be(RejectionCode.NonceConflict);
        _signing.SignPeer(Floor, Facts, CoinSide.Opener, Peer with { Book = Peer.Book with { Number = Newest - 1 } }).Refusal!.Code.Should().Be(RejectionCode.NonceConflict);
        _signing.SignPeer(Floor, Facts, CoinSide.Opener, Peer with { Book = Peer.Book with { Number = Newest + 2 } }).Refusal!.Code.Should().Be(RejectionCode.NonceConflict);
        _signing.SignPeer(Floor, Facts, CoinSide.Opener, Peer with { Book = Peer.Book with { Number = Newest + 1, OpenerMsat = 1 } }).Refusal!.Code.Should().Be(RejectionCode.Malformed, "money is missing");
        _signing.SignPeer(Floor, Facts, CoinSide.Opener, Peer with { Book = Peer.Book with { Number = Newest + 1 } }).Floor.Signed.Should().Be(Newest + 1);
    }

    [Fact]
    public void TakeOwn_WithoutTheNextState_GivesNoSecret()
    {
        var next = Own.Book with { Number = Newest + 1 };
        _signing.TakeOwn(Floor, Facts, CoinSide.Opener, next, Own.Signatures).Refusal!.Code.Should().Be(RejectionCode.BadSignature, "they are of the state before");
        _signing.TakeOwn(Floor, Facts, CoinSide.Opener, next with { Number = Newest + 2 }, Own.Signatures).Refusal!.Code.Should().Be(RejectionCode.NonceConflict);
        var right = new CoinSigning(_pair.Accepter.Keys).SignPeer(_pair.Accepter.Floor, Facts, CoinSide.Accepter, new(next, _pair.Opener.Keys.PointOf(Newest + 1))).Given!;
        _signing.TakeOwn(Floor, Facts, CoinSide.Opener, next, right with { Htlcs = [] }).Refusal!.Code.Should().Be(RejectionCode.BadSignature, "an HTLC could not be taken");
        var taken = _signing.TakeOwn(Floor, Facts, CoinSide.Opener, next, right);
        taken.Given!.Secret.Should().Be(_pair.Opener.Keys.SecretOf(Newest));
        taken.Given.NextPoint.Should().Be(_pair.Opener.Keys.PointOf(Newest + 2));
        _signing.TakeOwn(taken.Floor, Facts, CoinSide.Opener, next, right).Given.Should().Be(taken.Given, "a repeated request");
        _signing.SignOwn(taken.Floor, Facts, CoinSide.Opener, Own).Refusal!.Code.Should().Be(RejectionCode.NonceConflict, "it is given up");
        _signing.SignEnd(taken.Floor, Facts, CoinSide.Opener, Own.Book, null).Refusal!.Code.Should().Be(RejectionCode.NonceConflict);
        _signing.SignOwn(taken.Floor, Facts, CoinSide.Opener, new(next, _pair.Opener.Keys.PointOf(Newest + 1), right)).Given.Should().NotBeNull();
    }

    [Fact]
    public void SignOwn_ThenNothing_IsGivenUpForIt()
    {
        var left = _signing.SignOwn(Floor, Facts, CoinSide.Opener, Own);
        left.Given.Should().NotBeNull();
        var next = Own.Book with { Number = Newest + 1 };
        var right = new CoinSigning(_pair.Accepter.Keys).SignPeer(_pair.Accepter.Floor, Facts, CoinSide.Accepter, new(next, _pair.Opener.Keys.PointOf(Newest + 1))).Given!;
        _signing.TakeOwn(left.Floor, Facts, CoinSide.Opener, next, right).Refusal!.Code.Should().Be(RejectionCode.WrongState, "its secret would make what was sent a cheat");
        _signing.SignPeer(left.Floor, Facts, CoinSide.Opener, Peer with { Book = Peer.Book with { Number = Newest + 1 } }).Refusal!.Code.Should().Be(RejectionCode.WrongState);
        _signing.SignOwn(left.Floor, Facts, CoinSide.Opener, Own).Given.Should().Be(left.Given);
        _signing.SignOwn(Floor, Facts, CoinSide.Opener, Own with { Book = Own.Book with { FeeratePerKw = 900 } }).Refusal!.Code.Should().Be(RejectionCode.NonceConflict);
    }

    [Fact]
    public void SignEnd_OfAChannelAtRest_IsTheLastOfIt()
    {
        _pair.Accepter.Want(new CoinUpdate.Fulfil(1, _pair.Preimages.Values.Single()));
        _pair.Settle();
        var end = _signing.SignEnd(Floor, Facts, CoinSide.Opener, Own.Book, null);
        end.Given.Should().NotBeNull();
        _signing.SignPeer(end.Floor, Facts, CoinSide.Opener, Peer with { Book = Peer.Book with { Number = Newest + 2 } }).Refusal!.Code.Should().Be(RejectionCode.WrongState);
        _signing.SignPeer(end.Floor, Facts, CoinSide.Opener, Peer).Given.Should().NotBeNull("that was signed before");
        _signing.SignEnd(Floor, Facts, CoinSide.Opener, Own.Book, end.Given!.Commitment).Refusal!.Code.Should().Be(RejectionCode.BadSignature, "it is our own");
        var open = _signing.SignPeer(Floor, Facts, CoinSide.Opener, Peer with { Book = Peer.Book with { Number = Newest + 2 } });
        _signing.SignEnd(open.Floor, Facts, CoinSide.Opener, Own.Book, null).Refusal!.Code.Should().Be(RejectionCode.WrongState, "the peer holds a newer state");
    }

    [Fact]
    public void SignEnd_WithAnHtlc_IsRefused() =>
        _signing.SignEnd(Floor, Facts, CoinSide.Opener, Own.Book, null).Refusal!.Code.Should().Be(RejectionCode.Malformed, "its money would be the miner's");

    [Fact]
    public void Keys_OfOneSeed_AreTheSameAndApart()
    {
        using var one = new CoinKeys(new byte[32]);
        using var again = new CoinKeys(new byte[32]);
        again.Basepoints.Should().Be(one.Basepoints);
        HexBytes[] all = [one.Basepoints.Funding, one.Basepoints.Revocation, one.Basepoints.Payment, one.Basepoints.DelayedPayment, one.Basepoints.Htlc, one.PointOf(0), one.PointOf(1)];
        all.Should().OnlyHaveUniqueItems();
    }

    public void Dispose() => _pair.Dispose();
}
