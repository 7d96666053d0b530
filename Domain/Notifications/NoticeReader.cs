using System.Text.Json;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Packets;
using TPWallet.Domain.Risk.Cases;

namespace TPWallet.Domain.Notifications;

/// <summary>
/// What the rows of the journal say to an account's receivers. Most say nothing: how the wallet works inside is nobody's business. The types are a contract: append only
/// (docs/webhooks.md lists them, a test compares).
/// </summary>
public static class NoticeReader
{
    /// <summary>The type of a test event.</summary>
    public const string TestType = "webhook.test";

    /// <summary>The notice of a row; null for most.</summary>
    /// <param name="type">The row's stored type.</param>
    /// <param name="payload">Its stored bytes.</param>
    /// <exception cref="JsonException">The payload does not read.</exception>
    public static Notice? Read(NoticeSource source, string type, ReadOnlySpan<byte> payload)
    {
        var kind = source.Subject.AsSpan();
        if (source.Subject == WebhookSubject.Account)
            return AccountNotices.Types.Contains(type) ? AccountNotices.Of(source, JsonSerializer.Deserialize(payload, AccountJson.Default.AccountEvent)!) : null;
        if (kind.StartsWith("packet/"))
            return PacketNotices.Types.Contains(type) ? PacketNotices.Of(source, JsonSerializer.Deserialize(payload, PacketJson.Default.PacketEvent)!) : null;
        return kind.StartsWith("case/") && CaseNotices.Types.ContainsKey(type) ? CaseNotices.Of(source, type) : null;
    }

    /// <summary>A test event.</summary>
    public static Notice Test(string account, string subject) => new NoticeSource(account, subject, 0).Tell(TestType, subject);

    /// <summary>Every type that there is, in order.</summary>
    public static ImmutableSortedSet<string> AllTypes { get; } =
        [.. ((string[])[TestType]).Concat(AccountNotices.Said).Concat(PacketNotices.Said).Concat(CaseNotices.Types.Values)];
}
