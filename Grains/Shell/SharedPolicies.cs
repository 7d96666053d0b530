using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Shell;

/// <summary>
/// One object for all policies of one canonical hash: most accounts of a tenant live under the same few, and an account that is awake should not hold
/// a copy of its own. A cache and no part of any value: it only chooses between equal objects, and whoever is alone with a policy keeps his own.
/// </summary>
internal static class SharedPolicies
{
    /// <summary>Most policies of a generation; when one is full, what nobody read since the one before it is no longer shared.</summary>
    public const int MaxPerGeneration = 8192;

    private static readonly Lock _gate = new();

    // Weak: a policy lives as long as an account is awake under it.
    private static Dictionary<Bytes32, WeakReference<Policy>> _newer = [];
    private static Dictionary<Bytes32, WeakReference<Policy>> _older = [];

    /// <summary>The shared object that equals this policy; the given one where there is none, and then it is the shared one.</summary>
    public static Policy Of(Policy policy)
    {
        var hash = Canonical.Hash(policy);
        lock (_gate)
        {
            if (_newer.TryGetValue(hash, out var known) || _older.TryGetValue(hash, out known))
            {
                if (known.TryGetTarget(out var shared)) policy = shared;
                else known.SetTarget(policy);
            }

            if (_newer.TryAdd(hash, known ?? new(policy)) && _newer.Count == MaxPerGeneration) (_older, _newer) = (_newer, []);
            return policy;
        }
    }

    /// <summary>How stored events and states are read so that their policies are shared ones. Their text is the same, and they are written as before.</summary>
    /// <param name="stored">The context that they are written by.</param>
    public static JsonSerializerOptions Reading(JsonSerializerContext stored) => new(stored.Options) { Converters = { new Converter() } };

    private sealed class Converter : JsonConverter<Policy>
    {
        public override Policy? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize(ref reader, ContractJson.Default.Policy) is { } policy ? Of(policy) : null;

        public override void Write(Utf8JsonWriter writer, Policy value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value, ContractJson.Default.Policy);
    }
}
