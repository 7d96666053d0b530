using Orleans.Concurrency;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Payments;

/// <summary>Which payment of an account pays an invoice. Key: account id, slash, payment hash.</summary>
public interface IInvoiceClaimGrain : IWakeable
{
    /// <summary>The key of an account's claim to an invoice.</summary>
    static string KeyOf(AccountId account, Bytes32 hash) => $"{account}/{hash}";

    Task<CommandReply> Submit(InvoiceClaimCommand command);

    /// <summary>The payment that has it; null: none ever had.</summary>
    [ReadOnly]
    Task<Name?> Read();
}
