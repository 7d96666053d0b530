using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects;

/// <summary>What the contract's registry says of secrets at a final block.</summary>
internal static class SecretReader
{
    /// <summary>Ranges of logs that are looked through, from the final block backwards.</summary>
    private const int Ranges = 32;

    /// <summary>That a secret was registered is agreed by two organisations; the secret itself shows that it is right, whoever says it.</summary>
    internal static async Task<NodeAnswer<RegistrySight>> ReadAsync(ServedChain chain, Address manager, ChannelLock open, BlockRef final, CancellationToken cancellationToken)
    {
        var request = new CallRequest(default, manager, UInt256.Zero, ChannelCalls.RegisteredAt(open.Kind, open.Target));
        var answer = await chain.ReadMoneyAsync((n, ct) => n.CallAsync(request, new BlockSelector.ByHash(final.Hash), ct), cancellationToken);
        if (!answer.TryGet(out var bytes, out var error)) return error;
        if (!ChannelCalls.ReadRegisteredAt(bytes).TryGet(out var second, out var refusal)) return new NodeError.Garbage(refusal);
        if (second.IsZero) return new RegistrySight(open.Kind, open.Target, 0, null);
        var at = second > ulong.MaxValue ? ulong.MaxValue : (ulong)second;
        return new RegistrySight(open.Kind, open.Target, at, await FindAsync(chain, manager, open, final, cancellationToken));
    }

    private static async Task<Bytes32?> FindAsync(ServedChain chain, Address manager, ChannelLock open, BlockRef final, CancellationToken cancellationToken)
    {
        var to = final.Number;
        for (var i = 0; i < Ranges; i++)
        {
            var from = to - Math.Min(to, EthereumNode.MaxLogRange - 1);
            var answer = await chain.Nodes.LookUpAsync((n, ct) => n.LogsAsync(from, to, [manager], ChannelCalls.Registered(open.Kind, open.Target), ct), cancellationToken);
            if (!answer.TryGet(out var logs, out _)) return null;
            foreach (var log in logs)
                if (ChannelCalls.ReadSecret(log.Log) is { } secret && BookRules.Opens(secret, open.Kind, open.Target)) return secret;
            if (from == 0) break;
            to = from - 1;
        }

        return null;
    }
}
