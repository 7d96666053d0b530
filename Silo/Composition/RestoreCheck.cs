using Orleans;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Lanes;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;

namespace TPWallet.Silo.Composition;

/// <param name="Tenant">The tenant of the journal's streams.</param>
/// <param name="SignerWait">How long a start waits for the signer.</param>
public sealed record RestoreOptions(string Tenant, TimeSpan SignerWait)
{
    /// <summary>Default of <see cref="SignerWait"/>.</summary>
    public static readonly TimeSpan DefaultSignerWait = TimeSpan.FromSeconds(60);
}

/// <summary>
/// Notices that the journal was put back to an older copy, without anybody telling. A key's request is durable in the journal before the signer hears of it; so where the
/// signer signed for a request that the journal does not know, the journal lost its tail, and nothing else can be the cause. Compared at each start, before anything
/// is served. From then on the silo is in recovery (design.md, Restore; docs/restore.md), until the longest limit window is past or an operator ends it.
/// </summary>
/// <remarks>A copy in whose lost tail nothing was signed shows no difference: then an operator says so (<c>restore begin</c>).</remarks>
public sealed class RestoreCheck(
    IJournal journal, ISignerPort signer, IClusterClient grains, JournalClock clock, IncidentBoard incidents, TimeProvider time, RestoreOptions options,
    ILogger<RestoreCheck> log, IRecoveryStore? store = null)
{
    /// <summary>Pages of signatures that are compared at most; each has <see cref="SignedQuery.MaxPage"/>.</summary>
    public const int MaxPages = 8192;

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly SortedSet<string> _lost = new(StringComparer.Ordinal);

    /// <summary>Compares journal and signer, and begins a recovery where they differ.</summary>
    /// <exception cref="SetUpException">The signer does not answer: without it nothing is served.</exception>
    public async Task CompareAsync(CancellationToken cancellationToken)
    {
        // Before anything is served, whatever the store: a clock that has not heard the database refuses every command.
        var askedAt = clock.AskNow();
        clock.Observe(await journal.DatabaseTimeAsync(cancellationToken), askedAt);
        if (store is null) return;
        var known = await store.ReadRecoveryAsync(cancellationToken);
        var (newest, lost) = await FindLostAsync(known?.SignedUpTo ?? 0, rousing: known is { RousedAtUnixMs: null }, cancellationToken);
        if (lost > 0)
        {
            known = await store.BeginRecoveryAsync(
                $"the signer signed {lost} or more requests that this journal does not know: it lost its tail", newest, cancellationToken);
        }

        Enter(known);
    }

    /// <summary>Goes on with a recovery: wakes the lanes, looks whether it is over.</summary>
    public async Task GoOnAsync(CancellationToken cancellationToken)
    {
        if (store is null || clock.Recovery is not { EndedAtUnixMs: null } recovery) return;
        if (recovery.RousedAtUnixMs is null && await RousedAsync(cancellationToken))
            await store.NoteRousedAsync(recovery.BeganAtUnixMs, cancellationToken);
        if (clock.Now.UnixMs > recovery.BeganAtUnixMs + LimitWindows.Kept.Ms)
            await store.EndRecoveryAsync(recovery.BeganAtUnixMs, "every limit window has passed", cancellationToken);
        clock.Recovery = await store.ReadRecoveryAsync(cancellationToken);
    }

    private void Enter(RecoveryEpoch? recovery)
    {
        clock.Recovery = recovery;
        if (recovery is { EndedAtUnixMs: null })
            incidents.Raise(IncidentCodes.JournalRestored, $"recovery {recovery.BeganAtUnixMs}", recovery.Reason);
    }

    /// <summary>Walks back through the signatures as long as there are ones that the journal does not know.</summary>
    /// <param name="explained">Number up to which an earlier recovery explains them.</param>
    /// <param name="rousing">Whether the lanes of explained ones are still to be woken.</param>
    private async Task<(long Newest, int Lost)> FindLostAsync(long explained, bool rousing, CancellationToken cancellationToken)
    {
        var (newest, lost, query) = (0L, 0, SignedQuery.Newest);
        for (var pages = 0; pages < MaxPages; pages++)
        {
            var page = await AskAsync(query, cancellationToken);
            if (page.Intents.IsEmpty) break;
            newest = Math.Max(newest, page.Intents[0].Number);
            var unknown = 0;
            foreach (var signed in page.Intents.Where(signed => rousing || lost > 0 || signed.Number > explained))
            {
                var key = new StreamName(options.Tenant, "key", $"{signed.Leg.Packet.Owner}/{signed.Key}");
                if (await journal.FindCommandAsync(key.Id, signed.Request, cancellationToken) is not null) continue;
                _lost.Add($"{signed.Chain}/{signed.Address}");
                unknown++;
                if (signed.Number > explained) lost++;
            }

            // Requests are signed nearly in the order in which they became durable: a page that is known throughout ends the lost tail.
            if (unknown == 0 || page.Next is not { } next) break;
            query = query with { Before = next };
        }

        return (newest, lost);
    }

    private async Task<SignedPage> AskAsync(SignedQuery query, CancellationToken cancellationToken)
    {
        for (var since = time.GetTimestamp(); ;)
        {
            switch (await signer.SignedAsync(query, cancellationToken))
            {
                case SignerAnswer<SignedPage>.Given given:
                    return given.Value;
                case SignerAnswer<SignedPage>.Refused { Rejection: { Code: not RejectionCode.Overloaded } rejection }:
                    throw new SetUpException($"The signer does not say what it signed: {rejection}. Without that the journal cannot be compared with it.");
                case var none when time.GetElapsedTime(since) > options.SignerWait:
                    throw new SetUpException(
                        $"The signer did not answer for {options.SignerWait.TotalSeconds:0} s ({none}). The journal is compared with it before anything is served.");
                case var none:
                    log.LogWarning("Waiting for the signer, to compare the journal with it: {Answer}", none);
                    await Task.Delay(Again, time, cancellationToken);
                    break;
            }
        }
    }

    /// <summary>
    /// Every lane of the journal and every lane that it lost hears of the restore, so that what was signed is followed although nobody asks. One that cannot be
    /// woken, as one that cannot be read, keeps none of the others asleep; all are tried again later.
    /// </summary>
    private async Task<bool> RousedAsync(CancellationToken cancellationToken)
    {
        var all = true;
        foreach (var lanes in _lost.Chunk(ISweeperGrain.MaxRoused)) all &= await RousedAsync(lanes);
        foreach (var kind in new[] { LaneDecider.Kind, CoinLaneDecider.Kind })
        {
            StreamId after = default;
            while (await store!.ReadStreamsAsync(kind, after, ISweeperGrain.MaxRoused, cancellationToken) is { Count: > 0 } page)
            {
                all &= await RousedAsync([.. page.Where(lane => lane.Tenant == options.Tenant).Select(lane => lane.Key)]);
                after = page[^1].Id;
            }
        }

        return all;
    }

    private async Task<bool> RousedAsync(string[] lanes)
    {
        try
        {
            await grains.GetGrain<ISweeperGrain>("0").Rouse(lanes);
            return true;
        }
        catch (Exception failure)
        {
            log.LogWarning(failure, "Not every lane could be told of the journal's restore; tried again.");
            return false;
        }
    }
}
