using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.CoinChannels;

/// <summary>What one side owes: to its signer, the chain and the peer.</summary>
public sealed partial class CoinChannelDecider
{
    private const string Answer = "answer";
    private const string AskName = "ask";
    private const string EndName = "end";
    private const string FundName = "send-funding";
    private const string Keys = "keys";
    private const string LookName = "look";
    private const string Send = "send";
    private const string SendEnd = "send-end";
    private const string SendOwn = "send-own";
    private const string Sign = "sign";
    private const string Take = "take";
    private const string Claim = "claim";

    /// <summary>By name; the order of names is the order of start within one destination.</summary>
    public static ImmutableSortedDictionary<string, CoinEffect> Wanted(CoinState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var owed = ImmutableSortedDictionary.CreateBuilder<string, CoinEffect>(StringComparer.Ordinal);
        if (state.Phase is CoinPhase.None or CoinPhase.Closed) return owed.ToImmutable();
        if (state.Phase == CoinPhase.Opening && state.Ours is null) owed.Add(Keys, new CoinEffect.MakeKeys());
        if (state.Facts is { } facts)
        {
            OweSignatures(state, facts, owed);
            OweChain(state, facts, owed);
        }

        if (state.Asking is not null)
            owed.Add(Numbered(AskName, state.Session), new CoinEffect.Tell(new CoinMessage.Ask(state.Session, state.Own?.Book.Number ?? 0, state.Phase == CoinPhase.LostState)));
        if (state.Asked is { } asked) owed.Add(Answer, new CoinEffect.Tell(Standing(state, asked)));
        foreach (var (number, message) in state.Outbox) owed.Add(Numbered(Send, number), new CoinEffect.Tell(message));
        return owed.ToImmutable();
    }

    private static void OweSignatures(CoinState state, CoinFacts facts, ImmutableSortedDictionary<string, CoinEffect>.Builder owed)
    {
        if (ToSign(state) is { } book) owed.Add(Numbered(Sign, book.Number), new CoinEffect.SignPeer(facts, state.Us, new(book, state.PeerPoints[0])));
        if (state.Phase != CoinPhase.LostState && ToTake(state) is { } take) owed.Add(Numbered(Take, take.Book.Number), new CoinEffect.TakeOwn(facts, state.Us, take.Book, take.Signatures));
        if (state is { Phase: CoinPhase.Open or CoinPhase.Closing, End: { Ours: null } end }) owed.Add(EndName, new CoinEffect.SignEnd(facts, state.Us, end.Book, end.Theirs));
    }

    private static void OweChain(CoinState state, CoinFacts facts, ImmutableSortedDictionary<string, CoinEffect>.Builder owed)
    {
        // All the time, so that nothing is seen late; a look that shows nothing new says nothing.
        if (state.IsOnChain) owed.Add(Numbered(LookName, state.Looked), new CoinEffect.Look(state));
        if (state is { Phase: CoinPhase.Funding, FundingTransaction: { } funding, Sight: { FundingDepth: 0, Spent: null } }) OweOnce(state, FundName, new CoinEffect.SendFunding(funding), owed);
        if (state.Sight is not { FundingDepth: > 0 } sight) return;
        if (sight.Spent is null && state.Phase is CoinPhase.Closing or CoinPhase.Settling)
        {
            if (state.End is { Ours: not null, Theirs: not null } end) OweOnce(state, SendEnd, new CoinEffect.SendEnd(facts, state.Us, end), owed);
            // While the signer may be giving it up, nobody here knows whether it may still be sent.
            else if ((state.WantsClose || state.Phase == CoinPhase.Settling) && state.Own is { } own && ToTake(state) is null)
                OweOnce(state, SendOwn, new CoinEffect.SendOwn(facts, state.Us, own), owed);
        }

        foreach (var (claim, origin) in Claims(state, sight)) OweOnce(state, $"{Claim}|{claim.At}", new CoinEffect.Take(facts, state.Us, claim, origin), owed);
    }

    /// <summary>Handed over once for each look at the chain: if the next does not show it, it is handed over again.</summary>
    private static void OweOnce(CoinState state, string name, CoinEffect effect, ImmutableSortedDictionary<string, CoinEffect>.Builder owed)
    {
        if (!state.Sent.Contains(name)) owed.Add(name, effect);
    }

    private static CoinMessage.Tell Standing(CoinState state, PeerQuestion asked) =>
        new(asked.Session, asked.Commitment, state.SecretOf(asked.Commitment), state.Own?.Book.Number ?? 0, state.Said, state.Heard);

    /// <summary>What this side takes now: each output alone, so that nothing that the peer does to one holds up another (BOLT-5).</summary>
    private static IEnumerable<(CoinClaim Claim, CoinOrigin Origin)> Claims(CoinState state, CoinSight sight)
    {
        if (sight.Spent is not { Kind: not CoinSpendKind.Together } spent || OriginOf(state, spent) is not { } origin) yield break;
        foreach (var output in spent.Outputs)
        {
            if (state.Forgone.Contains(output.At) || output.Taken is { IsOurs: true } or { Depth: > 0 }) continue;
            if (WayOf(state, sight, output, origin) is { } way)
                yield return (new(output.At, output.ValueSat, output.Purpose, way, output.Htlc, PreimageOf(state, output.Htlc)), origin);
        }
    }

    private static CoinOrigin? OriginOf(CoinState state, CoinSpent spent) => spent.Kind switch
    {
        CoinSpendKind.Ours when state.Own is { } own && own.Book.Number == spent.Number => new CoinOrigin.Own(own),
        CoinSpendKind.Theirs when state.SecretOf(spent.Number) is { } secret => new CoinOrigin.Revoked(secret),
        CoinSpendKind.Theirs when state.Peer.FirstOrDefault(peer => peer.Book.Number == spent.Number) is { } peer => new CoinOrigin.Peer(peer),
        CoinSpendKind.Unknown => new CoinOrigin.Unknown(),
        _ => null,
    };

    /// <summary>By which way an output is this side's now; null: by none, or not yet.</summary>
    private static CoinWay? WayOf(CoinState state, CoinSight sight, CoinOutput output, CoinOrigin origin)
    {
        // A penalty has no lock to wait for; all else waits for a block at least.
        if (origin is CoinOrigin.Revoked && output.Purpose != CoinPurpose.OthersBalance) return CoinWay.Penalty;
        if (output.Since is not { } since) return null;
        var isOwn = origin is CoinOrigin.Own;
        var isRipe = sight.Height + 1 >= since + (uint)state.Terms!.ToSelfDelay;
        return (output.Purpose, isOwn) switch
        {
            (CoinPurpose.OthersBalance, false) => CoinWay.Balance,
            (CoinPurpose.OwnersBalance or CoinPurpose.Second, true) => isRipe ? CoinWay.Delayed : null,
            (CoinPurpose.Htlc, _) when origin is CoinOrigin.Own or CoinOrigin.Peer => WayOf(state, sight, output.Htlc!, isOwn),
            _ => null,
        };
    }

    private static CoinWay? WayOf(CoinState state, CoinSight sight, CoinHtlc htlc, bool isOwn)
    {
        if (htlc.Offerer != state.Us) return PreimageOf(state, htlc) is null ? null : isOwn ? CoinWay.Success : CoinWay.Preimage;
        return sight.Height < htlc.Expiry ? null : isOwn ? CoinWay.Timeout : CoinWay.Expired;
    }

    private static Bytes32? PreimageOf(CoinState state, CoinHtlc? htlc) => htlc is not null && state.Preimages.TryGetValue(htlc.PaymentHash, out var preimage) ? preimage : null;

    /// <summary>Whether nothing that this side could still take is left.</summary>
    private static bool IsOver(CoinState state, CoinSight sight)
    {
        if (sight.Spent is not { } spent || spent.Depth < state.Terms!.Depth) return false;
        if (spent.Kind == CoinSpendKind.Together) return true;
        var origin = OriginOf(state, spent);
        return origin is null || spent.Outputs.All(output =>
            output.Taken?.Depth >= state.Terms!.Depth || state.Forgone.Contains(output.At) || !Concerns(state, sight, output, origin));
    }

    private static bool Concerns(CoinState state, CoinSight sight, CoinOutput output, CoinOrigin origin) => output.Purpose switch
    {
        CoinPurpose.OthersBalance => origin is not CoinOrigin.Own,
        CoinPurpose.OwnersBalance or CoinPurpose.Second => origin is CoinOrigin.Own or CoinOrigin.Revoked,
        // The peer's HTLC without its preimage: long after the expiry it is the peer's.
        _ => origin is not CoinOrigin.Unknown && (origin is CoinOrigin.Revoked || output.Htlc!.Offerer == state.Us || PreimageOf(state, output.Htlc) is not null
            || sight.Height < output.Htlc.Expiry + state.Terms!.Depth),
    };
}
