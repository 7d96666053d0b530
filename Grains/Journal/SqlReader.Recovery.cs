namespace TPWallet.Grains.Journal;

/// <summary>The restores that a database went through, in both stores.</summary>
public abstract partial class SqlReader
{
    /// <summary>See <see cref="IRecoveryStore.BeginRecoveryAsync"/>: instant, number, reason. Never at or before an earlier one, whatever the clock says.</summary>
    public const string BeginRecoverySql =
        "insert into recovery (began_at, signed_up_to, reason) "
        + "select case when m.newest >= $1 then m.newest + 1 else $1 end, $2, $3 from (select coalesce(max(began_at), 0) as newest from recovery) m";

    /// <summary>See <see cref="IRecoveryStore.NoteRousedAsync"/>.</summary>
    public const string NoteRousedSql = "update recovery set roused_at = $2 where began_at = $1 and roused_at is null";

    /// <summary>See <see cref="IRecoveryStore.EndRecoveryAsync"/>.</summary>
    public const string EndRecoverySql = "update recovery set ended_at = $2, ended_because = $3 where began_at = $1 and ended_at is null";

    /// <summary>A reason as far as it is kept.</summary>
    public static string Cut(string reason) => reason.Length <= RecoveryEpoch.MaxReason ? reason : reason[..RecoveryEpoch.MaxReason];

    /// <summary>See <see cref="IRecoveryStore.ReadRecoveryAsync"/>.</summary>
    public async Task<RecoveryEpoch?> ReadRecoveryAsync(CancellationToken cancellationToken)
    {
        var found = await QueryAsync(
            "select began_at, signed_up_to, reason, roused_at, ended_at, ended_because from recovery order by began_at desc limit 1",
            static reader => new RecoveryEpoch(
                reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetInt64(3),
                reader.IsDBNull(4) ? null : reader.GetInt64(4), reader.IsDBNull(5) ? null : reader.GetString(5)),
            cancellationToken).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>See <see cref="IRecoveryStore.ReadStreamsAsync"/>.</summary>
    public async Task<IReadOnlyList<StreamName>> ReadStreamsAsync(string kind, StreamId after, int max, CancellationToken cancellationToken) =>
        await QueryAsync(
            "select tenant, kind, key from stream where kind = @kind and stream > @after order by stream limit @max",
            static reader => new StreamName(reader.GetString(0), reader.GetString(1), reader.GetString(2)),
            cancellationToken, ("@kind", kind), ("@after", IdOf(after.Value)), ("@max", Page(max))).ConfigureAwait(false);
}
