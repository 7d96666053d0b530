using System.Runtime.CompilerServices;
using Orleans;
using Orleans.Runtime;
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
/// The wallet inside a cluster. A command has the id that the gateway would give it, so a key that was first sent over REST means the same command
/// here.
/// </summary>
/// <param name="tenant">Part of every command id, as the API key's tenant is over REST.</param>
public sealed class GrainWallet(IClusterClient client, Name tenant, TimeProvider? clock = null) : ITPWallet
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    public Task<CommandReply> RegisterAccountAsync(
        IdempotencyKey key, Genesis genesis, ImmutableArray<DeviceProof> proofs, CancellationToken cancellationToken = default) =>
        SendAsync(
            Canonical.AccountId(genesis),
            new AccountCommand.Register(key.CommandId(tenant, Operations.RegisterAccount, ""), genesis, proofs),
            cancellationToken);

    public Task<CommandReply> RequestKeyAsync(
        IdempotencyKey key, AccountId account, Name name, ChainId chain, Tier tier, CancellationToken cancellationToken = default) =>
        SendAsync(account, new AccountCommand.RequestKey(Id(key, Operations.RequestKey, account), name, chain, tier), cancellationToken);

    public Task<CommandReply> ProposeChangeAsync(
        IdempotencyKey key, ChangeProposal proposal, Vote vote, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        var command = new AccountCommand.ProposeChange(Id(key, Operations.ProposeChange, proposal.Account), proposal, vote);
        return SendAsync(proposal.Account, command, cancellationToken);
    }

    public Task<CommandReply> VoteOnChangeAsync(
        IdempotencyKey key, AccountId account, Name change, Vote vote, CancellationToken cancellationToken = default) =>
        SendAsync(
            account,
            new AccountCommand.VoteOnChange(key.CommandId(tenant, Operations.VoteOnChange, $"{account}/{change}"), change, vote),
            cancellationToken);

    public Task<CommandReply> FreezeAsync(IdempotencyKey key, AccountId account, Vote vote, CancellationToken cancellationToken = default) =>
        SendAsync(account, new AccountCommand.Freeze(Id(key, Operations.Freeze, account), vote), cancellationToken);

    public Task<CommandReply> DraftPacketAsync(IdempotencyKey key, PacketContent content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        return SendAsync(content.Ref, new PacketCommand.Draft(Id(key, Operations.DraftPacket, content.Ref), content), cancellationToken);
    }

    public Task<CommandReply> ProposePacketAsync(
        IdempotencyKey key, PacketRef packet, int revision, PacketOrigin? origin = null, CancellationToken cancellationToken = default) =>
        SendAsync(packet, new PacketCommand.Propose(Id(key, Operations.ProposePacket, packet), revision) { Origin = origin }, cancellationToken);

    public Task<CommandReply> CastVoteAsync(IdempotencyKey key, PacketRef packet, Vote vote, CancellationToken cancellationToken = default) =>
        SendAsync(packet, new PacketCommand.CastVote(Id(key, Operations.CastVote, packet), vote), cancellationToken);

    public Task<CommandReply> CancelPacketAsync(IdempotencyKey key, PacketRef packet, string reason, CancellationToken cancellationToken = default) =>
        SendAsync(packet, new PacketCommand.Cancel(Id(key, Operations.CancelPacket, packet), reason), cancellationToken);

    public Task<AccountView?> ReadAccountAsync(AccountId account, CancellationToken cancellationToken = default) =>
        Grain(account).Read().WaitAsync(cancellationToken);

    public Task<AccountLineage?> ReadLineageAsync(AccountId account, CancellationToken cancellationToken = default) =>
        Grain(account).ReadLineage().WaitAsync(cancellationToken);

    public Task<PacketView?> ReadPacketAsync(PacketRef packet, CancellationToken cancellationToken = default) =>
        Grain(packet).Read().WaitAsync(cancellationToken);

    public async Task<EvidencePack> ReadEvidenceAsync(PacketRef packet, CancellationToken cancellationToken = default) =>
        await client.GetGrain<IEvidenceGrain>(packet.Key).Build().WaitAsync(cancellationToken) switch
        {
            EvidenceReply.Built built => built.Pack,
            EvidenceReply.Refused refused => throw new RefusedException(refused.Rejection),
            _ => throw new UnreachableException(),
        };

    public Task<ChainView> ReadChainAsync(ChainId chain, CancellationToken cancellationToken = default) =>
        client.GetGrain<IChainTrackerGrain>(chain.ToString()).Read().WaitAsync(cancellationToken);

    public async Task<FeesView> ReadFeesAsync(ChainId chain, CancellationToken cancellationToken = default) =>
        await client.GetGrain<IFeeOracleGrain>(chain.ToString()).Read().WaitAsync(cancellationToken) switch
        {
            FeesReply.Told told => told.View,
            FeesReply.Refused refused => throw new RefusedException(refused.Rejection),
            _ => throw new UnreachableException(),
        };

    public async Task<FeePreviews> PreviewFeesAsync(PacketRef packet, CancellationToken cancellationToken = default) =>
        Told(await client.GetGrain<IFeePreviewGrain>(packet.Owner.ToString()).Read(packet.Id).WaitAsync(cancellationToken));

    public async Task<FeePreviews> PreviewFeesAsync(AccountId account, FeeQuestion question, CancellationToken cancellationToken = default) =>
        Told(await client.GetGrain<IFeePreviewGrain>(account.ToString()).Ask(question).WaitAsync(cancellationToken));

    public IAsyncEnumerable<AccountView> WatchAccountAsync(AccountId account, long after = 0, CancellationToken cancellationToken = default) =>
        WatchAsync(last => Grain(account).ReadAfter(last).WaitAsync(cancellationToken), static view => view.Version, after, cancellationToken);

    public IAsyncEnumerable<PacketView> WatchPacketAsync(PacketRef packet, long after = 0, CancellationToken cancellationToken = default) =>
        WatchAsync(last => Grain(packet).ReadAfter(last).WaitAsync(cancellationToken), static view => view.Version, after, cancellationToken);

    private static FeePreviews Told(FeePreviewReply reply) => reply switch
    {
        FeePreviewReply.Told told => told.Previews,
        FeePreviewReply.Refused refused => throw new RefusedException(refused.Rejection),
        _ => throw new UnreachableException(),
    };

    private Guid Id(IdempotencyKey key, string operation, AccountId account) => key.CommandId(tenant, operation, account.ToString());

    private Guid Id(IdempotencyKey key, string operation, PacketRef packet) => key.CommandId(tenant, operation, packet.Key);

    private Task<CommandReply> SendAsync(AccountId account, AccountCommand command, CancellationToken cancellationToken) =>
        RepeatAsync(() => Grain(account).Submit(command), cancellationToken);

    private Task<CommandReply> SendAsync(PacketRef packet, PacketCommand command, CancellationToken cancellationToken) =>
        RepeatAsync(() => Grain(packet).Submit(command), cancellationToken);

    private IAccountGrain Grain(AccountId account) => client.GetGrain<IAccountGrain>(account.ToString());

    private ITokenPacketGrain Grain(PacketRef packet) => client.GetGrain<ITokenPacketGrain>(packet.Key);

    /// <summary>The same command with the same id, at most four times, while its outcome is not known.</summary>
    private async Task<CommandReply> RepeatAsync(Func<Task<CommandReply>> submit, CancellationToken cancellationToken)
    {
        CommandReply reply = null!;
        for (var attempt = 0; attempt < RestWallet.MaxAttempts; attempt++)
        {
            if (attempt > 0) await Task.Delay(FirstPause * (1 << (attempt - 1)), _clock, cancellationToken);
            try
            {
                reply = await submit().WaitAsync(cancellationToken);
                if (reply is not CommandReply.Refused { Rejection.Code: RejectionCode.Retry or RejectionCode.OutcomeUnknown or RejectionCode.Overloaded })
                    return reply;
            }
            catch (Exception failure) when (failure is TimeoutException or OrleansException)
            {
                reply = new CommandReply.Refused(new(RejectionCode.OutcomeUnknown, "an answer of the grain", failure.Message));
            }
        }

        return reply;
    }

    private async IAsyncEnumerable<T> WatchAsync<T>(
        Func<long, Task<T?>> readAfter, Func<T, long> version, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        // Without end by its nature: the caller's token ends it.
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await readAfter(after) is { } view)
            {
                after = version(view);
                yield return view;
            }

            await Task.Delay(Poll, _clock, cancellationToken);
        }
    }
}
