namespace TPWallet.Grains.Journal;

/// <summary>A second process was started on a database that has an owner.</summary>
public sealed class JournalOwnedException(string message, Exception? inner = null) : InvalidOperationException(message, inner)
{
    /// <summary>Stable code of this failure.</summary>
    public const string Code = "JournalOwned";
}
