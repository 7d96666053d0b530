using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>Reads out what was signed, for a journal that has to find out what it forgot. It says nothing that a silo was not told before.</summary>
internal static class SignedBook
{
    /// <summary>Signatures that are looked at in one read. Nonces are first signed in order and few are in flight, so that so many older ones end a search.</summary>
    private const int MaxRead = 1024;

    /// <summary>Null if the query is malformed.</summary>
    public static SignedPage? Read(IFactStore store, SignedQuery query)
    {
        if (query.Chain is null != query.Address is null) return null;
        var lane = query is { Chain: { } chain, Address: { } address } ? $"{chain}/{address}" : null;
        var before = query.Before > 0 ? query.Before : long.MaxValue;
        var found = store.Signed(lane, before, MaxRead);
        var page = ImmutableArray.CreateBuilder<SignedIntent>();
        var bytes = 0;
        foreach (var stored in found)
        {
            var fact = (Fact.IntentSigned)stored.Fact;
            if (lane is not null && fact.Coins is null && fact.Nonce < query.FromNonce) continue;
            if (page.Count > 0 && (page.Count >= SignedQuery.MaxPage || bytes >= SignedQuery.MaxPageBytes)) return new(page.ToImmutable(), page[^1].Number);
            var first = lane is null ? null : FirstOf(store, fact);
            page.Add(Intent(store, stored, fact, first));
            bytes += fact.Raw.Length + (first?.Packet?.Legs.OfType<Grains.Interfaces.Packets.Leg.ContractCall>().Sum(static leg => leg.Data.Length) ?? 0) + 1024;
        }

        // Where a whole read brought nothing that was asked for, all that is older lies below it as well.
        var more = found.Count == MaxRead && page.Count > 0;
        return new(page.ToImmutable(), more ? found[^1].Number : null);
    }

    private static SignedIntent Intent(IFactStore store, StoredFact stored, Fact.IntentSigned fact, Fact.IntentSigned? first) => new(
        stored.Number,
        stored.At,
        fact.Request,
        store.Keys(fact.Account).First(key => (key.Attestation.Chain, key.Attestation.Address) == (fact.Chain, fact.Address)).Attestation.Key,
        fact.Leg,
        fact.PacketHash,
        fact.Chain,
        fact.Address,
        fact.Nonce,
        fact.NoOp,
        fact.Terms,
        fact.Raw,
        fact.TxHash,
        first?.Packet,
        first?.Bounds)
    {
        Coins = fact.Coins,
    };

    /// <summary>The packet's first signature, which has the packet.</summary>
    private static Fact.IntentSigned? FirstOf(IFactStore store, Fact.IntentSigned fact) =>
        store.OfPacket(fact.Leg.Packet).Select(static stored => stored.Fact).OfType<Fact.IntentSigned>().FirstOrDefault();
}
