using System.Globalization;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;
using TPWallet.Grains.Signing;

namespace TPWallet.Benchmarks.Channels;

/// <summary>
/// Any number of open channels, stored as their grains store them: the events of a pair in memory, whose deposits are in a state that both signed, with each channel's
/// own facts. Of a channel that is paid through both sides are here and the signer has taken both; of the others A's side is, as at an operator whose peers are elsewhere.
/// </summary>
internal sealed class StoredChannels(ChannelSilo silo, ISignerPort signer)
{
    private const int MaxAtOnce = 256;

    /// <summary>Their wakes are not due while they are measured.</summary>
    private const int WakeAfterHours = 12;

    private readonly MachineCodec<ChannelState, ChannelCommand, ChannelEvent> _codec =
        new(ContractJson.Default.ChannelCommand, ChannelJson.Default.ChannelEvent, ChannelJson.Default.ChannelState);

    private readonly (ChannelEvent[] A, ChannelEvent[] B) _template = Template();
    private readonly List<ChannelRef> _sides = [];

    /// <summary>A's side of a channel.</summary>
    public ChannelRef this[int number] => _sides[number];

    /// <summary>Stores and activates channels until there are so many.</summary>
    public async Task GrowAsync(int count, CancellationToken cancellationToken)
    {
        var first = _sides.Count;
        _sides.AddRange(Enumerable.Range(first, count - first).Select(number => new ChannelRef(ChannelDomain.Id(FactsOf(number)), ChannelSide.A)));
        await ForAllAsync(Enumerable.Range(first, count - first), number => StoreAsync(number, ChannelSide.A, cancellationToken), cancellationToken);
        await ForAllAsync(Enumerable.Range(first, count - first), async number => await silo.Grain(_sides[number]).Read(), cancellationToken);
    }

    /// <summary>Has the signer take both sides of these, stores B's side, and pays once through each, so that nothing of the next update is cold.</summary>
    public async Task PrepareAsync(IReadOnlyCollection<int> numbers, CancellationToken cancellationToken)
    {
        AccountLineage[] lineages = [await silo.LineageAsync(ChannelSide.A), await silo.LineageAsync(ChannelSide.B)];
        foreach (var number in numbers)
            foreach (var side in new[] { ChannelSide.A, ChannelSide.B })
                await ChannelSilo.TakeAsync(signer, FactsOf(number), side, lineages[(int)side], cancellationToken);
        await ForAllAsync(numbers, number => StoreAsync(number, ChannelSide.B, cancellationToken), cancellationToken);
        await ForAllAsync(numbers, number => silo.UpdateAsync(_sides[number], cancellationToken), cancellationToken);
    }

    private static (ChannelEvent[] A, ChannelEvent[] B) Template()
    {
        var (a, b) = ChannelParty.Pair(ChannelSilo.Deposit, keeps: true);
        using (a)
        using (b)
            return ([.. a.Events!], [.. b.Events!]);
    }

    /// <summary>Apart from the channels that were opened in the same silo.</summary>
    private ChannelFacts FactsOf(int number) => silo.FactsOf((ulong)number + 1_000_000);

    private async Task StoreAsync(int number, ChannelSide side, CancellationToken cancellationToken)
    {
        var opening = silo.OpeningOf(FactsOf(number), side);
        var now = new Instant(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var rows = (side == ChannelSide.A ? _template.A : _template.B).Select(@event => @event switch
        {
            ChannelEvent.ChannelOpened => new ChannelEvent.ChannelOpened(opening),
            ChannelEvent.ChannelSeen => new ChannelEvent.ChannelSeen(ChannelSilo.SightOf(opening.Terms)),
            _ => @event,
        }).Select((@event, i) => _codec.Row(@event, i == 0 ? Guid.NewGuid() : null, Bytes32.Zero, now)).ToArray();
        var stream = new StreamName("default", ChannelDecider.Kind, new ChannelRef(_sides[number].Channel, side).ToString());
        var outcome = await silo.Silo.Journal.AppendAsync(
            new(stream, 0, Array.Empty<byte>(), rows, (now + Span.Hours(WakeAfterHours)).UnixMs), cancellationToken);
        if (outcome is not AppendOutcome.Durable)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Channel {number}: {outcome}"));
    }

    private static Task ForAllAsync(IEnumerable<int> numbers, Func<int, Task> run, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        numbers, new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = cancellationToken }, async (number, _) => await run(number));
}
