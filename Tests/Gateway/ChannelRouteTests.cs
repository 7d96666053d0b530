using TPWallet.Client;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Channels;
using TPWallet.Tests.Domain.Invoices;
using TPWallet.Tests.Domain.Payments;

namespace TPWallet.Tests.Gateway;

/// <summary>Who may pay through a channel, and of which account.</summary>
public sealed class ChannelRouteTests
{
    private static readonly ChannelRef _side = new(ChannelParty.Id, ChannelSide.A);
    private static readonly ChannelOpening _opening = ChannelParty.OpeningOf(ChannelSide.A) with { Account = Bodies.Account };

    [Fact]
    public async Task Commands_OfTheAccountsChannel_ReachItsSide_UnderTheIdThatFollows()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf(ApiScope.Read, ApiScope.Channels)]);
        host.Cluster.Channel = View;
        var channels = Channels(host);
        (await channels.OpenAsync(new("open"), _side, _opening)).Should().BeOfType<CommandReply.Accepted>();
        (await channels.PayAsync(new("pay"), Bodies.Account, _side, 5)).Should().BeOfType<CommandReply.Accepted>();
        (await channels.OfferAsync(new("offer"), Bodies.Account, _side, 5, 9, LockKind.Hash, default)).Should().BeOfType<CommandReply.Accepted>();
        (await channels.FulfilAsync(new("fulfil"), Bodies.Account, _side, 1, default)).Should().BeOfType<CommandReply.Accepted>();
        (await channels.FailAsync(new("fail"), Bodies.Account, _side, 1)).Should().BeOfType<CommandReply.Accepted>();
        (await channels.LookAsync(new("look"), Bodies.Account, _side)).Should().BeOfType<CommandReply.Accepted>();
        (await channels.WithdrawAsync(new("withdraw"), Bodies.Account, _side, 5)).Should().BeOfType<CommandReply.Accepted>();
        (await channels.EndAsync(new("end"), Bodies.Account, _side)).Should().BeOfType<CommandReply.Accepted>();
        (await channels.CloseAsync(new("close"), Bodies.Account, _side)).Should().BeOfType<CommandReply.Accepted>();
        host.Cluster.Seen.Select(static seen => seen.Command.GetType()).Should().Equal(
            typeof(ChannelCommand.Open), typeof(ChannelCommand.Pay), typeof(ChannelCommand.Offer), typeof(ChannelCommand.Fulfil), typeof(ChannelCommand.Fail),
            typeof(ChannelCommand.Look), typeof(ChannelCommand.Withdraw), typeof(ChannelCommand.End), typeof(ChannelCommand.Close));
        host.Cluster.Seen.Should().OnlyContain(static seen => seen.Grain == _side.ToString());
        host.Cluster.Seen.ElementAt(1).Command.CommandId.Should().Be(channels.IdOf(new("pay"), Operations.PayChannel, Bodies.Account, _side));
        (await channels.FollowAsync(Bodies.Account, _side, Guid.NewGuid())).Should().BeOfType<UpdateStanding.Waiting>();
        (await channels.ReadAsync(Bodies.Account, _side))!.Book.Should().Be(ChannelBook.Empty);
    }

    [Fact]
    public async Task Commands_WithoutTheScope_OrOnAnothersChannel_ReachNothing()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf(ApiScope.Read, ApiScope.Propose, ApiScope.Admin, ApiScope.Operator)]);
        host.Cluster.Channel = View;
        Code(await Channels(host).PayAsync(new("pay"), Bodies.Account, _side, 5)).Should().Be(RejectionCode.MissingScope);
        host.Cluster.Seen.Should().BeEmpty();

        await using var other = await GatewayHost.StartAsync([KeyOf(ApiScope.Read, ApiScope.Channels)]);
        var account = new AccountId(new Bytes32(5));
        other.Cluster.Channel = () => View() with { Opening = _opening with { Account = account } };
        Code(await Channels(other).PayAsync(new("pay"), Bodies.Account, _side, 5)).Should().Be(RejectionCode.NotFound);
        (await Channels(other).ReadAsync(Bodies.Account, _side)).Should().BeNull();
        (await Channels(other).FollowAsync(Bodies.Account, _side, Guid.NewGuid())).Should().BeNull();
        (await other.SendAsync(HttpMethod.Get, $"/v1/accounts/{Bodies.Account}/channels/{_side.Channel}/C", null, null)).Status.Should().Be(400);
        (await other.SendAsync(HttpMethod.Get, $"/v1/accounts/{Bodies.Account}/channels/{_side.Channel}/0", null, null)).Status.Should().Be(400);
    }

    [Fact]
    public async Task Invoices_OfTheAccount_AreItsOwn_AndTakeTheScope()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf(ApiScope.Read, ApiScope.Channels)]);
        var (channels, invoice) = (Channels(host), new InvoiceRef(Bodies.Account, "rent"));
        (await channels.CreateInvoiceAsync(new("create"), invoice, InvoiceRun.Content(5))).Should().BeOfType<CommandReply.Accepted>();
        (await channels.CancelInvoiceAsync(new("cancel"), invoice)).Should().BeOfType<CommandReply.Accepted>();
        host.Cluster.Seen.Select(static seen => seen.Command.GetType()).Should().Equal(typeof(InvoiceCommand.Create), typeof(InvoiceCommand.Cancel));
        host.Cluster.Seen.Should().OnlyContain(seen => seen.Grain == invoice.Key);
        (await channels.ReadInvoiceAsync(invoice)).Should().BeNull();
        var view = new InvoiceView(invoice, 3, InvoiceStage.Open, InvoiceRun.Content(null), InvoiceRun.Terms, 7, UInt256.Zero);
        host.Cluster.Invoice = () => view;
        (await channels.ReadInvoiceAsync(invoice)).Should().Be(view);
        (await host.SendAsync(HttpMethod.Get, $"/v1/accounts/{Bodies.Account}/invoices/no%20name", null, null)).Status.Should().Be(400);

        await using var other = await GatewayHost.StartAsync([KeyOf(ApiScope.Read, ApiScope.Propose, ApiScope.Admin, ApiScope.Operator)]);
        Code(await Channels(other).CreateInvoiceAsync(new("create"), invoice, InvoiceRun.Content(5))).Should().Be(RejectionCode.MissingScope);
        Code(await Channels(other).CancelInvoiceAsync(new("cancel"), invoice)).Should().Be(RejectionCode.MissingScope);
        other.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Payments_OfTheAccount_AreItsOwn_AndTakeTheScope()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf(ApiScope.Read, ApiScope.Channels)]);
        var (channels, payment) = (Channels(host), new PaymentRef(Bodies.Account, "rent"));
        (await channels.BeginPaymentAsync(new("begin"), payment, PaymentRun.BeginOf(Guid.NewGuid(), PaymentRun.Content))).Should().BeOfType<CommandReply.Accepted>();
        (await channels.StopPaymentAsync(new("stop"), payment)).Should().BeOfType<CommandReply.Accepted>();
        host.Cluster.Seen.Select(static seen => seen.Command.GetType()).Should().Equal(typeof(PaymentCommand.Begin), typeof(PaymentCommand.Stop));
        host.Cluster.Seen.Should().OnlyContain(seen => seen.Grain == payment.Key);
        var begun = (PaymentCommand.Begin)host.Cluster.Seen.First().Command;
        begun.Should().Be(PaymentRun.BeginOf(begun.CommandId, PaymentRun.Content));
        (await channels.ReadPaymentAsync(payment)).Should().BeNull();
        var view = new PaymentView(payment, 3, PaymentStage.Failed, PaymentRun.Content, 1, 2, 3, 4, PaymentRun.Secret, PaymentFailure.NoPath);
        host.Cluster.Payment = () => view;
        (await channels.ReadPaymentAsync(payment)).Should().Be(view);
        (await host.SendAsync(HttpMethod.Get, $"/v1/accounts/{Bodies.Account}/payments/no%20name", null, null)).Status.Should().Be(400);

        await using var other = await GatewayHost.StartAsync([KeyOf(ApiScope.Read, ApiScope.Propose, ApiScope.Admin, ApiScope.Operator)]);
        Code(await Channels(other).BeginPaymentAsync(new("begin"), payment, PaymentRun.BeginOf(Guid.NewGuid(), PaymentRun.Content))).Should().Be(RejectionCode.MissingScope);
        Code(await Channels(other).StopPaymentAsync(new("stop"), payment)).Should().Be(RejectionCode.MissingScope);
        other.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Books_OfAKey_AreReadUnderItsAccount()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf(ApiScope.Read)]);
        var of = KeyBooksRef.Of(_opening);
        (await Channels(host).ReadBooksAsync(of))!.Ref.Should().Be(of);
        (await host.SendAsync(HttpMethod.Get, $"/v1/accounts/{Bodies.Account}/channel-keys/channels/books?chain=eip155:1&manager=no&token={of.Token}", null, null)).Status.Should().Be(400);
    }

    private static ChannelView View() => new(_side, ChannelPhase.Open, _opening, ChannelBook.Empty, default, UInt256.Zero, 0, false, null, 1);

    private static RejectionCode Code(CommandReply reply) => reply.Should().BeOfType<CommandReply.Refused>().Which.Rejection.Code;

    private static RestChannels Channels(GatewayHost host) => new(host.Http, host.Key, host.Clock);

    private static ApiKey KeyOf(params ReadOnlySpan<ApiScope> scopes) => ApiKeyFile.Generate("payer", "acme", [ApiKey.AllAccounts], [.. scopes]);
}
