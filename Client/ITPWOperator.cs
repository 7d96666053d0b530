using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client;

/// <summary>
/// What an operator may do, with an API key of scope <see cref="ApiScope.Operator"/>: see <see cref="OperatorStop"/>. The key's id stands in the events. None of
/// it moves funds. Keys of intentions and refusals are as in <see cref="ITPWallet"/>.
/// </summary>
public interface ITPWOperator
{
    /// <summary>New spending of the account waits; of two operators the first one stays on record.</summary>
    /// <param name="reason">1 to <see cref="OperatorStop.MaxReason"/> characters.</param>
    Task<CommandReply> StopAccountAsync(IdempotencyKey key, AccountId account, string reason, CancellationToken cancellationToken = default);

    Task<CommandReply> ResumeAccountAsync(IdempotencyKey key, AccountId account, CancellationToken cancellationToken = default);

    /// <summary>
    /// Erases what people wrote about the account in their own words, by destroying its data keys; <see cref="AccountView.Erasure"/> tells when it is done.
    /// </summary>
    /// <param name="because">1 to <see cref="OperatorStop.MaxReason"/> characters, kept readable for ever: name a ticket, no person.</param>
    Task<CommandReply> EraseAccountAsync(IdempotencyKey key, AccountId account, string because, CancellationToken cancellationToken = default);

    /// <summary>New spending on the chain waits, of all accounts. The chain is followed all the same.</summary>
    Task<CommandReply> StopChainAsync(IdempotencyKey key, ChainId chain, string reason, CancellationToken cancellationToken = default);

    /// <summary>Ends <see cref="StopChainAsync"/>.</summary>
    Task<CommandReply> ResumeChainAsync(IdempotencyKey key, ChainId chain, CancellationToken cancellationToken = default);

    /// <summary>After finality contradicted itself (incident chain.stopped): following goes on from a block that the operator knows to be the chain's.</summary>
    Task<CommandReply> ResumeChainFromAsync(IdempotencyKey key, ChainId chain, BlockRef from, CancellationToken cancellationToken = default);

    /// <summary>Takes a node out of use: at once in the silo that answers, within ten seconds in all.</summary>
    Task<CommandReply> CordonNodeAsync(IdempotencyKey key, ChainId chain, Name node, string reason, CancellationToken cancellationToken = default);

    Task<CommandReply> UncordonNodeAsync(IdempotencyKey key, ChainId chain, Name node, CancellationToken cancellationToken = default);

    /// <summary>Puts a node back into use that was quarantined for standing still; one that contradicted a proven fact stays out under its name.</summary>
    Task<CommandReply> ReinstateNodeAsync(IdempotencyKey key, ChainId chain, Name node, string reason, CancellationToken cancellationToken = default);

    /// <summary>What a peer did wrong counts no more; what it did stays listed.</summary>
    Task<CommandReply> ForgivePeerAsync(IdempotencyKey key, Name peer, string because, CancellationToken cancellationToken = default);

    /// <summary>How a chain's nodes and their organisations served since the silos started.</summary>
    Task<ChainService?> ReadChainServiceAsync(ChainId chain, CancellationToken cancellationToken = default);

    /// <summary>Why a node is quarantined, with what it said; null where it is not.</summary>
    Task<NodeEvidence?> ReadNodeEvidenceAsync(ChainId chain, Name node, CancellationToken cancellationToken = default);

    /// <summary>Null for a node that is in no configuration.</summary>
    Task<NodeView?> ReadNodeAsync(ChainId chain, Name node, CancellationToken cancellationToken = default);
}
