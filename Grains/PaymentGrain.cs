using Orleans.Concurrency;
using TPWallet.Domain.Payments;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of a payment over channels.</summary>
[Reentrant]
public sealed class PaymentGrain(ShellServices services)
    : MachineGrain<PaymentDecider, PaymentState, PaymentCommand, PaymentEvent>(services, _codec), IPaymentGrain
{
    private static readonly MachineCodec<PaymentState, PaymentCommand, PaymentEvent> _codec =
        new(ContractJson.Default.PaymentCommand, PaymentJson.Default.PaymentEvent, PaymentJson.Default.PaymentState);

    public Task<PaymentView?> Read() => Task.FromResult(PaymentDecider.View(State, Version));

    public Task<PaymentView?> ReadAfter(long version) => Version > version ? Read() : Task.FromResult<PaymentView?>(null);
}
