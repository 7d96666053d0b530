using System.Globalization;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Notifications;

/// <summary>A row of the journal, as the account is told of it.</summary>
public sealed record Notice(string Type, NotificationData Data)
{
    /// <summary>Ids by which it can be found in the delivery log.</summary>
    public ImmutableArray<string> Concerns => [.. new[] { Data.Account, Data.Packet, Data.Leg, Data.Transaction, Data.Change }.OfType<string>()];

    /// <summary>Whether an endpoint that names these types wants it; none: all.</summary>
    public static bool IsWanted(ImmutableArray<string> types, string type)
    {
        if (types.IsEmpty) return true;
        foreach (var wanted in types)
            if (wanted == type || (wanted.EndsWith(".*", StringComparison.Ordinal) && type.StartsWith(wanted.AsSpan(0, wanted.Length - 1), StringComparison.Ordinal))) return true;
        return false;
    }

    /// <summary>The body of the request.</summary>
    public Notification ToNotification(Instant at) => new(
        Type, DateTimeOffset.FromUnixTimeMilliseconds(at.UnixMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), Data);
}

/// <summary>Where a notice comes from.</summary>
/// <param name="Account">The account id.</param>
/// <param name="Subject">See <see cref="WebhookSubject"/>.</param>
/// <param name="Version">Of the row.</param>
public readonly record struct NoticeSource(string Account, string Subject, long Version)
{
    /// <summary>The subject's own id, behind its kind.</summary>
    public string Id => Subject[(Subject.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>A notice of this row.</summary>
    /// <param name="fact">What it is said of.</param>
    public Notice Tell(string type, string fact, Func<NotificationData, NotificationData>? more = null)
    {
        var data = new NotificationData(Account, Subject, Version, fact, type[(type.IndexOf('.', StringComparison.Ordinal) + 1)..]);
        return new(type, more is null ? data : more(data));
    }
}
