using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client;

/// <summary>The operator over REST; requests are signed and repeated as by <see cref="RestWallet"/>.</summary>
/// <param name="http">Its base address is the silo's, such as "http://127.0.0.1:8080/".</param>
public sealed class RestOperator(HttpClient http, ApiKey apiKey, TimeProvider? clock = null) : ITPWOperator
{
    private readonly RestConnection _connection = new(http, apiKey, clock ?? TimeProvider.System);

    public Task<CommandReply> StopAccountAsync(IdempotencyKey key, AccountId account, string reason, CancellationToken cancellationToken = default) =>
        SendAsync($"accounts/{account}/stop", key, new AccountCommand.StopByOperator(Guid.Empty, apiKey.Id, reason), cancellationToken);

    public Task<CommandReply> ResumeAccountAsync(IdempotencyKey key, AccountId account, CancellationToken cancellationToken = default) =>
        SendAsync($"accounts/{account}/resume", key, new AccountCommand.ResumeByOperator(Guid.Empty, apiKey.Id), cancellationToken);

    public Task<CommandReply> EraseAccountAsync(IdempotencyKey key, AccountId account, string because, CancellationToken cancellationToken = default) =>
        SendAsync($"accounts/{account}/erase", key, new AccountCommand.ErasePersonal(Guid.Empty, apiKey.Id, because), cancellationToken);

    public Task<CommandReply> StopChainAsync(IdempotencyKey key, ChainId chain, string reason, CancellationToken cancellationToken = default) =>
        SendAsync($"chains/{chain}/stop", key, new TrackerCommand.StopByOperator(Guid.Empty, apiKey.Id, reason), cancellationToken);

    public Task<CommandReply> ResumeChainAsync(IdempotencyKey key, ChainId chain, CancellationToken cancellationToken = default) =>
        SendAsync($"chains/{chain}/resume", key, new TrackerCommand.ResumeByOperator(Guid.Empty, apiKey.Id), cancellationToken);

    public Task<CommandReply> ResumeChainFromAsync(IdempotencyKey key, ChainId chain, BlockRef from, CancellationToken cancellationToken = default) =>
        SendAsync($"chains/{chain}/resume-from", key, new TrackerCommand.Resume(Guid.Empty, from, apiKey.Id.Value), cancellationToken);

    public Task<CommandReply> CordonNodeAsync(IdempotencyKey key, ChainId chain, Name node, string reason, CancellationToken cancellationToken = default) =>
        SendAsync($"chains/{chain}/nodes/{node}/cordon", key, new SupernodeCommand.Cordon(Guid.Empty, apiKey.Id.Value, reason), cancellationToken);

    public Task<CommandReply> UncordonNodeAsync(IdempotencyKey key, ChainId chain, Name node, CancellationToken cancellationToken = default) =>
        SendAsync($"chains/{chain}/nodes/{node}/uncordon", key, new SupernodeCommand.Uncordon(Guid.Empty, apiKey.Id.Value), cancellationToken);

    public Task<CommandReply> ReinstateNodeAsync(IdempotencyKey key, ChainId chain, Name node, string reason, CancellationToken cancellationToken = default) =>
        SendAsync($"chains/{chain}/nodes/{node}/reinstate", key, new SupernodeCommand.Reinstate(Guid.Empty, apiKey.Id.Value, reason), cancellationToken);

    public Task<ChainService?> ReadChainServiceAsync(ChainId chain, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/operator/chains/{chain}/service", ContractJson.Default.ChainService, cancellationToken);

    /// <summary>What this deployment's tower does for a side of a channel; null: it guards none of that name.</summary>
    public Task<TowerView?> ReadTowerAsync(TowerRef side, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/operator/towers/{side.Key}", ContractJson.Default.TowerView, cancellationToken);

    /// <summary>How an operator at the other side of channels stands, and why.</summary>
    public Task<PeerView?> ReadPeerAsync(Name peer, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/operator/peers/{peer}", ContractJson.Default.PeerView, cancellationToken);

    public Task<CommandReply> ForgivePeerAsync(IdempotencyKey key, Name peer, string because, CancellationToken cancellationToken = default) =>
        SendAsync($"peers/{peer}/forgive", key, new PeerCommand.Forgive(Guid.Empty, apiKey.Id.Value, because), cancellationToken);

    /// <summary>What other operators told of their channels, who told it, and what of it was refused.</summary>
    public Task<GossipView?> ReadGossipAsync(CancellationToken cancellationToken = default) =>
        _connection.ReadAsync("v1/operator/announcements", ContractJson.Default.GossipView, cancellationToken);

    public Task<NodeEvidence?> ReadNodeEvidenceAsync(ChainId chain, Name node, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/operator/chains/{chain}/nodes/{node}/evidence", ContractJson.Default.NodeEvidence, cancellationToken);

    public Task<NodeView?> ReadNodeAsync(ChainId chain, Name node, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/operator/chains/{chain}/nodes/{node}", ContractJson.Default.NodeView, cancellationToken);

    private Task<CommandReply> SendAsync<T>(string path, IdempotencyKey key, T command, CancellationToken cancellationToken)
        where T : class, ICommand =>
        _connection.SendAsync(HttpMethod.Post, $"v1/operator/{path}", key, command, cancellationToken);
}
