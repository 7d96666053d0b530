namespace TPWallet.Signer.Store;

/// <summary>The store is not the one that this signer wrote: it does not start on it. Restore from the newest copy, never edit.</summary>
internal sealed class StoreDamagedException : Exception
{
    public StoreDamagedException(string message)
        : base(message)
    {
    }

    public StoreDamagedException()
    {
    }

    public StoreDamagedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
