using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Signer.Store;

/// <summary>
/// The signer's memory: facts are only ever added, each durable when <see cref="TryAppend"/> returns, and read back in the order of their numbers.
/// Safe from many threads. What it forgets or alters, the checks no longer know: a store that lost facts would sign twice.
/// </summary>
internal interface IFactStore : IDisposable
{
    /// <summary>Number of facts and the chained hash of the last.</summary>
    SignerHead Head { get; }

    /// <summary>The newest fact's date; the signer's time never falls behind it.</summary>
    Instant Newest { get; }

    /// <summary>Facts of an account of one kind, oldest first, after number <paramref name="after"/>.</summary>
    IReadOnlyList<StoredFact> OfAccount(AccountId account, string kind, long after = 0);

    /// <summary>Facts with this subject, oldest first.</summary>
    IReadOnlyList<StoredFact> OfSubject(string kind, string subject);

    /// <summary>What was signed of any leg of a packet, oldest first.</summary>
    IReadOnlyList<StoredFact> OfPacket(PacketRef packet);

    /// <summary>What was signed for a request id, or null.</summary>
    StoredFact? OfRequest(Guid request);

    /// <summary>
    /// Signatures numbered below <paramref name="before"/>, newest first, at most so many; of one lane ("chain/address") or, for null, of all.
    /// </summary>
    IReadOnlyList<StoredFact> Signed(string? lane, long before, int max);

    /// <summary>The number of the account's newest fact, 0 for none: what <see cref="TryAppend"/> compares.</summary>
    long VersionOf(AccountId account);

    /// <summary>
    /// Appends facts of one account, durable when this returns true. False: the account got other facts since <paramref name="expected"/> was
    /// read; decide again.
    /// </summary>
    /// <param name="at">Their date; the newest fact's where that is later.</param>
    bool TryAppend(AccountId account, long expected, Instant at, IReadOnlyList<Fact> facts);
}
