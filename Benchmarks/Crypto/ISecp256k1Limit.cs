namespace TPWallet.Benchmarks.Crypto;

/// <summary>The C library's own time for the operations of the crypto benchmark.</summary>
internal interface ISecp256k1Limit : IDisposable
{
    /// <summary>How the limit is taken, for the table.</summary>
    string Description { get; }

    /// <summary>Nanoseconds for <paramref name="count"/> operations.</summary>
    Task<long> MeasureAsync(bool sign, int count, CancellationToken cancellationToken);
}
