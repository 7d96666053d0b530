using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;
using TPWallet.Silo.Composition;

namespace TPWallet.Tests.Journal;

/// <summary>The specification of <see cref="IEventGenerations"/>: both databases pass it.</summary>
public abstract class GenerationSpec
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly JournalSeal _seal = new(new byte[32]);
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);
    private static readonly Guid _old = Guid.NewGuid();
    private static readonly Guid _new = Guid.NewGuid();

    /// <summary>Makes an empty database.</summary>
    protected abstract Task<IStoreUnderTest> CreateAsync();

    [Fact]
    public async Task Generation_IsWhatAllReadThatLive()
    {
        await using var store = await CreateAsync();
        await using var journal = await store.OpenAsync(_seal);
        var silos = (IEventGenerations)journal;
        (await silos.AnnounceAsync(_old, 1, _minute, None)).Should().Be(1);
        (await silos.AnnounceAsync(_new, 3, _minute, None)).Should().Be(1, "the old one cannot read more");
        (await silos.AnnounceAsync(_old, 2, _minute, None)).Should().Be(2, "it was replaced by a newer release");
        await silos.LeaveAsync(_old, None);
        (await silos.AnnounceAsync(_new, 3, _minute, None)).Should().Be(3);
    }

    [Fact]
    public async Task Generation_SilentSilo_IsNotWaitedFor()
    {
        await using var store = await CreateAsync();
        await using var journal = await store.OpenAsync(_seal);
        var silos = (IEventGenerations)journal;
        await silos.AnnounceAsync(_old, 1, _minute, None);
        (await silos.AnnounceAsync(_new, 2, TimeSpan.FromSeconds(-1), None)).Should().Be(2, "everybody else counts as silent");
        var late = () => silos.AnnounceAsync(_old, 1, _minute, None);
        await late.Should().ThrowAsync<EventsTooNewException>("what it cannot read may be written by now");
    }

    [Fact]
    public async Task Generation_OfADatabase_NeverGoesBack()
    {
        await using var store = await CreateAsync();
        await using (var journal = await store.OpenAsync(_seal)) await ((IEventGenerations)journal).AnnounceAsync(_new, 5, _minute, None);
        await using var again = await store.OpenAsync(_seal);
        var silos = (IEventGenerations)again;
        await silos.LeaveAsync(_new, None);
        var older = () => silos.AnnounceAsync(_old, 4, _minute, None);
        (await older.Should().ThrowAsync<EventsTooNewException>()).WithMessage("*generation 5*reads up to 4*");
        (await silos.AnnounceAsync(_new, 6, _minute, None)).Should().Be(6, "the refused one does not count");
    }

    [Fact]
    public async Task Silos_OfTwoReleases_GoOnTogetherWhenTheOldOneHasLeft()
    {
        await using var store = await CreateAsync();
        await using var journal = await store.OpenAsync(_seal);
        using var life = new Life();
        var (before, after) = (new EventGeneration(1), new EventGeneration(1));
        using var old = Announcer(journal, before, life, 1);
        using var young = Announcer(journal, after, life, 2);
        await old.StartAsync(None);
        await young.StartAsync(None);
        (before.Writes, after.Writes).Should().Be((1, 1));
        await old.StopAsync(None);
        await young.AnnounceAsync(None);
        after.Writes.Should().Be(2);
        using var tooOld = Announcer(journal, new(1), life, 1);
        var start = () => tooOld.StartAsync(None);
        await start.Should().ThrowAsync<SetUpException>("a silo that could not read its streams must not start");
        await young.StopAsync(None);
    }

    private static SiloAnnouncer Announcer(IJournal journal, EventGeneration generation, IHostApplicationLifetime life, int reads) =>
        new((IEventGenerations)journal, generation, TimeProvider.System, life, NullLogger<SiloAnnouncer>.Instance, reads);

    private sealed class Life : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }
}
