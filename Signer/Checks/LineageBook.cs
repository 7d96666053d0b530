using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>A lineage that stands, or why it does not; and what was learnt from it, to be kept before anything is decided on it.</summary>
internal sealed record AcceptedLineage(Governance? Governance, Rejection? Refusal, ImmutableArray<Fact> Learnt);

/// <summary>
/// Replays an account's lineage from its genesis and holds it against what was accepted before: it may be longer, never shorter and never another
/// one. A change with a time lock counts only when this signer saw it, voted, that long ago by its own clock; so a thief of the silo cannot
/// date a change back.
/// </summary>
internal sealed class LineageBook(IFactStore store)
{
    /// <summary>Replays kept in memory; beyond this all are dropped and made again as needed.</summary>
    private const int MaxKept = 4096;

    /// <summary>By the hash of genesis and lineage, votes included: the same bytes give the same governance. A cache, not state.</summary>
    private readonly ConcurrentDictionary<Bytes32, Governance> _replayed = new();

    public AcceptedLineage Accept(Genesis genesis, ImmutableArray<EnactedChange> lineage, Stamp now)
    {
        var account = Canonical.AccountId(genesis);
        var known = store.Accepted(account);
        if (lineage.Length < known.Length)
            return Refuse(RejectionCode.StaleVersion, $"a lineage of at least {known.Length} changes", $"{lineage.Length} changes");
        ImmutableArray<Bytes32> hashes = [.. lineage.Select(static link => Canonical.Hash(link.Proposal))];
        for (var i = 0; i < known.Length; i++)
        {
            if (hashes[i] != known[i])
                return Refuse(RejectionCode.LineageBroken, $"change {i + 1} with hash {known[i]}, which was accepted", $"hash {hashes[i]}");
        }

        var (governance, broken) = Replay(genesis, lineage, now.Latest);
        if (governance is null) return new(null, broken, []);
        if (Locked(genesis, lineage, hashes, known.Length, now) is { } locked) return locked;
        return known.Length == lineage.Length
            ? new(governance, null, [])
            : new(governance, null, [new Fact.LineageAdvanced(
                account, [.. hashes.Skip(known.Length)], governance.Policy.Version, governance.PolicyHash, governance.RosterHash)]);
    }

    private static AcceptedLineage Refuse(RejectionCode code, string expected, string actual) => new(null, new(code, expected, actual), []);

    private (Governance? Governance, Rejection? Broken) Replay(Genesis genesis, ImmutableArray<EnactedChange> lineage, Instant now)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(new AccountLineage(genesis, lineage), ContractJson.Default.AccountLineage);
        var name = Bytes32.From(SHA256.HashData(bytes));
        if (_replayed.TryGetValue(name, out var before)) return (before, null);
        switch (Lineage.Replay(genesis, lineage, now))
        {
            case Replayed.Whole whole:
                if (_replayed.Count >= MaxKept) _replayed.Clear();
                _replayed[name] = whole.Governance;
                return (whole.Governance, null);
            case Replayed.Broken broken:
                return (null, broken.Rejection);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>The first new change whose time lock still runs here. What was never announced is announced by being shown, since its votes are good.</summary>
    private AcceptedLineage? Locked(Genesis genesis, ImmutableArray<EnactedChange> lineage, ImmutableArray<Bytes32> hashes, int known, Stamp now)
    {
        var governance = Governance.FromGenesis(genesis);
        var learnt = ImmutableArray.CreateBuilder<Fact>();
        Rejection? refusal = null;
        for (var i = 0; i < lineage.Length; i++)
        {
            var timelock = ChangeCheck.Timelock(governance, lineage[i].Proposal.Change);
            governance = governance.Apply(lineage[i]);
            if (i < known || timelock == Span.Zero) continue;
            var seen = store.FirstSeen(governance.Account, hashes[i], Bytes32.Zero);
            if (seen is null) learnt.Add(new Fact.SubjectSeen(governance.Account, hashes[i], Bytes32.Zero));
            var until = (seen ?? now.Latest) + timelock;
            if (until > now.Earliest) refusal ??= new(RejectionCode.TimelockRunning, $"change {i + 1} in force from {until}", $"{now.Earliest}");
        }

        return refusal is null ? null : new(null, refusal, learnt.ToImmutable());
    }
}
