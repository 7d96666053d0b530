using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client;

/// <summary>
/// Payment channels on chains of the Bitcoin family over REST; all but reading takes an API key of scope <see cref="ApiScope.Channels"/>. Keys are read as of other channels
/// (<see cref="RestChannels.ReadKeyAsync"/>). That an update is accepted says that it waits for its turn: <see cref="FollowAsync"/> says what came of it.
/// </summary>
/// <param name="http">Its base address is the silo's, such as "http://127.0.0.1:8080/".</param>
public sealed class RestCoinChannels(HttpClient http, ApiKey apiKey, TimeProvider? clock = null)
{
    private readonly RestConnection _connection = new(http, apiKey, clock ?? TimeProvider.System);

    /// <summary>Begins a channel. Its view has the funding address once the peer has begun it too.</summary>
    public Task<CommandReply> OpenAsync(IdempotencyKey key, CoinChannelRef side, CoinOpening opening, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(opening);
        return _connection.SendAsync(HttpMethod.Put, Path(opening.Account, side), key, new CoinCommand.Open(Guid.Empty, opening), cancellationToken);
    }

    /// <summary>Null for a channel that the account has not.</summary>
    public Task<CoinChannelView?> ReadAsync(AccountId account, CoinChannelRef side, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync(Path(account, side), ContractJson.Default.CoinChannelView, cancellationToken);

    /// <summary>Names the output that funds the channel, at its opener.</summary>
    /// <param name="transaction">The signed transaction, which the silo sends once both have their first commitment; null: the caller sends it, and not before the phase is Funding.</param>
    public Task<CommandReply> FundAsync(
        IdempotencyKey key, AccountId account, CoinChannelRef side, SpentOutput funding, HexBytes? transaction, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, side, "funding", new CoinCommand.Fund(Guid.Empty, funding, transaction), cancellationToken);

    /// <summary>Pays, offers, fulfils or fails an HTLC, or sets the feerate.</summary>
    public Task<CommandReply> UpdateAsync(IdempotencyKey key, AccountId account, CoinChannelRef side, CoinUpdate update, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, side, "updates", new CoinCommand.Update(Guid.Empty, update), cancellationToken);

    /// <summary>Ends the channel together with the peer, once no HTLC is left.</summary>
    public Task<CommandReply> EndAsync(IdempotencyKey key, AccountId account, CoinChannelRef side, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, side, "end", new CoinCommand.End(Guid.Empty), cancellationToken);

    /// <summary>Leaves alone, by the newest commitment. It cannot be taken back.</summary>
    public Task<CommandReply> CloseAsync(IdempotencyKey key, AccountId account, CoinChannelRef side, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, side, "close", new CoinCommand.Close(Guid.Empty), cancellationToken);

    /// <summary>Has the chain looked at now.</summary>
    public Task<CommandReply> LookAsync(IdempotencyKey key, AccountId account, CoinChannelRef side, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, side, "look", new CoinCommand.Look(Guid.Empty), cancellationToken);

    /// <summary>What came of an update that was accepted; null for a channel that the account has not.</summary>
    /// <param name="update">The id of its command: <see cref="IdOf"/>.</param>
    public Task<UpdateStanding?> FollowAsync(AccountId account, CoinChannelRef side, Guid update, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"{Path(account, side)}/updates/{update}", ContractJson.Default.UpdateStanding, cancellationToken);

    /// <summary>The id of an update that was sent with this idempotency key.</summary>
    public Guid IdOf(IdempotencyKey key, AccountId account, CoinChannelRef side) => key.CommandId(apiKey.Tenant, Operations.UpdateCoinChannel, $"{account}/{side}");

    private static string Path(AccountId account, CoinChannelRef side) => $"v1/accounts/{account}/coin-channels/{side}";

    private Task<CommandReply> SendAsync<T>(IdempotencyKey key, AccountId account, CoinChannelRef side, string what, T command, CancellationToken cancellationToken)
        where T : CoinCommand => _connection.SendAsync(HttpMethod.Post, $"{Path(account, side)}/{what}", key, command, cancellationToken);
}
