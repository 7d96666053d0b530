using TPWallet.Chains.Nodes;

namespace TPWallet.Tests;

/// <summary>
/// How long a test waits for an answer of a real node that it started: as long as for its start. The product's own deadline is for choosing another node; here there is none, and
/// a machine that stands still for as long as that deadline would fail a test of something else.
/// </summary>
internal static class RealNodes
{
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    internal static JsonRpcLimits Limits { get; } = new(Longest);
}
