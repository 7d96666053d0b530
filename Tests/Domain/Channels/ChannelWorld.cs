using System.Security.Cryptography;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>Two sides of a channel, a network that loses, doubles and delays, a chain that they see at different times, and what must hold.</summary>
internal sealed class ChannelWorld
{
    private readonly List<(ChannelParty To, ChannelMessage Message)> _wire = [];
    private readonly Dictionary<Bytes32, Bytes32> _secrets = [];
    private readonly ulong[] _deposits = [10_001, 4_999];
    private ulong _second = 1_000_000;
    private int _secret;
    private long _recoveries;

    internal ChannelWorld() => (A, B) = ChannelParty.Pair(_deposits[0] - 1, _deposits[1] + 1);

    internal ChannelParty A { get; }

    internal ChannelParty B { get; }

    /// <summary>One action: what, by whom, and with which figures, all from one number.</summary>
    internal void Do(int choice)
    {
        var (kind, pick) = (choice % 24, choice / 24);
        var (self, peer) = pick % 2 == 0 ? (A, B) : (B, A);
        pick /= 2;
        switch (kind)
        {
            case 0 or 1 or 2:
                self.Do(pick % 9 == 0 ? new ChannelCommand.Withdraw(self.NewId(), (UInt256)(ulong)(pick % 1_500)) : new ChannelCommand.Pay(self.NewId(), (UInt256)(ulong)(pick % 4_000)));
                break;
            case 3 or 4:
                Offer(self, pick);
                break;
            case 5 or 6:
                Answer(self, pick);
                break;
            case 7:
                Deposit(self, pick);
                break;
            case 8:
                _second += (ulong)(pick % 700);
                self.See(_second);
                break;
            case 9:
                self.Reload();
                break;
            case 10:
                self.Do(new ChannelCommand.SetFrozen(self.NewId(), pick % 3 == 0));
                break;
            case 11 when _wire.Count > 0:
                // What was sent before arrives again, however late.
                var (to, message) = _wire[pick % _wire.Count];
                to.Hear(message);
                break;
            case 12 when pick % 40 == 0:
                self.Do(new ChannelCommand.End(self.NewId()));
                break;
            case 13 when pick % 5 == 0:
                // The journal was put back to what it was: nothing is lost, and the signer says so.
                self.Do(ChannelDecider.Recover(self.State, self.NewId(), ++_recoveries)!);
                break;
            case 14 when pick % 7 == 0:
                RefuseToSign(self);
                break;
            default:
                Effect(self, peer, pick);
                break;
        }
    }

    /// <summary>Delivers all, and looks whether both agree.</summary>
    internal void Heal()
    {
        foreach (var party in new[] { A, B })
        {
            party.Do(new ChannelCommand.SetFrozen(party.NewId(), false));
            // Both see the whole chain.
            party.See(_second + 1_000, new(_deposits[0], _deposits[1]));
        }

        ChannelParty.Settle(A, B);
        // A deposit that was refused before the peer saw it is proposed again with the next block.
        foreach (var party in new[] { A, B }) party.See(_second + 2_000);
        ChannelParty.Settle(A, B);
        Check();
        // So many refusals that a side proposes nothing more: not a fault, but nothing is left to be seen.
        if (A.State.Burnt.Length >= ChannelLimits.Burnt || B.State.Burnt.Length >= ChannelLimits.Burnt) return;
        A.State.Book.Should().Be(B.State.Book, "at rest both hold the same state");
        A.State.Full!.SignatureA.Should().Be(B.State.Full!.SignatureA);
        foreach (var party in new[] { A, B }) A.State.Book.Balance.Of(party.Side).Should().Be(Expected(party.Side), "each wish of {0} counts once", party.Side);
        foreach (var party in new[] { A, B })
        {
            party.State.Ours.Should().BeEmpty();
            party.State.Theirs.Should().BeEmpty();
            party.State.Outbox.Should().BeEmpty();
            party.Waiting.Should().BeEmpty("{0}'s wishes are done or refused", party.Side);
        }

        if (A.State.Phase == ChannelPhase.Open) A.State.Book.Deposited.Should().Be(new SidePair(_deposits[0], _deposits[1]), "what is final is counted in ({0} burnt, {1} burnt)", A.State.Burnt.Length, B.State.Burnt.Length);
    }

    /// <summary>A side's free balance by what was asked for and done, on both sides: by another road than the books.</summary>
    private UInt256 Expected(ChannelSide side)
    {
        var amounts = new[] { A, B }.SelectMany(static party => party.Done).OfType<ChannelUpdate.Offer>()
            .ToDictionary(static offer => (offer.Lock.Offerer, offer.Lock.Number), static offer => offer.Lock.Amount);
        var (plus, minus) = (A.State.Book.Deposited.Of(side), UInt256.Zero);
        foreach (var party in new[] { A, B })
        {
            foreach (var update in party.Done)
            {
                var (gains, loses, amount) = update switch
                {
                    ChannelUpdate.Pay pay => (party.Side.Other() == side, party.Side == side, pay.Amount),
                    ChannelUpdate.Withdraw withdraw => (false, party.Side == side, withdraw.Amount),
                    ChannelUpdate.Offer offer => (false, party.Side == side, offer.Lock.Amount),
                    ChannelUpdate.Fulfil fulfil => (party.Side == side, false, amounts[(party.Side.Other(), fulfil.Number)]),
                    ChannelUpdate.Fail fail => (party.Side.Other() == side, false, amounts[(party.Side.Other(), fail.Number)]),
                    _ => (false, false, UInt256.Zero),
                };
                if (gains) plus += amount;
                if (loses) minus += amount;
            }
        }

        return plus - minus;
    }

    internal void Check()
    {
        Check(A, B);
        Check(B, A);
        (A.State.OurTurn && B.State.OurTurn).Should().BeFalse("one side at most has the turn");
        if (A.State.Book.Nonce == B.State.Book.Nonce) A.State.Book.Should().Be(B.State.Book, "one nonce is one state");
    }

    private static void Check(ChannelParty self, ChannelParty peer)
    {
        var books = self.State.Ours.Concat(self.State.Burnt).Select(static own => own.Book).Concat(self.State.Theirs.Select(static theirs => theirs.Book)).Append(self.State.Book);
        foreach (var book in books)
        {
            var held = book.Locks.Aggregate(book.Balance.Sum + book.Withdrawn.Sum, static (sum, open) => sum + open.Amount);
            held.Should().Be(book.Deposited.Sum, "state {0} conserves", book.Nonce);
        }

        // Whatever this side has signed and nothing newer has overtaken, the peer can complete, also what it refused.
        foreach (var said in self.Said.Where(said => said.Nonce > self.State.Book.Nonce))
            self.State.Ours.Concat(self.State.Burnt).Should().Contain(own => own.Signature != null && own.Book.Equals(said), "{0} is exposed to {1}", self.Side, said);

        // Whatever the peer can close with is known here, and leaves this side no less than it counts on.
        var theirs = peer.State.Book;
        if (theirs.Nonce > self.State.Book.Nonce)
            self.State.Ours.Concat(self.State.Burnt).Should().Contain(own => own.Signature != null && own.Book.Equals(theirs), "{0} must know of {1}", self.Side, theirs);
        if (theirs.Nonce >= self.State.Book.Nonce) (theirs.Balance.Of(self.Side) >= self.State.Least).Should().BeTrue("{0} counts on no more than it can get", self.Side);
    }

    private void Effect(ChannelParty self, ChannelParty peer, int pick)
    {
        var owed = self.Owed;
        if (owed.IsEmpty) return;
        // In order per destination, as the pump runs them: the oldest message, or the signature.
        var intents = owed.GroupBy(static pair => pair.Value.GetType()).Select(static group => group.First().Key).ToArray();
        var intent = intents[pick % intents.Length];
        if (owed[intent] is not Effect.TellPeer tell)
        {
            self.Run(peer, intent);
            return;
        }

        _wire.Add((peer, tell.Message));
        switch (pick / intents.Length % 8)
        {
            case 0:
                // The message is lost.
                break;
            case 1:
                // The answer is lost: it will be said again.
                peer.Hear(tell.Message);
                break;
            default:
                self.Run(peer, intent);
                break;
        }
    }

    /// <summary>The signer does not sign what is asked for now, as under a freeze.</summary>
    private static void RefuseToSign(ChannelParty self)
    {
        if (self.Owed.Values.OfType<Effect.SignChannelState>().FirstOrDefault() is { } sign)
            self.Do(new ChannelCommand.RecordSignatureRefused(self.NewId(), sign.Book.Nonce, new(RejectionCode.Frozen, "a signer that may", "it is frozen")));
    }

    private void Offer(ChannelParty self, int pick)
    {
        var secret = Bytes32.From(SHA256.HashData(BitConverter.GetBytes(_secret++)));
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        secret.CopyTo(bytes);
        var target = Bytes32.From(SHA256.HashData(bytes));
        _secrets[target] = secret;
        self.Do(new ChannelCommand.Offer(self.NewId(), (UInt256)(ulong)(pick % 900), _second + 900 + (ulong)(pick % 3_000), LockKind.Hash, target));
    }

    /// <summary>Fulfils or fails a lock of the peer that is in a full state, sometimes with a wrong secret.</summary>
    private void Answer(ChannelParty self, int pick)
    {
        var open = self.State.Book.Locks.Where(other => other.Payee == self.Side).ToArray();
        if (open.Length == 0) return;
        var chosen = open[pick % open.Length];
        var secret = pick % 7 == 0 ? Bytes32.Zero : _secrets[chosen.Target];
        self.Do(pick % 3 == 0
            ? new ChannelCommand.Fail(self.NewId(), chosen.Number)
            : new ChannelCommand.Fulfil(self.NewId(), chosen.Number, secret));
    }

    /// <summary>A deposit becomes final; one side sees it, the other later.</summary>
    private void Deposit(ChannelParty self, int pick)
    {
        var side = pick % 2;
        if (pick % 3 == 0) _deposits[side] += (ulong)(1 + (pick % 500));
        self.See(_second, self.State.Deposits.With((ChannelSide)side, _deposits[side]));
    }
}
