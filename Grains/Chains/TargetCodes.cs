using TPWallet.Chains.Nodes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>What code a target runs, as two organisations say it where the profile asks for their agreement. A proxy of another standard than EIP-1967 is seen as its own code alone.</summary>
internal static class TargetCodes
{
    /// <summary>EIP-1967: the slot that holds a proxy's implementation.</summary>
    private static readonly Bytes32 ImplementationSlot =
        Bytes32.Parse("0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");

    /// <summary>EIP-7702: code of a delegated account is these three bytes and the delegate's address.</summary>
    private static ReadOnlySpan<byte> DelegationMark => [0xef, 0x01, 0x00];

    /// <summary>Null where there is no code.</summary>
    public static async Task<NodeAnswer<TargetCode?>> ReadAsync(ServedChain chain, Address target, BlockSelector at, CancellationToken cancellationToken)
    {
        var code = await chain.ReadMoneyAsync((n, ct) => n.CodeAsync(target, at, ct), cancellationToken);
        if (!code.TryGet(out var bytes, out var error)) return error;
        if (bytes.Length == 0) return (TargetCode?)null;
        var isDelegated = bytes.Length == 23 && bytes.Span.StartsWith(DelegationMark);
        var slot = await chain.ReadMoneyAsync((n, ct) => n.StorageAsync(target, ImplementationSlot, at, ct), cancellationToken);
        if (!slot.TryGet(out var word, out var slotError)) return slotError;
        return new TargetCode(
            chain.Profile.Chain,
            target,
            Bytes32.From(Crypto.Keccak256.Hash(bytes.Span)),
            word.IsZero ? null : Address.From(word.ToArray().AsSpan(12)),
            isDelegated ? Address.From(bytes.Span[3..]) : null);
    }
}
