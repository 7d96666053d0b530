using Orleans;
using TPWallet.Grains.Effects.Simulation;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Effects;

/// <summary>Previews of a packet's chain legs, for its own account: what an address holds is told to nobody else.</summary>
public sealed class PacketFees(IGrainFactory grains, LegFees fees, ShellServices services)
{
    /// <summary>Stages of a leg of which nothing is signed yet.</summary>
    private static readonly string[] _unsigned = ["waiting", "offered", "agreed", "submitted", "claimed"];

    /// <param name="standing">How far the legs are; empty where they are in no packet.</param>
    public async Task<FeePreviewReply> PreviewAsync(PacketContent packet, ImmutableArray<LegView> standing, CancellationToken cancellationToken)
    {
        var now = new Instant(services.Time.GetUtcNow().ToUnixTimeMilliseconds());
        if (now >= packet.SettleBefore) return new FeePreviewReply.Refused(new(RejectionCode.DeadlinePassed, $"a settle-before after {now}", packet.SettleBefore.ToString()));
        var account = await grains.GetGrain<IAccountGrain>(packet.Ref.Owner.ToString()).Read().WaitAsync(cancellationToken);
        if (account is null) return new FeePreviewReply.Refused(new(RejectionCode.NotFound, $"account {packet.Ref.Owner}", "none"));
        var previews = ImmutableArray.CreateBuilder<FeePreview>();
        foreach (var leg in packet.Legs.Where(static leg => leg.IsOnChain))
        {
            var refusal = Refusal(account, leg, standing.FirstOrDefault(view => view.Leg == leg.Id)?.Stage ?? _unsigned[0]);
            previews.Add(refusal ?? await fees.PreviewAsync(packet, leg, now, cancellationToken));
        }

        return new FeePreviewReply.Told(new(previews.ToImmutable()));
    }

    private static FeePreview.Refused? Refusal(AccountView account, Leg leg, string stage)
    {
        var (chain, from) = (PacketSimulator.ChainOf(leg), PacketSimulator.SenderOf(leg));
        if (!_unsigned.Contains(stage)) return new(leg.Id, chain, new(RejectionCode.WrongState, "a leg of which nothing is signed", stage));
        return account.Addresses.Any(own => own.Chain == chain && own.Address == from)
            ? null
            : new(leg.Id, chain, new(RejectionCode.LegMismatch, $"{leg.Id} from an address of this account on {chain}", $"{from}"));
    }
}
