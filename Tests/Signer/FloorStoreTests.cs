using Microsoft.Data.Sqlite;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;
using TPWallet.Tests.Domain.Channels;

namespace TPWallet.Tests.Signer;

/// <summary>The floors under a signer that stops while they are written.</summary>
public sealed class FloorStoreTests : IDisposable
{
    private static readonly byte[] _key = new byte[32];
    private static readonly ChannelRef _side = new(ChannelParty.Id, ChannelSide.A);

    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-floors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Dispose_WhileAFloorIsWritten_WaitsForIt_AndTakesNoneAfterIt()
    {
        var store = FloorStore.Open(_folder, _key);
        Task<Raise> raised;
        Task dispose;
        using (var other = new SqliteConnection($"Data Source={Path.Combine(_folder, "floors.db")};Pooling=False"))
        {
            other.Open();
            using var writer = other.BeginTransaction(deferred: false);
            raised = store.RaiseAsync(_side, static _ => new(new(5, default, 7), null));
            dispose = Task.Run(store.Dispose);
            raised.IsCompleted.Should().BeFalse("another has the file");
            dispose.IsCompleted.Should().BeFalse("the floor is not on disk");
            writer.Rollback();
        }

        (await raised.WaitAsync(TimeSpan.FromMinutes(1))).Floor!.Nonce.Should().Be(5);
        await dispose.WaitAsync(TimeSpan.FromMinutes(1));
        using (var again = FloorStore.Open(_folder, _key)) again.Find(_side)!.Nonce.Should().Be(5);
        await store.Invoking(static late => late.RaiseAsync(_side, static _ => new(new(6, default, 7), null))).Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task Raise_ManySidesAtOnce_AllAreOnDiskBeforeTheyAreDone_InFewCommits()
    {
        const int many = 500;
        var sides = Enumerable.Range(1, many).Select(static i => new ChannelRef(new Bytes32((UInt256)(ulong)i), ChannelSide.B)).ToArray();
        using (var store = FloorStore.Open(_folder, _key))
        {
            await Task.WhenAll(sides.Select((side, i) => store.RaiseAsync(side, _ => new(new((ulong)i + 1, default, 7), null))));
            // A copy of what is on disk now, as a power failure would leave it.
            Directory.CreateDirectory(Path.Combine(_folder, "copy"));
            foreach (var file in Directory.GetFiles(_folder)) File.Copy(file, Path.Combine(_folder, "copy", Path.GetFileName(file)));
            store.Commits.Should().BeLessThan(many / 10);
        }

        using var copy = FloorStore.Open(Path.Combine(_folder, "copy"), _key);
        sides.Select(side => copy.Find(side)!.Nonce).Should().Equal(Enumerable.Range(1, many).Select(static i => (ulong)i));
    }
}
