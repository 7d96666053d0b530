using System.Runtime.CompilerServices;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Channels;

/// <summary>All that ever happened to a side of a channel, from its stream.</summary>
/// <param name="tenant">The journal's.</param>
public sealed class SideHistory(IJournal journal, string tenant)
{
    private const int Page = 512;

    /// <summary>The side's events, oldest first.</summary>
    public async IAsyncEnumerable<(ChannelEvent Event, Instant At)> ReadAsync(ChannelRef side, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = StreamId.Of(tenant, ChannelDecider.Kind, side.ToString());
        for (var from = 1L; ;)
        {
            var rows = await journal.ReadAsync(stream, from, Page, cancellationToken);
            foreach (var row in rows)
                if (!ShellRows.IsShell(row)) yield return (ChannelGrain.Codec.Read(row), new(row.AtUnixMs));
            if (rows.Count < Page) yield break;
            from = rows[^1].Version + 1;
        }
    }
}
