using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Journal;

/// <summary>
/// The specification of <see cref="IJournal"/>: every store passes it, the model store of the simulation included. This part holds the fixture; the
/// cases are in the files beside it.
/// </summary>
public abstract partial class JournalSpec : IAsyncLifetime
{
    protected static readonly JournalSeal Seal = new(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());
    protected static readonly CancellationToken None = CancellationToken.None;

    private const long At = 1_700_000_000_000;

    private int _nextStream;

    protected IStoreUnderTest Store { get; private set; } = null!;

    protected IJournal Journal { get; private set; } = null!;

    /// <summary>Makes an empty database.</summary>
    protected abstract Task<IStoreUnderTest> CreateAsync();

    public async Task InitializeAsync()
    {
        Store = await CreateAsync();
        Journal = await Store.OpenAsync(Seal);
    }

    public async Task DisposeAsync()
    {
        await Journal.DisposeAsync();
        await Store.DisposeAsync();
    }

    protected async Task ReopenAsync()
    {
        await Journal.DisposeAsync();
        Journal = await Store.OpenAsync(Seal);
    }

    /// <summary>A stream that no other case of this database uses.</summary>
    protected StreamName NewStream() => new("tenant", "account", $"key-{Interlocked.Increment(ref _nextStream)}");

    protected static NewRow Row(string text, Guid? command = null) =>
        new("Tested", 1, System.Text.Encoding.UTF8.GetBytes($$"""{"text":"{{text}}"}"""), command, command is null ? [] : new byte[] { 7, 7 }, At);

    protected static Append First(StreamName stream, params NewRow[] rows) => new(stream, 0, Array.Empty<byte>(), rows);

    protected static Append After(StreamName stream, AppendOutcome.Durable head, params NewRow[] rows) =>
        new(stream, head.Version, head.HeadHash, rows);

    protected async Task<AppendOutcome.Durable> Durable(Append append) =>
        (await Journal.AppendAsync(append, None)).Should().BeOfType<AppendOutcome.Durable>().Subject;

    protected async Task<AppendOutcome.Durable> Filled(StreamName stream, int rows)
    {
        var head = await Durable(First(stream, Row("1")));
        for (var i = 2; i <= rows; i++) head = await Durable(After(stream, head, Row($"{i}")));
        return head;
    }

    protected async Task<long[]> Versions(StreamName stream) =>
        [.. (await Journal.ReadAsync(stream.Id, 1, JournalLimits.MaxPage, None)).Select(row => row.Version)];

    protected async Task<StreamFault> Fault(StreamName stream)
    {
        var read = async () => await Journal.ReadAsync(stream.Id, 1, JournalLimits.MaxPage, None);
        return (await read.Should().ThrowAsync<StreamUnreadableException>()).Which.Fault;
    }
}
