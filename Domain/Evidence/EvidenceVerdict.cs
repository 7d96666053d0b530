using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Evidence;

/// <summary>What came of checking an evidence pack.</summary>
public abstract record EvidenceVerdict
{
    private EvidenceVerdict()
    {
    }

    /// <summary>Everything holds.</summary>
    /// <param name="SignerIdentity">Who attested the addresses: compare it with the signer that you know.</param>
    /// <param name="Blocks">What stays to be asked of a chain: whether these blocks are in it.</param>
    public sealed record Proved(
        PacketRef Packet,
        HexBytes SignerIdentity,
        ImmutableArray<Name> Voters,
        ImmutableArray<ProvedLeg> Blocks,
        int LedgerLegs,
        int Changes,
        int Rows) : EvidenceVerdict;

    /// <param name="Step">Which part did not hold: "file", "genesis", "lineage", "attestation", "votes", "policy", "legs" or "journal".</param>
    public sealed record Refused(string Step, Rejection Rejection) : EvidenceVerdict;
}
