using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>
/// What governs an account at one moment: its genesis with every enacted change applied. The Account grain and the signer each build it
/// themselves. The hashes are those that a vote binds.
/// </summary>
/// <param name="Allowed">The allow-list in force, by "chain|destination".</param>
/// <param name="Joined">When each device that is not of the genesis came into force, by "member|device".</param>
/// <param name="ChangesEnacted">Length of the lineage; the next change has this number plus one.</param>
public sealed record Governance(
    Genesis Genesis,
    AccountId Account,
    Roster Roster,
    Bytes32 RosterHash,
    Policy Policy,
    Bytes32 PolicyHash,
    ImmutableSortedDictionary<StateKey, AllowedDestination> Allowed,
    ImmutableSortedDictionary<StateKey, Instant> Joined,
    int ChangesEnacted)
{
    /// <summary>What the members decided about risk; null: nothing yet, the deployment's default holds.</summary>
    public RiskMode? Risk { get; init; }

    /// <summary>What channel keys may sign, by their names.</summary>
    public ImmutableSortedDictionary<StateKey, ChannelMandate> Channels { get; init; } = ImmutableSortedDictionary<StateKey, ChannelMandate>.Empty;

    /// <summary>The same of chains of the Bitcoin family.</summary>
    public ImmutableSortedDictionary<StateKey, CoinMandate> CoinChannels { get; init; } = ImmutableSortedDictionary<StateKey, CoinMandate>.Empty;

    /// <summary>Before any change: roster version 1 from the genesis members, the genesis policy.</summary>
    public static Governance FromGenesis(Genesis genesis)
    {
        var roster = new Roster(1, genesis.Members);
        return new(
            genesis,
            Canonical.AccountId(genesis),
            roster,
            Canonical.Hash(roster),
            genesis.Policy,
            Canonical.Hash(genesis.Policy),
            ImmutableSortedDictionary<StateKey, AllowedDestination>.Empty,
            ImmutableSortedDictionary<StateKey, Instant>.Empty,
            0);
    }

    /// <summary>Applies a change that was found valid (ChangeCheck, Lineage); checks nothing itself.</summary>
    public Governance Apply(EnactedChange enacted)
    {
        var next = this with { ChangesEnacted = ChangesEnacted + 1 };
        return enacted.Proposal.Change switch
        {
            AccountChange.NewPolicy change => next with { Policy = change.Policy, PolicyHash = Canonical.Hash(change.Policy) },
            AccountChange.NewRoster change => next with
            {
                Roster = change.Roster,
                RosterHash = Canonical.Hash(change.Roster),
                Joined = JoinedAfter(change.Roster, enacted.EnactedAt),
            },
            AccountChange.AllowDestination change => next with { Allowed = Allowed.SetItem(Key(change.Destination), change.Destination) },
            AccountChange.DisallowDestination change => next with { Allowed = Allowed.Remove(Key(change.Destination)) },
            AccountChange.SetRisk change => next with { Risk = change.Mode },
            AccountChange.GrantChannels { Mandate: var mandate } => next with { Channels = Channels.SetItem(ChannelKey(mandate.Key), mandate) },
            AccountChange.RevokeChannels change => next with { Channels = Channels.Remove(ChannelKey(change.Key)), CoinChannels = CoinChannels.Remove(ChannelKey(change.Key)) },
            AccountChange.GrantCoinChannels { Mandate: var mandate } => next with { CoinChannels = CoinChannels.SetItem(ChannelKey(mandate.Key), mandate) },
            AccountChange.Unfreeze or AccountChange.ResumeLane => next,
            _ => throw new UnreachableException($"No such change: {enacted.Proposal.Change.GetType().Name}."),
        };
    }

    /// <summary>True while a device's votes count only below every soft limit (<see cref="ChangeRules.NewDevicePeriod"/>).</summary>
    public bool IsYoung(Name member, Device device, Instant at)
    {
        var since = Joined.TryGetValue(DeviceKey(member, device.Id), out var joined) && joined > device.AddedAt ? joined : device.AddedAt;
        return since.UnixMs > 0 && at < since + Policy.Changes.NewDevicePeriod;
    }

    /// <summary>True if the destination (an address, or an account id on the ledger) is on the allow-list in force.</summary>
    public bool IsAllowed(ChainId chain, string destination) => Allowed.ContainsKey(Key(new(chain, destination)));

    internal static StateKey Key(AllowedDestination destination) => StateKey.Of(destination.Chain.Value, destination.Destination);

    internal static StateKey ChannelKey(Name key) => StateKey.Of(key.Value);

    private static StateKey DeviceKey(Name member, Name device) => StateKey.Of(member.Value, device.Value);

    private ImmutableSortedDictionary<StateKey, Instant> JoinedAfter(Roster next, Instant at)
    {
        var joined = ImmutableSortedDictionary.CreateBuilder<StateKey, Instant>();
        foreach (var member in next.Members)
        {
            foreach (var device in member.Devices)
            {
                var key = DeviceKey(member.Id, device.Id);
                if (Roster.Device(member.Id, device.Id) is { } known && known == device)
                {
                    if (Joined.TryGetValue(key, out var since)) joined.Add(key, since);
                }
                else
                {
                    joined.Add(key, at);
                }
            }
        }

        return joined.ToImmutable();
    }
}
