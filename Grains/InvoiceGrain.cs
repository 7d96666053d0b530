using Orleans;
using Orleans.Concurrency;
using TPWallet.Domain.Invoices;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of an invoice.</summary>
[Reentrant]
public sealed class InvoiceGrain(ShellServices services)
    : MachineGrain<InvoiceDecider, InvoiceState, InvoiceCommand, InvoiceEvent>(services, _codec), IInvoiceGrain
{
    private static readonly MachineCodec<InvoiceState, InvoiceCommand, InvoiceEvent> _codec =
        new(ContractJson.Default.InvoiceCommand, InvoiceJson.Default.InvoiceEvent, InvoiceJson.Default.InvoiceState);

    public async Task<InvoiceView?> Read() => InvoiceDecider.View(State, Version) is { Content: var content } view
        ? view with { Content = content with { Description = await OpenAsync(content.Description) } }
        : null;

    public Task<InvoiceView?> ReadAfter(long version) => Version > version ? Read() : Task.FromResult<InvoiceView?>(null);

    protected override AccountId DataSubject => InvoiceRef.Parse(this.GetPrimaryKeyString()).Account;
}
