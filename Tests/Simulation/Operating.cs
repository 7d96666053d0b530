using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Simulation;

/// <summary>What operators do: they take nodes out of use, hold new spending of an account or a chain back, let it go on, and judge the token's contract.</summary>
internal sealed class Operating(Client client, Town town)
{
    private const string Operator = "olga";

    private readonly Chance _chance = client.Chance;

    /// <summary>One thing that is stopped for a while.</summary>
    public async Task MaintainAsync()
    {
        switch (_chance.Below(5))
        {
            case 0:
                await client.Submit(new TrackerCommand.StopByOperator(client.NewId(), Operator, "maintenance"));
                await Pause();
                await client.Submit(new TrackerCommand.ResumeByOperator(client.NewId(), Operator));
                break;
            case 1:
                var team = _chance.Pick(town.Teams);
                await client.Submit(team.Id, new AccountCommand.StopByOperator(client.NewId(), Operator, "a question"));
                await Pause();
                await client.Submit(team.Id, new AccountCommand.ResumeByOperator(client.NewId(), Operator));
                if (_chance.Below(4) == 0) await client.Submit(team.Id, new AccountCommand.ErasePersonal(client.NewId(), Operator, "ticket 7"));
                break;
            case 2:
                await SpareKeyAsync();
                break;
            case 3:
                await client.Submit(client.World.NodeName(_chance.Below(client.World.Nodes.Count)), new SupernodeCommand.Reinstate(client.NewId(), Operator, "looked at it"));
                break;
            default:
                var node = client.World.NodeName(_chance.Below(client.World.Nodes.Count));
                await client.Submit(node, new SupernodeCommand.Cordon(client.NewId(), Operator, "maintenance"));
                await Pause();
                await client.Submit(node, new SupernodeCommand.Uncordon(client.NewId(), Operator));
                break;
        }
    }

    /// <summary>In a healed world: nothing stays stopped, whoever gave up on it before.</summary>
    public async Task LetGoAsync()
    {
        await client.Submit(new TrackerCommand.ResumeByOperator(client.NewId(), Operator));
        foreach (var team in town.Teams) await client.Submit(team.Id, new AccountCommand.ResumeByOperator(client.NewId(), Operator));
    }

    /// <summary>The chain contradicted itself; somebody looked, and following goes on from a block of today's chain.</summary>
    public Task ResumeChainAsync() =>
        client.Submit(new TrackerCommand.Resume(client.NewId(), client.World.Chain.Finalized.Ref, Operator));

    /// <summary>A key that the signer made in another tier, before the journal was put back say: it says so, for good.</summary>
    private async Task SpareKeyAsync()
    {
        var team = _chance.Pick(town.Teams);
        await client.World.Signer.MakeKeyAsync(new(team.Genesis, "spare", People.Chain, Tier.Warm));
        await client.Submit(team.Id, new AccountCommand.RequestKey(client.NewId(), "spare", People.Chain, Tier.Hot));
    }

    /// <summary>The token's contract is found good or bad, in the code that it has or in another.</summary>
    public async Task JudgeTokenAsync()
    {
        var code = _chance.Below(4) > 0 ? Checks.TokenCode : new(Bytes32.Zero, null);
        var (now, later) = (client.World.Now, client.World.Now + Span.Hours(_chance.Between(1, 48)));
        await client.Submit(new DappCommand.RecordSource(client.NewId(), Operator, new(code, null)));
        await client.Submit(new DappCommand.RecordAudit(
            client.NewId(), Operator, new($"auditor{_chance.Below(3)}", new Bytes32((ulong)_chance.Below(3)), code, now - Span.Hours(24), later, new(0, _chance.Below(2), 0, 0))));
        await Pause();
        await client.Submit(_chance.Below(4) switch
        {
            0 => new DappCommand.RecordHolders(client.NewId(), Operator, _chance.Below(1_000_000)),
            1 => new DappCommand.RecordIncident(client.NewId(), Operator, "it was drained"),
            2 => new DappCommand.Withdraw(client.NewId(), Operator, null, "a mistake"),
            _ => new DappCommand.Override(client.NewId(), Operator, new(code, _chance.Below(DappOverride.MaxTrust), later, "rumours")),
        });
        await client.Submit(new DappCommand.Look(client.NewId(), Operator));
    }

    private Task Pause() => client.World.Pause(_chance.Milliseconds(0, 20_000));
}
