using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Towers;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Personal;

namespace TPWallet.Grains.Effects;

/// <summary>Hands to another operator's tower what guards a side of a channel.</summary>
public sealed class TowerHandOvers(PeerSet peers, SideHistory history, MasterKey keys)
{
    public async Task<EffectResult> RunAsync(Effect.HandOver e, CancellationToken cancellationToken)
    {
        if (!peers.Knows(e.Tower)) return new EffectResult.Failed(new(RejectionCode.NotFound, "an operator of Peers:Operators", e.Tower.Value));
        var signed = new List<SignedMark>();
        if (e.HistoryTo > 0)
        {
            var marks = new SignedHistory(e.Side);
            await foreach (var (@event, at) in history.ReadAsync(e.Side, cancellationToken))
                if (marks.Take(@event, at) is { } mark) signed.Add(mark);
        }

        EffectResult? said = null;
        foreach (var message in TowerMessages.Of(e, keys.TowerKey(e.Side).ToArray(), signed))
        {
            said = await peers.TellAsync(e.Tower, e.Side, message, cancellationToken);
            if (said is not EffectResult.Replied { Reply: CommandReply.Accepted }) break;
        }

        return said!;
    }
}
