using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TPWallet.Grains.Journal;

/// <summary>What an audit of batches found.</summary>
/// <param name="Batches">How many batches were checked.</param>
/// <param name="LastN">Number of the last one checked; go on after it.</param>
/// <param name="Faults">Streams whose rows are missing or altered.</param>
/// <param name="BrokenAtN">
/// The first batch whose own header, MAC or place in the chain is wrong, or null. Such a chain proves nothing from there on.
/// </param>
public sealed record AuditReport(int Batches, long LastN, IReadOnlyList<StreamUnreadableException> Faults, long? BrokenAtN)
{
    /// <summary>Rows that the batches list, where none of them is broken.</summary>
    public int Rows { get; init; }

    /// <summary>Whether nothing was found.</summary>
    public bool Clean => Faults.Count == 0 && BrokenAtN is null;
}
