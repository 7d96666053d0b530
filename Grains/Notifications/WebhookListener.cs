using TPWallet.Domain.Notifications;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Notifications;

/// <summary>
/// What one activation hears for its endpoints. Their durable position moves with news only, or after many batches without: how far it has looked since is a cache, and an
/// activation that comes after it looks again.
/// </summary>
public sealed class WebhookListener(JournalTail tail, NoticeRows rows, string tenant)
{
    /// <summary>Batches without news after which the position is made durable.</summary>
    public const long MostUnheard = 16_384;

    private readonly Dictionary<Name, ImmutableSortedDictionary<int, long>> _looked = [];

    /// <summary>The command that says what is new; null when nothing is.</summary>
    public async Task<WebhookCommand.Hear?> HearAsync(WebhookState state, WebhookEndpoint endpoint, Guid commandId, CancellationToken cancellationToken)
    {
        if (endpoint.Heard is not { } heard)
        {
            _looked.Remove(endpoint.Name);
            return new(commandId, endpoint.Name, await tail.HeadsAsync(cancellationToken), []);
        }

        var position = Later(heard, _looked.GetValueOrDefault(endpoint.Name));
        var page = await tail.ReadAsync(state.Owner, position, WebhookLimits.MaxNews, cancellationToken);
        if (page.Steps.IsEmpty) return null;
        position = position.SetItems(page.Steps.Select(step => KeyValuePair.Create(step.Committer, step.To)));
        var news = await ToldAsync(state.Owner, endpoint.Types, page.News, cancellationToken);
        ImmutableArray<JournalStep> steps =
            [.. position.Where(entry => entry.Value > heard.GetValueOrDefault(entry.Key)).Select(entry => new JournalStep(entry.Key, heard.GetValueOrDefault(entry.Key), entry.Value))];
        _looked[endpoint.Name] = position;
        if (news.IsEmpty && steps.Sum(static step => step.To - step.From) < MostUnheard) return null;

        // It counts as looked at when it is durable.
        _looked.Remove(endpoint.Name);
        return new(commandId, endpoint.Name, steps, news);
    }

    /// <summary>From the first row that is told to the last one; subjects without any are left out.</summary>
    private async Task<ImmutableArray<WebhookNews>> ToldAsync(
        string owner, ImmutableArray<string> types, ImmutableArray<WebhookNews> news, CancellationToken cancellationToken)
    {
        var told = ImmutableArray.CreateBuilder<WebhookNews>();
        foreach (var one in news)
        {
            var (first, last) = (0L, 0L);
            for (var from = one.From; from <= one.Through;)
            {
                var (some, next) = await rows.ReadAsync(tenant, owner, one.Subject, from, one.Through, types, cancellationToken);
                if (some.Count > 0) (first, last) = (first == 0 ? some[0].Version : first, some[^1].Version);
                from = next;
            }

            if (first > 0) told.Add(new(one.Subject, first, last));
        }

        return told.ToImmutable();
    }

    private static ImmutableSortedDictionary<int, long> Later(ImmutableSortedDictionary<int, long> heard, ImmutableSortedDictionary<int, long>? looked) => looked is null
        ? heard
        : looked.SetItems(heard.Where(entry => entry.Value > looked.GetValueOrDefault(entry.Key)));
}
