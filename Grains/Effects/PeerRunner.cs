using Orleans;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Peers;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Peers;

namespace TPWallet.Grains.Effects;

/// <summary>Between channels and whoever keeps the standing of their peers.</summary>
public sealed class PeerRunner(IGrainFactory grains)
{
    public async Task<EffectResult> RunAsync(Effect.ReportDealings e) =>
        EffectResult.Of(await grains.GetGrain<IPeerGrain>(e.Peer.Value).Submit(new PeerCommand.Report(e.Id, e.Side, e.IsOpen, e.Dealings)));

    /// <summary>A side that is not open any more holds nothing new, whatever it is told.</summary>
    public async Task<EffectResult> RunAsync(Effect.AllowForPeer e)
    {
        var reply = await grains.GetGrain<IChannelGrain>(e.Side.ToString()).Submit(new ChannelCommand.Allow(e.Id, e.Allowance));
        return EffectResult.Of(reply) is EffectResult.Replied { Reply: CommandReply.Accepted } ? new EffectResult.PeerAllowed(e.Allowance) : new EffectResult.NoAnswer(reply.ToString());
    }

    /// <summary>Why no channel is opened with its peer; null: one is.</summary>
    public static async Task<Rejection?> JudgeAsync(IGrainFactory grains, ChannelOpening opening) =>
        opening.Peer is { } peer ? PeerRules.JudgeOpening(await grains.GetGrain<IPeerGrain>(peer.Value).Read()) : null;
}
