using System.Security.Cryptography;
using TPWallet.Crypto.Onions;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>Payments, messages, and effects whose results come late or never.</summary>
internal sealed partial class ThreeWorld
{
    private static readonly HexBytes _onion = HexBytes.From(new byte[Onion.Length]);

    /// <summary>Most messages that can come again.</summary>
    private const int Wire = 256;

    /// <summary>One end pays the other by way of who carries.</summary>
    private void Route(int pick)
    {
        var (from, to) = pick % 3 == 0 ? (_sides[3], _nodes[0]) : (_sides[0], _nodes[2]);
        if (!IsUp(from)) return;
        pick /= 3;
        var secret = Bytes32.From(SHA256.HashData(BitConverter.GetBytes(_payments.Count)));
        var target = Bytes32.From(SHA256.HashData(secret.ToArray()));
        var amount = (UInt256)(ulong)((pick % 7 == 0 ? 60 : 150) + (pick % 900));
        var offer = new ChannelCommand.Offer(from.NewId(), amount, from.State.Second + Delta + 1_200 + (ulong)(pick % 3_000), LockKind.Hash, target) { Onion = _onion };
        _payments.Add(target, new(secret, from.Node, to, amount));
        if (from.Does(offer)) Note("offered");
    }

    /// <summary>A payment to the neighbour.</summary>
    private void Pay(ThreeSide side, int pick)
    {
        if (IsUp(side)) side.Do(new ChannelCommand.Pay(side.NewId(), (UInt256)(ulong)(1 + (pick % 700))));
    }

    /// <summary>A payee takes or gives back what stands in a state that both have signed.</summary>
    private void Answer(int pick)
    {
        var side = pick % 3 == 0 ? _sides[0] : _sides[3];
        pick /= 3;
        var open = side.State.Book.Locks.Where(other => other.Payee == side.Side).ToArray();
        if (open.Length == 0 || !IsUp(side)) return;
        var chosen = open[pick % open.Length];
        var payment = _payments[chosen.Target];
        if (pick % 4 == 0 && !payment.IsRevealed)
        {
            payment.IsGivenBack |= side.Do(new ChannelCommand.Fail(side.NewId(), chosen.Number)) is not CommandReply.Refused;
            return;
        }

        // Who gives a payment back and takes it all the same has only itself to blame.
        if (payment.IsGivenBack) return;

        if (!side.Does(new ChannelCommand.Fulfil(side.NewId(), chosen.Number, payment.Secret))) return;
        Note("fulfilled");
        // A secret that is said with less time than a claim needs is said at one's own risk.
        if (_chain.Second + Terms.ShortestLock <= chosen.Expiry && side.Node.UpSince <= _chain.Second && payment.Due.IsZero) payment.Due = chosen.Amount;
    }

    /// <summary>The signer does not sign what is asked for now, as under a freeze.</summary>
    private void RefuseToSign(ThreeSide side, int pick)
    {
        if (pick % 3 == 0 && side.Owed.Values.OfType<Effect.SignChannelState>().FirstOrDefault() is { } sign && side.Node.Signer.FloorOf(side.Ref.Channel) < sign.Book.Nonce)
            side.Do(new ChannelCommand.RecordSignatureRefused(side.NewId(), sign.Book.Nonce, new(RejectionCode.Frozen, "a signer that may", "it is frozen")));
    }

    /// <summary>A message arrives before those that were said before it.</summary>
    private void Reorder(ThreeSide side, int pick)
    {
        var messages = side.Owed.Values.OfType<Effect.TellPeer>().ToArray();
        if (messages.Length == 0 || !IsUp(side) || !IsUp(side.Peer)) return;
        Tell(side.Peer, messages[pick % messages.Length].Message);
    }

    private void Step(ThreeSide side, int pick)
    {
        var intents = IntentsOf(side);
        // Who has nothing to do leaves it to the next.
        for (var i = 1; intents.Length == 0 && i < _sides.Length; i++)
        {
            side = _sides[(Array.IndexOf(_sides, side) + 1) % _sides.Length];
            intents = IntentsOf(side);
        }

        if (intents.Length == 0) return;
        var intent = intents[pick % intents.Length];
        var effect = side.Owed[intent];
        pick /= intents.Length;
        if (effect is Effect.TellPeer && pick % 8 == 0) return;
        if (Answer(side, effect) is not { } result) return;
        switch (pick % 8)
        {
            case 1:
                // The answer is lost: it is asked again.
                break;
            case 2 or 3:
                side.Running.TryAdd(intent, result);
                break;
            default:
                Resume(side, intent, result);
                break;
        }
    }

    /// <summary>The first of each kind, as they go to one destination in order.</summary>
    private string[] IntentsOf(ThreeSide side) => !IsUp(side) ? [] :
    [
        .. side.Owed.Where(static owed => !IsInner(owed.Value) || owed.Value is Effect.TellOrigin).GroupBy(static owed => owed.Value.GetType()).Select(static group => group.First().Key)
            .Where(intent => !side.Running.ContainsKey(intent)),
    ];

    /// <summary>A result that was on its way comes in.</summary>
    private void Finish(ThreeSide side, int pick)
    {
        if (side.Running.Count == 0 || !IsUp(side)) return;
        var (intent, result) = side.Running.ElementAt(pick % side.Running.Count);
        side.Running.Remove(intent);
        Resume(side, intent, result);
    }

    private bool Run(ThreeSide side, string intent)
    {
        if (Answer(side, side.Owed[intent]) is not { } result) return false;
        Resume(side, intent, result);
        return true;
    }

    private static void Resume(ThreeSide side, string intent, EffectResult result)
    {
        if (ChannelDecider.Resume(side.State, intent, result) is { } command) side.Do(command);
    }

    /// <summary>Runs an effect; null: nobody answers.</summary>
    private EffectResult? Answer(ThreeSide side, Effect effect) => effect switch
    {
        Effect.SignChannelState sign => side.Node.Signer.Answer(sign),
        Effect.SignChannelOrder sign => side.Node.Signer.Answer(sign),
        Effect.TakeChannel => new EffectResult.ChannelTaken(side.Node.Signer.FloorOf(side.Ref.Channel)),
        Effect.TellPeer tell => Tell(side.Peer, tell.Message),
        Effect.HandOver over => HandOver(side, over),
        Effect.LookAtChannel look => Look(side, look) as EffectResult.ChannelSeen,
        Effect.ActOnChannel act => Act(side, act),
        Effect.RecallBook recall => new EffectResult.BookRecalled(side.Recall(recall.Nonce, _chain.Final.Contract.Find(side.Ref.Channel).State)),
        Effect.RouteLock route => WayOf(side, route),
        Effect.PassLock pass => Pass(side, pass),
        Effect.AnnounceSide said => new EffectResult.SideTold(said.IsOpen, said.Capacity, said.IsPublic),
        Effect.TellOrigin tell => Replied(Sibling(side).Do(new ChannelCommand.Answer(tell.Id, tell.Origin.Number, tell.Secret, tell.Reason))),
        _ => throw new UnreachableException(effect.ToString()),
    };

    private EffectResult.Replied? Tell(ThreeSide to, ChannelMessage message)
    {
        if (!IsUp(to)) return null;
        if (_wire.Count == Wire) _wire.RemoveAt(0);
        _wire.Add((to, message));
        return Replied(to.Do(new ChannelCommand.Hear(PeerMessages.IdOf(to.Ref, message), message)));
    }

    private static EffectResult.Replied? Replied(CommandReply? reply) => reply is null ? null : EffectResult.Of(reply) as EffectResult.Replied;

    private static ThreeSide Sibling(ThreeSide side) => side.Node.Sides.Single(other => other != side);

    /// <summary>Who carries takes one base unit, and sends on to its other channel.</summary>
    private EffectResult.LockRouted WayOf(ThreeSide side, Effect.RouteLock route)
    {
        if (side.Node != Carrier) return new(null, null, null);
        var next = new HopPayload(route.Lock.Amount - 1, route.Lock.Expiry - Delta, Bytes32.Zero);
        var outgoing = Sibling(side);
        if (outgoing.State.Phase != ChannelPhase.Open) return new(null, new(RejectionCode.WrongState, "an open channel", outgoing.State.Phase.ToString()), null);
        return new ForwardPolicy(1, 0, null).Judge(route.Lock, next, Terms, outgoing.State.Second) is { } error
            ? new(null, new(RejectionCode.WrongState, "a way on", error.ToString()), null)
            : new(new(outgoing.Ref, next.Amount, next.Expiry, route.Onion, Bytes32.Zero), null, null);
    }

    private static EffectResult.LockPassed? Pass(ThreeSide side, Effect.PassLock pass)
    {
        var next = Sibling(side);
        var carry = new ChannelLock(next.Side, 0, pass.Onward.Amount, pass.Onward.Expiry, LockKind.Hash, pass.Lock.Target);
        return next.Do(new ChannelCommand.Carry(pass.Id, carry, pass.Onward.Onion, pass.Origin)) switch
        {
            CommandReply.Accepted => new(null, null),
            CommandReply.Refused { Rejection: var refused } when Answers.IsDefinite(refused) => new(refused, null),
            _ => null,
        };
    }
}
