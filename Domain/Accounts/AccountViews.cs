using TPWallet.Domain.Authority;
using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Accounts;

/// <summary>What may be seen of an account's state; pure, decides nothing.</summary>
public static class AccountViews
{
    /// <summary>Null before registration.</summary>
    /// <param name="head">Hash of the stream's last event.</param>
    public static AccountView? View(AccountState state, long version, Bytes32 head) => state is not AccountState.Open open ? null : new(
        open.Id,
        version,
        head,
        open.Freeze.IsFrozen,
        open.Freeze.Number,
        open.Governance.Roster,
        open.Governance.Policy,
        open.Governance.RosterHash,
        open.Governance.PolicyHash,
        [.. open.Governance.Allowed.Values],
        Watched(open),
        Balances(open),
        [.. open.Changes.Values.Select(Pending)],
        open.Governance.ChangesEnacted,
        open.Stop,
        Erasing.View(open),
        open.Governance.Risk)
    {
        Incidents = open.Incidents,
    };

    /// <summary>What the signer and the evidence verifier replay; null before registration.</summary>
    public static AccountLineage? Lineage(AccountState state) =>
        state is AccountState.Open open ? new(open.Governance.Genesis, open.Lineage) : null;

    /// <summary>The judgement of a packet over this state.</summary>
    /// <param name="quorumReachedAt">See <see cref="AuthorisationFacts"/>.</param>
    public static Assessment Assess(
        AccountState state,
        PacketContent packet,
        EffectBounds bounds,
        ImmutableArray<Vote> votes,
        Stamp stamp,
        Instant? quorumReachedAt = null,
        PacketRisk? risk = null)
    {
        if (state is not AccountState.Open open) return Unregistered(packet.Ref.Owner);

        // A packet that holds its reservation already would count against itself.
        var windows = open.Packets.TryGetValue(packet.Ref.Id, out var reserved) && reserved.ContentHash == Canonical.Hash(packet)
            ? Without(open.Windows, reserved)
            : open.Windows;
        var facts = Facts(open, packet, bounds, votes, stamp, quorumReachedAt) with { Windows = windows, Risk = risk };
        return Authorisation.Assess(facts) with { Keys = KeysOf(open, packet) };
    }

    /// <summary>The packet as the risk rules see it, with what the account has of each asset that leaves; a refusal where it has no effects that could be judged.</summary>
    /// <param name="id">The same for each look at one revision.</param>
    public static RiskPaymentReply Payment(AccountState state, PacketContent packet, EffectBounds bounds, Guid id)
    {
        if (state is not AccountState.Open open)
            return new RiskPaymentReply.Refused(new(RejectionCode.NotRegistered, "a registered account", $"{packet.Ref.Owner}"));
        if (Outflow.Of(packet, bounds, open.Own, open.Governance, out var refusal) is not { } outflow) return new RiskPaymentReply.Refused(refusal!);
        var movements = RiskMovements.Of(outflow);
        var available = movements.Select(movement => movement.Asset).OfType<AssetId>().Distinct().Order()
            .Select(asset => new Amount(asset, open.Ledger.Of(Book.Available, asset).Balance)).ToImmutableArray();
        return new RiskPaymentReply.Found(new(id, open.Id, RiskDirection.Out, movements, available, null, null) { Packet = packet.Ref.Id, Returns = packet.IsReturn });
    }

    /// <summary>A page of the deposits that nobody can spend yet.</summary>
    public static HeldDeposits Held(AccountState state, Guid? from, int most)
    {
        if (state is not AccountState.Open { Held: var held }) return new([], null);
        var page = held.Values.SkipWhile(deposit => from is { } first && HeldDeposit.KeyOf(deposit.Id).CompareTo(HeldDeposit.KeyOf(first)) < 0)
            .Take(Math.Clamp(most, 1, HeldDeposits.MaxPage) + 1).ToArray();
        var last = page.Length > Math.Clamp(most, 1, HeldDeposits.MaxPage);
        return new(
            [.. (last ? page[..^1] : page).Select(deposit => new HeldDepositView(
                deposit.Id, deposit.Deposit, deposit.Sources, deposit.Stage, deposit.Score, deposit.Case, deposit.Since))],
            last ? page[^1].Id : null);
    }

    /// <summary>Where a deposit stands.</summary>
    public static DepositStanding Standing(AccountState state, DepositRef deposit) =>
        state is AccountState.Open open ? Deposits.StandingOf(open, deposit) : DepositStanding.Gone;

    /// <summary>What the ledger posted of an asset for each of some transactions; those it knows nothing of are left out.</summary>
    public static ImmutableArray<AssetMoves> Moves(AccountState state, AssetId asset, ImmutableArray<Bytes32> transactions)
    {
        if (state is not AccountState.Open open) return [];
        var asked = transactions.ToImmutableSortedSet();
        var posted = open.Packets.Values.SelectMany(static packet => packet.Legs.Values).Select(static leg => leg.Stage).OfType<LegStage.Posted>()
            .Where(stage => stage.Inclusion.Chain == asset.Chain && asked.Contains(stage.Inclusion.TxHash)).ToLookup(static stage => stage.Inclusion.TxHash);
        var moves = ImmutableArray.CreateBuilder<AssetMoves>();
        foreach (var transaction in transactions)
        {
            var spent = Of(posted[transaction].SelectMany(static stage => stage.Spent));
            var received = Of(posted[transaction].SelectMany(static stage => stage.Received).Concat(Deposits.Of(open, asset.Chain, transaction).Select(static deposit => deposit.Amount)));
            if (!spent.IsZero || !received.IsZero) moves.Add(new(transaction, spent, received));
        }

        return moves.ToImmutable();

        UInt256 Of(IEnumerable<Amount> amounts) => amounts.Where(amount => amount.Asset == asset).Aggregate(UInt256.Zero, static (sum, amount) => sum + amount.Value);
    }

    /// <summary>Addresses that the chain's tracker watches: what is paid to another one before might never be credited, so nobody is shown it.</summary>
    private static ImmutableArray<KeyAttestation> Watched(AccountState.Open open) =>
        [.. open.Keys.Values.OfType<KeyEntry.Attached>().Select(key => key.Attestation).Where(key => !open.Intents.ContainsKey(AccountIntent.WatchName(key.Key)))];

    private static ImmutableArray<SpendingKey> KeysOf(AccountState.Open open, PacketContent packet)
    {
        // On a chain of the Bitcoin family an own payee counts too: its lane has to hear of the coin that it is paid.
        var senders = packet.Legs.SelectMany<Leg, (ChainId, Address)>(leg => leg switch
        {
            Leg.ChainTransfer { Amount.Asset.Chain: { IsBitcoin: true } chain } transfer => [(chain, transfer.From), (chain, transfer.To)],
            Leg.ChainTransfer transfer => [(transfer.Amount.Asset.Chain, transfer.From)],
            Leg.ContractCall call => [(call.Chain, call.From)],
            Leg.CoinPayments payments => [(payments.Chain, payments.From)],
            _ => [],
        }).ToArray();
        return [.. open.Keys.Values.OfType<KeyEntry.Attached>()
            .Select(key => new SpendingKey(key.Attestation.Chain, key.Attestation.Address, key.Attestation.Key))
            .Where(key => senders.Contains((key.Chain, key.Address)))];
    }

    /// <summary>The facts of a judgement.</summary>
    public static AuthorisationFacts Facts(
        AccountState.Open open, PacketContent packet, EffectBounds bounds, ImmutableArray<Vote> votes, Stamp stamp, Instant? quorumReachedAt) =>
        new(open.Governance, open.Freeze.IsFrozen, open.Own, open.Windows, packet, bounds, votes, quorumReachedAt, stamp);

    private static LimitWindows Without(LimitWindows windows, PacketReservation packet)
    {
        var shares = packet.Legs.Values.SelectMany(leg => leg.Stage switch
        {
            LegStage.Posted posted => leg.Spent(posted.Spent, posted.FeePaid),
            LegStage.Paid paid => leg.Spent([paid.Spent], UInt256.Zero),
            LegStage.Released => [],
            _ => leg.Reserved,
        });
        return windows.Release(packet.FeeStage == FeeStage.Returned ? shares : shares.Concat(packet.FeeShares), packet.FirstWindowAt);
    }

    private static ImmutableArray<Balance> Balances(AccountState.Open open)
    {
        var transit = open.Intents.Values.OfType<AccountIntent.Deliver>().ToImmutableArray();
        return [.. open.Ledger.Assets.Keys.Select(asset => new Balance(
            asset,
            open.Ledger.Of(Book.Available, asset).Balance,
            open.Ledger.Of(Book.Reserved, asset).Balance,
            transit.Where(deliver => deliver.Amount.Asset == asset).Aggregate(UInt256.Zero, (sum, deliver) => sum + deliver.Amount.Value),
            open.Ledger.Of(Book.Available, asset).Deficit)
        {
            Held = open.Ledger.Of(Book.Held, asset).Balance,
        })];
    }

    private static PendingChange Pending(OpenChange change) => new(
        change.Proposal,
        [.. change.Votes.Select(vote => vote.Content.Member)],
        change is OpenChange.Waiting waiting ? waiting.EnactableAt : null);

    private static Assessment Unregistered(AccountId id) => new(
        Verdict.Denied,
        new(0, Roles.None),
        Span.Zero,
        false,
        [],
        [],
        null,
        [],
        new(RejectionCode.NotRegistered, "a registered account", $"{id}"),
        Bytes32.Zero,
        new(0, []),
        0,
        Bytes32.Zero,
        Bytes32.Zero);
}
