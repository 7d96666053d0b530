using Orleans;
using Orleans.Concurrency;
using TPWallet.Domain.Invoices;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Personal;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of an invoice.</summary>
[Reentrant]
public sealed class InvoiceGrain(ShellServices services, MasterKey keys)
    : MachineGrain<InvoiceDecider, InvoiceState, InvoiceCommand, InvoiceEvent>(services, _codec), IInvoiceGrain
{
    private static readonly MachineCodec<InvoiceState, InvoiceCommand, InvoiceEvent> _codec =
        new(ContractJson.Default.InvoiceCommand, InvoiceJson.Default.InvoiceEvent, InvoiceJson.Default.InvoiceState);

    public async Task<InvoiceView?> Read() => InvoiceDecider.View(State, Version) is { Content: var content } view
        ? WithText(view with { Content = content with { Description = await OpenAsync(content.Description) } })
        : null;

    public Task<InvoiceView?> ReadAfter(long version) => Version > version ? Read() : Task.FromResult<InvoiceView?>(null);

    /// <summary>The text is made anew each time: nothing that is kept holds the description readable.</summary>
    private InvoiceView WithText(InvoiceView view)
    {
        if (view.Terms?.Seal is not { } seal || ChannelInvoice.Of(view) is not { } invoice) return view;
        var words = InvoiceRunner.WordsOf(keys, view.Ref, State.Intent, view.Content.Description);
        return words.Hash == seal.Words ? view with { Text = InvoiceText.Write(new(invoice, words)) } : view;
    }

    protected override AccountId DataSubject => InvoiceRef.Parse(this.GetPrimaryKeyString()).Account;
}
