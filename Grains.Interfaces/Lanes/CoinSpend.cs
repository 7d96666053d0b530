using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Chains;

namespace TPWallet.Grains.Interfaces.Lanes;

/// <summary>An output of an own address on a chain of the Bitcoin family that is final there: what a lane may spend.</summary>
/// <param name="ValueSat">In satoshis.</param>
/// <param name="Block">The block that made it.</param>
[GenerateSerializer, Immutable, Alias("tpw.lane-coin")]
public sealed record LaneCoin(SpentOutput Output, long ValueSat, BlockRef Block)
{
    /// <summary>The rejected deposit that it is: only a leg that gives that back spends it. Null for most.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DepositRef? Returns { get; init; }
}

/// <summary>An output that a transaction of ours spends.</summary>
/// <param name="Block">The block that made it; null for the change of another transaction of ours that is not final yet.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-input")]
public sealed record CoinInput(SpentOutput Output, long ValueSat, BlockRef? Block);

/// <summary>
/// One version of a transaction of the Bitcoin family, by its amounts in satoshis: inputs = payments + change + fee, exactly. Its outputs are the payments and then
/// the change, which is P2WPKH; the no-op has the change alone, or what it keeps of a deposit before it.
/// </summary>
/// <param name="PaySat">To the leg's payees together; 0 for the no-op.</param>
/// <param name="ChangeSat">Back to the lane's own address.</param>
/// <param name="VirtualBytes">At most, signed.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-spend")]
public sealed record CoinSpend(ImmutableArray<CoinInput> Inputs, long PaySat, long ChangeSat, long FeeSat, int VirtualBytes)
{
    /// <summary>Payees beside the first; 0 for most, and for the no-op.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int MorePayees { get; init; }

    /// <summary>Of the no-op of a leg that gives a deposit back: the deposit, which stays apart from the change. 0 for all others.</summary>
    [Id(1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long KeptSat { get; init; }

    /// <summary>Index of the change among the outputs: the last.</summary>
    [JsonIgnore]
    public uint ChangeIndex => !IsNoOp ? 1u + (uint)MorePayees : KeptSat == 0 ? 0u : 1u;

    /// <summary>Whether nothing of it leaves the address but the fee: it closes a leg.</summary>
    [JsonIgnore]
    public bool IsNoOp => PaySat == 0;

    /// <summary>By value: the inputs too.</summary>
    public bool Equals(CoinSpend? other) => other is not null && Inputs.SequenceEqual(other.Inputs)
        && (PaySat, ChangeSat, FeeSat, VirtualBytes, MorePayees, KeptSat) == (other.PaySat, other.ChangeSat, other.FeeSat, other.VirtualBytes, other.MorePayees, other.KeptSat);

    public override int GetHashCode() => HashCode.Combine(Inputs.Length, PaySat, ChangeSat, FeeSat);
}
