using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Simulation;

/// <summary>What people do with channels: they pay their neighbour, or an invoice of anybody's over whatever way there is.</summary>
internal sealed class Dealing(Client client, Town town, TownChannels channels)
{
    private const int Looks = 6;

    private readonly Chance _chance = client.Chance;

    /// <summary>Whether there are channels to deal by, and it is their turn.</summary>
    public bool IsNext() => channels.Sides.Count > 0 && _chance.Below(3) == 0;

    public async Task DealAsync()
    {
        switch (_chance.Below(8))
        {
            case < 4:
                await client.Submit(_chance.Pick(channels.Sides).Side, new ChannelCommand.Pay(client.NewId(), Amount()));
                break;
            case 4:
                await client.Submit(_chance.Pick(channels.Sides).Side, Seldom());
                break;
            default:
                await PayInvoiceAsync();
                break;
        }
    }

    private ChannelCommand Seldom() => _chance.Below(24) switch
    {
        < 6 => new ChannelCommand.Withdraw(client.NewId(), Amount()),
        < 10 => new ChannelCommand.SetPublic(client.NewId(), _chance.Below(3) != 0),
        10 => new ChannelCommand.End(client.NewId()),
        11 => new ChannelCommand.Close(client.NewId()),
        _ => new ChannelCommand.Look(client.NewId()),
    };

    /// <summary>Small amounts mostly; now and then more than there is.</summary>
    private UInt256 Amount() => (ulong)(_chance.Below(6) == 0 ? _chance.Between(50_000, 500_000) : _chance.Between(1, 6_000));

    private async Task PayInvoiceAsync()
    {
        var (payer, payee, amount) = (_chance.Pick(town.Teams), _chance.Pick(town.Teams), Amount());
        var (number, until) = (town.Next(), client.World.Now + Span.Seconds(_chance.Between(120, 3_600)));
        var invoice = new InvoiceRef(payee.Id, $"invoice-{number}");
        if (await client.Submit(invoice, new InvoiceCommand.Create(client.NewId(), new(TownChannels.Place, amount, until, ""))) is not CommandReply.Accepted) return;
        for (var look = 0; look < Looks; look++)
        {
            await client.World.Pause(_chance.Milliseconds(500, 6_000));
            if (await client.Read(invoice) is not { Text: { } text }) continue;
            var begin = new PaymentCommand.Begin(client.NewId(), text, TownChannels.Place, amount, UInt256.Max(amount / 20, 10), _chance.Between(1, 6), until);
            var payment = new PaymentRef(payer.Id, $"payment-{number}");
            await client.Submit(payment, begin);
            // Somebody else of the account pays it too, or thinks better of it.
            if (_chance.Below(6) == 0) await client.Submit(new PaymentRef(payer.Id, $"again-{number}"), begin with { CommandId = client.NewId() });
            if (_chance.Below(8) == 0) await client.Submit(payment, new PaymentCommand.Stop(client.NewId()));
            if (_chance.Below(12) == 0) await client.Submit(invoice, new InvoiceCommand.Cancel(client.NewId()));
            return;
        }
    }
}
