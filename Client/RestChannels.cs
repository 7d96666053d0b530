using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client;

/// <summary>
/// Payment channels over REST; all but reading takes an API key of scope <see cref="ApiScope.Channels"/>. Requests are signed and repeated as by
/// <see cref="RestWallet"/>. That a payment is accepted says that it waits for its turn: <see cref="FollowAsync"/> says what came of it.
/// </summary>
/// <param name="http">Its base address is the silo's, such as "http://127.0.0.1:8080/".</param>
public sealed class RestChannels(HttpClient http, ApiKey apiKey, TimeProvider? clock = null)
{
    private readonly RestConnection _connection = new(http, apiKey, clock ?? TimeProvider.System);

    /// <summary>A channel key of the account, made when it is first asked for, with the signer's attestation. Nothing may be sent to its address.</summary>
    public Task<KeyAttestation?> ReadKeyAsync(AccountId account, Name key, ChainId chain, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/accounts/{account}/channel-keys/{key}?chain={Uri.EscapeDataString(chain.Value)}", ContractJson.Default.KeyAttestation, cancellationToken);

    /// <summary>What can be paid and received over the channels of a key, and how capacity is spread in their network; null for an account that is not there.</summary>
    public Task<CapacityView?> ReadCapacityAsync(AccountId account, Name key, RouterRef network, CancellationToken cancellationToken = default) => _connection.ReadAsync(
        $"v1/accounts/{account}/channel-keys/{key}/capacity?chain={Uri.EscapeDataString(network.Chain.Value)}&manager={network.Manager}&token={network.Token}",
        ContractJson.Default.CapacityView, cancellationToken);

    /// <summary>Whether the key's channels, the contract and the account's own ledger agree; null where no side of the key was ever noted.</summary>
    public Task<KeyBooksView?> ReadBooksAsync(KeyBooksRef books, CancellationToken cancellationToken = default) => _connection.ReadAsync(
        $"v1/accounts/{books.Account}/channel-keys/{books.Key}/books?chain={Uri.EscapeDataString(books.Chain.Value)}&manager={books.Manager}&token={books.Token}",
        ContractJson.Default.KeyBooksView, cancellationToken);

    /// <summary>Under which key payers write what the account reads in an onion.</summary>
    public Task<OnionKeyView?> ReadOnionKeyAsync(AccountId account, Name key, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/accounts/{account}/channel-keys/{key}/onion-key", ContractJson.Default.OnionKeyView, cancellationToken);

    /// <summary>Begins with a channel that stands on chain. It is open once its view says so.</summary>
    public Task<CommandReply> OpenAsync(IdempotencyKey key, ChannelRef side, ChannelOpening opening, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(opening);
        return _connection.SendAsync(HttpMethod.Put, Path(opening.Account, side), key, new ChannelCommand.Open(Guid.Empty, opening), cancellationToken);
    }

    /// <summary>Null for a channel that the account has not.</summary>
    public Task<ChannelView?> ReadAsync(AccountId account, ChannelRef side, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync(Path(account, side), ContractJson.Default.ChannelView, cancellationToken);

    /// <summary>The side's double entries, and whether they agree with the channel's state and the chain; null for a channel that the account has not.</summary>
    public Task<ChannelLedgerView?> ReadLedgerAsync(AccountId account, ChannelRef side, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"{Path(account, side)}/ledger", ContractJson.Default.ChannelLedgerView, cancellationToken);

    /// <summary>Pays the peer.</summary>
    /// <param name="amount">Base units of the channel's token.</param>
    public Task<CommandReply> PayAsync(IdempotencyKey key, AccountId account, ChannelRef side, UInt256 amount, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, side, "payments", new ChannelCommand.Pay(Guid.Empty, amount), cancellationToken);

    /// <summary>Locks an amount for the peer.</summary>
    /// <param name="onion">The way on from there (BOLT-4, bound to the target); null: it ends at the peer.</param>
    public Task<CommandReply> OfferAsync(
        IdempotencyKey key, AccountId account, ChannelRef side, UInt256 amount, ulong expiry, LockKind kind, Bytes32 target, HexBytes? onion = null,
        CancellationToken cancellationToken = default) =>
        SendAsync(key, account, side, "locks", new ChannelCommand.Offer(Guid.Empty, amount, expiry, kind, target) { Onion = onion }, cancellationToken);

    /// <summary>Takes what the peer locked.</summary>
    public Task<CommandReply> FulfilAsync(IdempotencyKey key, AccountId account, ChannelRef side, long number, Bytes32 secret, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, side, "fulfil", new ChannelCommand.Fulfil(Guid.Empty, number, secret), cancellationToken);

    /// <summary>Gives back what the peer locked.</summary>
    public Task<CommandReply> FailAsync(IdempotencyKey key, AccountId account, ChannelRef side, long number, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, side, "fail", new ChannelCommand.Fail(Guid.Empty, number), cancellationToken);

    /// <summary>Agrees with the peer on the last state.</summary>
    public Task<CommandReply> EndAsync(IdempotencyKey key, AccountId account, ChannelRef side, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, side, "end", new ChannelCommand.End(Guid.Empty), cancellationToken);

    /// <summary>Takes an amount out of the open channel, to where the mandate says. It is spent once a state that both signed names it, and paid out by the contract after that.</summary>
    public Task<CommandReply> WithdrawAsync(IdempotencyKey key, AccountId account, ChannelRef side, UInt256 amount, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, side, "withdrawals", new ChannelCommand.Withdraw(Guid.Empty, amount), cancellationToken);

    /// <summary>Closes on chain without the peer. It cannot be taken back.</summary>
    public Task<CommandReply> CloseAsync(IdempotencyKey key, AccountId account, ChannelRef side, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, side, "close", new ChannelCommand.Close(Guid.Empty), cancellationToken);

    /// <summary>Has the channel looked up on the chain, as after a deposit.</summary>
    public Task<CommandReply> LookAsync(IdempotencyKey key, AccountId account, ChannelRef side, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, side, "look", new ChannelCommand.Look(Guid.Empty), cancellationToken);

    /// <summary>Has another operator's tower guard the side; null: nobody.</summary>
    /// <param name="waits">Whether nothing is done on a state before the tower has it.</param>
    public Task<CommandReply> SetTowerAsync(IdempotencyKey key, AccountId account, ChannelRef side, Name? tower, bool waits = false, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, side, "tower", new ChannelCommand.SetTower(Guid.Empty, tower, waits), cancellationToken);

    /// <summary>Has other operators told of the side, or not any more; they learn of the channel once both sides want it.</summary>
    public Task<CommandReply> SetPublicAsync(IdempotencyKey key, AccountId account, ChannelRef side, bool isPublic, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, side, "public", new ChannelCommand.SetPublic(Guid.Empty, isPublic), cancellationToken);

    /// <summary>Asks for a payment over the account's channels. Its hash is in the view once it is open.</summary>
    public Task<CommandReply> CreateInvoiceAsync(IdempotencyKey key, InvoiceRef invoice, InvoiceContent content, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Put, Path(invoice), key, new InvoiceCommand.Create(Guid.Empty, content), cancellationToken);

    /// <summary>Null for an invoice that the account has not.</summary>
    public Task<InvoiceView?> ReadInvoiceAsync(InvoiceRef invoice, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync(Path(invoice), ContractJson.Default.InvoiceView, cancellationToken);

    /// <summary>No payment of it is taken any more.</summary>
    public Task<CommandReply> CancelInvoiceAsync(IdempotencyKey key, InvoiceRef invoice, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, $"{Path(invoice)}/cancel", key, new InvoiceCommand.Cancel(Guid.Empty), cancellationToken);

    /// <summary>Pays an invoice over channels that are found by themselves. What came of it is in the view.</summary>
    /// <param name="begin">Its command id is made of the key.</param>
    public Task<CommandReply> BeginPaymentAsync(IdempotencyKey key, PaymentRef payment, PaymentCommand.Begin begin, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(begin);
        return _connection.SendAsync(HttpMethod.Put, Path(payment), key, begin with { CommandId = Guid.Empty }, cancellationToken);
    }

    /// <summary>Null for a payment that the account has not.</summary>
    public Task<PaymentView?> ReadPaymentAsync(PaymentRef payment, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync(Path(payment), ContractJson.Default.PaymentView, cancellationToken);

    /// <summary>Tries no part more. What is on its way may still be taken.</summary>
    public Task<CommandReply> StopPaymentAsync(IdempotencyKey key, PaymentRef payment, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, $"{Path(payment)}/stop", key, new PaymentCommand.Stop(Guid.Empty), cancellationToken);

    /// <summary>What came of an update that was accepted; null for a channel that the account has not.</summary>
    /// <param name="update">The id of its command: <see cref="IdOf"/>.</param>
    public Task<UpdateStanding?> FollowAsync(AccountId account, ChannelRef side, Guid update, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"{Path(account, side)}/updates/{update}", ContractJson.Default.UpdateStanding, cancellationToken);

    /// <summary>The id of a command that was sent with this idempotency key.</summary>
    /// <param name="operation">One of <see cref="Operations"/>.</param>
    public Guid IdOf(IdempotencyKey key, string operation, AccountId account, ChannelRef side) => key.CommandId(apiKey.Tenant, operation, $"{account}/{side}");

    private static string Path(InvoiceRef invoice) => $"v1/accounts/{invoice.Account}/invoices/{invoice.Id}";

    private static string Path(PaymentRef payment) => $"v1/accounts/{payment.Account}/payments/{payment.Id}";

    private static string Path(AccountId account, ChannelRef side) => $"v1/accounts/{account}/channels/{side}";

    private Task<CommandReply> SendAsync<T>(IdempotencyKey key, AccountId account, ChannelRef side, string what, T command, CancellationToken cancellationToken)
        where T : ChannelCommand => _connection.SendAsync(HttpMethod.Post, $"{Path(account, side)}/{what}", key, command, cancellationToken);
}
