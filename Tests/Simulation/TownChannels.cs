using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using OpenAccount = TPWallet.Domain.Accounts.AccountState.Open;

namespace TPWallet.Tests.Simulation;

/// <summary>Channels between the accounts of a town, in one world of three: each account votes a mandate for its channel key, and each has one with the next.</summary>
internal sealed class TownChannels(World world, Town town, Chance chance)
{
    private const int MaxLooks = 60;
    private const int LooksBetweenVotes = 12;

    private static readonly Name _key = "channels";
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(5);
    private static readonly UInt256 _mostDeposited = 1_000_000;

    private readonly List<(Team Team, ChannelRef Side)> _sides = [];
    private readonly Dictionary<ChannelRef, ChannelOpening> _openings = [];

    /// <summary>Sides of channels that were begun, each with its team.</summary>
    public IReadOnlyList<(Team Team, ChannelRef Side)> Sides => _sides;

    /// <summary>Where payments and invoices are meant.</summary>
    public static Grains.Interfaces.Invoices.InvoicePlace Place { get; } = new(_key, People.Chain, ModelManager.Address, ModelMachine.Token);

    /// <summary>Has all vote their mandates, opens what is to be open, and waits for a while until both sides of each know it.</summary>
    public async Task OpenAsync(IReadOnlyList<Client> clients)
    {
        // Both sides of each channel lose the same tail of one journal: neither can prove to the other what they had signed, and both stand still (docs/simulation.md).
        if (Restores.AreIn(world.Seed) || chance.Below(3) != 0) return;
        var keys = await Task.WhenAll(town.Teams.Select((team, i) => JoinAsync(clients[i], team)));
        for (var i = 0; i < town.Teams.Length; i++)
        {
            var next = (i + 1) % town.Teams.Length;
            // Now and then the ring is not closed.
            if (keys[i] is not { } one || keys[next] is not { } two || (next == 0 && chance.Below(2) == 0)) continue;
            await OpenAsync(clients[i], (town.Teams[i], one), (town.Teams[next], two));
        }

        for (var look = 0; look < MaxLooks && !_sides.TrueForAll(side => StateOf(side.Side) is { Phase: ChannelPhase.Open, Announced: not null }); look++)
        {
            await OpenAgainAsync(clients[0]);
            await world.Pause(_look);
        }
    }

    /// <summary>
    /// A mandate that was enacted while all clocks were ahead is one of the future once they are right again: the signer refuses the channel for good, and people open it once more.
    /// </summary>
    public async Task OpenAgainAsync(Client client)
    {
        foreach (var (_, side) in _sides)
            if (StateOf(side) is { Phase: ChannelPhase.None, Trouble: not null }) await client.Submit(side, new ChannelCommand.Open(client.NewId(), _openings[side]));
    }

    private async Task OpenAsync(Client client, (Team Team, Address Key) one, (Team Team, Address Key) two)
    {
        var facts = world.Chain.Manager.Open(one.Key, two.Key, (ulong)chance.Between(5_000, 400_000), (ulong)chance.Between(1, 200_000));
        foreach (var (team, key) in new[] { one, two })
        {
            var side = new ChannelRef(ChannelDomain.Id(facts), key == facts.A ? ChannelSide.A : ChannelSide.B);
            _openings[side] = new(team.Id, _key, facts, ModelManager.Terms, null);
            // Also what was answered by Retry may have been written before.
            while (await client.Submit(side, new ChannelCommand.Open(client.NewId(), _openings[side])) is not CommandReply.Accepted && StateOf(side) is not { Opening: not null })
                await world.Pause(_look);
            _sides.Add((team, side));
        }
    }

    private ChannelState? StateOf(ChannelRef side) => world.Checks.Find(new(World.Tenant, ChannelDecider.Kind, side.ToString()))?.State as ChannelState;

    /// <summary>The account's channel key, once its mandate is in force; null: that took too long.</summary>
    private async Task<Address?> JoinAsync(Client client, Team team)
    {
        var mine = default(Address?);
        for (var look = 0; look < MaxLooks; look++)
        {
            if (mine is null && await client.ReadChannelKey(team.Id, _key) is SignerAnswer<KeyAttestation>.Given { Value.Address: var made }) mine = made;
            if (mine is { } key && world.Checks.Find(new(World.Tenant, "account", team.Id.ToString()))?.State is OpenAccount { Governance.Channels.IsEmpty: false }) return key;
            if (mine is { } payout && look % LooksBetweenVotes == 0) await GrantAsync(client, team, payout);
            await world.Pause(_look);
        }

        return null;
    }

    /// <param name="payout">As the contract of the three nodes' world knows it: a party is paid out to its own key.</param>
    private async Task GrantAsync(Client client, Team team, Address payout)
    {
        if (await client.Read(team.Id) is not { } view) return;
        var mandate = new ChannelMandate(_key, People.Chain, ModelManager.Address, ModelMachine.Token, _mostDeposited, payout) { MostFees = People.Ether };
        var proposal = new ChangeProposal($"grant-{town.Next()}", team.Id, view.ChangesEnacted + 1, new AccountChange.GrantChannels(mandate), Team.Owners[0].Id, world.Now);
        await new Governing(client, town).CarryAsync(team, view, proposal);
    }
}
