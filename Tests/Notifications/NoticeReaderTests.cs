using System.Text;
using System.Text.Json;
using TPWallet.Domain.Notifications;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Storage;

namespace TPWallet.Tests.Notifications;

/// <summary>What receivers see of the events that builds have stored.</summary>
public sealed class NoticeReaderTests
{
    private const string Account = "0x0000000000000000000000000000000000000000000000000000000000000001";

    /// <summary>Every stored event of the three kinds of stream, as it is told.</summary>
    private static readonly (string Kind, string Type, string Payload, Notice? Notice)[] _all =
    [
        .. from file in Repository.Files
           where file.StartsWith("Tests/Storage/Golden/", StringComparison.Ordinal) && file.EndsWith(".json", StringComparison.Ordinal)
           let kind = file.Split('/')[3]
           where kind is "account" or "packet" or "case"
           let golden = GoldenEvents.Load(file)
           let subject = kind == "account" ? "account" : kind == "packet" ? "packet/rent" : "case/rent/2"
           select (kind, golden.Type, Encoding.UTF8.GetString(golden.Payload), NoticeReader.Read(new(Account, subject, 7), golden.Type, golden.Payload)),
    ];

    [Fact]
    public void Told_OfAllStoredEvents_HaveAKnownTypeAndSayWhatTheyAreOf()
    {
        var told = _all.Where(one => one.Notice is not null).Select(one => one.Notice!).ToArray();
        told.Should().HaveCountGreaterThan(35);
        foreach (var notice in told)
        {
            NoticeReader.AllTypes.Should().Contain(notice.Type);
            (notice.Data.Account, notice.Data.Version).Should().Be((Account, 7L));
            notice.Data.Fact.Should().NotBeEmpty();
            notice.Type.Should().EndWith("." + notice.Data.State);
            notice.Concerns.Should().Contain(Account);
        }
    }

    [Fact]
    public void Told_NeverHaveAPersonsWordsVotesOrNames()
    {
        foreach (var (_, type, payload, notice) in _all)
        {
            if (notice is null) continue;
            var text = JsonSerializer.Serialize(notice.ToNotification(new(0)), NotificationJson.Default.Notification);
            text.Should().NotContain(SealedText.Prefix).And.NotContain("\"reason\":\"sealed").And.NotContain("signature").And.NotContain("\"ana\"").And.NotContain("operator\":", "{0}: {1}", type, payload);
            foreach (var reason in JsonDocument.Parse(payload).RootElement.EnumerateObject().Where(field => field is { Name: "reason", Value.ValueKind: JsonValueKind.String }))
                text.Should().NotContain(reason.Value.GetString(), "{0} has words of somebody", type);
            Encoding.UTF8.GetByteCount(text).Should().BeLessThan(WebhookLimits.MaxPayloadBytes / 8);
        }
    }

    [Theory]
    [InlineData("account", "DepositCredited", "deposit.credited")]
    [InlineData("account", "DepositReversed", "deposit.reversed")]
    [InlineData("account", "LegUnposted", "ledger.unposted")]
    [InlineData("account", "Frozen", "account.frozen")]
    [InlineData("account", "TransferReceived", "transfer.received")]
    [InlineData("account", "IncidentTold", "incident.told")]
    [InlineData("packet", "finished", null)]
    [InlineData("packet", "proposed", "packet.proposed")]
    [InlineData("case", "case.opened", "case.opened")]
    public void Event_OfAType_IsToldAs(string kind, string type, string? told)
    {
        var notices = _all.Where(one => one.Kind == kind && one.Type == type && !one.Payload.Contains("\"closed\":", StringComparison.Ordinal)).Select(one => one.Notice!).ToArray();
        notices.Should().NotBeEmpty();
        foreach (var notice in notices)
        {
            if (told is null) notice.Type.Should().StartWith("packet.");
            else notice.Type.Should().Be(told);
        }
    }

    [Theory]
    [InlineData("account", "Reserved")]
    [InlineData("account", "IntentEnded")]
    [InlineData("account", "TransferClosed")]
    [InlineData("account", "KeyRequested")]
    [InlineData("packet", "judged")]
    [InlineData("packet", "vote-cast")]
    [InlineData("packet", "scored")]
    [InlineData("case", "case.reviewed")]
    [InlineData("case", "case.verdict-given")]
    public void Event_OfTheInside_IsToldToNobody(string kind, string type) =>
        _all.Where(one => one.Kind == kind && one.Type == type).Should().NotBeEmpty().And.OnlyContain(one => one.Notice == null);

    [Fact]
    public void Deposit_ReversedByAReorg_IsTheSameFactAsWhenItWasCredited()
    {
        Notice Of(string type) => _all.First(one => one.Type == type).Notice!;
        Of("DepositReversed").Data.Fact.Should().StartWith("deposit/").And.Contain(Of("DepositReversed").Data.Transaction);
        Of("LegUnposted").Data.Fact.Should().StartWith("ledger/");
        Of("DepositCredited").Data.Should().Match<NotificationData>(data => data.Amount != null && data.Asset != null && data.Transaction != null && data.Block != null && data.Address != null);
    }

    [Fact]
    public void Types_AreWhatTheDocumentLists()
    {
        var listed = File.ReadLines(Path.Combine(Repository.Root, "docs/webhooks.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => line.Split('|')[1].Split(',')).Select(cell => cell.Trim().Trim('`')).Where(cell => cell.Contains('.', StringComparison.Ordinal) && !cell.Contains(' ', StringComparison.Ordinal));
        listed.Should().BeEquivalentTo(NoticeReader.AllTypes);
    }

    [Theory]
    [InlineData("leg.mined", true)]
    [InlineData("leg.*", true)]
    [InlineData("le.*", false)]
    [InlineData("leg.min", false)]
    [InlineData("packet.*", false)]
    public void Wanted_TypesAndGroups(string wanted, bool isWanted) => Notice.IsWanted([wanted], "leg.mined").Should().Be(isWanted);

    [Fact]
    public void Subjects_AreFoundBackFromTheirStreams()
    {
        foreach (var (kind, key) in new[] { ("account", Account), ("packet", $"{Account}/rent"), ("case", $"{Account}/rent/2") })
        {
            var (owner, subject) = WebhookSubject.Of(kind, key)!.Value;
            owner.Should().Be(Account);
            WebhookSubject.StreamOf(owner, subject).Should().Be((kind, key));
        }

        WebhookSubject.Of("watched", "eip155:1/0xab").Should().BeNull();
        WebhookSubject.Of("lane", "eip155:1/0xab").Should().BeNull();
    }
}
