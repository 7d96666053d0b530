namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>
/// Methods of the channel contract (Contracts/channels/src/ChannelManager.sol) that anybody may call and that take nothing from their caller, in the ABI's canonical
/// form. A mandate lets an account call them without a vote.
/// </summary>
public static class ChannelMethods
{
    private const string Channel = "(address,address,address,uint64)";
    private const string State = "(uint64,uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,bytes32,bytes32)";
    private const string Signature = "(bytes32,bytes32)";

    public const string CloseTogether = $"closeTogether({Channel},{State},{Signature},{Signature})";
    public const string Close = $"close({Channel},{State},uint8,uint64,{Signature},{Signature})";
    public const string Challenge = $"challenge({Channel},{State},{Signature},{Signature})";
    public const string RegisterPreimages = "registerPreimages(bytes32[])";
    public const string RegisterScalars = "registerScalars(uint256[])";
    public const string Settle = $"settle({Channel},{State})";
    public const string Resolve = $"resolve({Channel},{State},(uint8,(uint8,uint128,uint64,uint8,bytes32),bytes32[])[])";
    public const string Withdraw = $"withdraw({Channel},address,uint128,uint64,{Signature},{Signature})";
    public const string Pull = $"pull(address,address,address,uint128,uint64,{Signature})";

    /// <summary>Several of them in one call (OpenZeppelin's Multicall): all are done, or none.</summary>
    public const string Multicall = "multicall(bytes[])";

    /// <summary>All but <see cref="Multicall"/>.</summary>
    public static ImmutableArray<string> All { get; } = [CloseTogether, Close, Challenge, RegisterPreimages, RegisterScalars, Settle, Resolve, Withdraw, Pull];
}
