using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>A payment from one end to the other.</summary>
internal sealed class ThreePayment(Bytes32 secret, ThreeNode from, ThreeNode to, UInt256 amount)
{
    internal Bytes32 Secret => secret;

    internal ThreeNode From => from;

    internal ThreeNode To => to;

    /// <summary>Of the payer's lock.</summary>
    internal UInt256 Amount => amount;

    /// <summary>Somebody beside the payee may know its secret: it may pay.</summary>
    internal bool IsRevealed { get; set; }

    /// <summary>The payee has said that it does not take it.</summary>
    internal bool IsGivenBack { get; set; }

    /// <summary>What the payee has a right to: it said the secret in time.</summary>
    internal UInt256 Due { get; set; }
}
