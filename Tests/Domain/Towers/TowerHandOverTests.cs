using System.Net;
using System.Text.Json;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Towers;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Personal;
using TPWallet.Tests.Domain.Channels;
using TPWallet.Tests.Journal;

namespace TPWallet.Tests.Domain.Towers;

/// <summary>What goes over the wire to a tower.</summary>
public sealed class TowerHandOverTests : IDisposable
{
    private static readonly MasterKey _keys = new(new byte[JournalSeal.KeySize]);
    private static readonly Rejection _refusal = new(RejectionCode.QuotaReached, "at most 1 states", "2");

    private readonly TowerScene _scene = new();
    private readonly TowerWire _wire = new();
    private readonly PeerSet _peers;

    public TowerHandOverTests() => _peers = new(new Dictionary<Name, HttpClient> { ["guard"] = new(_wire) { BaseAddress = new("https://127.0.0.1:1/") } });

    private ChannelRef Side => _scene.A.State.Ref;

    public void Dispose()
    {
        _peers.Dispose();
        _wire.Dispose();
    }

    [Fact]
    public async Task Marks_GoAsTraps_EachOfWhichOpensTheNewestState()
    {
        var old = _scene.A.State.Book;
        var newest = _scene.Pay(100);
        (await HandAsync(newest, [MarkOf(old), MarkOf(newest.Book)])).Should().BeOfType<EffectResult.Replied>();
        var over = _wire.Said.Should().ContainSingle().Subject;
        _wire.Paths.Should().Equal($"/peer/v1/towers/{Side}");
        (over.Facts, over.Window, over.Nonce).Should().Be((ChannelParty.Facts, TowerScene.Window, newest.Book.Nonce));
        foreach (var book in new[] { old, newest.Book })
        {
            var trap = over.Traps.Single(trap => trap.Hint == TowerSeal.HintOf(TowerScene.HashOf(book)));
            TowerSeal.Open(over.Sealed, TowerSeal.Spring(trap, TowerScene.HashOf(book))!).Should().Be(SignedState.Of(newest, ChannelParty.Terms.LockFloor));
        }
    }

    /// <summary>The state before any was signed is known to all: its trap is the tower's to read.</summary>
    [Theory]
    [InlineData(ChannelSide.A, 0)]
    [InlineData(ChannelSide.B, 1)]
    public async Task TrapOfTheUnsignedState_IsGivenOnlyWhereACloseByItWouldTakeSomething(ChannelSide payer, int traps)
    {
        _scene.Pay(100);
        var newest = _scene.Pay(500, payer);
        await HandAsync(newest, []);
        _wire.Said.Single().Traps.Should().HaveCount(traps);
        if (traps == 0) return;
        TowerSeal.Spring(_wire.Said.Single().Traps[0], TowerScene.HashOf(ChannelBook.Empty)).Should().NotBeNull();
    }

    [Fact]
    public async Task ManyTraps_GoInSeveralMessages_AndTheFirstRefusalEndsIt()
    {
        var newest = _scene.Pay(100);
        ImmutableArray<SignedMark> marks = [.. Enumerable.Range(1, (2 * TowerHandOver.MostTraps) + 1).Select(static i => new SignedMark((ulong)i, new((UInt256)(ulong)i)))];
        (await HandAsync(newest, marks)).Should().BeOfType<EffectResult.Replied>().Which.Reply.Should().BeOfType<CommandReply.Accepted>();
        _wire.Said.Select(static over => over.Traps.Length).Should().Equal(TowerHandOver.MostTraps, TowerHandOver.MostTraps, 1);
        _wire.Said.Select(static over => over.Sealed).Distinct().Should().ContainSingle("it is the same each time");

        _wire.Said.Clear();
        _wire.Refusal = _refusal;
        (await HandAsync(newest, marks)).Should().BeOfType<EffectResult.Replied>().Which.Reply.Should().BeOfType<CommandReply.Refused>().Which.Rejection.Should().BeEquivalentTo(_refusal);
        _wire.Said.Should().ContainSingle();
    }

    [Fact]
    public async Task OperatorThatIsNotConfigured_IsNamed() => (await HandAsync(_scene.Pay(100), [], "nobody"))
        .Should().BeOfType<EffectResult.Failed>().Which.Rejection.Code.Should().Be(RejectionCode.NotFound);

    private static SignedMark MarkOf(ChannelBook book) => new(book.Nonce, TowerScene.HashOf(book));

    private async Task<EffectResult> HandAsync(CoSigned newest, ImmutableArray<SignedMark> marks, string tower = "guard")
    {
        await using var journal = new MemoryJournal(new MemoryStore(), new JournalSeal(new byte[JournalSeal.KeySize]), TimeProvider.System);
        var over = new Effect.HandOver(ChannelParty.OpeningOf(ChannelSide.A), Side, tower, newest, TowerScene.Window, marks, 0);
        return await new TowerHandOvers(_peers, new SideHistory(journal, "test"), _keys).RunAsync(over, CancellationToken.None);
    }

    /// <summary>The other end of the wire.</summary>
    private sealed class TowerWire : HttpMessageHandler
    {
        internal List<TowerHandOver> Said { get; } = [];

        internal List<string> Paths { get; } = [];

        internal Rejection? Refusal { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Paths.Add(request.RequestUri!.AbsolutePath);
            Said.Add(JsonSerializer.Deserialize(await request.Content!.ReadAsByteArrayAsync(cancellationToken), ContractJson.Default.TowerHandOver)!);
            return Refusal is null
                ? new(HttpStatusCode.OK)
                : new(HttpStatusCode.UnprocessableEntity) { Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(Refusal, ContractJson.Default.Rejection)) };
        }
    }
}
