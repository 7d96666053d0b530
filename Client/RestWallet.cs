using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Client;

/// <summary>
/// The wallet over REST. Each request is signed with the API key; a command is sent again with the same idempotency key, at most
/// <see cref="MaxAttempts"/> times in all, while the answer is missing or says that nothing is known.
/// </summary>
/// <param name="http">Its base address is the silo's, such as "http://127.0.0.1:8080/".</param>
public sealed class RestWallet(HttpClient http, ApiKey apiKey, TimeProvider? clock = null) : ITPWallet
{
    /// <summary>Most times that one command is sent: the first and three more.</summary>
    public const int MaxAttempts = 4;

    private readonly RestConnection _connection = new(http, apiKey, clock ?? TimeProvider.System);

    public Task<CommandReply> RegisterAccountAsync(
        IdempotencyKey key, Genesis genesis, ImmutableArray<DeviceProof> proofs, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, "v1/accounts", key, new AccountCommand.Register(Guid.Empty, genesis, proofs), cancellationToken);

    public Task<CommandReply> RequestKeyAsync(
        IdempotencyKey key, AccountId account, Name name, ChainId chain, Tier tier, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, $"{Path(account)}/keys", key, new AccountCommand.RequestKey(Guid.Empty, name, chain, tier), cancellationToken);

    public Task<CommandReply> ProposeChangeAsync(
        IdempotencyKey key, ChangeProposal proposal, Vote vote, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        var command = new AccountCommand.ProposeChange(Guid.Empty, proposal, vote);
        return SendAsync(HttpMethod.Post, $"{Path(proposal.Account)}/changes", key, command, cancellationToken);
    }

    public Task<CommandReply> VoteOnChangeAsync(
        IdempotencyKey key, AccountId account, Name change, Vote vote, CancellationToken cancellationToken = default) =>
        SendAsync(
            HttpMethod.Post, $"{Path(account)}/changes/{change}/votes", key, new AccountCommand.VoteOnChange(Guid.Empty, change, vote), cancellationToken);

    public Task<CommandReply> FreezeAsync(IdempotencyKey key, AccountId account, Vote vote, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, $"{Path(account)}/freeze", key, new AccountCommand.Freeze(Guid.Empty, vote), cancellationToken);

    public Task<CommandReply> DraftPacketAsync(IdempotencyKey key, PacketContent content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        return SendAsync(HttpMethod.Put, Path(content.Ref), key, new PacketCommand.Draft(Guid.Empty, content), cancellationToken);
    }

    public Task<CommandReply> ProposePacketAsync(
        IdempotencyKey key, PacketRef packet, int revision, PacketOrigin? origin = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, $"{Path(packet)}/propose", key, new PacketCommand.Propose(Guid.Empty, revision) { Origin = origin }, cancellationToken);

    public Task<CommandReply> CastVoteAsync(IdempotencyKey key, PacketRef packet, Vote vote, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, $"{Path(packet)}/votes", key, new PacketCommand.CastVote(Guid.Empty, vote), cancellationToken);

    public Task<CommandReply> CancelPacketAsync(IdempotencyKey key, PacketRef packet, string reason, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, $"{Path(packet)}/cancel", key, new PacketCommand.Cancel(Guid.Empty, reason), cancellationToken);

    public Task<AccountView?> ReadAccountAsync(AccountId account, CancellationToken cancellationToken = default) =>
        ReadAsync(Path(account), ContractJson.Default.AccountView, cancellationToken);

    public Task<AccountLineage?> ReadLineageAsync(AccountId account, CancellationToken cancellationToken = default) =>
        ReadAsync($"{Path(account)}/lineage", ContractJson.Default.AccountLineage, cancellationToken);

    public Task<PacketView?> ReadPacketAsync(PacketRef packet, CancellationToken cancellationToken = default) =>
        ReadAsync(Path(packet), ContractJson.Default.PacketView, cancellationToken);

    public async Task<EvidencePack> ReadEvidenceAsync(PacketRef packet, CancellationToken cancellationToken = default) =>
        await ReadAsync($"{Path(packet)}/evidence", ContractJson.Default.EvidencePack, cancellationToken)
            ?? throw new RefusedException(new(RejectionCode.NotFound, $"packet {packet.Key}", "none"));

    public async Task<ChainView> ReadChainAsync(ChainId chain, CancellationToken cancellationToken = default) =>
        await ReadAsync($"v1/chains/{chain}", ContractJson.Default.ChainView, cancellationToken)
            ?? throw new RefusedException(new(RejectionCode.NotFound, $"chain {chain}", "none"));

    public async Task<FeesView> ReadFeesAsync(ChainId chain, CancellationToken cancellationToken = default) =>
        await ReadAsync($"v1/chains/{chain}/fees", ContractJson.Default.FeesView, cancellationToken)
            ?? throw new RefusedException(new(RejectionCode.NotFound, $"chain {chain}", "none"));

    public async Task<FeePreviews> PreviewFeesAsync(PacketRef packet, CancellationToken cancellationToken = default) =>
        await ReadAsync($"{Path(packet)}/fees", ContractJson.Default.FeePreviews, cancellationToken)
            ?? throw new RefusedException(new(RejectionCode.NotFound, $"packet {packet.Key}", "none"));

    public Task<FeePreviews> PreviewFeesAsync(AccountId account, FeeQuestion question, CancellationToken cancellationToken = default) =>
        _connection.AskAsync($"{Path(account)}/fees", question, ContractJson.Default.FeeQuestion, ContractJson.Default.FeePreviews, cancellationToken);

    public IAsyncEnumerable<AccountView> WatchAccountAsync(AccountId account, long after = 0, CancellationToken cancellationToken = default) =>
        WatchAsync($"{Path(account)}/events", ContractJson.Default.AccountView, static view => view.Version, after, cancellationToken);

    public IAsyncEnumerable<PacketView> WatchPacketAsync(PacketRef packet, long after = 0, CancellationToken cancellationToken = default) =>
        WatchAsync($"{Path(packet)}/events", ContractJson.Default.PacketView, static view => view.Version, after, cancellationToken);

    private static string Path(AccountId account) => $"v1/accounts/{account}";

    private static string Path(PacketRef packet) => $"v1/accounts/{packet.Owner}/packets/{packet.Id}";

    private Task<CommandReply> SendAsync<T>(HttpMethod method, string path, IdempotencyKey key, T command, CancellationToken cancellationToken)
        where T : class, ICommand => _connection.SendAsync(method, path, key, command, cancellationToken);

    private Task<T?> ReadAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class => _connection.ReadAsync(path, type, cancellationToken);

    private async IAsyncEnumerable<T> WatchAsync<T>(
        string path, JsonTypeInfo<T> type, Func<T, long> version, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        await foreach (var data in _connection.EventsAsync(path, after, cancellationToken))
        {
            if (JsonSerializer.Deserialize(data, type) is not { } view || version(view) <= after) continue;
            after = version(view);
            yield return view;
        }
    }
}
