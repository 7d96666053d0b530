using System.Net;
using System.Net.Sockets;
using TPWallet.Client;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Gateway;

namespace TPWallet.Tests.Client;

/// <summary>The SDK against the real gateway: what it sends is what arrives, once, whatever happens on the way.</summary>
public sealed class WalletContractTests
{
    private static readonly IdempotencyKey Key = new("one-intention");

    /// <summary>Made once: a P-256 signature is another each time.</summary>
    private static readonly ImmutableArray<DeviceProof> Proofs = People.Prove(Bodies.Genesis, People.All);

    private static readonly ChangeProposal Change = new(
        "allow-1", Bodies.Account, 1, new AccountChange.AllowDestination(new(People.Chain, People.AddressOf("payee").ToString())), "ana", People.Start);

    private static readonly Vote Vote = new(
        new(
            VotePurpose.Packet, Bodies.Account, "rent", Bytes32.Zero, 1, Bytes32.Zero, Bytes32.Zero, Bytes32.Zero, VoteDecision.Approve, "ana", "phone",
            People.Start, People.Start + Span.Hours(1), Bytes32.Zero),
        HexBytes.Parse("0x" + new string('1', 128)));

    public static TheoryData<string, string, Func<ITPWallet, Task<CommandReply>>> Commands => new()
    {
        { nameof(AccountCommand.Register), $"{Bodies.Account}", wallet => wallet.RegisterAccountAsync(Key, Bodies.Genesis, Proofs) },
        { nameof(AccountCommand.RequestKey), $"{Bodies.Account}", wallet => wallet.RequestKeyAsync(Key, Bodies.Account, "main", People.Chain, Tier.Hot) },
        { nameof(AccountCommand.ProposeChange), $"{Bodies.Account}", wallet => wallet.ProposeChangeAsync(Key, Change, Vote) },
        { nameof(AccountCommand.VoteOnChange), $"{Bodies.Account}", wallet => wallet.VoteOnChangeAsync(Key, Bodies.Account, "allow-1", Vote) },
        { nameof(AccountCommand.Freeze), $"{Bodies.Account}", wallet => wallet.FreezeAsync(Key, Bodies.Account, Vote) },
        { nameof(PacketCommand.Draft), Bodies.Packet.Ref.Key, wallet => wallet.DraftPacketAsync(Key, Bodies.Packet) },
        { nameof(PacketCommand.Propose), Bodies.Packet.Ref.Key, wallet => wallet.ProposePacketAsync(Key, Bodies.Packet.Ref, 1, new("phone", "203.0.113.7")) },
        { nameof(PacketCommand.CastVote), Bodies.Packet.Ref.Key, wallet => wallet.CastVoteAsync(Key, Bodies.Packet.Ref, Vote) },
        { nameof(PacketCommand.Cancel), Bodies.Packet.Ref.Key, wallet => wallet.CancelPacketAsync(Key, Bodies.Packet.Ref, "no longer wanted") },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Command_OverRestAndGrains_IsTheSameCommand(string command, string grain, Func<ITPWallet, Task<CommandReply>> send)
    {
        await using var host = await GatewayHost.StartAsync();
        (await send(host.Wallet)).Should().BeOfType<CommandReply.Accepted>();
        var cluster = new FakeCluster();
        (await send(new GrainWallet(cluster.Client, "acme"))).Should().BeOfType<CommandReply.Accepted>();
        var rest = host.Cluster.Seen.Should().ContainSingle().Subject;
        var direct = cluster.Seen.Should().ContainSingle().Subject;
        rest.Grain.Should().Be(grain);
        rest.Command.GetType().Name.Should().Be(command);
        rest.Command.CommandId.Should().NotBeEmpty();
        (direct.Grain, direct.Command.CommandId).Should().Be((rest.Grain, rest.Command.CommandId));
        Bodies.Of(direct.Command).Should().Be(Bodies.Of(rest.Command));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(RestWallet.MaxAttempts - 1, false)]
    [InlineData(1, true)]
    public async Task Answer_LostOnTheWay_IsAskedForAgainUnderTheSameKey(int losses, bool bare)
    {
        await using var host = await GatewayHost.StartAsync();
        using var lossy = new LossyHandler(losses, bare);
        using var http = new HttpClient(lossy) { BaseAddress = host.Http.BaseAddress };
        var reply = await new RestWallet(http, host.Key).CancelPacketAsync(Key, Bodies.Packet.Ref, "no longer wanted");
        reply.Should().BeOfType<CommandReply.Accepted>();
        lossy.Keys.Should().HaveCount(losses + 1).And.OnlyContain(key => key == Key.Value);
        lossy.Nonces.Should().OnlyHaveUniqueItems();
        host.Cluster.Seen.Should().ContainSingle("a key sent twice is one intention");
    }

    [Fact]
    public async Task Answer_AlwaysLost_IsOutcomeUnknown()
    {
        await using var host = await GatewayHost.StartAsync();
        using var lossy = new LossyHandler(int.MaxValue);
        using var http = new HttpClient(lossy) { BaseAddress = host.Http.BaseAddress };
        var reply = await new RestWallet(http, host.Key).CancelPacketAsync(Key, Bodies.Packet.Ref, "no longer wanted");
        reply.Should().BeOfType<CommandReply.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.OutcomeUnknown);
        lossy.Keys.Should().HaveCount(RestWallet.MaxAttempts);
    }

    [Fact]
    public async Task Refusal_ThatDecides_IsNotRepeated()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Answer = _ => Task.FromResult<CommandReply>(new CommandReply.Refused(new(RejectionCode.HardLimit, "5", "6", ["eth"])));
        var reply = await host.Wallet.ProposePacketAsync(Key, Bodies.Packet.Ref, 1);
        reply.Should().BeOfType<CommandReply.Refused>().Which.Rejection.Should().BeEquivalentTo(new Rejection(RejectionCode.HardLimit, "5", "6", ["eth"]));
        host.Cluster.Seen.Should().ContainSingle();
    }

    [Fact]
    public async Task Retry_FromAGrain_IsRepeatedWithTheSameId()
    {
        var cluster = new FakeCluster();
        cluster.Answer = _ => Task.FromResult<CommandReply>(
            cluster.Seen.Count < 3 ? new CommandReply.Refused(new(RejectionCode.Retry, "a batch", "none")) : new CommandReply.Accepted(7, []));
        (await new GrainWallet(cluster.Client, "acme").ProposePacketAsync(Key, Bodies.Packet.Ref, 1)).Should().BeEquivalentTo(new CommandReply.Accepted(7, []));
        cluster.Seen.Should().HaveCount(3);
        cluster.Seen.Select(seen => seen.Command.CommandId).Distinct().Should().ContainSingle();
    }

    [Fact]
    public async Task Views_OverRest_AreWhatTheGrainsShow()
    {
        await using var host = await GatewayHost.StartAsync();
        (await host.Wallet.ReadAccountAsync(Bodies.Account)).Should().BeNull();
        host.Cluster.Account = () => Bodies.View(5);
        host.Cluster.Packet = () => Bodies.PacketView();
        host.Cluster.Lineage = new(Bodies.Genesis, []);
        (await host.Wallet.ReadAccountAsync(Bodies.Account))!.Version.Should().Be(5);
        (await host.Wallet.ReadPacketAsync(Bodies.Packet.Ref))!.EffectDigest.Should().Be(Bodies.PacketView().EffectDigest);
        Canonical.AccountId((await host.Wallet.ReadLineageAsync(Bodies.Account))!.Genesis).Should().Be(Bodies.Account);
        (await host.Wallet.ReadChainAsync(People.Chain)).Chain.Should().Be(People.Chain);
    }

    [Fact]
    public async Task Fees_OverRestAndInside_AreWhatTheOracleSays()
    {
        await using var host = await GatewayHost.StartAsync();
        var inside = new GrainWallet(host.Cluster.Client, "acme");
        foreach (var read in new[] { () => host.Wallet.ReadFeesAsync(People.Chain), () => inside.ReadFeesAsync(People.Chain) })
            (await read.Should().ThrowAsync<RefusedException>()).Which.Rejection.Code.Should().Be(RejectionCode.WrongChain);
        var view = new FeesView(People.Chain, 17, 20_000_000_000, 1_000_000, [new(10, 900_000, 21_000_000_000, 1_000_000, 128)], 1_024, Span.Seconds(12), [new(4, 41_000_000_000, 1_000_000)]);
        host.Cluster.Fees = _ => new FeesReply.Told(view);
        (await host.Wallet.ReadFeesAsync(People.Chain)).Should().BeEquivalentTo(view);
        (await inside.ReadFeesAsync(People.Chain)).Should().BeEquivalentTo(view);
    }

    [Fact]
    public async Task Read_WithoutScope_Throws()
    {
        await using var host = await GatewayHost.StartAsync([ApiKeyFile.Generate("p", "acme", [ApiKey.AllAccounts], [ApiScope.Propose])]);
        var read = () => host.Wallet.ReadAccountAsync(Bodies.Account);
        (await read.Should().ThrowAsync<RefusedException>()).Which.Rejection.Code.Should().Be(RejectionCode.MissingScope);
    }

    /// <summary>Lets requests through and loses the first answers: what a broken connection looks like to the caller.</summary>
    /// <param name="bare">As a socket says it: a connection that is cut while it is being set up is told like that.</param>
    private sealed class LossyHandler(int losses, bool bare = false) : DelegatingHandler(new SocketsHttpHandler())
    {
        public List<string> Keys { get; } = [];

        public List<string> Nonces { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Keys.Add(request.Headers.GetValues(IdempotencyKey.Header).Single());
            Nonces.Add(request.Headers.GetValues(RequestSignature.NonceHeader).Single());
            var response = await base.SendAsync(request, cancellationToken);
            if (Keys.Count > losses) return response;
            response.StatusCode.Should().Be(HttpStatusCode.OK);
            response.Dispose();
            throw bare ? new SocketException((int)SocketError.NotConnected) : new HttpRequestException("The connection was lost.");
        }
    }
}
