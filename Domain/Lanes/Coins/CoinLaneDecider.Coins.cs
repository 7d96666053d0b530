using System.Numerics;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes.Coins;

/// <summary>Which coins there are for a leg.</summary>
public sealed partial class CoinLaneDecider
{
    /// <summary>Most unconfirmed transactions in a row that nodes relay, the newest counted (Bitcoin Core's defaults; the next as well).</summary>
    public const int MaxAncestors = 25;

    /// <summary>Most virtual bytes of them.</summary>
    internal const long MaxAncestorsBytes = 101_000;

    /// <summary>What there is for a leg now: what it holds already, or what it could choose of.</summary>
    public static CoinsOnHand OnHand(CoinLaneState state, LegRef leg, Leg content)
    {
        var budget = CoinLegs.SenderOf(content)?.Fee.Max ?? UInt256.Zero;
        var entry = state.Find(leg) ?? new CoinLeg(0, new(leg, content, leg.Leg, default, budget, default), ToOwn: false, new CoinStage.Queued(default), null);
        var held = entry.Stage switch
        {
            CoinStage.Reserved reserved => reserved.Spend,
            CoinStage.Signing signing => signing.Spend,
            _ => null,
        };
        return new(held, FreeCoins(state, entry), [.. FreeChange(state, entry).Select(change => OnHand(state, change))]);
    }

    private static ChangeOnHand OnHand(CoinLaneState state, CoinInput change)
    {
        var (fee, bytes) = AncestorsOf(state, [change]);
        return new(change, fee, bytes);
    }

    /// <summary>
    /// What the coins of a leg must be worth: the payment and its whole budget. What gives a deposit back pays with the deposit, and its fee with the account's own: so
    /// that change is left beside the deposit whatever the fee.
    /// </summary>
    private static long Target(CoinLeg entry) => TargetOf(entry.Intent.Content);

    /// <inheritdoc cref="Target"/>
    public static long TargetOf(Leg leg)
    {
        var budget = (long)(BigInteger)(CoinLegs.SenderOf(leg)?.Fee.Max ?? UInt256.Zero);
        return budget + (CoinLegs.ReturnedBy(leg) is null ? (long)CoinLegs.PaidSat(CoinLegs.PayeesOf(leg)) : CoinFees.DustSat);
    }

    /// <summary>The coin of the deposit that a leg gives back, where it is here and free; null also for all other legs.</summary>
    private static CoinInput? Deposited(CoinLaneState state, CoinLeg entry) => entry.Returns is not { } deposit ? null : state.Coins.Values
        .Where(coin => coin.Returns == deposit && coin.Bound is null && coin.ValueSat == PaySat(entry) && !state.IsHeld(coin.Output))
        .Select(static coin => new CoinInput(coin.Output, coin.ValueSat, coin.Block)).FirstOrDefault();

    /// <summary>
    /// Which of its inputs is the deposit: after a no-op it is another output than the one that came in, of the same value.
    /// </summary>
    private static SpentOutput? DepositedBy(CoinLeg entry) => entry.Returns is not { } deposit ? null
        : (entry.Inputs.FirstOrDefault(input => input.Output == new SpentOutput(deposit.TxHash, (uint)deposit.LogIndex))
            ?? entry.Inputs.FirstOrDefault(input => input.ValueSat == PaySat(entry)))?.Output;

    /// <summary>Final coins that no leg holds, and that are no deposit which reviewers rejected.</summary>
    private static ImmutableArray<CoinInput> FreeCoins(CoinLaneState state, CoinLeg entry)
    {
        var held = Held(state);
        return
        [
            .. state.Coins.Values
                .Where(coin => coin.Returns is null && (coin.Bound is not { } bound || bound == entry.Intent.Content.Replaces?.Leg) && !held.Contains(coin.Output))
                .Select(coin => new CoinInput(coin.Output, coin.ValueSat, coin.Block)),
        ];
    }

    /// <summary>What legs under way spend, looked up once for many coins.</summary>
    private static SortedSet<SpentOutput> Held(CoinLaneState state) =>
        [.. state.Entries.Values.Where(entry => !entry.IsFinished).SelectMany(entry => entry.Inputs.Select(input => input.Output))];

    /// <summary>Change of our own that is not final, each enough for the leg by itself.</summary>
    private static ImmutableArray<CoinInput> FreeChange(CoinLaneState state, CoinLeg entry) => entry.Returns is not null ? [] :
    [
        .. state.Entries.Values.Select(ChangeOf).OfType<CoinInput>()
            .Where(change => change.ValueSat >= Target(entry) && !state.IsHeld(change.Output) && IsRelayed(state, change, entry.Payees)),
    ];

    /// <summary>Only of a transaction that has no other version which could be mined in its place, or of the one that is mined.</summary>
    private static CoinInput? ChangeOf(CoinLeg parent) => parent switch
    {
        { Closing: null, Stage: CoinStage.Signed { Body: { Pending: null, Versions: [{ Accepted: true } only] } } } => Input(only),
        { Stage: CoinStage.Mined { Body: var body, Inclusion.TxHash: var hash } } => Input(body.Find(hash)!),
        _ => null,
    };

    private static CoinInput Input(CoinVersion version) => new(version.Change, version.Spend.ChangeSat, null);

    /// <summary>Whether nodes take one more on top of its unconfirmed ancestors.</summary>
    private static bool IsRelayed(CoinLaneState state, CoinInput change, ImmutableArray<CoinPayee> payees)
    {
        var ancestors = Ancestors(state, [change]);
        return ancestors.Count + 1 <= MaxAncestors
            && ancestors.Sum(parent => (long)parent.Body!.Newest.Spend.VirtualBytes) + CoinFees.VirtualBytes(1, payees) <= MaxAncestorsBytes;
    }

    /// <summary>What they pay and weigh, all together.</summary>
    private static (long FeeSat, long VirtualBytes) AncestorsOf(CoinLaneState state, ImmutableArray<CoinInput> inputs) => Ancestors(state, inputs).Aggregate(
        (Fee: 0L, Bytes: 0L), (sum, parent) => (sum.Fee + parent.Body!.Newest.Spend.FeeSat, sum.Bytes + parent.Body.Newest.Spend.VirtualBytes));

    /// <summary>Our transactions that must be mined before one that spends these, each once.</summary>
    private static IReadOnlyCollection<CoinLeg> Ancestors(CoinLaneState state, ImmutableArray<CoinInput> inputs)
    {
        var found = new SortedDictionary<long, CoinLeg>();
        var open = new Queue<CoinInput>(inputs);

        // Each leg is entered once, so there are no more rounds than inputs of all of them.
        while (open.TryDequeue(out var input))
        {
            if (ParentOf(state, input.Output) is not { Stage: CoinStage.Signed } parent || !found.TryAdd(parent.Sequence, parent)) continue;
            foreach (var further in parent.Inputs) open.Enqueue(further);
        }

        return found.Values;
    }

    /// <summary>The leg of this lane of which one version makes the output.</summary>
    private static CoinLeg? ParentOf(CoinLaneState state, SpentOutput output) =>
        state.Entries.Values.FirstOrDefault(entry => entry.Body?.Find(output.TxHash) is not null);

    /// <summary>Whether another leg under way spends its change.</summary>
    private static bool HasChild(CoinLaneState state, CoinLeg parent) => state.Entries.Values.Any(entry =>
        !entry.IsFinished && entry.Sequence != parent.Sequence && entry.Inputs.Any(input => parent.Body?.Find(input.Output.TxHash) is not null));

    /// <summary>The leg whose coins are chosen next, by what is known here; null while others' are, or there is not enough for any.</summary>
    private static CoinLeg? Selectable(CoinLaneState state)
    {
        if (state is not { Stop: null, Selecting: null } || state.InFlight >= CoinLaneState.MaxInFlight) return null;
        var queued = state.Entries.Values.Where(entry => entry.Stage is CoinStage.Queued).OrderBy(entry => (((CoinStage.Queued)entry.Stage).RetryAt, entry.Sequence)).ToArray();
        if (queued.Length == 0) return null;
        var held = Held(state);
        var unbound = state.Coins.Values.Where(coin => coin is { Bound: null, Returns: null } && !held.Contains(coin.Output)).Sum(coin => coin.ValueSat);
        return Array.Find(queued, entry => (entry.Returns is null || Deposited(state, entry) is not null) && (unbound >= Target(entry)
            || (entry.Intent.Content.Replaces is not null && FreeCoins(state, entry).Sum(coin => coin.ValueSat) >= Target(entry))
            || !FreeChange(state, entry).IsEmpty));
    }

    /// <summary>The chosen coins, or null where one is not free, or they are too few, too many or mixed: change that is not final is spent alone.</summary>
    private static ImmutableArray<CoinInput>? Inputs(CoinLaneState state, CoinLeg entry, ImmutableArray<SpentOutput> chosen)
    {
        if (chosen.Length is 0 or > CoinFees.MaxInputs || chosen.Distinct().Count() != chosen.Length) return null;
        var free = FreeCoins(state, entry).AddRange(chosen.Length == 1 ? FreeChange(state, entry) : []);
        var inputs = chosen.Order().Select(output => free.FirstOrDefault(coin => coin.Output == output)).OfType<CoinInput>().ToImmutableArray();
        if (inputs.Length != chosen.Length || inputs.Sum(input => input.ValueSat) < Target(entry)) return null;
        if (entry.Returns is null) return inputs;
        return Deposited(state, entry) is { } deposit && inputs.Length < CoinFees.MaxInputs ? [.. inputs.Append(deposit).OrderBy(static input => input.Output)] : null;
    }

    /// <summary>A coin is not there any more: a leg that has no signature yet chooses others.</summary>
    private static void Lose(CoinDraft draft, SpentOutput coin)
    {
        draft.Add(new CoinLaneEvent.CoinLost(coin));
        foreach (var entry in draft.State.Entries.Values.Where(e => e.Stage is CoinStage.Reserved && e.Inputs.Any(input => input.Output == coin)).ToArray())
            draft.Add(new CoinLaneEvent.CoinsReleased(entry.Sequence));
    }

    /// <summary>The change of a final parent went another way than these legs spend it; or it is open again.</summary>
    private static void FollowParents(CoinDraft draft)
    {
        foreach (var (sequence, entry) in draft.State.Entries)
        {
            switch (entry.Stage)
            {
                case CoinStage.Reserved or CoinStage.Signed or CoinStage.Mined when Overtaken(draft.State, entry) is { } by:
                    draft.Add(entry.Stage is CoinStage.Reserved ? new CoinLaneEvent.CoinsReleased(sequence) : new CoinLaneEvent.CoinsTaken(sequence, by));
                    break;
                case CoinStage.Taken taken when !IsLostTo(entry, taken.By) && IsOpenAgain(draft.State, entry, taken):
                    draft.Add(new CoinLaneEvent.CoinsReturned(sequence));
                    break;
                default:
                    break;
            }
        }
    }

    private static bool IsOpenAgain(CoinLaneState state, CoinLeg entry, CoinStage.Taken taken) =>
        ParentOf(state, new(taken.By.TxHash, 0)) is { Stage: not CoinStage.Final }
        || entry.Inputs.Any(input => ParentOf(state, input.Output) is { Stage: CoinStage.Signed });

    /// <summary>The final transaction because of which one of the leg's coins never came to be, or null.</summary>
    private static Inclusion? Overtaken(CoinLaneState state, CoinLeg entry) => entry.Inputs
        .Select(input => ParentOf(state, input.Output)?.Stage switch
        {
            CoinStage.Final final when final.Inclusion.TxHash != input.Output.TxHash => final.Inclusion,
            CoinStage.Taken taken => taken.By,
            _ => null,
        })
        .FirstOrDefault(by => by is not null);
}
