using TPWallet.Domain.Authority;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Batches;

/// <summary>
/// Several drafts of one account as one packet, in which payments from the same address share a transaction: what members choose who prefer cost to speed. It happens before any vote, so that
/// they vote on what is signed, and no payment that was voted by itself is ever in two transactions.
/// </summary>
public static class PacketGatherer
{
    /// <summary>Gathers drafts.</summary>
    /// <param name="name">The new packet's name; its revision is 1.</param>
    /// <param name="drafts">Of one owner and proposer; none of them is changed or handed in.</param>
    /// <param name="contracts">Where Contracts/multisend stands; payments on an EVM chain that is not named go by themselves.</param>
    /// <param name="least">With fewer payments there is no batch: on an EVM chain a small one costs more than it saves.</param>
    /// <returns>
    /// The packet: each leg that goes by itself as it was, named by its draft's place in the list and its own name, then the batches with their allowances. Its times are the earliest of the
    /// drafts'. Refused with what a packet's form refuses (<see cref="PacketForm"/>), Malformed for drafts of two owners or proposers.
    /// </returns>
    public static Answer<PacketContent> Gather(
        Name name, IReadOnlyList<PacketContent> drafts, IReadOnlyDictionary<ChainId, Address> contracts, int least = 2)
    {
        ArgumentNullException.ThrowIfNull(drafts);
        ArgumentNullException.ThrowIfNull(contracts);
        ArgumentOutOfRangeException.ThrowIfLessThan(least, 2);
        if (drafts.Count < 2) return Refused(new(RejectionCode.Malformed, "two drafts or more", $"{drafts.Count}"));
        if (drafts.FirstOrDefault(draft => draft.Ref.Owner != drafts[0].Ref.Owner || draft.Proposer != drafts[0].Proposer) is { } stranger)
            return Refused(new(RejectionCode.Malformed, $"drafts of {drafts[0].Ref.Owner} by {drafts[0].Proposer}", $"{stranger.Ref.Key} by {stranger.Proposer}"));
        if (drafts.Select(static draft => draft.Ref).Distinct().Count() != drafts.Count) return Refused(new(RejectionCode.Malformed, "each draft once", "a draft that comes twice"));
        foreach (var draft in drafts)
            if (PacketForm.Check(draft) is { } refusal) return Refused(refusal with { Actual = $"{draft.Ref.Key}: {refusal.Actual}" });
        var payments = drafts.SelectMany((draft, i) => Payments(draft, i, contracts)).ToArray();
        var batches = payments.GroupBy(static payment => payment.Place).SelectMany(Parted).Where(batch => batch.Count >= least).ToArray();
        var names = drafts.SelectMany(static (draft, i) => draft.Legs.Select(leg => (Draft: i, leg.Id))).ToDictionary(static leg => leg, static leg => Renamed(leg.Draft, leg.Id));
        if (names.Values.FirstOrDefault(static text => !Name.TryParse(text, out _)) is { } unfit)
            return Refused(new(RejectionCode.TooLarge, $"names of at most {Name.MaxLength} characters", $"\"{unfit}\""));
        for (var i = 0; i < batches.Length; i++)
            foreach (var payment in batches[i]) names[(payment.Draft, payment.Leg.Id)] = i == 0 ? "batch" : $"batch-{i + 1}";
        var gathered = batches.SelectMany(static batch => batch).Select(static payment => (payment.Draft, payment.Leg.Id)).ToHashSet();
        var legs = drafts.SelectMany((draft, i) => draft.Legs.Where(leg => !gathered.Contains((i, leg.Id))).Select(leg => Named(leg, i, names))).ToImmutableArray();
        foreach (var batch in batches) legs = legs.AddRange(Legs(names[(batch[0].Draft, batch[0].Leg.Id)], batch, contracts, legs));
        var packet = new PacketContent(
            new(drafts[0].Ref.Owner, name), 1, drafts[0].Proposer, legs, Allocations(drafts, names), drafts.Min(static draft => draft.OpenBefore), drafts.Min(static draft => draft.SettleBefore))
        {
            CompensateBefore = drafts.Min(static draft => draft.CompensateBefore),
        };
        return PacketForm.Check(packet) is { } rejection ? Refused(rejection) : new Answer<PacketContent>.Given(packet);
    }

    private static string Renamed(int draft, Name leg) => $"{draft + 1}-{leg}";

    /// <summary>The legs of a draft that may share a transaction: payments by themselves, on which nothing hangs.</summary>
    private static IEnumerable<Payment> Payments(PacketContent draft, int number, IReadOnlyDictionary<ChainId, Address> contracts)
    {
        foreach (var leg in draft.Legs)
        {
            if (leg is not { After.IsEmpty: true, Group: null, Finality: null, Compensates: null, Replaces: null }) continue;
            if (draft.Legs.Any(other => other.After.Contains(leg.Id) || other.Compensates == leg.Id)) continue;
            var isShared = draft.Allocations.Any(allocation => allocation.Shares.Any(share => share.Leg == leg.Id));
            if (CoinLegs.SenderOf(leg) is { } sender && leg is not Leg.ChainTransfer { Returns: not null })
                yield return new(number, leg, new(sender.Chain, sender.From, isShared), CoinLegs.PayeesOf(leg), sender.Fee.Max);
            else if (leg is Leg.ChainTransfer { Returns: null, Amount.Asset: { Chain: { IsEvm: true } chain } asset } transfer
                && contracts.ContainsKey(chain) && (asset.IsNative || asset.Namespace == "erc20"))
                yield return new(number, leg, new(chain, transfer.From, isShared), [], transfer.Fee.Max);
        }
    }

    /// <summary>As few batches as there is room for; on a Bitcoin chain no payee comes twice in one.</summary>
    private static IEnumerable<List<Payment>> Parted(IGrouping<Place, Payment> payments)
    {
        var most = payments.Key.Chain.IsBitcoin ? Leg.CoinPayments.MaxPayees : MultiSend.MaxPayments;
        var batches = new List<List<Payment>>();
        foreach (var payment in payments)
        {
            var batch = batches.Find(one => one.Sum(static other => other.Size) + payment.Size <= most
                && !one.Exists(other => other.Payees.Any(payee => payment.Payees.Any(own => own.Script == payee.Script))));
            if (batch is null) batches.Add([payment]);
            else batch.Add(payment);
        }

        return batches;
    }

    /// <summary>
    /// The leg of a batch, after the allowances that it needs. All of them together have the budget that the payments had. An allowance replaces the one before it, so it comes after the
    /// calls of the contract that there are already.
    /// </summary>
    private static ImmutableArray<Leg> Legs(Name id, List<Payment> batch, IReadOnlyDictionary<ChainId, Address> contracts, ImmutableArray<Leg> before)
    {
        var (chain, from, _) = batch[0].Place;
        var budget = Sum(batch.Select(static payment => payment.Budget));
        if (chain.IsBitcoin) return [new Leg.CoinPayments(id, [], chain, from, [.. batch.SelectMany(static payment => payment.Payees)], new(budget))];
        var transfers = batch.Select(static payment => (Leg.ChainTransfer)payment.Leg).ToArray();
        var contract = contracts[chain];
        var whole = MultiSend.Leg(id, [], chain, from, contract, [.. transfers.Select(static transfer => new BatchPayment(transfer.To, transfer.Amount))], new(budget));
        var calls = MultiSend.CallsIn(before, chain, from, contract);
        var approvals = whole.MaxSpent.Where(static spent => !spent.Asset.IsNative).Select((spent, i) =>
        {
            var fee = transfers.Where(transfer => transfer.Amount.Asset == spent.Asset).Max(static transfer => transfer.Fee.Max);
            budget -= fee;
            return MultiSend.Approval($"{id}-approve-{i + 1}", from, contract, spent, new(fee)) with { After = calls };
        }).ToImmutableArray();
        return [.. approvals, whole with { After = [.. approvals.Select(static approval => approval.Id)], Fee = new(budget) }];
    }

    private static Leg Named(Leg leg, int draft, Dictionary<(int, Name), string> names) => leg with
    {
        Id = names[(draft, leg.Id)],
        After = [.. leg.After.Select(one => (Name)names[(draft, one)])],
        Group = leg.Group is { } group ? (Name)Renamed(draft, group) : default(Name?),
        Compensates = leg.Compensates is { } undone ? (Name)names[(draft, undone)] : default(Name?),
    };

    /// <summary>One allocation for each asset: a leg has one share of it.</summary>
    private static ImmutableArray<Allocation> Allocations(IReadOnlyList<PacketContent> drafts, Dictionary<(int, Name), string> names) =>
    [
        .. drafts.SelectMany((draft, i) => draft.Allocations.Select(allocation => (Draft: i, Allocation: allocation)))
            .GroupBy(static one => one.Allocation.Input.Asset)
            .Select(group => new Allocation(
                new(group.Key, Sum(group.Select(static one => one.Allocation.Input.Value))),
                Sum(group.Select(static one => one.Allocation.OperatorFee)),
                [
                    .. group.SelectMany(one => one.Allocation.Shares.Select(share => (Leg: names[(one.Draft, share.Leg)], share.Value)))
                        .GroupBy(static share => share.Leg)
                        .Select(static shares => new Share(shares.Key, Sum(shares.Select(static share => share.Value)))),
                ],
                names[(group.First().Draft, group.First().Allocation.Remainder)])),
    ];

    private static UInt256 Sum(IEnumerable<UInt256> values) => values.Aggregate(UInt256.Zero, static (sum, value) => sum + value);

    private static Answer<PacketContent>.Refused Refused(Rejection rejection) => new(rejection);

    /// <summary>What shares a transaction; what an allocation takes its shares from is not mixed with what none does.</summary>
    private sealed record Place(ChainId Chain, Address From, bool IsShared);

    private sealed record Payment(int Draft, Leg Leg, Place Place, ImmutableArray<CoinPayee> Payees, UInt256 Budget)
    {
        public int Size => Math.Max(1, Payees.Length);
    }
}
