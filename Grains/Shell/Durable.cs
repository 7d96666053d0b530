using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Shell;

/// <summary>A machine's state as of a durable row.</summary>
internal sealed record Durable<TState>(TState State, long Version, ReadOnlyMemory<byte> Hash, Instant LastAt);
