namespace TPWallet.Grains.Interfaces.Invoices;

/// <summary>What an account asks to be paid over its channels. Key: account id, slash, invoice name.</summary>
public interface IInvoiceGrain : IWakeable
{
    Task<CommandReply> Submit(InvoiceCommand command);

    /// <summary>Null where there is none. Its description is open in it, or says that it was erased.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<InvoiceView?> Read();

    /// <inheritdoc cref="IAccountGrain.ReadAfter"/>
    [Orleans.Concurrency.ReadOnly]
    Task<InvoiceView?> ReadAfter(long version);
}
