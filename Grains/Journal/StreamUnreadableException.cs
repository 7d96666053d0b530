namespace TPWallet.Grains.Journal;

/// <summary>Why a stored row, snapshot or batch is not believed.</summary>
public enum StreamFault
{
    /// <summary>A version is missing or out of order.</summary>
    Gap,

    /// <summary>A row's hash is not the hash of its content and its predecessor.</summary>
    HashMismatch,

    /// <summary>The keyed MAC of a row, snapshot or batch is wrong: written by someone without the key.</summary>
    MacMismatch,

    /// <summary>The event's type or schema is unknown to this code, or its payload does not read.</summary>
    Undecodable,

    /// <summary>Rows that a batch or a snapshot proves are no longer there.</summary>
    TailMissing,
}

/// <summary>
/// Stored data of a stream does not prove itself: damaged, or rewritten by someone else. The grain must stop; no event is skipped.
/// </summary>
public sealed class StreamUnreadableException : IOException
{
    /// <summary>Stable code of this failure.</summary>
    public const string Code = "StreamUnreadable";

    /// <summary>Says which stream, where and why.</summary>
    public StreamUnreadableException(StreamId stream, long version, StreamFault fault)
        : base($"{Code}: stream {stream}, version {version}: {fault}.")
    {
        Stream = stream;
        Version = version;
        Fault = fault;
    }

    /// <summary>The stream that cannot be read.</summary>
    public StreamId Stream { get; }

    /// <summary>The first version that is not believed.</summary>
    public long Version { get; }

    /// <summary>What is wrong with it.</summary>
    public StreamFault Fault { get; }
}
