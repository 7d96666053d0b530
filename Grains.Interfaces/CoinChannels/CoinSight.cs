using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.CoinChannels;

/// <summary>What spent the funding output.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CoinSpendKind>))]
public enum CoinSpendKind
{
    /// <summary>This side's commitment.</summary>
    Ours,

    /// <summary>A commitment of the peer's that is known here: revoked or not.</summary>
    Theirs,

    /// <summary>The transaction of both.</summary>
    Together,

    /// <summary>A commitment that is not known here: this side has lost state, or the number is above all that were signed.</summary>
    Unknown,
}

/// <summary>What an output of a commitment, or of what spent one, is there for. Its owner is the owner of the commitment.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CoinPurpose>))]
public enum CoinPurpose
{
    /// <summary>to_local: the owner's, after its delay.</summary>
    OwnersBalance,

    /// <summary>to_remote: the other party's.</summary>
    OthersBalance,

    /// <summary>A payment under way.</summary>
    Htlc,

    /// <summary>The output of an HTLC transaction: the owner's, after its delay.</summary>
    Second,
}

/// <summary>What took an output.</summary>
/// <param name="IsOurs">A transaction of this side did.</param>
/// <param name="Depth">Blocks on it, its own counted; 0: it is in none.</param>
/// <param name="Preimage">What it showed to take an HTLC; null: nothing.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-taken")]
public sealed record CoinTaken(bool IsOurs, uint Depth, Bytes32? Preimage);

/// <summary>An output that one party or the other can take.</summary>
/// <param name="Since">The height of the block that has it; null: none.</param>
/// <param name="Htlc">Of an HTLC's output, and of what its owner made of it.</param>
/// <param name="Taken">Null: nothing has taken it.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-output")]
public sealed record CoinOutput(SpentOutput At, long ValueSat, CoinPurpose Purpose, CoinHtlc? Htlc, uint? Since, CoinTaken? Taken);

/// <summary>What spends the funding output in the best chain, or would in the next block.</summary>
/// <param name="Number">The commitment's; 0 for the transaction of both.</param>
/// <param name="Depth">Blocks on it, its own counted; 0: it is in none.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-spent")]
public sealed record CoinSpent(CoinSpendKind Kind, long Number, uint Depth, ImmutableArray<CoinOutput> Outputs);

/// <summary>What a look at the chain shows of a channel, whole: nothing of an earlier look counts any more, so a reorganisation needs no care of its own.</summary>
/// <param name="Height">Of the newest block.</param>
/// <param name="FundingDepth">Blocks on the funding transaction, its own counted; 0: it is in none.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-sight")]
public sealed record CoinSight(uint Height, uint FundingDepth, CoinSpent? Spent);
