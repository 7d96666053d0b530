using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TPWallet.Client;
using TPWallet.Client.Devices;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Signer;
using TPWallet.Silo.Composition;
using TPWallet.Silo.Gateway;
using TPWallet.Silo.Runtimes;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Gateway;

/// <summary>The gateway as Program.cs wires it: real grains over SQLite, and a signer, without which no silo starts. No chain is needed for what is asked here.</summary>
public sealed class RealGrainTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-gateway-").FullName;

    [Fact]
    public async Task Account_OverRest_LivesThroughARestartAndAnswersOldKeys()
    {
        var (genesis, voter) = Found();
        using var key = voter.Key;
        var id = Canonical.AccountId(genesis);
        var proof = GenesisBuilder.Prove(genesis, voter).OrThrow();
        CommandReply registered = null!;
        await WithSiloAsync(async wallet =>
        {
            (await wallet.ReadAccountAsync(id)).Should().BeNull();
            registered = await wallet.RegisterAccountAsync(new("founding"), genesis, [proof]);
            registered.Should().BeOfType<CommandReply.Accepted>();
            (await wallet.RegisterAccountAsync(new("unproved"), genesis with { Nonce = Bytes32.Zero }, [proof])).Should().BeOfType<CommandReply.Refused>()
                .Which.Rejection.Code.Should().Be(RejectionCode.BadSignature);
        });
        await WithSiloAsync(async wallet =>
        {
            var again = await wallet.RegisterAccountAsync(new("founding"), genesis, [proof]);
            again.Should().BeEquivalentTo((CommandReply.Accepted)registered, "a grain remembers what it accepted for ever");
            var trusted = TrustedAccount.Check(id, (await wallet.ReadAccountAsync(id))!, (await wallet.ReadLineageAsync(id))!, Now).OrThrow();
            var freeze = new VoteBuilder(trusted, TimeProvider.System).Freeze(voter).OrThrow();
            var before = (await wallet.ReadAccountAsync(id))!.Version;
            (await wallet.FreezeAsync(new("stop"), id, freeze)).Should().BeOfType<CommandReply.Accepted>();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await foreach (var view in wallet.WatchAccountAsync(id, before, patience.Token))
            {
                view.Frozen.Should().BeTrue();
                break;
            }

            var packet = People.Packet(id, "rent", People.Transfer("pay", 7)) with { Proposer = "ana", OpenBefore = Now + Span.Hours(1), SettleBefore = Now + Span.Hours(2) };
            (await wallet.DraftPacketAsync(new("draft"), packet)).Should().BeOfType<CommandReply.Accepted>();
            (await wallet.ReadPacketAsync(packet.Ref))!.ContentHash.Should().Be(Canonical.Hash(packet));
            var other = packet with { SettleBefore = Now + Span.Hours(3) };
            (await wallet.DraftPacketAsync(new("draft"), other)).Should().BeOfType<CommandReply.Refused>()
                .Which.Rejection.Code.Should().Be(RejectionCode.IdempotencyMismatch);
        });
    }

    [Fact]
    public async Task Registration_BeyondTheTenantsAccounts_IsRefusedOverARestartUntilThereMayBeMore()
    {
        var ((one, voter), (two, other)) = (Found(), Found());
        using var key = voter.Key;
        using var otherKey = other.Key;
        var (proof, otherProof) = (GenesisBuilder.Prove(one, voter).OrThrow(), GenesisBuilder.Prove(two, other).OrThrow());
        await WithSiloAsync(_folder, settings: [new(TenantQuotas.AccountsKey, "1")], act: async wallet =>
        {
            (await wallet.RegisterAccountAsync(new("forged"), one, [otherProof])).Should().BeOfType<CommandReply.Refused>("it takes no room");
            (await wallet.RegisterAccountAsync(new("one"), one, [proof])).Should().BeOfType<CommandReply.Accepted>();
            (await wallet.RegisterAccountAsync(new("again"), one, [proof])).Should().BeOfType<CommandReply.Accepted>("it is there already");
        });

        // The file of a build that did not count: what is there is counted when the table is made.
        await RunAsync("drop table tenant_accounts; delete from journal_script where number = 7");
        await WithSiloAsync(_folder, settings: [new(TenantQuotas.AccountsKey, "1")], act: async wallet =>
            (await wallet.RegisterAccountAsync(new("two"), two, [otherProof])).Should().BeOfType<CommandReply.Refused>()
                .Which.Rejection.Should().BeEquivalentTo(new Rejection(RejectionCode.QuotaReached, "at most 1 accounts of acme", "as many")));
        await WithSiloAsync(_folder, settings: [new(TenantQuotas.AccountsKey, "2")], act: async wallet =>
            (await wallet.RegisterAccountAsync(new("two"), two, [otherProof])).Should().BeOfType<CommandReply.Accepted>("no key keeps this refusal"));
    }

    [Fact]
    public async Task RowRewrittenInTheDatabase_IsAnIncidentAtStart_AndStopsThatGrainAlone()
    {
        var ((one, voter), (two, other)) = (Found(), Found());
        using var key = voter.Key;
        using var otherKey = other.Key;
        await WithSiloAsync(async wallet =>
        {
            await wallet.RegisterAccountAsync(new("one"), one, [GenesisBuilder.Prove(one, voter).OrThrow()]);
            await wallet.RegisterAccountAsync(new("two"), two, [GenesisBuilder.Prove(two, other).OrThrow()]);
        });
        await RewriteAsync(StreamId.Of("acme", "account", Canonical.AccountId(one).ToString()));
        const string Degraded =
            """{"status":"Degraded","checks":{"cluster":"Healthy","incidents":"Degraded"},"incidents":{"journal.audit":1}}""";
        await WithSiloAsync(
            async wallet =>
            {
                var read = () => wallet.ReadAccountAsync(Canonical.AccountId(one));
                await read.Should().ThrowAsync<Exception>("a grain whose row was rewritten does not answer");
                (await wallet.ReadAccountAsync(Canonical.AccountId(two)))!.Id.Should().Be(Canonical.AccountId(two));
            },
            Degraded);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task RewriteAsync(StreamId stream) => (await RunAsync(
        "update event set payload = cast(replace(cast(payload as text), 'phone', 'thief') as blob) where stream = $1 and version = 1",
        stream.ToBytes())).Should().Be(1);

    private async Task<int> RunAsync(string sql, params object[] values)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, "journal.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"${i + 1}", values[i]);
        return await command.ExecuteNonQueryAsync();
    }

    private static Instant Now => new(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    internal static (Genesis Genesis, Voter Voter) Found()
    {
        var voter = new Voter("ana", "phone", DeviceKey.Create(SignatureScheme.Ed25519));
        var one = new Quorum(1, Roles.Owner);
        var changes = new ChangeRules(one, Span.Hours(48), one, Span.Hours(24), one, Span.Hours(12), one, Span.Hours(24));
        var policy = new Policy(1, [People.Rule("pay", [EffectKind.NativeOut], one)], [], changes, ProposerVotes: true);
        var member = new Member("ana", Roles.Owner | Roles.Approver, [voter.Key.ToDevice("phone")]);
        return (GenesisBuilder.Build(People.Deployment, "acme", [member], policy).OrThrow(), voter);
    }

    private const string Healthy = """{"status":"Healthy","checks":{"cluster":"Healthy","incidents":"Healthy"},"incidents":{}}""";

    private Task WithSiloAsync(Func<ITPWallet, Task> act, string health = Healthy) => WithSiloAsync(_folder, act, health);

    /// <summary>Starts a silo on the folder, as Program.cs does, for as long as <paramref name="act"/> takes.</summary>
    internal static Task WithSiloAsync(
        string folder, Func<ITPWallet, Task> act, string health = Healthy, params KeyValuePair<string, string?>[] settings) =>
        WithSiloAsync(folder, static _ => { }, (_, wallet) => act(wallet), health, settings);

    /// <inheritdoc cref="WithSiloAsync(string, Func{ITPWallet, Task}, string, KeyValuePair{string, string}[])"/>
    /// <param name="change">Changes the silo's services.</param>
    /// <param name="health">Null: whatever it is.</param>
    internal static async Task WithSiloAsync(
        string folder,
        Action<IServiceCollection> change,
        Func<IServiceProvider, ITPWallet, Task> act,
        string? health = Healthy,
        params KeyValuePair<string, string?>[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection([
            new("Data", folder), new("Tenant", "acme"), new("urls", "http://127.0.0.1:0"), .. settings]);
        builder.Logging.ClearProviders();
        var configuration = SiloConfiguration.Read(builder.Configuration);
        await using var journal = await SiloComposition.OpenJournalAsync(configuration, CancellationToken.None);
        var secrets = Path.Combine(folder, "signer");
        if (!Directory.Exists(secrets)) SignerNode.Initialise(secrets, null, TimeProvider.System);
        using var signer = SignerNode.Open(secrets, null, TimeProvider.System);
        builder.AddSilo(configuration, journal, signer.Port);
        builder.AddRuntime(configuration);
        builder.Services.AddGateway(builder.Configuration);
        change(builder.Services);
        await using var app = builder.Build();
        app.MapGateway();
        await app.StartAsync();
        using var http = ClientServices.CreateHttp(new Uri(app.Urls.First()));
        if (health is not null) (await http.GetStringAsync(new Uri("/health/ready", UriKind.Relative))).Should().Be(health);
        var ring = await ApiKeyFile.ReadAsync(Path.Combine(folder, ApiKeyRing.FileName), CancellationToken.None);
        await act(app.Services, new RestWallet(http, ring.Keys[0]));
        await app.StopAsync();
    }
}
