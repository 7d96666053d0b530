using TPWallet.Domain.Authority;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>What taking a channel comes to: refused, or taken once what was learnt is kept.</summary>
internal sealed record TakeDecision(Rejection? Refusal, Fact.ChannelTaken? Taken, ImmutableArray<Fact> Learnt)
{
    public static implicit operator TakeDecision(Rejection refusal) => new(refusal, null, []);
}

/// <summary>
/// May states of this channel be signed? In this order: form (GenesisMismatch, Malformed, WrongChain); a channel key of the account that is a party of it
/// (KeyUnknown); the clocks agree (ClockDoubtful); the lineage, not older than known (StaleVersion, LineageBroken, TimelockRunning); what was taken before stands
/// (IdempotencyMismatch); a mandate of the lineage for this contract and token (NoRule). A freeze stops nothing here: taking a channel spends nothing.
/// </summary>
internal static class TakeChannelCheck
{
    public static TakeDecision Decide(TakeChannelRequest request, AccountId account, IFactStore store, LineageBook lineages, SignerTime time)
    {
        var facts = request.Facts;
        if (RequestForm.Check(request) is { } malformed) return malformed;
        if (facts.A.CompareTo(facts.B) >= 0) return new Rejection(RejectionCode.Malformed, "A with the lower address", $"{facts.A}, {facts.B}");
        if (store.Keys(account).FirstOrDefault(candidate => candidate.Attestation.Key == request.Key)?.Attestation is not { Purpose: KeyPurpose.Channel } key)
            return new Rejection(RejectionCode.KeyUnknown, $"a channel key of {account}", request.Key.Value);
        if (facts.Chain != key.Chain) return new Rejection(RejectionCode.WrongChain, key.Chain.Value, facts.Chain.Value);
        if (!Enum.IsDefined(request.Us)) return new Rejection(RejectionCode.Malformed, "a side of the channel", $"{request.Us}");
        if (facts.PartyOf(request.Us) != key.Address) return new Rejection(RejectionCode.KeyUnknown, $"{key.Address} as party {request.Us}", $"{facts.PartyOf(request.Us)}");
        if (time.Doubt is { } doubt) return doubt;
        var accepted = lineages.Accept(request.Genesis, request.Lineage, time.Stamp);
        if (accepted.Governance is not { } governance || accepted.Learnt.Length > 0) return new(accepted.Refusal, null, accepted.Learnt);
        var taken = new Fact.ChannelTaken(account, request.Key, facts, request.Us, request.LockFloor);
        var before = store.Taken(taken.Side);
        if (before is not null && before != taken)
            return new Rejection(RejectionCode.IdempotencyMismatch, $"key {before.Key} of {before.Account} with lock floor {before.LockFloor}", $"key {taken.Key} of {account} with {taken.LockFloor}");
        if (before is null && governance.Channels.Values.FirstOrDefault(mandate => Covers(mandate, taken)) is null)
            return new Rejection(RejectionCode.NoRule, $"a mandate of key {request.Key} for channels of {facts.Manager} in {facts.Token}", "none");
        return new(null, taken, [.. Governed(account, request.Lineage, governance, store), .. before is null ? [taken] : ImmutableArray<Fact>.Empty]);
    }

    /// <summary>Whether a mandate is for a channel.</summary>
    public static bool Covers(ChannelMandate mandate, Fact.ChannelTaken taken) =>
        mandate.Key == taken.Key && mandate.Chain == taken.Facts.Chain && mandate.Manager == taken.Facts.Manager && mandate.Token == taken.Facts.Token;

    /// <summary>What a lineage says of channels, where it is not known yet.</summary>
    public static ImmutableArray<Fact> Governed(AccountId account, ImmutableArray<EnactedChange> lineage, Governance governance, IFactStore store) =>
        store.Governed(account)?.Changes == lineage.Length
            ? []
            :
            [
                new Fact.ChannelsGoverned(account, lineage.Length, [.. governance.Channels.Values], FreezeBook.EndedBy(lineage))
                {
                    Coins = governance.CoinChannels.IsEmpty ? null : [.. governance.CoinChannels.Values],
                },
            ];
}
