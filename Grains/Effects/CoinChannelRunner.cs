using Orleans;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Domain.CoinChannels;
using TPWallet.Domain.Fees;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects;

/// <summary>What a side of a channel on a chain of the Bitcoin family wants: its signer, the chain, and the other side.</summary>
public sealed class CoinChannelRunner(IGrainFactory grains, ISignerPort signer, ChainSet chains, CoinChannelSights sights, PeerSet peers, Shell.JournalClock clock)
{
    /// <summary>Satoshis per 1000 virtual bytes in one per 1000 weight units.</summary>
    private const long WeightPerByte = 4;

    public Task<EffectResult> RunAsync(Effect.OfCoinChannel e, CancellationToken cancellationToken) => e.Wanted switch
    {
        CoinEffect.MakeKeys => MakeKeysAsync(e, cancellationToken),
        CoinEffect.SignPeer wanted => AskAsync(e, wanted.Facts, new CoinAsk.Peer(wanted.Commitment), cancellationToken),
        CoinEffect.TakeOwn wanted => AskAsync(e, wanted.Facts, new CoinAsk.Take(wanted.Book, wanted.Signatures), cancellationToken),
        CoinEffect.SignEnd wanted => AskAsync(e, wanted.Facts, new CoinAsk.End(wanted.Book, wanted.Theirs), cancellationToken),
        CoinEffect.SendOwn wanted => AskAsync(e, wanted.Facts, new CoinAsk.Own(wanted.Commitment), cancellationToken),
        CoinEffect.Take wanted => TakeAsync(e, wanted, cancellationToken),
        CoinEffect.SendEnd wanted => SendAsync(e, wanted, cancellationToken),
        CoinEffect.SendFunding wanted => SendAsync(e, wanted.Transaction, cancellationToken),
        CoinEffect.Look wanted => LookAsync(e, wanted.State, cancellationToken),
        CoinEffect.Tell wanted => TellAsync(e, wanted.Message, cancellationToken),
        _ => throw new UnreachableException($"No effect of a channel: {e.Wanted.GetType().Name}"),
    };

    private async Task<EffectResult> MakeKeysAsync(Effect.OfCoinChannel e, CancellationToken cancellationToken)
    {
        if (await grains.LineageOf(e.Opening.Account) is not { } lineage) return SignerAnswers.Unregistered(e.Opening.Account);
        var answer = await TakeAsync(e, lineage, cancellationToken);
        return Settled(answer.Map(static taken => new EffectResult.OfCoinChannel(new CoinResult.KeysMade(taken.Basepoints, taken.Point, taken.NextPoint))));
    }

    /// <summary>Asks the signer; where the account's rules have changed it is told of them first. A transaction that it gives is sent.</summary>
    private async Task<EffectResult> AskAsync(Effect.OfCoinChannel e, CoinFacts facts, CoinAsk ask, CancellationToken cancellationToken)
    {
        if (await grains.LineageOf(e.Opening.Account) is not { } lineage) return SignerAnswers.Unregistered(e.Opening.Account);
        var request = new SignCoinChannelRequest(e.Opening.Account, e.Side, lineage.Changes.Length, facts, ask);
        var answer = await signer.SignCoinChannelAsync(request, cancellationToken);
        if (answer is SignerAnswer<CoinGiven>.Refused { Rejection.Code: RejectionCode.StaleVersion })
        {
            if (await TakeAsync(e, lineage, cancellationToken) is not SignerAnswer<CoinChannelTaken>.Given) return new EffectResult.NoAnswer("The signer did not take the account's changes.");
            answer = await signer.SignCoinChannelAsync(request, cancellationToken);
        }

        return answer switch
        {
            SignerAnswer<CoinGiven>.Given { Value: CoinGiven.Transaction { Raw: var raw } } => await SendAsync(e, raw, cancellationToken),
            _ => Settled(answer.Map(static given => new EffectResult.OfCoinChannel(ResultOf(given)))),
        };
    }

    /// <summary>An output, at the rate that the nodes think is soon enough.</summary>
    private async Task<EffectResult> TakeAsync(Effect.OfCoinChannel e, CoinEffect.Take wanted, CancellationToken cancellationToken)
    {
        if (chains.FindBitcoin(e.Opening.Parties.Chain) is not { } chain) return Unserved(e);
        var terms = await chain.Nodes.ReadAsync((n, ct) => n.PoolTermsAsync(ct), cancellationToken);
        if (!terms.TryGet(out var pool, out var error)) return new EffectResult.NoAnswer(error.ToString());
        var estimate = await chain.Nodes.ReadAsync((n, ct) => n.EstimateFeeAsync(FeeParts.CoinBlocks, ct), cancellationToken);
        if (!estimate.TryGet(out var soon, out error)) return new EffectResult.NoAnswer(error.ToString());
        var rate = Math.Max(soon?.SatPerKvb ?? 0, pool.Least.SatPerKvb);
        return await AskAsync(e, wanted.Facts, new CoinAsk.Output(wanted.Claim, wanted.Origin, (rate + WeightPerByte - 1) / WeightPerByte), cancellationToken);
    }

    private async Task<EffectResult> SendAsync(Effect.OfCoinChannel e, CoinEffect.SendEnd wanted, CancellationToken cancellationToken)
    {
        var (opener, accepter) = wanted.Us == CoinSide.Opener ? (wanted.End.Ours, wanted.End.Theirs) : (wanted.End.Theirs, wanted.End.Ours);
        if (!CoinTransactions.Ending(wanted.Facts, wanted.End.Book).TryGet(out var ending, out var unfit)
            || !ending.Complete(opener!.Value, accepter!.Value).TryGet(out var whole, out unfit))
            return new EffectResult.Failed(new(RejectionCode.BadSignature, unfit.Expected, unfit.Actual));
        return await SendAsync(e, whole.Encode(), cancellationToken);
    }

    /// <summary>Out, or up against another transaction, which the next look shows: both are handed over. Whatever else a node says, it is tried again.</summary>
    private async Task<EffectResult> SendAsync(Effect.OfCoinChannel e, HexBytes raw, CancellationToken cancellationToken)
    {
        if (chains.FindBitcoin(e.Opening.Parties.Chain) is not { } chain) return Unserved(e);
        if (!BitcoinTransaction.Decode(raw.Span).TryGet(out var transaction, out var unfit))
            return new EffectResult.Failed(new(RejectionCode.Malformed, unfit.Expected, unfit.Actual));
        var result = await chain.Nodes.BroadcastAsync(transaction, chain.Routes.Of(null), cancellationToken);
        return result.IsOut || result.ByNode.Any(static answer => answer.Result is TPWallet.Chains.Nodes.SendResult.MaybeMined or TPWallet.Chains.Nodes.SendResult.Conflict)
            ? new EffectResult.OfCoinChannel(new CoinResult.Sent(true))
            : new EffectResult.NoAnswer(LaneRunner.Summarise(result).ToString());
    }

    private async Task<EffectResult> LookAsync(Effect.OfCoinChannel e, CoinState state, CancellationToken cancellationToken)
    {
        if (chains.FindBitcoin(e.Opening.Parties.Chain) is not { } chain) return Unserved(e);
        var (sight, why) = await sights.ReadAsync(chain, state, cancellationToken);
        if (sight is null) return new EffectResult.NoAnswer(why!);
        return CoinNews.IsNews(state, sight) ? new EffectResult.OfCoinChannel(new CoinResult.Seen(sight)) : new EffectResult.NoAnswer("There is nothing new.");
    }

    /// <summary>Here by a grain call, elsewhere by the peers' protocol. The command's id is the message's own, so that the same message is taken once.</summary>
    private async Task<EffectResult> TellAsync(Effect.OfCoinChannel e, CoinMessage message, CancellationToken cancellationToken)
    {
        var to = e.Side.Peer;
        if (e.Opening.Peer is { } peer) return await peers.TellAsync(peer, to, message, cancellationToken);
        return EffectResult.Of(await grains.GetGrain<ICoinChannelGrain>(to.ToString()).Submit(new CoinCommand.Hear(PeerMessages.IdOf(to, message), message)));
    }

    private Task<SignerAnswer<CoinChannelTaken>> TakeAsync(Effect.OfCoinChannel e, AccountLineage lineage, CancellationToken cancellationToken)
    {
        var opening = e.Opening;
        return signer.TakeCoinChannelAsync(
            new(lineage.Genesis, lineage.Changes, opening.Key, opening.Parties, e.Side.Us, opening.Terms, opening.Payout) { AskedAt = clock.Now }, cancellationToken);
    }

    private static CoinResult ResultOf(CoinGiven given) => given switch
    {
        CoinGiven.Signatures signatures => new CoinResult.Signed(signatures.Of),
        CoinGiven.Revocation revocation => new CoinResult.Taken(revocation.Of),
        CoinGiven.End end => new CoinResult.EndSigned(end.Signature),
        CoinGiven.NotWorth => new CoinResult.Sent(false),
        _ => throw new UnreachableException($"Nothing that a signer gives: {given.GetType().Name}"),
    };

    /// <summary>What the signer says of the moment decides nothing.</summary>
    private static EffectResult Settled(EffectResult result) => result is EffectResult.Failed { Rejection: var refused } && (refused.Code is RejectionCode.StaleVersion || !Answers.IsDefiniteOfSigner(refused))
        ? new EffectResult.NoAnswer(refused.ToString())
        : result;

    private static EffectResult.NoAnswer Unserved(Effect.OfCoinChannel e) => new($"no nodes of {e.Opening.Parties.Chain} in this deployment");
}
