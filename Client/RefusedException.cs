using TPWallet.Grains.Interfaces;

namespace TPWallet.Client;

/// <summary>A read was refused: the caller's key may not, or the server could not. Commands answer refusals as values instead.</summary>
public sealed class RefusedException(Rejection rejection) : Exception(rejection.ToString())
{
    /// <summary>Why.</summary>
    public Rejection Rejection { get; } = rejection;
}
