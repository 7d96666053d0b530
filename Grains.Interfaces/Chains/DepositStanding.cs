using System.Text.Json.Serialization;

namespace TPWallet.Grains.Interfaces.Chains;

/// <summary>Where an account's deposit stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DepositStanding>))]
public enum DepositStanding
{
    /// <summary>Never credited, reversed, or forgotten long after.</summary>
    Gone = 0,

    /// <summary>In the ledger, and not spendable.</summary>
    Held,

    /// <summary>Spendable.</summary>
    Credited,
}
