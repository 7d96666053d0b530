using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>What ChannelRunner reads of a contract: a final block, what the newest one says of a close, and the events of channels that are settled.</summary>
internal sealed class ContractLook(ModelChain chain)
{
    private readonly List<(ulong Block, Bytes32 Channel, ContractEntry Entry)> _entries = [];

    /// <summary>What final blocks say of channels' money, oldest first.</summary>
    internal IReadOnlyList<(ulong Block, Bytes32 Channel, ContractEntry Entry)> Entries => _entries;

    /// <summary>A block became final.</summary>
    internal void Finalise(ModelBlock before, ModelBlock block) =>
        _entries.AddRange(block.Contract.Log.Skip(before.Contract.Log.Count).Select(logged => (block.Number, logged.Channel, logged.Entry)));

    /// <param name="act">How the packet of the act that it asks for stands.</param>
    /// <param name="latest">What a node says of a close that is not final, given the truth.</param>
    internal EffectResult Of(Effect.LookAtChannel e, ActSight? act, Func<ClosingSight?, ClosingSight?> latest)
    {
        var (id, terms) = (ChannelDomain.Id(e.Opening.Facts), e.Opening.Terms);
        var (final, newest) = (chain.Final, chain.Latest.Contract.Find(id));
        var record = final.Contract.Find(id);
        if (record.Stage == ChannelStage.Gone && !e.WasFound) return new EffectResult.NoAnswer("no such channel");
        var account = final.Contract.AccountOf(e.Opening.Facts.PartyOf(e.Us));
        var isNewer = newest.ClosesAt != 0 && (newest.Nonce, newest.ClosesAt) != (record.Nonce, record.ClosesAt);
        var reads = e.EntriesFrom <= final.Number && record.Stage is ChannelStage.Settled or ChannelStage.Gone;
        ImmutableArray<ContractEntry> entries = reads ? [.. _entries.Where(entry => entry.Block >= e.EntriesFrom && entry.Channel == id).Select(static entry => entry.Entry)] : [];
        return new EffectResult.ChannelSeen(new(
            new(final.Number, new Bytes32((UInt256)final.Number)), final.Second, record.IsSettled ? default : record.Funds, record.Withdrawn, record.Nonce, record.ClosesAt, terms.LockFloor, terms.TrimCap)
        {
            Window = ModelContract.Window,
            Stage = record.Stage,
            Credit = account.Credit,
            Pulls = account.Pulls,
            Latest = latest(isNewer ? new(newest.Nonce, newest.ClosesAt) : null),
            Act = act,
            Registry = e.Overdue.IsEmpty ? default : [.. e.Overdue.Select(open => See(final.Contract, open))],
            Entries = entries.IsEmpty ? default : entries,
            EntriesTo = reads ? final.Number : 0,
        });
    }

    private static RegistrySight See(ModelContract contract, ChannelLock open) =>
        contract.Registry.TryGetValue(open.Target, out var entry) ? new(open.Kind, open.Target, entry.Second, entry.Secret) : new(open.Kind, open.Target, 0, null);
}
