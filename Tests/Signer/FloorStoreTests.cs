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
        var raised = new TaskCompletionSource<Task<Raise>>();
        Task dispose;
        using (var other = new SqliteConnection($"Data Source={Path.Combine(_folder, "floors.db")};Pooling=False"))
        {
            other.Open();
            using var writer = other.BeginTransaction(deferred: false);
            var thread = new Thread(() => raised.SetResult(store.RaiseAsync(_side, static _ => new(new(5, default, 7), null)))) { IsBackground = true };
            thread.Start();
            SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(System.Threading.ThreadState.WaitSleepJoin), TimeSpan.FromMinutes(1)).Should().BeTrue("another has the file");
            dispose = Task.Run(store.Dispose);
            dispose.IsCompleted.Should().BeFalse("the floor is not on disk");
            writer.Rollback();
        }

        (await (await raised.Task).WaitAsync(TimeSpan.FromMinutes(1))).Floor!.Nonce.Should().Be(5);
        await dispose.WaitAsync(TimeSpan.FromMinutes(1));
        using (var again = FloorStore.Open(_folder, _key)) again.Find(_side)!.Nonce.Should().Be(5);
        await store.Invoking(static late => late.RaiseAsync(_side, static _ => new(new(6, default, 7), null))).Should().ThrowAsync<IOException>();
    }
}
