namespace TPWallet.Signer;

/// <summary>The operator must put something right before the signer can run. The message is for the operator and holds no secret.</summary>
internal sealed class SetUpException : Exception
{
    public SetUpException(string message)
        : base(message)
    {
    }

    public SetUpException()
    {
    }

    public SetUpException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
