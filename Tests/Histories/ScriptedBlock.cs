using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Histories;

/// <summary>A block that a script had a node mine.</summary>
internal sealed class ScriptedBlock(Bytes32 hash, IReadOnlyList<ScriptedPayment> payments)
{
    public Bytes32 Hash { get; } = hash;

    public IReadOnlyList<ScriptedPayment> Payments { get; } = payments;

    /// <summary>Whether it was deep enough at some poll: it stays final until it leaves the chain.</summary>
    public bool Final { get; set; }
}
