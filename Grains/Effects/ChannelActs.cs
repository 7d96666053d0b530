using System.Security.Cryptography;
using System.Text;
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
/// Makes a packet of an act, or of several of one key: one call of the contract from a hot address of the account, in the name of the channel key, whose mandate allows it without
/// votes. All that follows (simulation, lane, fees, proof) is a packet's.
/// </summary>
public sealed class ChannelActs(IGrainFactory grains, ChainSet chains, ActGathering gathering)
{
    /// <summary>How far the base fee may rise while an act waits, and what is given on top of it for each unit of gas.</summary>
    private const ulong Headroom = 8;
    private const ulong TipWei = 5_000_000_000;

    private const ulong LockGas = 60_000;

    /// <summary>Most gas of several acts together: a block has room for it.</summary>
    private const ulong MostGas = 6_000_000;

    public async Task<EffectResult> RunAsync(Effect.ActOnChannel e, CancellationToken cancellationToken)
    {
        var (opening, facts) = (e.Opening, e.Opening.Facts);
        var reference = new PacketRef(opening.Account, e.Act.Packet);
        if (await grains.GetGrain<ITokenPacketGrain>(reference.Key).Read() is not null)
            return await ProposeAsync(reference, () => throw new UnreachableException($"Packet {reference} is there."));
        var (mandate, failure) = await MandateAsync(opening.Account, opening.Key);
        if (mandate is null) return failure!;
        var part = new ActPart(
            e.Act.Packet, ActEncoding.Encode(facts, opening.Terms.LockFloor, mandate.Payout, e.Call), e.Call is ChannelCall.Pull ? facts.Token : null, GasOf(e.Call), e.Act.OpenBefore,
            e.Act.SettleBefore);
        if (e.MayJoin && gathering.Wait.Ms > 0)
        {
            var gatherer = grains.GetGrain<IActGathererGrain>($"{opening.Account}/{opening.Key}/{facts.Chain}/{facts.Manager}");
            if (await gatherer.Join(part) is { } joined) return new EffectResult.ActJoined(joined);
        }

        return await ProposeAsync(reference, () => ContentAsync(reference, mandate, facts.Chain, facts.Manager, [part], cancellationToken));
    }

    /// <summary>Proposes one packet for several acts, and says which of them it makes; null: each is to go alone.</summary>
    /// <param name="key">The gatherer's: account, channel key, chain and contract.</param>
    internal async Task<(Name Packet, ImmutableArray<Name> Members)?> ProposeAsync(string key, ImmutableArray<ActPart> parts, CancellationToken cancellationToken)
    {
        var (calls, members) = Fitting(parts);
        if (members.Length < 2 || key.Split('/') is not [var id, var name, var chain, var manager] || !Name.TryParse(name, out var channelKey)) return null;
        var account = AccountId.Parse(id);
        if ((await MandateAsync(account, channelKey)).Mandate is not { } mandate) return null;
        // The same acts are the same packet, whoever gathers them again.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(' ', members)));
        var reference = new PacketRef(account, $"channels-{Convert.ToHexStringLower(hash.AsSpan(0, 10))}");
        var result = await ProposeAsync(reference, () => ContentAsync(reference, mandate, ChainId.Parse(chain), Address.Parse(manager), calls, cancellationToken));
        return result switch
        {
            EffectResult.Replied { Reply: CommandReply.Accepted } => (reference.Id, members),
            EffectResult.NoAnswer none => throw new IOException(none.ToString()),
            _ => null,
        };
    }

    /// <summary>What one transaction has room for. Of several payouts in one token the contract makes one, of all that is owed.</summary>
    internal static (ImmutableArray<ActPart> Calls, ImmutableArray<Name> Members) Fitting(ImmutableArray<ActPart> parts)
    {
        var (calls, members) = (ImmutableArray.CreateBuilder<ActPart>(), ImmutableArray.CreateBuilder<Name>());
        var gas = 0UL;
        foreach (var part in parts)
        {
            var isMade = part.PulledIn is { } token && calls.Any(call => call.PulledIn == token);
            if (!isMade && (calls.Count >= MandatedBatch.MostParts || gas + part.Gas > MostGas)) continue;
            members.Add(part.Packet);
            if (isMade) continue;
            calls.Add(part);
            gas += part.Gas;
        }

        return (calls.ToImmutable(), members.ToImmutable());
    }

    private async Task<EffectResult> ProposeAsync(PacketRef reference, Func<Task<(PacketContent? Content, EffectResult? Failure)>> make)
    {
        var packet = grains.GetGrain<ITokenPacketGrain>(reference.Key);
        var view = await packet.Read();
        if (view is null)
        {
            var made = await make();
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

    private async Task<(ChannelMandate? Mandate, EffectResult? Failure)> MandateAsync(AccountId account, Name key)
    {
        if (await grains.LineageOf(account) is not { } lineage) return (null, SignerAnswers.Unregistered(account));
        return MandatedCalls.MandateOf(lineage, key) is { MostFees.IsZero: false } mandate
            ? (mandate, null)
            : (null, new EffectResult.Failed(new(RejectionCode.NoRule, $"a mandate of key {key} that lets the account act on chain without votes (most fees)", "none")));
    }

    private async Task<(PacketContent? Content, EffectResult? Failure)> ContentAsync(
        PacketRef reference, ChannelMandate mandate, ChainId on, Address manager, ImmutableArray<ActPart> calls, CancellationToken cancellationToken)
    {
        if (await grains.GetGrain<IAccountGrain>(reference.Owner.ToString()).Read() is not { } view) return (null, SignerAnswers.Unregistered(reference.Owner));
        if (view.Addresses.FirstOrDefault(address => address.Chain == on && address.Tier == Tier.Hot) is not { } from)
            return Fail(new(RejectionCode.KeyUnknown, $"a hot address of the account on {on}, from which the fees are paid", "none"));
        if (chains.Find(on) is not { } chain) return Fail(new(RejectionCode.WrongChain, "a chain of this deployment", on.ToString()));
        var newest = await chain.Nodes.ReadAsync((n, ct) => n.BlockAsync(BlockSelector.Latest, false, ct), cancellationToken);
        if (!newest.TryGet(out var block, out var error) || block is null) return (null, new EffectResult.NoAnswer(error?.ToString() ?? "No node has a newest block."));
        // One node says it: what is beyond all prices is cut off, and the mandate bounds the rest.
        var price = UInt256.Min(block.Header.BaseFeePerGas ?? UInt256.Zero, ulong.MaxValue);
        var gas = calls.Aggregate(0UL, static (sum, call) => sum + call.Gas);
        var most = UInt256.Min(gas * ((price * Headroom) + TipWei), mandate.MostFees);
        var data = calls is [var only] ? only.Data : MandatedBatch.Write([.. calls.Select(static call => call.Data)]);
        var leg = new Leg.ContractCall("act", [], on, from.Address, manager, UInt256.Zero, data, [], [], new(most));
        return (new(reference, 1, mandate.Key, [leg], [], calls.Min(static call => call.OpenBefore), calls.Min(static call => call.SettleBefore)), null);
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
