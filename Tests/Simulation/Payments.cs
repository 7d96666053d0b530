using System.Collections.Immutable;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Simulation;

/// <summary>What a user does with packets: drafts, proposes, waits, votes, and everything that users do wrong or think better of.</summary>
internal sealed class Payments(Client client, Town town)
{
    private const int MaxLooks = 12;

    private readonly Chance _chance = client.Chance;
    private readonly Reviewing _reviewing = new(client);
    private int _number;

    /// <summary>One packet from its draft to the votes; what follows happens by itself.</summary>
    public async Task PayAsync()
    {
        var payer = _chance.Pick(town.Teams);
        var packet = new PacketRef(payer.Id, $"p{town.Next()}-{_number++}");
        var content = Content(packet, payer, 1);
        if (await Drafted(content) is not { } drafted) return;
        content = drafted;
        if (await client.Submit(packet, new PacketCommand.Propose(client.NewId(), content.Revision)) is not CommandReply.Accepted) return;
        if (_chance.Below(12) == 0) await client.Submit(packet, new PacketCommand.Cancel(client.NewId(), "thought better of it"));
        if (_chance.Below(12) == 0 && await Drafted(Content(packet, payer, content.Revision + 1)) is { } revised)
        {
            // Votes on the first revision are void now; the user goes on with the second.
            content = revised;
            await client.Submit(packet, new PacketCommand.Propose(client.NewId(), content.Revision));
        }

        if (await Votable(packet) is { } view) await Vote(view, IsWatched(content) ? 3 : _chance.Below(4) == 0 ? 1 : _chance.Below(3) == 0 ? 3 : 2);
        if (IsWatched(content)) await Review(packet, MaxLooks);
        else if (client.World.Risk.Terms.AsksVerdict && _chance.Below(3) == 0) await Review(packet, 2);
        if (_chance.Below(5) == 0) await CancelUnderWay(packet);
        if (_chance.Below(10) != 0) return;
        await client.World.Pause(_chance.Milliseconds(0, 60_000));
        await client.Submit(packet, new PacketCommand.Cancel(client.NewId(), "no longer wanted"));
    }

    /// <summary>One packet of these legs that everybody wants: all vote, and reviewers look at it.</summary>
    public async Task CarryAsync(Team payer, ImmutableArray<Leg> legs)
    {
        var packet = new PacketRef(payer.Id, $"p{town.Next()}-{_number++}");
        var open = client.World.Now + Span.Seconds(_chance.Between(300, 900));
        if (await Drafted(new(packet, 1, Team.Proposer, legs, [], open, open + Span.Seconds(_chance.Between(60, 400)))) is not { } content) return;
        if (await client.Submit(packet, new PacketCommand.Propose(client.NewId(), content.Revision)) is not CommandReply.Accepted) return;
        if (await Votable(packet) is not { } view) return;
        await Vote(view, Team.Owners.Length);
        await Review(packet, MaxLooks);
        if (_chance.Below(5) == 0) await CancelUnderWay(packet);
    }

    /// <summary>Looks until something is under way, and wants it back then: at the lane, at the key, at the signer, or on its way to a block.</summary>
    private async Task CancelUnderWay(PacketRef packet)
    {
        for (var look = 0; look < MaxLooks; look++)
        {
            if (await client.Read(packet) is not { State: not ("settled" or "rejected" or "expired" or "cancelled" or "invalidated") } view) return;
            if (view.State is "reserved" or "signed" or "broadcasting")
            {
                await client.Submit(packet, new PacketCommand.Cancel(client.NewId(), "stop it"));
                return;
            }

            await client.World.Pause(_chance.Milliseconds(20, 1_500));
        }
    }

    private async Task<PacketContent?> Drafted(PacketContent content)
    {
        if (_chance.Below(25) == 0) await client.Submit(content.Ref, new PacketCommand.Draft(client.NewId(), Malformed(content)));
        return await client.Submit(content.Ref, new PacketCommand.Draft(client.NewId(), content)) is CommandReply.Accepted ? content : null;
    }

    private async Task<PacketView?> Votable(PacketRef packet)
    {
        for (var look = 0; look < MaxLooks; look++)
        {
            var view = await client.Read(packet);
            if (view is { State: "approving" }) return view;
            if (view is { State: not ("draft" or "proposed") }) return null;
            await client.World.Pause(_chance.Milliseconds(200, 1_000 << Math.Min(look, 4)));
        }

        return null;
    }

    private async Task Vote(PacketView view, int voters)
    {
        var subject = new VoteSubject.Packet(view.Content, view.Bounds!);
        var terms = VoteTerms.Of(view.Ref.Owner, view.Assessment!);
        var first = _chance.Below(3);
        for (var i = 0; i < voters; i++)
        {
            var person = Team.Owners[(first + i) % 3];
            if (_chance.Below(20) == 0) await Cast(view.Ref, Team.Forge(client.World, person, Team.Owners[(first + i + 1) % 3], subject, terms));
            var decision = _chance.Below(30) == 0 ? VoteDecision.Veto : VoteDecision.Approve;
            var life = _chance.Below(8) == 0 ? Span.Seconds(_chance.Between(1, 90)) : Span.Hours(24);
            var vote = Team.Sign(client.World, person, subject, terms, decision, life);
            await client.World.Pause(_chance.Milliseconds(0, 6_000));
            await Cast(view.Ref, vote);
            if (_chance.Below(15) == 0) await Cast(view.Ref, vote);
            if (_chance.Below(10) == 0) await client.World.Pause(_chance.Milliseconds(5_000, 60_000));
        }
    }

    private static bool IsWatched(PacketContent content) => content.Legs.Any(leg => leg is Leg.ChainTransfer transfer && transfer.To == Town.Watched);

    /// <summary>Reviewers look at what is held, and the outside service does; most packets are not held, and nobody waits long for those.</summary>
    private async Task Review(PacketRef packet, int looks)
    {
        for (var look = 0; look < looks; look++)
        {
            switch (await client.Read(packet))
            {
                case { State: "held", Risk.Case: { } key }:
                    await _reviewing.DecideAsync(key, against: 1);
                    return;
                case { State: not ("approving" or "approved" or "timelocked") }:
                    return;
                default:
                    await client.World.Pause(_chance.Milliseconds(200, 4_000));
                    break;
            }
        }
    }

    private Task<CommandReply?> Cast(PacketRef packet, Vote vote) => client.Submit(packet, new PacketCommand.CastVote(client.NewId(), vote));

    private PacketContent Content(PacketRef packet, Team payer, int revision)
    {
        var legs = ImmutableArray.CreateBuilder<Leg>();
        var count = _chance.Below(3) == 0 ? _chance.Between(2, 4) : 1;
        for (var i = 0; i < count; i++)
        {
            ImmutableArray<Name> after = i > 0 && _chance.Below(2) == 0 ? [legs[_chance.Below(i)].Id] : [];
            legs.Add(payer.Hot is { } hot && _chance.Below(5) < (client.World.Restores.MoreOnChain ? 4 : 3) ? OnChain($"leg{i}", after, hot) : OnLedger($"leg{i}", after, payer));
        }

        var grouped = legs.All(leg => leg is Leg.LedgerTransfer { After.IsEmpty: true }) && legs.Count > 1 && _chance.Below(2) == 0;
        var content = grouped ? [.. legs.Select(leg => leg with { Group = "all-or-none" })] : legs.ToImmutable();
        var open = client.World.Now + Span.Seconds(_chance.Below(6) == 0 ? _chance.Between(20, 120) : _chance.Between(300, 900));
        return new(packet, revision, Team.Proposer, content, Allocations(content), open, open + Span.Seconds(_chance.Between(60, 400)));
    }

    /// <summary>A packet of one leg may say what it was divided from, with the operator's fee.</summary>
    private ImmutableArray<Allocation> Allocations(ImmutableArray<Leg> legs)
    {
        if (legs is not [var leg] || _chance.Below(3) != 0) return [];
        var amount = leg is Leg.ChainTransfer transfer ? transfer.Amount : ((Leg.LedgerTransfer)leg).Amount;
        UInt256 fee = (ulong)_chance.Between(1, 1_000);
        return [new(amount with { Value = amount.Value + fee }, fee, [new(leg.Id, amount.Value)], leg.Id)];
    }

    private Leg.ChainTransfer OnChain(Name id, ImmutableArray<Name> after, Address hot)
    {
        var amount = Amount();
        var to = _chance.Below(8) == 0 ? _chance.Pick(town.Teams).Hot ?? town.Shop : _chance.Below(6) == 0 ? Town.Watched : town.Shop;
        // Between what a transfer costs in quiet times and what several replacements in a spike would.
        var budget = (UInt256)(ulong)_chance.Between(1_000, 12_000) * 1_000_000_000_000;
        return new(id, after, hot, to == hot ? town.Shop : to, amount, new(budget))
        {
            Finality = _chance.Below(8) == 0 ? new FinalityRule.Depth(_chance.Between(1, 9)) : null,
        };
    }

    private Leg.LedgerTransfer OnLedger(Name id, ImmutableArray<Name> after, Team payer)
    {
        var payee = _chance.Below(20) == 0 ? town.Nobody : _chance.Pick(town.Teams.Where(team => team != payer).ToArray()).Id;
        return new(id, after, payee, Amount());
    }

    private Amount Amount() => _chance.Below(3) switch
    {
        0 => new(People.Token, (ulong)_chance.Between(1, _chance.Below(6) == 0 ? 3_000_000 : 300_000)),
        // Now and then around the soft limit and the hard cap, where being off by a little shows.
        1 when _chance.Below(5) == 0 => new(People.Eth, (People.Ether * (ulong)_chance.Pick([_chance.Between(290, 320), _chance.Between(780, 850)])) / 100),
        _ => new(People.Eth, (People.Ether * (ulong)_chance.Between(1, _chance.Below(8) == 0 ? 1_000 : 200)) / 100),
    };

    /// <summary>What no draft may be: nothing, a circle, or another's.</summary>
    private PacketContent Malformed(PacketContent content) => _chance.Below(4) switch
    {
        0 => content with { Legs = [] },
        1 => content with { Revision = content.Revision + 5 },
        2 => content with { Legs = [new Leg.LedgerTransfer("loop", ["loop"], town.Nobody, new(People.Eth, 1))] },
        _ => content with { SettleBefore = content.OpenBefore },
    };
}
