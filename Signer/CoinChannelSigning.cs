using System.Collections.Concurrent;
using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Checks;
using TPWallet.Signer.CoinChannels;
using TPWallet.Signer.Keys;
using TPWallet.Signer.Store;

namespace TPWallet.Signer;

/// <summary>
/// Channels on chains of the Bitcoin family. A channel is taken once, under the account's lineage; its keys follow from the root secret and its name, so that no copy
/// of them is kept. BOLT-3 tweaks keys, which no device for keys does: they are used in this process alone.
/// </summary>
internal sealed class CoinChannelSigning(IFactStore store, ICoinFloorStore floors, SignerSecrets secrets)
{
    /// <summary>From satoshis per 1000 weight units to satoshis per 1000 virtual bytes.</summary>
    private const long WeightPerByte = 4;

    /// <summary>Channels kept in memory; beyond this all are dropped and read again as needed.</summary>
    private const int MaxKept = 200_000;

    // Facts never change: a cache, not state.
    private readonly ConcurrentDictionary<CoinChannelRef, Fact.CoinChannelTaken> _taken = new();
    private readonly ChannelRulesBook _rules = new(store);

    /// <summary>Makes the floor of a channel before it is taken: from then on, one without a floor has lost it and is not new.</summary>
    public Task PrepareAsync(Fact.CoinChannelTaken taken) => floors.RaiseAsync(taken.Side, static floor => new CoinStep<object>(floor, floor, null));

    /// <summary>Tells of a channel that was taken.</summary>
    public CoinChannelTaken Taken(Fact.CoinChannelTaken taken)
    {
        _ = FloorOf(taken.Side);
        using var keys = KeysOf(taken);
        return new(taken.Side, keys.Basepoints, keys.PointOf(0), keys.PointOf(1));
    }

    public async Task<SignerAnswer<CoinGiven>> SignAsync(SignCoinChannelRequest request)
    {
        if (Find(request.Side) is not { } taken || taken.Account != request.Account)
            return Refused(new(RejectionCode.NotFound, $"a channel of {request.Account} that was taken", request.Side.ToString()));
        using var keys = KeysOf(taken);
        if (SignCoinChannelCheck.CheckFacts(request, taken, keys.Basepoints) is { } other) return Refused(other);
        _ = FloorOf(request.Side);
        KillPoint.Pass(KillPoint.SignerDecided);
        var answer = await SignAsync(request, taken, new CoinSigning(keys));
        KillPoint.Pass(KillPoint.SignerPersisted);
        return answer;
    }

    private async Task<SignerAnswer<CoinGiven>> SignAsync(SignCoinChannelRequest request, Fact.CoinChannelTaken taken, CoinSigning signing)
    {
        var (facts, us) = (request.Facts, taken.Us);
        switch (request.Ask)
        {
            case CoinAsk.Peer { Commitment: var peer }:
                var rules = _rules.Of(request.Account);
                return Answer(
                    await RaiseAsync(request, floor => SignCoinChannelCheck.JudgePeer(floor, signing.SignPeer(floor, facts, us, peer), request, peer.Book, taken, rules)),
                    static signatures => new CoinGiven.Signatures(signatures));
            case CoinAsk.Take take:
                return Answer(await RaiseAsync(request, floor => signing.TakeOwn(floor, facts, us, take.Book, take.Signatures)), static given => new CoinGiven.Revocation(given));
            case CoinAsk.Own { Commitment: var own }:
                return Answer(await RaiseAsync(request, floor => signing.SignOwn(floor, facts, us, own)), static signed => new CoinGiven.Transaction(signed.Transaction.Encode()));
            case CoinAsk.End end:
                return Answer(await RaiseAsync(request, floor => signing.SignEnd(floor, facts, us, end.Book, end.Theirs)), static signed => new CoinGiven.End(signed.Commitment));
            case CoinAsk.Output output:
                return Answer(await RaiseAsync(request, static floor => new CoinStep<object>(floor, floor, null)), _ => Taking(signing, facts, taken, output));
            default:
                return Refused(new(RejectionCode.UnsupportedKind, "what a channel's keys sign", request.Ask.GetType().Name));
        }
    }

    /// <summary>Whatever the floor says, it takes nothing from anybody but who has no right to it, and brings it to the payout.</summary>
    private static CoinGiven? Taking(CoinSigning signing, CoinFacts facts, Fact.CoinChannelTaken taken, CoinAsk.Output output)
    {
        var rate = Math.Min(output.FeeratePerKw, taken.Terms.MostFeeratePerKw) * WeightPerByte;
        var made = output is { Claim.Way: CoinWay.Success or CoinWay.Timeout, Origin: CoinOrigin.Own { Commitment: var own } }
            ? signing.SignSecond(facts, taken.Us, output.Claim, own, default, default)
            : signing.Sweep(facts, taken.Us, output.Claim, output.Origin, new Script(taken.Payout), new FeeRate(rate));
        if (made.TryGet(out var transaction, out var unfit)) return new CoinGiven.Transaction(transaction.Encode());
        return unfit.Code == "sweep.not-worth" ? new CoinGiven.NotWorth() : null;
    }

    private Task<CoinStep<T>> RaiseAsync<T>(SignCoinChannelRequest request, Func<CoinFloor, CoinStep<T>> judge)
        where T : class
    {
        var facts = Canonical.Hash("tpw.coin-facts.v1", request.Facts, ContractJson.Default.CoinFacts);
        return floors.RaiseAsync(request.Side, floor => SignCoinChannelCheck.Pinned(floor, facts, judge));
    }

    private static SignerAnswer<CoinGiven> Answer<T>(CoinStep<T> step, Func<T, CoinGiven?> given)
        where T : class
    {
        if (step.Refusal is { } refusal) return Refused(refusal);
        return given(step.Given!) is { } answer ? new SignerAnswer<CoinGiven>.Given(answer) : Refused(new(RejectionCode.Malformed, "an output that can be taken like that", "another"));
    }

    private static SignerAnswer<CoinGiven> Refused(Rejection refusal) => new SignerAnswer<CoinGiven>.Refused(refusal);

    private CoinFloor FloorOf(CoinChannelRef side) => floors.Find(side) ?? throw new StoreDamagedException($"The floor of channel {side} is lost.");

    private CoinKeys KeysOf(Fact.CoinChannelTaken taken)
    {
        var seed = secrets.CoinChannelSeed($"{taken.Account}/{taken.Key}/{taken.Side}");
        try
        {
            return new(seed);
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(seed);
        }
    }

    private Fact.CoinChannelTaken? Find(CoinChannelRef side)
    {
        if (_taken.TryGetValue(side, out var known)) return known;
        if (store.TakenCoin(side) is not { } fact) return null;
        if (_taken.Count >= MaxKept) _taken.Clear();
        return _taken[side] = fact;
    }
}
