using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Chains;

/// <summary>What a watched transaction tells its subject. Reports of one transaction carry a rising number.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "state")]
[JsonDerivedType(typeof(Mined), "mined")]
[JsonDerivedType(typeof(Unmined), "unmined")]
[JsonDerivedType(typeof(Final), "final")]
[JsonDerivedType(typeof(Conflicted), "conflicted")]
[GenerateSerializer, Immutable, Alias("tpw.watch-report")]
public abstract record WatchReport
{
    private WatchReport(int number) => Number = number;

    /// <summary>Rises with each report of one transaction.</summary>
    [Id(0)]
    public int Number { get; init; }

    /// <summary>It is in a block of the chain that is followed.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.report.mined")]
    public sealed record Mined(int Number, Inclusion Inclusion) : WatchReport(Number);

    /// <summary>A reorg took its block away.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.report.unmined")]
    public sealed record Unmined(int Number, Bytes32 TxHash, Bytes32 LostBlock) : WatchReport(Number);

    /// <summary>By the chain's finality rule; watching goes on, and a deep reorg is reported as <see cref="Unmined"/>.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.report.final")]
    public sealed record Final(int Number, Inclusion Inclusion) : WatchReport(Number);

    /// <summary>Another transaction took the nonce, and is final: <paramref name="By"/> proves it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.report.conflicted")]
    public sealed record Conflicted(int Number, Bytes32 TxHash, Inclusion By) : WatchReport(Number)
    {
        /// <summary>
        /// Which output that it spends can never be, since <see cref="By"/> took what that output's transaction spends, or one before it. Null where its own claim was taken.
        /// </summary>
        [Id(0), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public SpentOutput? Lost { get; init; }
    }
}
