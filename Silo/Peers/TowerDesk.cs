using Orleans;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;

namespace TPWallet.Silo.Peers;

/// <summary>Says whether this deployment could answer for a channel at all: what it could not do it does not take.</summary>
internal sealed class TowerDesk(IGrainFactory grains, TowerSettings settings)
{
    /// <summary>Why no side of a channel is guarded here; null: it is.</summary>
    public async Task<Rejection?> JudgeAsync(ChannelFacts facts)
    {
        if (settings.Payer is not { } payer) return new(RejectionCode.UnsupportedKind, "an operator that serves as a tower", "this one does not");
        var lineage = await grains.GetGrain<IAccountGrain>(payer.Account.ToString()).ReadLineage();
        return lineage is not null && MandatedCalls.MandateOf(lineage, payer.Key) is { MostFees.IsZero: false } mandate && (mandate.Chain, mandate.Manager) == (facts.Chain, facts.Manager)
            ? null
            : new(RejectionCode.NoRule, "a contract that this tower watches", $"{facts.Manager} on {facts.Chain}");
    }
}
