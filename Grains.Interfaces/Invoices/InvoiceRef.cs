using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Invoices;

/// <summary>An invoice of an account.</summary>
/// <param name="Id">The payer reads it: a pseudonym, as every name.</param>
[GenerateSerializer, Immutable, Alias("tpw.invoice-ref")]
public readonly record struct InvoiceRef(AccountId Account, Name Id)
{
    /// <summary>The grain key: account, slash, id.</summary>
    public string Key => $"{Account}/{Id}";

    /// <summary>Reads a grain key.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static InvoiceRef Parse(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? new(AccountId.Parse(key[..slash]), key[(slash + 1)..]) : throw new FormatException("Expected account/invoice-id.");
    }

    public override string ToString() => Key;
}
