namespace TPWallet.Grains.Interfaces.Payments;

/// <summary>A payment that finds its ways over channels by itself, in parts. Key: account id, slash, payment name.</summary>
public interface IPaymentGrain : IWakeable
{
    Task<CommandReply> Submit(PaymentCommand command);

    /// <summary>Null where there is none.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<PaymentView?> Read();

    /// <inheritdoc cref="IAccountGrain.ReadAfter"/>
    [Orleans.Concurrency.ReadOnly]
    Task<PaymentView?> ReadAfter(long version);
}
