using TPWallet.Crypto;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>The contract reverts.</summary>
internal sealed class RevertException(string error) : Exception(error);

/// <summary>What the contract asks of states and claims.</summary>
internal sealed partial record ModelContract
{
    private static void Require(bool holds, string error)
    {
        if (!holds) throw new RevertException(error);
    }

    private static void RequireBoth(ChannelFacts facts, ContractState state, CoSigned signed)
    {
        var digest = ChannelDomain.Of(facts).State(ChannelDomain.Id(facts), state);
        Require(ChannelSignature.IsBy(facts.A, digest, signed.SignatureA) && ChannelSignature.IsBy(facts.B, digest, signed.SignatureB), "WrongSigner");
    }

    /// <summary>Free shares of a state under the channel's present totals (_shares).</summary>
    private static SidePair Shares(ModelRecord record, ContractState state, UInt256 cap)
    {
        Require(state.TrimmedA + state.TrimmedB <= cap, "TrimmedOverCap");
        var (a, b) = (state.TrimmedA + state.BalanceA + state.WithdrawnA, state.TrimmedB + state.BalanceB + state.WithdrawnB);
        Require(a + b + state.LockedA + state.LockedB == state.DepositedA + state.DepositedB, "NotConserved");
        var (minusA, minusB) = (state.DepositedA + record.Withdrawn.A, state.DepositedB + record.Withdrawn.B);
        Require(a + record.Funds.A >= minusA && b + record.Funds.B >= minusB, "Outspent");
        return new(a + record.Funds.A - minusA, b + record.Funds.B - minusB);
    }

    private ModelContract Withdraw(ChannelFacts facts, ChannelCall.Withdraw call, ulong second)
    {
        var id = ChannelDomain.Id(facts);
        var (record, party) = (Find(id), facts.PartyOf(call.Us));
        Require(record.Stage == ChannelStage.Open, "NotOpen");
        Require(second <= call.Expiry, "Expired");
        var digest = ChannelDomain.Of(facts).Withdrawal(id, party, call.Total, call.Expiry);
        Require(ChannelSignature.IsBy(facts.A, digest, call.SignatureA) && ChannelSignature.IsBy(facts.B, digest, call.SignatureB), "WrongSigner");
        var known = record.Withdrawn.Of(call.Us);
        Require(call.Total > known, "TotalNotHigher");
        Require(call.Total - known < record.Funds.Sum - record.Withdrawn.Sum, "WithdrawalTooLarge");
        return With(facts, record with { Withdrawn = record.Withdrawn.With(call.Us, call.Total) })
            .Credit(facts, default(SidePair).With(call.Us, call.Total - known))
            .Tell(facts, ContractEntryKind.Withdrawn, 0, default(SidePair).With(call.Us, call.Total));
    }

    /// <summary>OpenZeppelin's MerkleProof.verify.</summary>
    private static bool IsInTree(LockClaim claim, Bytes32 root)
    {
        var node = claim.Leaf.Leaf();
        foreach (var sister in claim.Proof)
        {
            var (low, high) = node.CompareTo(sister) < 0 ? (node, sister) : (sister, node);
            node = Bytes32.From(Keccak256.Hash([.. low.ToArray(), .. high.ToArray()]));
        }

        return node == root;
    }

    private bool IsPaid(LockLeaf leaf, UInt256 floor, ulong second)
    {
        if (leaf.Amount < floor) return false;
        if (Registry.TryGetValue(leaf.Target, out var registered) && registered.Second <= leaf.ExpiryUnixSeconds) return true;
        Require(second > leaf.ExpiryUnixSeconds, "LockPending");
        return false;
    }

    private ModelContract With(ChannelFacts facts, ModelRecord record) => this with { Records = Records.SetItem(ChannelDomain.Id(facts), record) };

    private ModelContract Tell(ChannelFacts facts, ContractEntryKind kind, ulong nonce, SidePair amounts) =>
        this with { Log = Log.Add((ChannelDomain.Id(facts), new(kind, new Bytes32((UInt256)(ulong)Log.Count), nonce, amounts))) };

    private ModelContract Credit(ChannelFacts facts, SidePair shares)
    {
        var accounts = Accounts;
        foreach (var side in new[] { ChannelSide.A, ChannelSide.B })
        {
            if (shares.Of(side).IsZero) continue;
            var account = accounts.GetValueOrDefault(facts.PartyOf(side));
            accounts = accounts.SetItem(facts.PartyOf(side), account with { Credit = account.Credit + shares.Of(side) });
        }

        return this with { Accounts = accounts };
    }
}
