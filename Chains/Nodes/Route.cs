namespace TPWallet.Chains.Nodes;

/// <summary>To whom a signed transaction is sent.</summary>
public enum Route
{
    /// <summary>To all nodes.</summary>
    Public = 0,

    /// <summary>To the private relays alone; where a chain has none, to nobody.</summary>
    Private = 1,
}
