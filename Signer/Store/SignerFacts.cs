using TPWallet.Domain.Lanes.Coins;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Checks;

namespace TPWallet.Signer.Store;

/// <summary>What the checks ask of the store, in their own terms.</summary>
internal static class SignerFacts
{
    public static ImmutableArray<Fact.KeyCreated> Keys(this IFactStore store, AccountId account) =>
        [.. store.OfAccount(account, "key").Select(static stored => (Fact.KeyCreated)stored.Fact)];

    /// <summary>When a subject was first seen, or null.</summary>
    public static Instant? FirstSeen(this IFactStore store, AccountId account, Bytes32 subject, Bytes32 effectDigest) =>
        store.OfSubject("seen", Fact.SubjectSeen.SeenSubject(account, subject, effectDigest)).SingleOrDefault()?.At;

    /// <summary>The hashes of the lineage's changes as far as they were accepted here.</summary>
    public static ImmutableArray<Bytes32> Accepted(this IFactStore store, AccountId account) =>
        [.. store.OfAccount(account, "lineage").SelectMany(static stored => ((Fact.LineageAdvanced)stored.Fact).Changes)];

    /// <summary>A channel that was taken, or null.</summary>
    public static Fact.ChannelTaken? Taken(this IFactStore store, ChannelRef side) =>
        store.OfSubject(Fact.ChannelTaken.Kind, side.ToString()) is [{ Fact: Fact.ChannelTaken taken }] ? taken : null;

    /// <summary>The same on a chain of the Bitcoin family.</summary>
    public static Fact.CoinChannelTaken? TakenCoin(this IFactStore store, CoinChannelRef side) =>
        store.OfSubject(Fact.CoinChannelTaken.Kind, side.ToString()) is [{ Fact: Fact.CoinChannelTaken taken }] ? taken : null;

    /// <summary>What a lineage of the account last said of channels, or null.</summary>
    public static Fact.ChannelsGoverned? Governed(this IFactStore store, AccountId account) =>
        store.OfAccount(account, Fact.ChannelsGoverned.Kind) is [.., { Fact: Fact.ChannelsGoverned governed }] ? governed : null;

    public static SignHistory History(this IFactStore store, PacketRef packet, ChainId chain, Address address, ulong? nonce)
    {
        var ofPacket = store.OfPacket(packet);
        return new(
            address,
            nonce is { } at ? Signed(store.OfSubject("signed", Fact.IntentSigned.NonceSubject(chain, address, at))) : [],
            Signed(ofPacket),
            ofPacket.Count == 0 ? null : ofPacket[0]);
    }

    /// <summary>The legs for which an output was signed: one, or beside it the one that took its place.</summary>
    public static ImmutableArray<LegRef> Claimants(this IFactStore store, ChainId chain, SpentOutput output) =>
        [.. store.OfSubject("claimed", Fact.OutputClaimed.ClaimSubject(chain, output)).Select(static stored => ((Fact.OutputClaimed)stored.Fact).Leg).Distinct()];

    /// <summary>Whether an output is the one in which a no-op that was signed here kept a deposit: its first, where its leg was to give just that deposit back.</summary>
    public static bool Keeps(this IFactStore store, ChainId chain, Address address, SpentOutput output, DepositRef deposit) =>
        output.Index == 0 && Signed(store.OfSubject("signed", Fact.IntentSigned.CoinSubject(chain, address, output.TxHash)))
            .Any(closing => closing.NoOp && store.Gives(closing.Leg, deposit));

    private static bool Gives(this IFactStore store, LegRef leg, DepositRef deposit) => Signed(store.OfPacket(leg.Packet))
        .SelectMany(static signed => signed.Packet?.Legs ?? []).Any(known => known.Id == leg.Leg && CoinLegs.ReturnedBy(known) == deposit);

    /// <summary>What was signed of one leg, oldest first.</summary>
    public static ImmutableArray<Fact.IntentSigned> OfLeg(this IFactStore store, LegRef leg) =>
        [.. Signed(store.OfPacket(leg.Packet)).Where(fact => fact.Leg == leg)];

    /// <summary>The leg that a leg moved to, or null.</summary>
    public static LegRef? ReplacedBy(this IFactStore store, LegRef leg) =>
        store.OfSubject("replaced", leg.ToString()) is [{ Fact: Fact.LegReplaced replaced }, ..] ? replaced.By : null;

    private static ImmutableArray<Fact.IntentSigned> Signed(IReadOnlyList<StoredFact> stored) =>
        [.. stored.Select(static fact => (Fact.IntentSigned)fact.Fact)];
}
