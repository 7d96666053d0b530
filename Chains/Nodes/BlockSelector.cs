using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>Which block a question is about.</summary>
public abstract record BlockSelector
{
    private BlockSelector()
    {
    }

    public static BlockSelector Latest { get; } = new Tag("latest");

    public static BlockSelector Safe { get; } = new Tag("safe");

    public static BlockSelector Finalized { get; } = new Tag("finalized");

    public sealed record ByHash(Bytes32 Hash) : BlockSelector;

    public sealed record ByNumber(ulong Number) : BlockSelector;

    public sealed record Tag(string Name) : BlockSelector;
}
