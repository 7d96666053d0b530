using TPWallet.Grains.Interfaces;

namespace TPWallet.Client;

/// <summary>What a check on the device gave: a value, or why there is none.</summary>
public abstract record Answer<T>
{
    private Answer()
    {
    }

    /// <summary>Everything held.</summary>
    public sealed record Given(T Value) : Answer<T>;

    /// <summary>Something did not; nothing was signed.</summary>
    public sealed record Refused(Rejection Rejection) : Answer<T>;

    /// <summary>The value, or an exception that carries the refusal.</summary>
    /// <exception cref="RefusedException">It was refused.</exception>
    public T OrThrow() => this switch
    {
        Given given => given.Value,
        Refused refused => throw new RefusedException(refused.Rejection),
        _ => throw new UnreachableException(),
    };
}
