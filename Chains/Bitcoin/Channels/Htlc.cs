using System.Security.Cryptography;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>Who added an HTLC, as the owner of the commitment transaction sees it.</summary>
public enum HtlcDirection
{
    /// <summary>The owner pays.</summary>
    Offered,

    /// <summary>The owner is paid.</summary>
    Received,
}

/// <summary>A payment under way: whoever shows the preimage gets it, after the expiry it goes back.</summary>
/// <param name="Direction">Who pays.</param>
/// <param name="Id">The number that who added it gave it (BOLT-2, update_add_htlc); each direction counts for itself.</param>
/// <param name="AmountMsat">Millisatoshis; the transactions drop what is no whole satoshi.</param>
/// <param name="PaymentHash">SHA-256 of the preimage.</param>
/// <param name="CltvExpiry">The block height from which it can be taken back.</param>
public sealed record Htlc(HtlcDirection Direction, ulong Id, long AmountMsat, Bytes32 PaymentHash, uint CltvExpiry)
{
    public long AmountSat => AmountMsat / CommitmentState.MsatPerSat;

    /// <summary>Whether this is what the payment hash was made of.</summary>
    public bool IsPaidBy(Bytes32 preimage) => SHA256.HashData(preimage.ToArray()).AsSpan().SequenceEqual(PaymentHash.ToArray());

    /// <summary>The same as the other party's commitment transaction has it.</summary>
    public Htlc Mirrored() => this with { Direction = Direction == HtlcDirection.Offered ? HtlcDirection.Received : HtlcDirection.Offered };
}
