using TPWallet.Client;
using TPWallet.Demo.Processes;
using TPWallet.Demo.Telling;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Notifications;

/// <summary>kill -9 of the real silo on PostgreSQL, before and after everything that telling a receiver does: no event is lost, and each keeps its id.</summary>
[Collection(PostgresCollection.Name)]
public sealed class KilledWebhookTests(Postgres postgres)
{
    private const int Killed = 128 + 9;

    private static readonly AccountId _payee = new(new Bytes32(77));

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    /// <summary>Grains.Shell.ICrossings explains the names.</summary>
    private static readonly string[] _boundaries =
    [
        "append.packet.drafted.after", "append.webhook.webhook.heard.before", "append.webhook.webhook.heard.after", "effect.notify.before", "effect.notify.after",
        "append.webhook.webhook.delivered.before", "append.webhook.webhook.delivered.after",
    ];

    [Fact]
    public async Task Silo_KilledAtEveryBoundary_TellsEveryEvent()
    {
        var folder = Directory.CreateTempSubdirectory("tpw-hooks-").FullName;
        await using var receiver = await Receiver.StartAsync();
        var settings = new StageSettings(TimeSpan.FromSeconds(1),
        [
            "--Journal:Store=postgres", $"--Journal:Postgres:ConnectionString={await postgres.CreateDatabaseAsync()}", "--Journal:Postgres:Exclusive=false",
            "--Wake:AfterMs=1000", "--Wake:SweepEveryMs=500", "--Clock:DoubtMs=0", "--Webhooks:Allow:0=127.0.0.0/8",
        ]);
        await using var stage = await Stage.OpenAsync(Places.Find(folder), settings, new Teller(json: true), CancellationToken.None);
        var genesis = People.StandardGenesis with { Tenant = Stage.Tenant };
        var account = Canonical.AccountId(genesis);
        (await stage.Wallet.RegisterAccountAsync(new("found"), genesis, People.Prove(genesis, People.All))).Should().BeOfType<CommandReply.Accepted>();
        var secret = WebhookSecret.New();
        (await (await HooksAsync(stage)).AddAsync(new("add"), account, "hook", receiver.Url.ToString(), ["packet.*"], true, secret)).Should().BeOfType<CommandReply.Accepted>();
        await stage.Silo.KillAsync();

        for (var i = 0; i < _boundaries.Length; i++)
        {
            var silo = await stage.StartSiloAsync(_boundaries[i], CancellationToken.None);

            // Where it is killed before it answers, the outcome is not known.
            var reply = silo.HasExited ? null : await stage.Wallet.DraftPacketAsync(new($"draft-{i}"), Content(account, i));
            if (reply is CommandReply.Refused refused) refused.Rejection.Code.Should().Be(RejectionCode.OutcomeUnknown, "{0}", refused);
            await silo.Ended.WaitAsync(_patience);
            silo.ExitCode.Should().Be(Killed, "it crosses {0}", _boundaries[i]);
        }

        await stage.StartSiloAsync(null, CancellationToken.None);
        for (var i = 0; i < _boundaries.Length; i++)
            (await stage.Wallet.DraftPacketAsync(new($"draft-{i}"), Content(account, i))).Should().BeOfType<CommandReply.Accepted>();
        await ToldAsync(receiver, [.. Enumerable.Range(0, _boundaries.Length).Select(i => $"packet/p{i}")], secret);
        var drafted = receiver.All.Select(one => (one.Id, one.Verified(secret, TimeProvider.System).Data.Subject)).Distinct().ToArray();
        drafted.Should().HaveCount(_boundaries.Length, "an event has one id, however often it was sent");
        receiver.All.Count.Should().BeGreaterThan(_boundaries.Length, "what was not recorded was sent again");
        var log = await (await HooksAsync(stage)).ReadDeliveriesAsync(account, new("hook", 0, "", "", 200));
        log!.Deliveries.Select(one => one.Attempt.Event).Distinct().Count().Should().BeLessThanOrEqualTo(_boundaries.Length);
        Directory.Delete(folder, recursive: true);
    }

    private static PacketContent Content(AccountId account, int i)
    {
        var at = new Instant(1_900_000_000_000);
        return new(new(account, $"p{i}"), 1, "ana", [new Leg.LedgerTransfer("leg", [], _payee, new(People.Eth, UInt256.One))], [], at, at + Span.Hours(1));
    }

    private static async Task ToldAsync(Receiver receiver, HashSet<string> subjects, string secret)
    {
        foreach (var one in receiver.All) subjects.Remove(one.Verified(secret, TimeProvider.System).Data.Subject);
        while (subjects.Count > 0) subjects.Remove((await receiver.NextAsync(string.Join(", ", subjects))).Verified(secret, TimeProvider.System).Data.Subject);
    }

    private static async Task<RestWebhooks> HooksAsync(Stage stage)
    {
        var ring = await ApiKeyFile.ReadAsync(Path.Combine(stage.Places.SiloData, ApiKeyRing.FileName), CancellationToken.None);
        return new(ClientServices.CreateHttp(stage.SiloAddress), ring.Keys[0]);
    }
}
