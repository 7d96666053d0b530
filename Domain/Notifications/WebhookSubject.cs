namespace TPWallet.Domain.Notifications;

/// <summary>Which streams of the journal are an account's to be told of, and what they are called there: kind, slash, and the key without the account's id.</summary>
public static class WebhookSubject
{
    /// <summary>The account's own stream.</summary>
    public const string Account = "account";

    /// <summary>How the subject of a test event begins.</summary>
    public const string Test = "test/";

    /// <summary>Account and subject of a stream; null for one that nobody is told of.</summary>
    public static (string Owner, string Subject)? Of(string kind, string key)
    {
        if (kind == Account) return (key, Account);
        if (kind is not ("packet" or "case")) return null;
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? (key[..slash], $"{kind}/{key[(slash + 1)..]}") : null;
    }

    /// <summary>The stream of an account's subject: its kind and key.</summary>
    public static (string Kind, string Key) StreamOf(string owner, string subject)
    {
        var slash = subject.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (subject, owner) : (subject[..slash], $"{owner}/{subject[(slash + 1)..]}");
    }
}
