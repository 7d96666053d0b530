using System.Collections.Immutable;
using System.Numerics;
using System.Security.Cryptography;

namespace TPWallet.Crypto.Channels;

/// <summary>A secret that the other party has given away.</summary>
/// <param name="Index">Its index, at most <see cref="CommitmentSecrets.FirstIndex"/>.</param>
/// <param name="Secret">32 bytes.</param>
public readonly record struct KnownSecret(ulong Index, ImmutableArray<byte> Secret);

/// <summary>What became of a secret that the other party gave.</summary>
public enum SecretInsertion
{
    /// <summary>It fits and is in the new store.</summary>
    Inserted,

    /// <summary>It is not 32 bytes that are a private key.</summary>
    NotASecret,

    /// <summary>It is not the next one: secrets come one by one, with falling indices.</summary>
    OutOfOrder,

    /// <summary>An earlier secret does not follow from it: not all are from one seed, and later ones could not be found again.</summary>
    NotOfOneSeed,
}

/// <summary>
/// All secrets that the other party of a channel has given away, in at most 49 places (BOLT-3, efficient per-commitment secret storage). Place n holds the
/// latest secret whose index ends in n zero bits. Never changed: an insertion makes another store.
/// </summary>
public sealed class CommitmentSecretStore
{
    private readonly ImmutableArray<KnownSecret> _known;

    private CommitmentSecretStore(ImmutableArray<KnownSecret> known) => _known = known;

    /// <summary>Before the first secret came.</summary>
    public static CommitmentSecretStore Empty { get; } = new([]);

    /// <summary>What has to be stored, place by place.</summary>
    public ImmutableArray<KnownSecret> Known => _known;

    /// <summary>The index that must come next; null after the last one.</summary>
    public ulong? NextIndex => _known.IsEmpty ? CommitmentSecrets.FirstIndex : Lowest(_known) is 0 ? null : Lowest(_known) - 1;

    /// <summary>The store of <see cref="Known"/>; null if no sequence of insertions leaves such places.</summary>
    public static CommitmentSecretStore? Restore(IReadOnlyList<KnownSecret> known)
    {
        ArgumentNullException.ThrowIfNull(known);
        if (known.Count == 0) return Empty;
        if (known.Count > CommitmentSecrets.IndexBits + 1) return null;
        var store = new CommitmentSecretStore([.. known]);
        var lowest = Lowest(store._known);
        for (var place = 0; place <= CommitmentSecrets.IndexBits; place++)
        {
            var index = LatestOf(place, lowest);
            if (index > CommitmentSecrets.FirstIndex) return place == known.Count ? store : null;
            if (place >= known.Count || known[place].Index != index || known[place].Secret is not { IsDefault: false, Length: PrivateKey.Length }) return null;
        }

        return store;
    }

    /// <summary>Takes the next secret and checks that those before follow from it (insert_secret). The store stays the same unless it was inserted.</summary>
    public SecretInsertion Insert(ulong index, ReadOnlySpan<byte> secret32, out CommitmentSecretStore store)
    {
        store = this;
        if (!Secp256k1.IsValidPrivateKey(secret32)) return SecretInsertion.NotASecret;
        if (index != NextIndex) return SecretInsertion.OutOfOrder;
        var place = PlaceOf(index);
        Span<byte> derived = stackalloc byte[PrivateKey.Length];
        for (var lower = 0; lower < place; lower++)
        {
            secret32.CopyTo(derived);
            CommitmentSecrets.Derive(derived, place, _known[lower].Index);
            if (!CryptographicOperations.FixedTimeEquals(derived, _known[lower].Secret.AsSpan())) return SecretInsertion.NotOfOneSeed;
        }

        var taken = new KnownSecret(index, [.. secret32]);
        store = new(place < _known.Length ? _known.SetItem(place, taken) : _known.Add(taken));
        return SecretInsertion.Inserted;
    }

    /// <summary>A secret that came before (derive_old_secret); null if it has not come yet.</summary>
    public byte[]? Find(ulong index)
    {
        if (index > CommitmentSecrets.FirstIndex) return null;
        for (var place = 0; place < _known.Length; place++)
        {
            if (index >> place << place != _known[place].Index) continue;
            var secret = _known[place].Secret.ToArray();
            CommitmentSecrets.Derive(secret, place, index);
            return secret;
        }

        return null;
    }

    /// <summary>Zero bits at the end of an index (where_to_put_secret); index 0, the seed itself, has the last place.</summary>
    private static int PlaceOf(ulong index) => Math.Min(BitOperations.TrailingZeroCount(index), CommitmentSecrets.IndexBits);

    /// <summary>The lowest index, not below a bound, that has this place.</summary>
    private static ulong LatestOf(int place, ulong bound)
    {
        if (place == CommitmentSecrets.IndexBits) return bound == 0 ? 0 : ulong.MaxValue;
        var step = 1UL << place;
        var index = (bound + step - 1) / step * step;
        return (index & step) != 0 ? index : index + step;
    }

    private static ulong Lowest(ImmutableArray<KnownSecret> known)
    {
        var lowest = known[0].Index;
        foreach (var one in known) lowest = Math.Min(lowest, one.Index);
        return lowest;
    }
}
