using System.Collections.Immutable;
using TPWallet.Domain.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// What comes in from somebody on the operator's list, and what becomes of it: reviewers let it go or reject it, owners spend it before, give it back, twice or to somebody else, and a
/// reorg takes it at any moment.
/// </summary>
internal sealed class Arrivals(Client client, Town town, Payments payments)
{
    private const int MaxLooks = 12;

    /// <summary>A little more than is looked at of one payer.</summary>
    private const int Flood = HeldDeposit.MaxOfPayer + 6;

    private readonly Chance _chance = client.Chance;
    private readonly Reviewing _reviewing = new(client);

    public async Task TakeAsync()
    {
        var team = _chance.Pick(town.Teams);
        if (team.Hot is not { } hot) return;
        town.PayIn(hot, People.Ether * (ulong)_chance.Between(1, 10), (ulong)_chance.Below(1_000_000), tainted: true);
        for (var look = 0; look < MaxLooks; look++)
        {
            await client.World.Pause(_chance.Milliseconds(2_000, 30_000));
            if ((await client.ReadHeld(team.Id)).FirstOrDefault(held => held.Stage is HoldStage.Reviewing or HoldStage.Rejected) is not { } found) continue;
            if (_chance.Below(6) == 0) client.World.Chain.TakeAway(found.Deposit.Block.Hash);
            if (found.Stage == HoldStage.Rejected)
            {
                await GiveBackAsync(team, found);
                return;
            }

            if (_chance.Below(3) == 0) await SpendAsync(team, found.Deposit.Amount.Asset);
            if (_chance.Below(6) == 0) await GiveBackAsync(team, found);
            await _reviewing.DecideAsync(HeldDeposit.CaseKey(team.Id, found.Id, found.Case!.Number), against: 6);
            if (_chance.Below(3) == 0) return;
        }
    }

    /// <summary>Many small sums at once, of which reviewers decide a few.</summary>
    public async Task FloodAsync()
    {
        var team = _chance.Pick(town.Teams);
        if (team.Hot is not { } hot) return;
        for (var i = 0; i < Flood; i++) town.PayIn(hot, (ulong)_chance.Between(1_000, 9_000), UInt256.Zero, tainted: true);
        await client.World.Pause(_chance.Milliseconds(60_000, 240_000));
        foreach (var held in (await client.ReadHeld(team.Id)).Where(held => held.Stage == HoldStage.Reviewing).Take(_chance.Between(1, 5)))
            await _reviewing.DecideAsync(HeldDeposit.CaseKey(team.Id, held.Id, held.Case!.Number), against: 2);
    }

    /// <summary>More than can be spent, and no more than there is with what is held: to somebody inside the ledger, where no chain says no.</summary>
    private async Task SpendAsync(Team team, AssetId asset)
    {
        if (await client.Read(team.Id) is not { } view || view.Balances.FirstOrDefault(one => one.Asset == asset) is not { Held.IsZero: false } balance) return;
        var wanted = balance.Available + (balance.Held / 2) + UInt256.One;
        var most = view.Policy.Limits.First(limit => limit.Asset == asset).HardSingle ?? wanted;
        var legs = ImmutableArray.CreateBuilder<Leg>();
        var payee = _chance.Pick(town.Teams.Where(other => other != team).ToArray()).Id;
        for (; !wanted.IsZero && legs.Count < 4; wanted -= legs[^1] is Leg.LedgerTransfer { Amount.Value: var taken } ? taken : UInt256.Zero)
            legs.Add(new Leg.LedgerTransfer($"leg{legs.Count}", [], payee, new(asset, UInt256.Min(wanted, most))));
        if (wanted.IsZero) await payments.CarryAsync(team, legs.ToImmutable());
    }

    /// <summary>A packet that gives a deposit back; now and then to the wrong one, in part, twice, or before anybody rejected it.</summary>
    private async Task GiveBackAsync(Team team, HeldDepositView held)
    {
        var back = LegOf(held, held.Sources.IsEmpty ? town.Shop : held.Sources[0]);
        if (_chance.Below(6) == 0) await payments.CarryAsync(team, [back with { To = town.Shop }]);
        if (_chance.Below(10) == 0) await payments.CarryAsync(team, [back with { Amount = back.Amount with { Value = back.Amount.Value / 2 } }]);
        await payments.CarryAsync(team, [back]);
        if (_chance.Below(4) == 0) await payments.CarryAsync(team, [back]);
    }

    private Leg.ChainTransfer LegOf(HeldDepositView held, Address to) =>
        new("back", [], held.Deposit.To, to, held.Deposit.Amount, new((UInt256)(ulong)_chance.Between(4_000, 12_000) * 1_000_000_000_000)) { Returns = held.Deposit.Ref };
}
