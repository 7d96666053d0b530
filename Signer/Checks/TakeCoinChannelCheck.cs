using TPWallet.Domain.Authority;
using TPWallet.Domain.CoinChannels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>What taking a channel comes to: refused, or taken once what was learnt is kept.</summary>
internal sealed record TakeCoinDecision(Rejection? Refusal, Fact.CoinChannelTaken? Taken, ImmutableArray<Fact> Learnt)
{
    public static implicit operator TakeCoinDecision(Rejection refusal) => new(refusal, null, []);
}

/// <summary>
/// May this channel's keys sign? In this order: form (GenesisMismatch, Malformed, UnsupportedKind); a channel key of the account that is a party of it (KeyUnknown,
/// WrongChain); the clocks agree (ClockDoubtful); the lineage, not older than known (StaleVersion, LineageBroken, TimelockRunning); what was taken before stands
/// (IdempotencyMismatch); a mandate of the lineage that covers it (NoRule). A freeze stops nothing here: taking a channel spends nothing.
/// </summary>
internal static class TakeCoinChannelCheck
{
    public static TakeCoinDecision Decide(TakeCoinChannelRequest request, AccountId account, IFactStore store, LineageBook lineages, SignerTime time)
    {
        if (RequestForm.Check(request) is { } malformed) return malformed;
        if (new CoinRules(request.Terms).Judge() is { } unfit) return unfit;
        // Their HTLC transactions pay no fee, and nobody here chooses coins that would pay it.
        if (request.Terms.Form == CoinForm.Anchors) return new Rejection(RejectionCode.UnsupportedKind, $"{CoinForm.AnchorOutputs} or {CoinForm.StaticRemoteKey}", $"{CoinForm.Anchors}");
        if (!Enum.IsDefined(request.Us)) return new Rejection(RejectionCode.Malformed, "a side of the channel", $"{request.Us}");
        if (store.Keys(account).FirstOrDefault(candidate => candidate.Attestation.Key == request.Key)?.Attestation is not { Purpose: KeyPurpose.Channel } key)
            return new Rejection(RejectionCode.KeyUnknown, $"a channel key of {account}", request.Key.Value);
        if (request.Parties.Chain != key.Chain) return new Rejection(RejectionCode.WrongChain, key.Chain.Value, request.Parties.Chain.Value);
        if (request.Parties.Of(request.Us) != key.PublicKey) return new Rejection(RejectionCode.KeyUnknown, $"{key.PublicKey} as {request.Us}", $"{request.Parties.Of(request.Us)}");
        if (time.Doubt is { } doubt) return doubt;
        var accepted = lineages.Accept(request.Genesis, request.Lineage, time.Stamp);
        if (accepted.Governance is not { } governance || accepted.Learnt.Length > 0) return new(accepted.Refusal, null, accepted.Learnt);
        var taken = new Fact.CoinChannelTaken(account, request.Key, request.Parties, request.Us, request.Terms, request.Payout);
        var before = store.TakenCoin(taken.Side);
        if (before is not null && before != taken) return new Rejection(RejectionCode.IdempotencyMismatch, $"what was taken before, by key {before.Key} of {before.Account}", "another");
        if (before is null && governance.CoinChannels.Values.FirstOrDefault(mandate => Covers(mandate, taken)) is null)
            return new Rejection(RejectionCode.NoRule, $"a mandate of key {request.Key} for such a channel, and its payout", "none");
        return new(null, taken, [.. TakeChannelCheck.Governed(account, request.Lineage, governance, store), .. before is null ? [taken] : ImmutableArray<Fact>.Empty]);
    }

    /// <summary>Whether a mandate is for a channel.</summary>
    public static bool Covers(CoinMandate mandate, Fact.CoinChannelTaken taken) =>
        mandate.Key == taken.Key && mandate.Chain == taken.Parties.Chain && mandate.Payout == taken.Payout && taken.Terms.MostFeeratePerKw <= mandate.MostFeeratePerKw
        && (taken.Us == CoinSide.Accepter || taken.Terms.FundingSat <= mandate.MostFundedSat);
}
