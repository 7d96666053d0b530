using Orleans;
using TPWallet.Grains.Evidence;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>One packet's evidence, one build at a time.</summary>
public sealed class EvidenceGrain(EvidenceBuilder builder, ShellServices services) : Grain, IEvidenceGrain
{
    public async Task<EvidenceReply> Build()
    {
        using var patience = new CancellationTokenSource(EvidenceBuilder.Patience, services.Time);
        try
        {
            return await builder.BuildAsync(GrainFactory, PacketRef.Parse(this.GetPrimaryKeyString()), patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return new EvidenceReply.Refused(new(RejectionCode.NodeUnavailable, $"the chain's answers within {EvidenceBuilder.Patience}", "none in time"));
        }
    }
}
