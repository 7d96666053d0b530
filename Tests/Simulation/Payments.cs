using System.Collections.Immutable;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Simulation;

/// <summary>What a user does with packets: drafts, proposes, waits, votes, and everything that users do wrong or think better of.</summary>
internal sealed class Payments(Client client, Town town)
{
    private const int MaxLooks = 12;

    private readonly Chance _chance = client.Chance;
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

        if (await Votable(packet) is { } view) await Vote(view);
        if (IsWatched(content)) await Review(packet);
        if (_chance.Below(5) == 0) await CancelUnderWay(packet);
        if (_chance.Below(10) != 0) return;
        await client.World.Pause(_chance.Milliseconds(0, 60_000));
        await client.Submit(packet, new PacketCommand.Cancel(client.NewId(), "no longer wanted"));
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

    private async Task Vote(PacketView view)
    {
        var subject = new VoteSubject.Packet(view.Content, view.Bounds!);
        var terms = VoteTerms.Of(view.Ref.Owner, view.Assessment!);
        var voters = IsWatched(view.Content) ? 3 : _chance.Below(4) == 0 ? 1 : _chance.Below(3) == 0 ? 3 : 2;
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

    /// <summary>Reviewers look at what is held.</summary>
    private async Task Review(PacketRef packet)
    {
        for (var look = 0; look < MaxLooks; look++)
        {
            if (await client.Read(packet) is { State: "held", Risk.Case: { } key })
            {
                await Say(key);
                return;
            }

            await client.World.Pause(_chance.Milliseconds(200, 4_000));
        }
    }

    /// <summary>Somebody on the operator's list pays in, and reviewers look at what is held of that, whoever it came from.</summary>
    public async Task TakeTaintedAsync()
    {
        var team = _chance.Pick(town.Teams);
        if (team.Hot is not { } hot) return;
        town.PayIn(hot, People.Ether * (ulong)_chance.Between(1, 10), (ulong)_chance.Below(1_000_000), tainted: true);
        for (var look = 0; look < MaxLooks; look++)
        {
            await client.World.Pause(_chance.Milliseconds(2_000, 30_000));
            foreach (var held in await client.ReadHeld(team.Id))
            {
                if (held is not { Stage: HoldStage.Reviewing, Case.Number: var number }) continue;
                await Say(HeldDeposit.CaseKey(team.Id, held.Id, number));
                return;
            }
        }
    }

    /// <summary>Two reviewers, now and then only one, or one who says no.</summary>
    private async Task Say(string key)
    {
        Name[] reviewers = _chance.Below(5) == 0 ? ["rita"] : ["rita", "rob"];
        foreach (var by in reviewers)
        {
            var decision = _chance.Below(8) == 0 ? ReviewDecision.Reject : ReviewDecision.Approve;
            if (decision == ReviewDecision.Approve) client.World.Checks.Authority.Released(key, by);
            await client.Submit(key, new CaseCommand.Review(client.NewId(), by, decision, "looked at"));
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
            legs.Add(payer.Hot is { } hot && _chance.Below(5) < (client.World.Restores.MoreOnChain ? 4 : 2) ? OnChain($"leg{i}", after, hot) : OnLedger($"leg{i}", after, payer));
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
