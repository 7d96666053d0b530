using System.Security.Cryptography;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>
/// A payer, one who carries, and a payee: two channels, whose sides see the chain at different times, over a network that loses, doubles and delays; a registry of secrets;
/// and sides that die and are loaded again. Whoever carries must never have less than it had.
/// </summary>
internal sealed class ThreeWorld
{
    private const ulong Delta = 2_000;

    private readonly List<(ChannelParty To, ChannelMessage Message)> _wire = [];
    private readonly Dictionary<Bytes32, Bytes32> _secrets = [];
    private readonly Dictionary<Bytes32, ulong> _registered = [];
    private readonly Dictionary<Guid, Rejection?> _passed = [];
    private readonly UInt256 _before;
    private ulong _second = 1_000_000;
    private int _secret;

    internal ThreeWorld()
    {
        (Payer, In) = ChannelParty.Pair(50_000, 1_000);
        (Out, Payee) = ChannelParty.Pair(50_000, 1_000);
        _before = Carrying();
    }

    internal ChannelParty Payer { get; }

    /// <summary>The side of who carries, by which payments come in.</summary>
    internal ChannelParty In { get; }

    /// <summary>The side of who carries, by which they go on.</summary>
    internal ChannelParty Out { get; }

    internal ChannelParty Payee { get; }

    /// <summary>Payments whose secret came back to the payer.</summary>
    internal int Paid { get; private set; }

    /// <summary>Secrets that who carries has had registered.</summary>
    internal int Claims { get; private set; }

    private ChannelParty[] All => [Payer, In, Out, Payee];

    /// <summary>One action: what, by whom, and with which figures, all from one number.</summary>
    internal void Do(int choice)
    {
        var (kind, pick) = (choice % 16, choice / 16);
        var self = All[pick % 4];
        switch (kind)
        {
            case 0 or 1:
                Pay(pick);
                break;
            case 2 or 3:
                Answer(pick);
                break;
            case 4:
                Pass((ulong)(pick % 500));
                See(self);
                break;
            case 5 when pick % 4 == 0:
                self.Reload();
                break;
            case 6 when _wire.Count > 0:
                var (to, message) = _wire[pick % _wire.Count];
                to.Hear(message);
                break;
            case 7 when pick % 5 == 0:
                self.Do(new ChannelCommand.SetFrozen(self.NewId(), pick % 3 == 0));
                break;
            case 8 when pick % 4 == 0:
                Register(pick);
                break;
            default:
                Step(self, pick);
                break;
        }
    }

    /// <summary>All time passes and all is delivered: nothing may be left under way for ever, and nobody has lost.</summary>
    internal void Heal()
    {
        foreach (var party in All) party.Do(new ChannelCommand.SetFrozen(party.NewId(), false));
        for (var round = 0; round < 16; round++)
        {
            Pass(500);
            foreach (var party in All) See(party);
            Settle();
        }

        Check();
        foreach (var carry in (Out.State.Carries ?? ImmutableSortedDictionary<long, LockCarry>.Empty).Values.Where(static carry => carry.Origin is not null))
            throw new InvalidOperationException($"{carry} never came to its end");
        (Out.State.Burnt.Length < ChannelLimits.Burnt && In.State.Burnt.Length < ChannelLimits.Burnt).Should().BeTrue("so many refusals do not come about by themselves");
        // Whoever heard of a secret too late for the channel has the contract's word for it, and closes for it; for nothing else.
        var claims = In.State.Secrets.IsDefault ? [] : In.State.Secrets;
        claims.All(static known => known.IsRegistered).Should().BeTrue();
        if (!claims.IsEmpty) In.State.WantsClose.Should().BeTrue("the payer does not pay for it");
        if (In.State.WantsClose) Claims.Should().BePositive("nothing else is a reason to close");
        if (claims.IsEmpty && !In.State.WantsClose) In.State.Book.Locks.Should().BeEmpty("what was carried on has paid or was given back");
    }

    /// <summary>What the one who carries has in both channels, with a secret that is known counted as paid: never less than before.</summary>
    internal void Check()
    {
        (Carrying() >= _before).Should().BeTrue("who carries has {0} and had {1}", Carrying(), _before);
        foreach (var party in All)
        {
            var book = party.State.Book;
            book.Locks.Aggregate(book.Balance.Sum, static (sum, open) => sum + open.Amount).Should().Be(book.Deposited.Sum, "state {0} conserves", book.Nonce);
        }
    }

    private UInt256 Carrying()
    {
        // Its own locks are its own until their secret is known or registered; the payer's are its own from then on.
        var sum = In.State.Book.Balance.Of(In.Side) + Out.State.Book.Balance.Of(Out.Side);
        foreach (var open in Out.State.Book.Locks.Where(open => open.Offerer == Out.Side))
            if (Out.State.Carries?.GetValueOrDefault(open.Number)?.Secret is null && !IsClaimed(open)) sum += open.Amount;
        foreach (var open in In.State.Book.Locks.Where(open => open.Offerer == Payer.Side))
        {
            var known = (Out.State.Carries ?? ImmutableSortedDictionary<long, LockCarry>.Empty).Values.Any(carry => carry.Origin?.Number == open.Number && carry.Secret is not null)
                || (!In.State.Secrets.IsDefault && In.State.Secrets.Any(secret => secret.Lock == open.Number));
            if (IsClaimed(open) || (known && _second <= open.Expiry)) sum += open.Amount;
        }

        return sum;
    }

    /// <summary>The contract pays it, whoever knows of it.</summary>
    private bool IsClaimed(ChannelLock open) => _registered.TryGetValue(open.Target, out var at) && at <= open.Expiry;

    /// <summary>Time goes on, and who carries does what is its own: it looks at the chain, hands on what it learns, and has secrets registered.</summary>
    private void Pass(ulong seconds)
    {
        _second += seconds;
        foreach (var party in new[] { Out, In })
        {
            See(party);
            while (party.Owed.FirstOrDefault(static owed => owed.Value is Effect.TellOrigin).Key is { } intent) Run(party, intent);
        }

        See(In);
        if (In.State.Act is not { Kind: ChannelActKind.Register, IsProposed: false } act) return;
        _registered.TryAdd(In.State.Book.Find(Payer.Side, (long)act.Nonce)!.Target, _second);
        Claims++;
        In.Do(new ChannelCommand.RecordAct(In.NewId(), act.Number, null));
    }

    private void Settle()
    {
        for (var steps = 0; All.Select(party => Run(party, party.Owed.FirstOrDefault(static owed => !IsOnChain(owed.Value)).Key)).ToArray().Any(static ran => ran); steps++)
            if (steps > 10_000) throw new InvalidOperationException($"They do not come to rest: {string.Join(", ", All.SelectMany(static party => party.Owed.Keys))}");
    }

    private bool Run(ChannelParty self, string? intent)
    {
        if (intent is null) return false;
        EffectResult? result = self.Owed[intent] switch
        {
            Effect.RouteLock route => Route(self, route),
            Effect.PassLock pass => Pass(pass),
            Effect.TellOrigin tell => new EffectResult.Replied(Reply(In.Do(new ChannelCommand.Answer(In.NewId(), tell.Origin.Number, tell.Secret, tell.Reason)))),
            _ => null,
        };
        if (result is null) self.Run(PeerOf(self), intent);
        else if (ChannelDecider.Resume(self.State, intent, result) is { } command) self.Accept(command);
        return true;
    }

    /// <summary>Where a payment goes on to is always the same channel.</summary>
    private EffectResult.LockRouted Route(ChannelParty self, Effect.RouteLock route)
    {
        if (self == Payee) return new(null, null, null);
        var next = new HopPayload(route.Lock.Amount - 1, route.Lock.Expiry - Delta, Bytes32.Zero);
        return new ForwardPolicy(1, 0, null).Judge(route.Lock, next, ChannelParty.Terms, Out.State.Second) is { } error
            ? new(null, new(RejectionCode.WrongState, "a way on", error.ToString()), null)
            : new(new(Out.State.Ref, next.Amount, next.Expiry, route.Onion, Bytes32.Zero), null, null);
    }

    /// <summary>As the shell: the same command is decided once, whatever it comes to.</summary>
    private EffectResult.LockPassed Pass(Effect.PassLock pass)
    {
        if (!_passed.TryGetValue(pass.Id, out var refusal))
        {
            var carry = new ChannelLock(Out.Side, 0, pass.Onward.Amount, pass.Onward.Expiry, LockKind.Hash, pass.Lock.Target);
            refusal = (Out.Do(new ChannelCommand.Carry(pass.Id, carry, pass.Onward.Onion, pass.Origin)) as Decision<ChannelEvent>.Refuse)?.Rejection;
            _passed.Add(pass.Id, refusal);
        }

        return new(refusal, null);
    }

    private static CommandReply Reply(Decision<ChannelEvent> decision) =>
        decision is Decision<ChannelEvent>.Refuse refuse ? new CommandReply.Refused(refuse.Rejection) : new CommandReply.Accepted(0, []);

    private static bool IsOnChain(Effect effect) => effect is Effect.ActOnChannel or Effect.SignChannelOrder or Effect.LookAtChannel;

    private ChannelParty PeerOf(ChannelParty self) => self == Payer ? In : self == In ? Payer : self == Out ? Payee : Out;

    private void Step(ChannelParty self, int pick)
    {
        var owed = self.Owed.RemoveRange(self.Owed.Where(static owed => IsOnChain(owed.Value)).Select(static owed => owed.Key));
        if (owed.IsEmpty) return;
        var intents = owed.GroupBy(static pair => pair.Value.GetType()).Select(static group => group.First().Key).ToArray();
        var intent = intents[pick % intents.Length];
        if (owed[intent] is not Effect.TellPeer tell)
        {
            // The next channel has decided, and its answer is lost.
            if (owed[intent] is Effect.PassLock pass && pick % 3 == 0) Pass(pass);
            else Run(self, intent);
            return;
        }

        _wire.Add((PeerOf(self), tell.Message));
        switch (pick / intents.Length % 8)
        {
            case 0:
                break;
            case 1:
                PeerOf(self).Hear(tell.Message);
                break;
            default:
                Run(self, intent);
                break;
        }
    }

    private void Pay(int pick)
    {
        var secret = Bytes32.From(SHA256.HashData(BitConverter.GetBytes(_secret++)));
        var target = Bytes32.From(SHA256.HashData(secret.ToArray()));
        _secrets[target] = secret;
        var onion = HexBytes.From(new byte[TPWallet.Crypto.Onions.Onion.Length]);
        Payer.Do(new ChannelCommand.Offer(Payer.NewId(), (UInt256)(ulong)(150 + (pick % 900)), _second + Delta + 1_000 + (ulong)(pick % 3_000), LockKind.Hash, target) { Onion = onion });
    }

    /// <summary>The payee takes or gives back one that is in a full state.</summary>
    private void Answer(int pick)
    {
        var open = Payee.State.Book.Locks.Where(other => other.Payee == Payee.Side).ToArray();
        if (open.Length == 0) return;
        var chosen = open[pick % open.Length];
        if (pick % 3 == 0) Payee.Do(new ChannelCommand.Fail(Payee.NewId(), chosen.Number));
        else if (Payee.Do(new ChannelCommand.Fulfil(Payee.NewId(), chosen.Number, _secrets[chosen.Target])) is Decision<ChannelEvent>.Accept) Paid++;
    }

    /// <summary>The payee says a secret to the contract and to nobody else; in time, or too late.</summary>
    private void Register(int pick)
    {
        var open = Payee.State.Book.Locks.Where(other => other.Payee == Payee.Side).ToArray();
        if (open.Length > 0) _registered.TryAdd(open[pick % open.Length].Target, _second);
    }

    /// <summary>What a final block says, and of the registry what was asked.</summary>
    private void See(ChannelParty party)
    {
        party.Do(new ChannelCommand.Look(party.NewId()));
        var asked = party.Owed.Values.OfType<Effect.LookAtChannel>().SingleOrDefault()?.Overdue ?? [];
        var sight = ChannelParty.Sight(_second, 0, 0) with
        {
            Deposited = party.State.Deposits,
            Window = 6_400,
            Act = party.State.Act is { IsProposed: true } act ? new(act.Packet, ChannelActEnd.Done, null) : null,
            Registry = asked.IsEmpty ? default : [.. asked.Select(open => new RegistrySight(
                open.Kind, open.Target, _registered.GetValueOrDefault(open.Target), _registered.ContainsKey(open.Target) ? _secrets[open.Target] : null))],
        };
        party.Do(new ChannelCommand.RecordSight(party.NewId(), sight));
    }
}
