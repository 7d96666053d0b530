using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>
/// The effects of an account's intents, worked out from those of the state before: an account that pays much owes thousands, and each event changes a
/// few. No part of the state's value: all are equal, and the answer depends on nothing but what is asked.
/// </summary>
internal sealed class OwedIntents : IEquatable<OwedIntents>
{
    private Made? _made;

    public ImmutableSortedDictionary<string, Effect> Of(AccountId account, ImmutableSortedDictionary<StateKey, AccountIntent> intents)
    {
        var made = _made is { } last && last.Account == account ? last : new(account, intents.Clear(), Made.None);
        if (ReferenceEquals(made.Intents, intents)) return made.Effects;
        var effects = made.Effects.ToBuilder();
        using var before = made.Intents.GetEnumerator();
        using var after = intents.GetEnumerator();
        var (moreBefore, moreAfter) = (before.MoveNext(), after.MoveNext());
        while (moreBefore || moreAfter)
        {
            var order = !moreBefore ? 1 : !moreAfter ? -1 : before.Current.Key.CompareTo(after.Current.Key);
            if (order < 0) effects.Remove(before.Current.Key.Value);
            else if (order > 0 || !ReferenceEquals(before.Current.Value, after.Current.Value))
                effects[after.Current.Key.Value] = AccountEffects.Of(account, after.Current.Key.Value, after.Current.Value);
            if (order <= 0) moreBefore = before.MoveNext();
            if (order >= 0) moreAfter = after.MoveNext();
        }

        _made = new(account, intents, effects.ToImmutable());
        return _made.Effects;
    }

    public bool Equals(OwedIntents? other) => other is not null;

    public override bool Equals(object? obj) => obj is OwedIntents;

    public override int GetHashCode() => 0;

    private sealed record Made(AccountId Account, ImmutableSortedDictionary<StateKey, AccountIntent> Intents, ImmutableSortedDictionary<string, Effect> Effects)
    {
        public static ImmutableSortedDictionary<string, Effect> None { get; } = ImmutableSortedDictionary.Create<string, Effect>(StringComparer.Ordinal);
    }
}
