namespace Orleans.Runtime;

/// <summary>
/// Values that travel with calls, one way: from caller to callee. What the callee sets, its caller never sees.
/// The values must be immutable, as both sides hold the same references.
/// </summary>
public static class RequestContext
{
    // A published dictionary is never changed: Set and Remove publish a copy, so that handing over the reference is enough.
    private static readonly AsyncLocal<Dictionary<string, object>?> _values = new();

    public static IEnumerable<string> Keys => _values.Value?.Keys ?? Enumerable.Empty<string>();

    public static IEnumerable<KeyValuePair<string, object>> Entries => _values.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

    internal static Dictionary<string, object>? Snapshot
    {
        get => _values.Value;
        set => _values.Value = value;
    }

    /// <summary>The value of that key, or null.</summary>
    public static object? Get(string key) => _values.Value?.GetValueOrDefault(key);

    public static void Set(string key, object value)
    {
        var copy = _values.Value is { } current ? new Dictionary<string, object>(current) : new Dictionary<string, object>(1);
        copy[key] = value;
        _values.Value = copy;
    }

    /// <summary>Removes the key; false when it was not there.</summary>
    public static bool Remove(string key)
    {
        if (_values.Value is not { } current || !current.ContainsKey(key))
            return false;
        if (current.Count == 1)
        {
            _values.Value = null;
            return true;
        }
        var copy = new Dictionary<string, object>(current);
        copy.Remove(key);
        _values.Value = copy;
        return true;
    }

    public static void Clear()
    {
        if (_values.Value is not null)
            _values.Value = null;
    }
}
