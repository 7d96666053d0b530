namespace Orleans.Runtime;

/// <summary>Who subscribes to what in a cluster. A stream that nobody subscribes to leaves nothing here.</summary>
internal sealed class SubscriptionTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Provider, StreamId Id), Subscription[]> _streams = [];

    public Subscription[] Of(string provider, StreamId id)
    {
        lock (_gate)
            return _streams.GetValueOrDefault((provider, id), []);
    }

    public void Add(Subscription subscription)
    {
        var key = (subscription.Provider.Name, subscription.Id);
        lock (_gate)
            _streams[key] = [.. _streams.GetValueOrDefault(key, []), subscription];
    }

    public void Remove(Subscription subscription)
    {
        var key = (subscription.Provider.Name, subscription.Id);
        lock (_gate)
        {
            var left = _streams.GetValueOrDefault(key, []).Where(other => !ReferenceEquals(other, subscription)).ToArray();
            if (left.Length > 0)
                _streams[key] = left;
            else
                _streams.Remove(key);
        }
    }
}
