using System.Security.Cryptography;
using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Journal;

public abstract partial class JournalSpec
{
    [Fact]
    public async Task AlteredPayload_StopsTheStream()
    {
        var stream = NewStream();
        await Filled(stream, 3);
        await Store.AlterPayloadAsync(stream.Id, 2, "{}"u8.ToArray());
        (await Fault(stream)).Should().Be(StreamFault.HashMismatch);
    }

    [Fact]
    public async Task AlteredHash_StopsTheStream()
    {
        var stream = NewStream();
        await Filled(stream, 3);
        await Store.AlterHashAsync(stream.Id, 2, new byte[32]);
        (await Fault(stream)).Should().Be(StreamFault.HashMismatch);
    }

    [Fact]
    public async Task SwappedRows_StopTheStream()
    {
        var stream = NewStream();
        await Filled(stream, 3);
        await Store.SwapAsync(stream.Id, 2, 3);
        (await Fault(stream)).Should().Be(StreamFault.HashMismatch);
        (await HeadFault(stream)).Should().Be(StreamFault.HashMismatch);
    }

    [Fact]
    public async Task RowRewrittenWithItsHash_WithoutTheKey_StopsTheStream()
    {
        var stream = NewStream();
        await Filled(stream, 2);
        var rows = await Journal.ReadAsync(stream.Id, 1, 2, None);
        var forged = rows[1] with { Payload = """{"text":"forged"}"""u8.ToArray() };
        await Store.AlterPayloadAsync(stream.Id, 2, forged.Payload.ToArray());
        await Store.AlterHashAsync(stream.Id, 2, HashChain.Next(forged, rows[0].Hash));

        (await Fault(stream)).Should().Be(StreamFault.MacMismatch);
        (await HeadFault(stream)).Should().Be(StreamFault.MacMismatch);
    }

    [Fact]
    public async Task DeletedInTheMiddle_StopsTheStream()
    {
        var stream = NewStream();
        var head = await Filled(stream, 2);
        await Store.DeleteFromAsync(stream.Id, 2);
        (await Versions(stream)).Should().Equal([1L], "a row alone cannot tell that one came after it");
        await Durable(new Append(stream, 1, (await Journal.ReadHeadAsync(stream.Id, None)).Hash, [Row("a new second")]));

        var report = await AuditAll();

        report.Should().Contain(r => !r.Clean, "the batch remembers another second row, {0}", Convert.ToHexString(head.HeadHash));
    }

    [Fact]
    public async Task DeletedTail_IsFoundByTheAuditAtStart()
    {
        var (stream, other) = (NewStream(), NewStream());
        await Filled(stream, 3);
        await Filled(other, 1);
        (await AuditAll()).Should().OnlyContain(r => r.Clean);
        await Store.DeleteFromAsync(stream.Id, 2);

        var faults = (await AuditAll()).SelectMany(r => r.Faults).ToArray();

        faults.Select(f => (f.Stream, f.Version, f.Fault)).Should().BeEquivalentTo(
            new[] { (stream.Id, 2L, StreamFault.TailMissing), (stream.Id, 3L, StreamFault.TailMissing) });
        (await Fault(stream)).Should().Be(StreamFault.TailMissing);
        (await Versions(other)).Should().Equal(1);
    }

    [Fact]
    public async Task DeletedTail_BelowASnapshot_StopsTheStream()
    {
        var stream = NewStream();
        var head = await Filled(stream, 3);
        await Journal.SaveSnapshotAsync(stream.Id, new Snapshot(3, "v1", head.HeadHash, new byte[] { 9 }), None);
        await Store.DeleteFromAsync(stream.Id, 3);
        (await SnapshotFault(stream)).Should().Be(StreamFault.TailMissing);
    }

    [Fact]
    public async Task AlteredBatch_BreaksTheChain()
    {
        await Filled(NewStream(), 3);
        var newest = (await Journal.ReadNewestBatchesAsync(None))[^1];
        await Store.AlterBatchRootAsync(newest.Committer, newest.N, new byte[32]);

        var report = await Journal.AuditAsync(newest.Committer, 0, JournalLimits.MaxPage, None);

        report.BrokenAtN.Should().Be(newest.N);
        report.Clean.Should().BeFalse();
    }

    [Fact]
    public async Task OtherKey_BelievesNothing()
    {
        var stream = NewStream();
        await Filled(stream, 1);
        await Journal.DisposeAsync();
        await using var foreign = await Store.OpenAsync(new JournalSeal(new byte[32]));
        var read = () => foreign.ReadAsync(stream.Id, 1, 10, None);
        await read.Should().ThrowAsync<StreamUnreadableException>();
    }

    [Fact]
    public async Task Snapshot_OfThisCode_IsLoadedAndReplaced()
    {
        var stream = NewStream();
        var head = await Filled(stream, 2);
        (await Journal.LoadSnapshotAsync(stream.Id, "v1", None)).Should().BeNull();
        await Journal.SaveSnapshotAsync(stream.Id, new Snapshot(2, "v1", head.HeadHash, new byte[] { 1 }), None);
        await Journal.SaveSnapshotAsync(stream.Id, new Snapshot(2, "v2", head.HeadHash, new byte[] { 2 }), None);

        (await Journal.LoadSnapshotAsync(stream.Id, "v1", None)).Should().BeNull("other code wrote the kept one");
        var loaded = await Journal.LoadSnapshotAsync(stream.Id, "v2", None);
        loaded!.State.ToArray().Should().Equal(2);
        loaded.Version.Should().Be(2);
        loaded.HeadHash.Should().Equal(head.HeadHash);
    }

    [Fact]
    public async Task AlteredSnapshot_StopsTheStream()
    {
        var stream = NewStream();
        var head = await Filled(stream, 1);
        await Journal.SaveSnapshotAsync(stream.Id, new Snapshot(1, "v1", head.HeadHash, new byte[] { 1 }), None);
        await Store.AlterSnapshotAsync(stream.Id, [2]);
        (await SnapshotFault(stream)).Should().Be(StreamFault.MacMismatch);
    }

    [Fact]
    public async Task Checkpoint_ProvesARow_ToOneWhoHasOnlyTheSignature()
    {
        var stream = NewStream();
        await Filled(stream, 3);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var row = (await Journal.ReadAsync(stream.Id, 2, 1, None))[0];

        var first = await Journal.CheckpointAsync((body, _) => ValueTask.FromResult(key.SignData(body.Span, HashAlgorithmName.SHA256)), None);
        var headers = (await Journal.ReadBatchesAsync(row.Committer, row.Batch - 1, JournalLimits.MaxPage, None)).Select(b => b.Header).ToArray();
        var rowHashes = (await Journal.ReadBatchesAsync(row.Committer, row.Batch - 1, 1, None))[0]
            .Rows.Select(r => MerkleTree.LeafHash(r.Hash)).ToArray();
        var index = Enumerable.Range(0, headers[0].Count).Single(i => headers[0].Key(i) == (stream.Id, 2));
        var inBatch = MerkleTree.InclusionProof(rowHashes, index);
        var head = first.Heads.Single(h => h.Committer == row.Committer);

        key.VerifyData(first.Body(), first.Signature, HashAlgorithmName.SHA256).Should().BeTrue();
        first.Reaches(headers).Should().BeTrue();
        first.Includes(head, first.Prove(row.Committer)).Should().BeTrue();
        MerkleTree.VerifyInclusion((ulong)index, (ulong)rowHashes.Length, MerkleTree.LeafHash(row.Hash), inBatch, headers[0].Root).Should().BeTrue();
        first.Reaches([headers[0] with { Root = new byte[32] }, .. headers[1..]]).Should().BeFalse();
        first.Includes(head with { N = head.N + 1 }, first.Prove(row.Committer)).Should().BeFalse();

        var second = await Journal.CheckpointAsync((body, _) => ValueTask.FromResult(key.SignData(body.Span, HashAlgorithmName.SHA256)), None);
        second.Number.Should().Be(first.Number + 1);
        second.Previous.Should().Equal(SHA256.HashData(first.Body()));
        (await Journal.ReadCheckpointAsync(None)).Should().BeEquivalentTo(second);
    }

    [Fact]
    public async Task Cursor_UnderConcurrentWriters_MissesNothing()
    {
        var streams = Enumerable.Range(0, 24).Select(_ => NewStream()).ToArray();
        var writing = Task.WhenAll(streams.Select(stream => Task.Run(() => Filled(stream, 10))));
        var cursor = new Dictionary<int, long>();
        var seen = new List<(StreamId, long)>();
        bool last;
        do
        {
            last = writing.IsCompleted;
            foreach (var newest in await Journal.ReadNewestBatchesAsync(None))
            {
                foreach (var batch in await Journal.ReadBatchesAsync(newest.Committer, cursor.GetValueOrDefault(newest.Committer), 1000, None))
                {
                    batch.Header.N.Should().Be(cursor.GetValueOrDefault(newest.Committer) + 1);
                    cursor[newest.Committer] = batch.Header.N;
                    seen.AddRange(batch.Rows.Select(row => (row.Stream, row.Version)));
                }
            }
        }
        while (!last);
        await writing;

        seen.Should().OnlyHaveUniqueItems();
        seen.Should().BeEquivalentTo(streams.SelectMany(s => Enumerable.Range(1, 10).Select(v => (s.Id, (long)v))));
    }

    private async Task<List<AuditReport>> AuditAll()
    {
        var reports = new List<AuditReport>();
        foreach (var newest in await Journal.ReadNewestBatchesAsync(None))
        {
            // In two steps, so that the link between pages is checked too.
            reports.Add(await Journal.AuditAsync(newest.Committer, 0, 2, None));
            if (reports[^1].LastN == 2) reports.Add(await Journal.AuditAsync(newest.Committer, 2, JournalLimits.MaxPage, None));
        }

        return reports;
    }

    private async Task<StreamFault> HeadFault(StreamName stream)
    {
        var read = () => Journal.ReadHeadAsync(stream.Id, None);
        return (await read.Should().ThrowAsync<StreamUnreadableException>()).Which.Fault;
    }

    private async Task<StreamFault> SnapshotFault(StreamName stream)
    {
        var load = () => Journal.LoadSnapshotAsync(stream.Id, "v1", None);
        return (await load.Should().ThrowAsync<StreamUnreadableException>()).Which.Fault;
    }
}
