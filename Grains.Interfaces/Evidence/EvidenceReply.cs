using Orleans;

namespace TPWallet.Grains.Interfaces.Evidence;

/// <summary>A packet's evidence, or why there is none.</summary>
[GenerateSerializer, Immutable, Alias("tpw.evidence-reply")]
public abstract record EvidenceReply
{
    private EvidenceReply()
    {
    }

    /// <summary>A pack that the offline check takes.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.evidence-reply.built")]
    public sealed record Built(EvidencePack Pack) : EvidenceReply;

    /// <summary>
    /// NotFound; WrongState (not settled yet); ProofMissing (registered before consents were kept); TooLarge; Overloaded (others are being built);
    /// NodeUnavailable; Retry (the chain moved meanwhile); or what the offline check found wrong.
    /// </summary>
    [GenerateSerializer, Immutable, Alias("tpw.evidence-reply.refused")]
    public sealed record Refused(Rejection Rejection) : EvidenceReply;
}
