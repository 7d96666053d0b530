namespace TPWallet.Domain.Machines;

/// <summary>Types of journal rows that no machine writes. A stored name.</summary>
public static class RowTypes
{
    /// <summary>How the types of rows begin that a grain's shell keeps for itself, between the events of its machine.</summary>
    public const string Shell = "shell.";
}
