using Orleans;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects;

/// <summary>
/// Makes a packet of an act: one call of the contract from a hot address of the account, in the name of the channel key, whose mandate allows it without votes. All
/// that follows (simulation, lane, fees, proof) is a packet's.
/// </summary>
public sealed class ChannelActs(IGrainFactory grains, ChainSet chains)
{
    /// <summary>How far the base fee may rise while an act waits, and what is given on top of it for each unit of gas.</summary>
    private const ulong Headroom = 8;
    private const ulong TipWei = 5_000_000_000;

    private const ulong LockGas = 60_000;

    public async Task<EffectResult> RunAsync(Effect.ActOnChannel e, CancellationToken cancellationToken)
    {
        var reference = new PacketRef(e.Opening.Account, e.Act.Packet);
        var packet = grains.GetGrain<ITokenPacketGrain>(reference.Key);
        var view = await packet.Read();
        if (view is null)
        {
            var made = await ContentAsync(reference, e, cancellationToken);
            if (made.Content is not { } content) return made.Failure!;
            var drafted = EffectResult.Of(await packet.Submit(new PacketCommand.Draft(EffectId.ResultOf(ChannelDecider.Kind, reference.Key, "draft"), content)));
            if (drafted is not EffectResult.Replied { Reply: CommandReply.Accepted }) return drafted;
        }
        else if (view.State != "draft")
        {
            return new EffectResult.Replied(new CommandReply.Accepted(view.Version, []));
        }

        return EffectResult.Of(await packet.Submit(new PacketCommand.Propose(EffectId.ResultOf(ChannelDecider.Kind, reference.Key, "propose"), 1)));
    }

    private async Task<(PacketContent? Content, EffectResult? Failure)> ContentAsync(PacketRef reference, Effect.ActOnChannel e, CancellationToken cancellationToken)
    {
        var (opening, facts) = (e.Opening, e.Opening.Facts);
        var account = grains.GetGrain<IAccountGrain>(opening.Account.ToString());
        if (await account.ReadLineage() is not { } lineage || await account.Read() is not { } view) return (null, SignerAnswers.Unregistered(opening.Account));
        if (MandatedCalls.MandateOf(lineage, opening.Key) is not { MostFees.IsZero: false } mandate)
            return Fail(new(RejectionCode.NoRule, $"a mandate of key {opening.Key} that lets the account act on chain without votes (most fees)", "none"));
        if (view.Addresses.FirstOrDefault(address => address.Chain == facts.Chain && address.Tier == Tier.Hot) is not { } from)
            return Fail(new(RejectionCode.KeyUnknown, $"a hot address of the account on {facts.Chain}, from which the fees are paid", "none"));
        if (chains.Find(facts.Chain) is not { } chain) return Fail(new(RejectionCode.WrongChain, "a chain of this deployment", facts.Chain.ToString()));
        var newest = await chain.Nodes.ReadAsync((n, ct) => n.BlockAsync(BlockSelector.Latest, false, ct), cancellationToken);
        if (!newest.TryGet(out var block, out var error) || block is null) return (null, new EffectResult.NoAnswer(error?.ToString() ?? "No node has a newest block."));
        // One node says it: what is beyond all prices is cut off, and the mandate bounds the rest.
        var price = UInt256.Min(block.Header.BaseFeePerGas ?? UInt256.Zero, ulong.MaxValue);
        var most = GasOf(e.Call) * ((price * Headroom) + TipWei);
        var data = ActEncoding.Encode(facts, opening.Terms.LockFloor, mandate.Payout, e.Call);
        var leg = new Leg.ContractCall("act", [], facts.Chain, from.Address, facts.Manager, UInt256.Zero, data, [], [], new(UInt256.Min(most, mandate.MostFees)));
        return (new(reference, 1, mandate.Key, [leg], [], e.Act.OpenBefore, e.Act.SettleBefore), null);
    }

    /// <summary>Most gas that the call takes (Contracts/channels, README), with some to spare.</summary>
    private static ulong GasOf(ChannelCall call) => call switch
    {
        ChannelCall.Resolve { Book.Locks.Length: var locks } => 150_000 + (LockGas * (ulong)locks),
        ChannelCall.Settle or ChannelCall.CloseTogether => 250_000,
        _ => 200_000,
    };

    private static (PacketContent? Content, EffectResult Failure) Fail(Rejection rejection) => (null, new EffectResult.Failed(rejection));
}
