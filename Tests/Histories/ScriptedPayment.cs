using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Histories;

/// <summary>A signed transaction of a script.</summary>
/// <param name="Name">For people.</param>
/// <param name="Claim">What no two transactions of one chain can both use; those that share it are rivals.</param>
/// <param name="Credit">What it pays to the history's account once it is final; null where it pays somebody else.</param>
/// <param name="Version">Later ones offer more fee.</param>
internal sealed record ScriptedPayment(string Name, Bytes32 Hash, HexBytes Raw, string Claim, Amount? Credit, int Version)
{
    public override string ToString() => $"{Name}.{Version}{(Credit is null ? " elsewhere" : "")}";
}
