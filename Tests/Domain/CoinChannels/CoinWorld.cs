using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Domain.CoinChannels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.CoinChannels;

/// <summary>Two sides, a network that loses, doubles and delays, sides that die, and what must hold after each step.</summary>
internal sealed class CoinWorld(CoinForm form) : IDisposable
{
    private readonly List<(CoinParty To, CoinMessage Message)> _wire = [];
    private int _checked;

    internal CoinPair Pair { get; } = CoinPair.Open(form);

    private CoinParty A => Pair.Opener;

    private CoinParty B => Pair.Accepter;

    /// <summary>One action: what, by whom, and with which figures, all from one number.</summary>
    internal void Do(int choice)
    {
        var (kind, pick) = (choice % 26, choice / 26);
        var self = pick % 2 == 0 ? A : B;
        pick /= 2;
        switch (kind)
        {
            case 0 or 1:
                Want(self, new CoinUpdate.Pay(pick % 30_000_000));
                break;
            case 2 or 3 or 4:
                Want(self, new CoinUpdate.Offer(pick % 40_000_000, Pair.NewHash(), Pair.Chain.Height + 200 + (uint)(pick % 300)));
                break;
            case 5 or 6 or 7:
                AnswerOne(self, pick);
                break;
            case 8 when pick % 4 == 0:
                Want(self, new CoinUpdate.SetFee(253 + (pick % 4_000)));
                break;
            case 9 when pick % 3 == 0:
                self.Reload();
                break;
            case 10 when _wire.Count > 0:
                // What was sent before arrives again, however late.
                var (to, message) = _wire[pick % _wire.Count];
                to.Hear(message);
                break;
            case 11 when pick % 4 == 0:
                self.Do(new CoinCommand.Recover(self.NewId(), 1));
                break;
            case 12 when pick % 6 == 0:
                Pair.Chain.Mine();
                self.See(Pair.Chain);
                break;
            case 13:
                RefuseToSign(self);
                break;
            default:
                Effect(self, pick);
                break;
        }
    }

    internal void Check()
    {
        Check(A, B);
        Check(B, A);
        (A.State.OurTurn && B.State.OurTurn).Should().BeFalse("one side at most has the turn");
    }

    /// <summary>Delivers all, and looks whether both agree, and each wish counts once.</summary>
    internal void Heal()
    {
        Pair.Settle();
        Check();
        A.State.Book.Should().Be(B.State.Book, "at rest both hold the same state");
        foreach (var party in Pair.Both)
        {
            party.State.Phase.Should().Be(CoinPhase.Open, "no bad network ends a channel: {0}", party.State.Trouble);
            party.State.Round.Should().BeNull();
            party.State.Outbox.Should().BeEmpty();
            party.State.Peer.Should().ContainSingle();
            party.Waiting.Should().BeEmpty("{0}'s wishes are done or refused", party.Side);
            party.State.Book.BalanceMsat(party.Side).Should().Be(Expected(party), "each wish counts once");
        }
    }

    public void Dispose() => Pair.Dispose();

    /// <summary>A side's balance by what was asked for and done, by another road than the books.</summary>
    private long Expected(CoinParty party)
    {
        var sum = party.Side == CoinSide.Opener ? Pair.Terms.FundingSat * 1_000 : 0;
        foreach (var side in Pair.Both)
        {
            var (own, other) = (side == party, Pair.PeerOf(side).Done.OfType<CoinUpdate.Offer>().ToArray());
            foreach (var update in side.Done)
            {
                sum += update switch
                {
                    CoinUpdate.Pay pay => own ? -pay.AmountMsat : pay.AmountMsat,
                    CoinUpdate.Offer offer when own => -offer.AmountMsat,
                    CoinUpdate.Fulfil fulfil when own => other[fulfil.Id - 1].AmountMsat,
                    CoinUpdate.Fail fail when !own => other[fail.Id - 1].AmountMsat,
                    _ => 0,
                };
            }
        }

        return sum;
    }

    private void Check(CoinParty self, CoinParty peer)
    {
        foreach (var book in self.State.Live) book.SumMsat.Should().Be(Pair.Terms.FundingSat * 1_000, "state {0} conserves", book.Number);
        // Whatever the peer can send and has not given up is known here.
        self.State.Peer.Select(static commitment => commitment.Book).Should().Contain(peer.State.Own!.Book, "{0} must know what {1} can leave with", self.Side, peer.Side);
        self.State.Peer.Length.Should().BeInRange(1, 2);
        // What can be sent here is not given up: neither does the peer have its secret, nor has the signer let it go.
        var own = self.State.Own!.Book.Number;
        peer.State.SecretOf(own).Should().BeNull("{0} still holds commitment {1}", self.Side, own);
        self.Floor.Own.Should().BeInRange(own, own + 1);
        (self.Floor.Own == own || self.Owed.Values.Any(static effect => effect is CoinEffect.TakeOwn)).Should().BeTrue("what the signer gave up is about to be known here");
        // Of the peer's states each is either live here or can be punished.
        var oldest = self.State.Peer[0].Book.Number;
        for (; _checked < oldest - 8; _checked++) self.State.SecretOf(_checked).Should().NotBeNull();
        if (oldest > 0) self.State.SecretOf(oldest - 1).Should().NotBeNull("commitment {0} is revoked", oldest - 1);
        self.State.Secrets.Length.Should().BeLessThanOrEqualTo(49);
        peer.State.Own.Book.BalanceMsat(self.Side).Should().BeGreaterThanOrEqualTo(self.State.LeastMsat, "{0} counts on no more than it can get", self.Side);
    }

    private static void Want(CoinParty self, CoinUpdate update) => self.Do(new CoinCommand.Update(self.NewId(), update));

    private void AnswerOne(CoinParty self, int pick)
    {
        var open = self.State.Book.Htlcs.Where(htlc => htlc.Offerer != self.Side).ToArray();
        if (open.Length == 0) return;
        var htlc = open[pick % open.Length];
        Want(self, pick % 3 == 0
            ? new CoinUpdate.Fail(htlc.Id)
            : new CoinUpdate.Fulfil(htlc.Id, pick % 7 == 0 ? Bytes32.Zero : Pair.Preimages[htlc.PaymentHash]));
    }

    private static void RefuseToSign(CoinParty self)
    {
        if (self.State.Round is CoinRound.Signing && self.Owed.FirstOrDefault(static owed => owed.Value is CoinEffect.SignPeer).Key is { } intent)
            self.Do(new CoinCommand.RecordRefused(self.NewId(), intent, new(RejectionCode.Frozen, "a signer that may", "it is frozen")));
    }

    private void Effect(CoinParty self, int pick)
    {
        var owed = self.Owed.Where(static pair => pair.Value is not CoinEffect.Look).ToArray();
        if (owed.Length == 0) return;
        // In order per destination, as the pump runs them.
        var intents = owed.GroupBy(static pair => pair.Value.GetType()).Select(static group => group.First().Key).ToArray();
        var intent = intents[pick % intents.Length];
        if (self.Owed[intent] is not CoinEffect.Tell tell)
        {
            self.Run(Pair.PeerOf(self), intent);
            return;
        }

        _wire.Add((Pair.PeerOf(self), tell.Message));
        switch (pick / intents.Length % 8)
        {
            case 0:
                // The message is lost.
                break;
            case 1:
                // The answer is lost: it will be said again.
                Pair.PeerOf(self).Hear(tell.Message);
                break;
            default:
                self.Run(Pair.PeerOf(self), intent);
                break;
        }
    }
}
