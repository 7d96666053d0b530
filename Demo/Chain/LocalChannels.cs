using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Demo.Processes;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Demo.Chain;

/// <summary>The channel contract on the demo's chain, for the demo's token.</summary>
internal sealed class LocalChannels
{
    /// <summary>Δ in seconds: long enough for a look, which comes every ten, and for a challenge after it.</summary>
    public const ulong Window = 32;

    private const ulong LockFloor = 100;
    private const ulong TrimCap = 1_000;

    private static readonly AbiSignature _allow = Method("allow(address token, uint128 lockFloor, uint128 trimCap)");
    private static readonly AbiSignature _approve = Method("approve(address spender, uint256 amount)");
    private static readonly AbiSignature _opened = Method("opened()");
    private static readonly AbiSignature _topUp = Method("topUp((address,address,address,uint64) channel, address party, uint120 amount)");

    private readonly LocalChain _chain;

    private LocalChannels(LocalChain chain, Address manager) => (_chain, Manager) = (chain, manager);

    public static ChannelTerms Terms { get; } = new(LockFloor, TrimCap, MostLocked: 10_000_000, LongestLock: 1_000_000, ShortestLock: 500);

    public Address Manager { get; }

    /// <summary>Deploys it; the faucet owns it, and may deposit any sum.</summary>
    public static async Task<LocalChannels> DeployAsync(LocalChain chain, Places places, CancellationToken cancellationToken)
    {
        var (owner, part) = (Bytes32.From([.. new byte[12], .. chain.Faucet.ToArray()]), new Bytes32((UInt256)(Window / 4)));
        var manager = await chain.DeployAsync(places.ChannelManager, [owner, new Bytes32((UInt256)Window), part, part, part], cancellationToken);
        await chain.DoAsync(manager, _allow.Encode(chain.Token, (UInt256)LockFloor, (UInt256)TrimCap), cancellationToken);
        await chain.DoAsync(chain.Token, _approve.Encode(manager, UInt256.MaxValue), cancellationToken);
        return new(chain, manager);
    }

    /// <summary>Opens a channel, with a deposit of the faucet's for each party.</summary>
    public async Task<ChannelFacts> OpenAsync(Address first, UInt256 deposit, Address second, UInt256 other, CancellationToken cancellationToken)
    {
        await _chain.DoAsync(Manager, ChannelCalls.Open(first, second, _chain.Token, deposit), cancellationToken);
        var counter = (ulong)UInt256.FromBigEndian((await _chain.AskAsync(Manager, _opened.Encode(), cancellationToken)).Span);
        var (a, b) = first.CompareTo(second) < 0 ? (first, second) : (second, first);
        await _chain.DoAsync(Manager, _topUp.Encode(AbiValue.Of(a, b, _chain.Token, (UInt256)counter), second, other), cancellationToken);
        return new(LocalChain.Id, Manager, a, b, _chain.Token, counter);
    }

    private static AbiSignature Method(string text) => AbiSignature.Parse($"function {text}").Value;
}
