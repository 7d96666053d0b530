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
/// The wallet as a program sees it, the same over REST (<see cref="RestWallet"/>) and inside a cluster (<see cref="GrainWallet"/>). A command names its
/// intention by an idempotency key: keep the key until the answer is known and send the same again after a failure. Refusals are values. Commands
/// move no funds: votes that devices sign do (<see cref="Devices.VoteBuilder"/>).
/// </summary>
public interface ITPWallet
{
    /// <summary>Registers the account that the genesis founds; its id is <see cref="Canonical.AccountId"/>.</summary>
    Task<CommandReply> RegisterAccountAsync(
        IdempotencyKey key, Genesis genesis, ImmutableArray<DeviceProof> proofs, CancellationToken cancellationToken = default);

    /// <summary>Asks the signer for a key and its address; the address appears, attested, in the account's view.</summary>
    Task<CommandReply> RequestKeyAsync(
        IdempotencyKey key, AccountId account, Name name, ChainId chain, Tier tier, CancellationToken cancellationToken = default);

    Task<CommandReply> ProposeChangeAsync(IdempotencyKey key, ChangeProposal proposal, Vote vote, CancellationToken cancellationToken = default);

    Task<CommandReply> VoteOnChangeAsync(IdempotencyKey key, AccountId account, Name change, Vote vote, CancellationToken cancellationToken = default);

    Task<CommandReply> FreezeAsync(IdempotencyKey key, AccountId account, Vote vote, CancellationToken cancellationToken = default);

    Task<CommandReply> DraftPacketAsync(IdempotencyKey key, PacketContent content, CancellationToken cancellationToken = default);

    /// <param name="origin">From where the person proposes it, for risk rules; null: not said. Of the address only its network is kept, sealed.</param>
    Task<CommandReply> ProposePacketAsync(
        IdempotencyKey key, PacketRef packet, int revision, PacketOrigin? origin = null, CancellationToken cancellationToken = default);

    Task<CommandReply> CastVoteAsync(IdempotencyKey key, PacketRef packet, Vote vote, CancellationToken cancellationToken = default);

    Task<CommandReply> CancelPacketAsync(IdempotencyKey key, PacketRef packet, string reason, CancellationToken cancellationToken = default);

    /// <summary>Null while nothing is registered under this id.</summary>
    Task<AccountView?> ReadAccountAsync(AccountId account, CancellationToken cancellationToken = default);

    /// <summary>Genesis and enacted changes: what a device checks the account's view against. Null while nothing is registered.</summary>
    Task<AccountLineage?> ReadLineageAsync(AccountId account, CancellationToken cancellationToken = default);

    /// <summary>Null while there is no such packet.</summary>
    Task<PacketView?> ReadPacketAsync(PacketRef packet, CancellationToken cancellationToken = default);

    /// <summary>
    /// A settled packet's whole story, for who will check it offline with the account id alone (Domain, EvidenceFile). An export reads whole streams:
    /// few run at once.
    /// </summary>
    /// <exception cref="RefusedException">As <see cref="EvidenceReply.Refused"/> says: NotFound, WrongState, Overloaded …</exception>
    Task<EvidencePack> ReadEvidenceAsync(PacketRef packet, CancellationToken cancellationToken = default);

    Task<ChainView> ReadChainAsync(ChainId chain, CancellationToken cancellationToken = default);

    /// <summary>What an EVM chain charges, by how soon one wants to be in it.</summary>
    /// <exception cref="RefusedException">WrongChain, NodeUnavailable.</exception>
    Task<FeesView> ReadFeesAsync(ChainId chain, CancellationToken cancellationToken = default);

    /// <summary>What the legs of a packet that are not signed yet would pay in fees if they were signed now: the parts, the total, and what a batch saves.</summary>
    /// <exception cref="RefusedException">NotFound, DeadlinePassed, NodeUnavailable. What is wrong with one leg is told in its place.</exception>
    Task<FeePreviews> PreviewFeesAsync(PacketRef packet, CancellationToken cancellationToken = default);

    /// <summary>As above, of legs that are in no packet yet.</summary>
    /// <exception cref="RefusedException">As above, and whatever is wrong with the form of the legs.</exception>
    Task<FeePreviews> PreviewFeesAsync(AccountId account, FeeQuestion question, CancellationToken cancellationToken = default);

    /// <summary>Every newer durable version that is seen, from above <paramref name="after"/> on, until cancelled. Resumes by itself after a break.</summary>
    IAsyncEnumerable<AccountView> WatchAccountAsync(AccountId account, long after = 0, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="WatchAccountAsync"/>, of a packet.</summary>
    IAsyncEnumerable<PacketView> WatchPacketAsync(PacketRef packet, long after = 0, CancellationToken cancellationToken = default);
}
