using Orleans.Concurrency;
using TPWallet.Domain.Payments;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of a claim to an invoice.</summary>
[Reentrant]
public sealed class InvoiceClaimGrain(ShellServices services)
    : MachineGrain<InvoiceClaimDecider, InvoiceClaimState, InvoiceClaimCommand, InvoiceClaimEvent>(services, _codec), IInvoiceClaimGrain
{
    private static readonly MachineCodec<InvoiceClaimState, InvoiceClaimCommand, InvoiceClaimEvent> _codec =
        new(ContractJson.Default.InvoiceClaimCommand, InvoiceClaimJson.Default.InvoiceClaimEvent, InvoiceClaimJson.Default.InvoiceClaimState);

    public Task<Name?> Read() => Task.FromResult(State.Payment);
}
