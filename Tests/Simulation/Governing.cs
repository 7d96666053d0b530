using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Simulation;

/// <summary>What members do with their account: policies, rosters, allow-lists, freezes and the end of freezes.</summary>
internal sealed class Governing(Client client, Town town)
{
    private readonly Chance _chance = client.Chance;
    private int _number;

    /// <summary>
    /// Proposes a change and, mostly, carries it. What the tail of a journal that was put back had is repeated first: the signer takes no other change under
    /// its number.
    /// </summary>
    public async Task ChangeAsync()
    {
        var team = _chance.Pick(town.Teams);
        if (client.World.Restores.IsUnderWay || await client.Read(team.Id) is not { } view) return;
        var change = Change(view);
        var proposer = Team.Owners[_chance.Below(3)];
        var sequence = view.ChangesEnacted + (_chance.Below(12) == 0 ? 2 : 1);
        var proposal = new ChangeProposal($"c{town.Next()}-{_number++}", team.Id, sequence, change, proposer.Id, client.World.Now);
        var (subject, terms) = (new VoteSubject.Change(proposal), TermsOf(view));
        var vote = Team.Sign(client.World, proposer, subject, terms, VoteDecision.Approve, Span.Hours(24));
        if (await client.Submit(team.Id, new AccountCommand.ProposeChange(client.NewId(), proposal, vote)) is not CommandReply.Accepted) return;
        foreach (var person in Team.Owners)
        {
            if (person == proposer || _chance.Below(8) == 0) continue;
            var decision = _chance.Below(15) == 0 ? VoteDecision.Veto : VoteDecision.Approve;
            var own = Team.Sign(client.World, person, subject, terms, decision, Span.Hours(24));
            await client.World.Pause(_chance.Milliseconds(0, 4_000));
            await client.Submit(team.Id, new AccountCommand.VoteOnChange(client.NewId(), proposal.Id, own));
        }
    }

    /// <summary>One member freezes; later the others unfreeze.</summary>
    public async Task FreezeAsync()
    {
        var team = _chance.Pick(town.Teams);
        if (client.World.Restores.IsUnderWay || await client.Read(team.Id) is not { Frozen: false } view) return;
        var person = Team.Owners[_chance.Below(3)];
        var subject = new VoteSubject.Freeze(team.Id, view.FreezeNumber + 1);
        var vote = Team.Sign(client.World, person, subject, TermsOf(view), VoteDecision.Approve, Span.Hours(24));
        await client.Submit(team.Id, new AccountCommand.Freeze(client.NewId(), vote));
        await client.World.Pause(_chance.Milliseconds(2_000, 60_000));
        await UnfreezeAsync(team);
    }

    /// <summary>Ends the freeze in force, if there is one; true when the account is not frozen.</summary>
    public async Task<bool> UnfreezeAsync(Team team)
    {
        if (client.World.Restores.IsUnderWay || await client.Read(team.Id) is not { } view) return false;
        if (!view.Frozen) return true;
        var proposer = Team.Owners[0];
        var proposal = new ChangeProposal(
            $"u{town.Next()}-{_number++}", team.Id, view.ChangesEnacted + 1, new AccountChange.Unfreeze(view.FreezeNumber), proposer.Id, client.World.Now);
        if (!await CarryAsync(team, view, proposal)) return false;
        return await client.Read(team.Id) is { Frozen: false };
    }

    /// <summary>Proposes a change of the first owner's, and has all vote for it; false: it was not even proposed.</summary>
    public async Task<bool> CarryAsync(Team team, AccountView view, ChangeProposal proposal)
    {
        var (subject, terms) = (new VoteSubject.Change(proposal), TermsOf(view));
        var vote = Team.Sign(client.World, Team.Owners[0], subject, terms, VoteDecision.Approve, Span.Hours(24));
        if (await client.Submit(team.Id, new AccountCommand.ProposeChange(client.NewId(), proposal, vote)) is not CommandReply.Accepted) return false;
        foreach (var person in Team.Owners.Skip(1))
        {
            var own = Team.Sign(client.World, person, subject, terms, VoteDecision.Approve, Span.Hours(24));
            await client.Submit(team.Id, new AccountCommand.VoteOnChange(client.NewId(), proposal.Id, own));
        }

        return true;
    }

    private static VoteTerms TermsOf(AccountView view) =>
        new(view.Id, People.Deployment, view.Roster, view.RosterHash, view.Policy.Version, view.PolicyHash);

    private AccountChange Change(AccountView view)
    {
        var shop = new AllowedDestination(People.Chain, town.Shop.ToString());
        switch (_chance.Below(5))
        {
            case 0:
                var pay = view.Policy.Rules[0] with { Timelock = Span.Seconds(_chance.Between(0, 45)) };
                return new AccountChange.NewPolicy(view.Policy with { Version = view.Policy.Version + (_chance.Below(10) == 0 ? 2 : 1), Rules = [pay] });
            case 1:
                var auditor = new Member($"auditor{view.Roster.Version}", Roles.Auditor, []);
                return new AccountChange.NewRoster(new(view.Roster.Version + 1, view.Roster.Members.Add(auditor)));
            case 2 when view.Allowed.Length > 0:
                return new AccountChange.DisallowDestination(shop);
            case 3:
                return new AccountChange.Unfreeze(view.FreezeNumber);
            default:
                return new AccountChange.AllowDestination(shop);
        }
    }
}
