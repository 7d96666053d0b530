using Orleans;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Chains;

/// <summary>
/// One private relay's standing, in its node's grain: what it was sent is held against what watchers, and so proofs, say of it. One that shows the public what it alone was
/// given is an incident: that is all it is paid for.
/// </summary>
internal sealed class RelayDesk(string key, IGrainFactory grains, JournalClock clock)
{
    /// <summary>Transactions that are looked at in one round.</summary>
    private const int MaxLooks = 256;

    private static readonly Name _leaked = "relay.leaked";

    private readonly string _chain = key[..key.IndexOf('/', StringComparison.Ordinal)];
    private readonly Name _name = new(key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..]);
    private readonly RelayBook _book = new(clock.Now);
    private Name? _organisation;

    /// <summary>The key of the incident of a relay that leaks. There is no slash in it: it is a part of a path.</summary>
    internal static string IncidentOf(ChainId chain, Name relay) => $"relay:{chain}:{relay}";

    /// <summary>Null before the first round.</summary>
    public RelayLine? Line => _organisation is { } organisation ? new(_name, organisation, _book.Counts) : null;

    public async Task RecordAsync(Relayed sent) =>
        _book.Record(sent, (await grains.GetGrain<IChainTrackerGrain>(_chain).Read()).Head?.Number);

    /// <summary>One round. A leak that could not be told is told in the next one, and counts once.</summary>
    public async Task LookAsync(Name organisation)
    {
        _organisation = organisation;
        for (var turn = Math.Min(_book.Turns, MaxLooks); turn > 0 && _book.TryNext(out var transaction); turn--)
        {
            var (end, block) = (RelayEnd.None, (BlockRef?)null);
            try
            {
                var view = await grains.GetGrain<IWatchedTransactionGrain>($"{_chain}/{transaction}").Read();
                var seen = _book.Judge(transaction, view, clock.Now);
                if (seen is not RelayEnd.Leaked || await RaiseAsync(transaction, organisation)) (end, block) = (seen, view?.Inclusion?.Block);
            }
            finally
            {
                _book.End(transaction, end, block);
            }
        }
    }

    /// <summary>Whether the incident has heard of it.</summary>
    private async Task<bool> RaiseAsync(Bytes32 transaction, Name organisation)
    {
        var raise = new IncidentCommand.Raise(
            EffectId.Of("relay", key, $"leak/{transaction}"), IncidentSeverity.Warning, _leaked,
            $"{transaction} was in a node's pool before any block had it, and {_name} of {organisation} alone had been sent it", null);
        return await grains.GetGrain<IIncidentGrain>(IncidentOf(ChainId.Parse(_chain), _name)).Submit(raise) is CommandReply.Accepted;
    }
}
