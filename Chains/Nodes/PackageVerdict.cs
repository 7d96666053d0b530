using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>What a pool made of a package: each transaction's own result in the package's order.</summary>
public sealed record PackageVerdict(Items<SendResult> Results)
{
    /// <summary>Whether all of them are in the pool.</summary>
    public bool IsIn => Results.All(static one => one is SendResult.Accepted);
}
