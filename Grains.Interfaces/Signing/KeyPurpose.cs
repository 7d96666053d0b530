using System.Text.Json.Serialization;

namespace TPWallet.Grains.Interfaces.Signing;

/// <summary>What a key signs. A key has one purpose for ever, so that no signature of one kind can be had for another.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<KeyPurpose>))]
public enum KeyPurpose
{
    /// <summary>Transactions: its address receives deposits.</summary>
    Spend,

    /// <summary>States of payment channels. What is sent to its address is lost.</summary>
    Channel,
}
