using System.Security.Cryptography;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>What must hold.</summary>
internal sealed partial class ThreeWorld
{
    private readonly Dictionary<Bytes32, ThreePayment> _payments = [];
    private readonly HashSet<ThreeSide> _asked = [];
    private readonly Dictionary<ThreeNode, UInt256> _received = [];
    private readonly Dictionary<ThreeNode, UInt256> _spent = [];
    private readonly HashSet<Guid> _said = [];
    private readonly Dictionary<ThreeSide, SortedDictionary<ulong, UInt256>> _taken = [];

    private void Reveal(Bytes32 secret)
    {
        if (_payments.TryGetValue(Bytes32.From(SHA256.HashData(secret.ToArray())), out var payment)) payment.IsRevealed = true;
    }

    /// <summary>What each event says of money: what a side may have paid from its signature on, and what it has from its own.</summary>
    private void Follow(ThreeSide side, ChannelEvent @event)
    {
        _tell?.Invoke($"    {side.Name}: {@event}");
        switch (@event)
        {
            case ChannelEvent.ProposalSigned signed:
                foreach (var wish in side.State.Ours.Single(own => own.Nonce == signed.Nonce).Wishes)
                    if (wish.Update is ChannelUpdate.Pay pay && _said.Add(wish.Id)) Add(_spent, side.Node, pay.Amount);
                break;
            case ChannelEvent.SecretKept kept:
                Reveal(kept.Known.Secret);
                break;
            case ChannelEvent.UpdateWanted { Wish.Update: ChannelUpdate.Fulfil fulfil }:
                Reveal(fulfil.Secret);
                break;
            case ChannelEvent.ProposalTaken taken:
                foreach (var pay in taken.Updates.OfType<ChannelUpdate.Pay>()) Taken(side)[taken.Nonce] = Taken(side).GetValueOrDefault(taken.Nonce) + pay.Amount;
                break;
            case ChannelEvent.SignatureRefused or ChannelEvent.LossFound:
                Taken(side).Clear();
                break;
            case ChannelEvent.StateSigned signed:
                foreach (var (nonce, amount) in Taken(side).Where(entry => entry.Key <= signed.Nonce).ToArray())
                {
                    Add(_received, side.Node, amount);
                    Taken(side).Remove(nonce);
                }

                break;
            case ChannelEvent.TowerSet set:
                side.WaitsAbove = set.Waits ? side.State.Highest : null;
                break;
            case ChannelEvent.StateAcknowledged acknowledged:
                CheckGuarded(side.Peer, acknowledged.Nonce);
                break;
            case ChannelEvent.CloseWanted:
                CheckReason(side);
                break;
            case ChannelEvent.PeerFoundLost or ChannelEvent.LossFound or ChannelEvent.LossProved or ChannelEvent.ProtocolBroken:
                Note(@event.GetType().Name);
                if (side.Node.Excuse is null && side.Peer.Node.Excuse is null) throw new InvalidOperationException($"{side.Name}: {@event} between honest sides");
                break;
            default:
                break;
        }
    }

    private SortedDictionary<ulong, UInt256> Taken(ThreeSide side) => _taken.TryGetValue(side, out var taken) ? taken : _taken[side] = [];

    private static void Add(Dictionary<ThreeNode, UInt256> amounts, ThreeNode node, UInt256 amount) => amounts[node] = amounts.GetValueOrDefault(node) + amount;

    /// <summary>Nobody closes by itself but for a lock that the contract alone pays now.</summary>
    private void CheckReason(ThreeSide side)
    {
        if (_asked.Contains(side)) return;
        var claims = side.State.Secrets.IsDefault ? [] : side.State.Secrets.Where(known => side.State.Book.Find(side.Side.Other(), known.Lock) is { } open && open.Expiry < side.State.Second
            && open.Amount >= Terms.LockFloor && _chain.Final.Contract.Registry.TryGetValue(open.Target, out var entry) && entry.Second <= open.Expiry).ToArray();
        if (claims.Length == 0) throw new InvalidOperationException($"{side.Name} closes without a reason");
        Note("close for a secret");
        if (_manner == Manner.Kind) throw new InvalidOperationException($"{side.Name} closes, and nobody was silent");
    }

    /// <summary>After each action, of what changed: one side at most has the turn, and books conserve.</summary>
    internal void Check()
    {
        for (var i = 0; i < _sides.Length; i += 2)
        {
            var (one, two) = (_sides[i], _sides[i + 1]);
            if (one.State.OurTurn && two.State.OurTurn && one.Node.Excuse is null && two.Node.Excuse is null) throw new InvalidOperationException("both have the turn");
            if (one.State.Book.Nonce == two.State.Book.Nonce && !one.State.Book.Equals(two.State.Book)) throw new InvalidOperationException($"two states with nonce {one.State.Book.Nonce}");
            foreach (var side in new[] { one, two })
            {
                var book = side.State.Newest;
                if (BookForm.Check(book) is { } malformed) throw new InvalidOperationException($"{side.Name}: {malformed}");
                CheckLedger(side);
            }
        }
    }

    /// <summary>Ledger, state and contract agree after each step; and when a channel is gone, all that it gave this side stands in its ledger.</summary>
    private void CheckLedger(ThreeSide side)
    {
        if (ChannelAudit.Differences(side.State) is [var difference, ..]) throw new InvalidOperationException($"{side.Name}: {difference}");
        if (side.State.Phase != ChannelPhase.Closed || side.State.Settlement is null) return;
        var entries = _look.Entries.Where(entry => entry.Channel == side.Ref.Channel).Select(static entry => entry.Entry).ToLookup(static entry => entry.Kind, entry => entry.Amounts.Of(side.Side));
        var given = entries[ContractEntryKind.Settled].Concat(entries[ContractEntryKind.Resolved]).Append(entries[ContractEntryKind.Withdrawn].LastOrDefault(static total => !total.IsZero))
            .Aggregate(UInt256.Zero, static (sum, amount) => sum + amount);
        var booked = side.State.Ledger.Of(SubAccount.Credit).Balance;
        if (booked != given) throw new InvalidOperationException($"{side.Name}: the contract gave {given}, and the ledger has {booked}");
        Note("ledger closed");
    }

    /// <summary>A channel ended in a final block: by no state older than what somebody knew who was awake.</summary>
    private void OnFinal(ModelBlock before, ModelBlock block)
    {
        _look.Finalise(before, block);
        foreach (var (id, end) in block.Contract.Ended)
        {
            if (before.Contract.Ended.ContainsKey(id)) continue;
            Note(end.Book.Nonce == ChannelBook.FinalNonce ? "ended together" : "settled");
            foreach (var side in _sides.Where(side => side.Ref.Channel == id)) CheckTower(side, end);
            foreach (var side in _sides.Where(side => side.Ref.Channel == id && side.Node.Excuse is null && side.State.Phase != ChannelPhase.LostState))
            {
                if (side.State.Book.Nonce > end.Book.Nonce && side.FullSince + Terms.ShortestLock < end.ClosesAt)
                    throw new InvalidOperationException($"{side.Name} held state {side.State.Book.Nonce} since {side.FullSince}, and {end.Book.Nonce} won at {end.ClosesAt}");
            }
        }
    }

    /// <summary>What a node has when all has come to rest: paid out, credited, and free in open channels.</summary>
    private UInt256 ValueOf(ThreeNode node)
    {
        var contract = _chain.Final.Contract;
        var sum = contract.PaidOut.GetValueOrDefault(node.Signer.Address) + contract.AccountOf(node.Signer.Address).Credit;
        foreach (var side in node.Sides)
        {
            if (contract.Find(side.Ref.Channel) is not { Stage: ChannelStage.Open } record) continue;
            var book = side.State.Book;
            sum += book.Balance.Of(side.Side) + record.Funds.Of(side.Side) + book.Withdrawn.Of(side.Side) - book.Deposited.Of(side.Side) - record.Withdrawn.Of(side.Side);
        }

        return sum;
    }

    private UInt256 PaidInBy(ThreeNode node) => _chain.Final.Contract.PaidIn.GetValueOrDefault(node.Signer.Address);

    /// <summary>The least that a node must have: what it brought and was paid, less what it paid; who carries pays nothing by carrying.</summary>
    private UInt256 LeastOf(ThreeNode node)
    {
        var least = PaidInBy(node) + _received.GetValueOrDefault(node);
        var minus = _spent.GetValueOrDefault(node);
        foreach (var payment in _payments.Values)
        {
            if (payment.To == node) least += payment.Due;
            if (payment.From == node && payment.IsRevealed) minus += payment.Amount;
        }

        // Locks too small for the chain are their offerer's there (README, trimmed locks).
        foreach (var side in node.Sides)
        {
            if (!_chain.Final.Contract.Ended.TryGetValue(side.Ref.Channel, out var end)) continue;
            foreach (var open in end.Book.Locks)
                if (open.Offerer != side.Side && open.Amount < Terms.LockFloor) minus += open.Amount;
        }

        return minus > least ? UInt256.Zero : least - minus;
    }
}
