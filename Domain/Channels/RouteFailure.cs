namespace TPWallet.Domain.Channels;

/// <summary>Why a payment over several channels went no further.</summary>
/// <param name="Hop">Which of those on the way says so, from 0; the last is the payee.</param>
/// <param name="Error">BOLT-4's code; a number without a name is one that only newer hops know.</param>
public readonly record struct RouteFailure(int Hop, OnionError Error);
