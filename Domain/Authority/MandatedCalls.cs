using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>
/// Packets that a channel's mandate allows without votes, also under a freeze: calls of the contract that close, challenge, settle and pay out, and take
/// nothing but their fees. They are proposed in the name of the channel key. A window must not pass because nobody was there to vote.
/// </summary>
public static class MandatedCalls
{
    private static readonly FrozenSet<uint> _selectors =
        ChannelMethods.All.Select(static method => Selector(Keccak256.Hash(Encoding.ASCII.GetBytes(method)))).ToFrozenSet();

    /// <summary>How far back fees under a mandate are summed.</summary>
    internal static Span Window { get; } = Span.Hours(24);

    /// <summary>The mandate that allows the packet; null for one that takes votes.</summary>
    public static ChannelMandate? MandateOf(PacketContent packet, Governance governance) =>
        governance.Channels.GetValueOrDefault(Governance.ChannelKey(packet.Proposer)) is { } mandate
        && packet is { IsReturn: false, Allocations.IsEmpty: true, CompensateBefore: null } && packet.Legs.All(leg => Covers(mandate, leg))
            ? mandate
            : null;

    /// <summary>The mandate of a channel key as a lineage has it; null where it has none, or the lineage is broken.</summary>
    public static ChannelMandate? MandateOf(AccountLineage lineage, Name key) =>
        Lineage.Replay(lineage.Genesis, lineage.Changes) is Replayed.Whole { Governance: var governance } ? governance.Channels.GetValueOrDefault(Governance.ChannelKey(key)) : null;

    /// <summary>The whole judgement of such a packet; null where it takes votes.</summary>
    internal static Assessment? Assess(AuthorisationFacts facts, Judge judge)
    {
        if (MandateOf(facts.Packet, facts.Governance) is not { } mandate) return null;
        if (facts.Packet.Ref.Owner != facts.Governance.Account)
            return judge.Deny("form", "deny", new(RejectionCode.VoteWrongSubject, $"a packet of {facts.Governance.Account}", $"a packet of {facts.Packet.Ref.Owner}"));
        if (Outflow.Of(facts.Packet, facts.Bounds, facts.Own, facts.Governance, out var refusal) is not { } outflow) return judge.Deny("form", "deny", refusal!);
        // That no standard explains the method is no matter here: the members named the contract.
        // Nor that it is a batch of such: its parts were judged one by one.
        bool IsBatch(Name leg) => facts.Packet.Legs.First(one => one.Id == leg) is Leg.ContractCall call && MandatedBatch.IsBatch(call.Data.Span);
        if (outflow.Effects.FirstOrDefault(effect => effect.IsSpecial && effect.Kind != EffectKind.OpaqueCall && !(effect.Kind == EffectKind.DelegatecallBatch && IsBatch(effect.Leg))) is { } special)
            return judge.Deny("channels", "deny", new(RejectionCode.EffectOutOfBounds, "a call that takes nothing but its fee", $"{special.Kind} of leg {special.Leg}"));
        var coin = AssetId.Native(mandate.Chain);
        var used = facts.Windows.UsedUnder(mandate.Key, coin, Window, facts.Stamp);
        var left = mandate.MostFees - UInt256.Min(used, mandate.MostFees);
        foreach (var leg in outflow.Legs)
        {
            var fee = leg.Fee?.Value ?? UInt256.Zero;
            if (fee > left)
                return judge.Deny("channels", "hard-cap", new(RejectionCode.LimitWindow, $"fees of at most {mandate.MostFees} in 24 hours under the mandate of {mandate.Key}", $"{fee} for {leg.Leg}, where {left} are left"));
            left -= fee;
        }

        judge.Note("channels", "mandate", $"no votes under the mandate of {mandate.Key}: of {mandate.MostFees} for fees {left} are left");
        return judge.Count(Demands.None);
    }

    private static bool Covers(ChannelMandate mandate, Leg leg) =>
        leg is Leg.ContractCall { Value.IsZero: true, MaxSpent.IsEmpty: true, MinReceived.IsEmpty: true, Group: null, Compensates: null, Replaces: null, After.IsEmpty: true } call
        && call.Chain == mandate.Chain && call.To == mandate.Manager
        && (IsAllowed(call.Data) || (MandatedBatch.Read(call.Data) is { } parts && parts.All(IsAllowed)));

    private static bool IsAllowed(HexBytes data) => data.Length >= sizeof(uint) && _selectors.Contains(Selector(data.Span));

    private static uint Selector(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt32BigEndian(data);
}
