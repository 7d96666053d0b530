using Orleans;
using TPWallet.Chains;
using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects;

/// <summary>What a side of a channel wants: its signer, the chain at a final block, and the other side.</summary>
public sealed class ChannelRunner(IGrainFactory grains, ISignerPort signer, ChainSet chains, PeerSet peers, Shell.JournalClock clock)
{
    public async Task<EffectResult> RunAsync(Effect.TakeChannel e, CancellationToken cancellationToken) =>
        await grains.LineageOf(e.Opening.Account) is { } lineage
            ? ResultOf(await TakeAsync(e.Opening, e.Us, lineage, cancellationToken), static taken => new EffectResult.ChannelTaken(taken.Nonce))
            : SignerAnswers.Unregistered(e.Opening.Account);

    public Task<EffectResult> RunAsync(Effect.SignChannelState e, CancellationToken cancellationToken) => SignAsync(
        e.Opening, e.Side, changes => signer.SignStateAsync(new(e.Opening.Account, e.Side, changes, e.Book), cancellationToken), static given => given.Signature, cancellationToken);

    public Task<EffectResult> RunAsync(Effect.SignChannelOrder e, CancellationToken cancellationToken) => SignAsync(
        e.Opening, e.Side, changes => signer.SignOrderAsync(new(e.Opening.Account, e.Side, changes, e.Order), cancellationToken), static given => given.Signature, cancellationToken);

    /// <summary>A key that the signer does not know yet, or an older signer, is asked again.</summary>
    public async Task<EffectResult> RunAsync(Effect.SignAnnouncement e, CancellationToken cancellationToken) =>
        ResultOf(await signer.SignAnnouncementAsync(new(e.Opening.Account, e.Side, e.Content), cancellationToken), static given => new EffectResult.ChannelSigned(given.Signature));

    /// <summary>The contract's code, the token's terms, the channel and what is owed to its party, all at one block that is final; and what newer ones say of a close.</summary>
    public async Task<EffectResult> RunAsync(Effect.LookAtChannel e, CancellationToken cancellationToken)
    {
        var facts = e.Opening.Facts;
        if (chains.Find(facts.Chain) is not { } chain) return Failed(new(RejectionCode.WrongChain, "a chain of this deployment", facts.Chain.ToString()));
        if (!e.WasFound && await PeerRunner.JudgeAsync(grains, e.Opening) is { } poor) return Failed(poor);
        KeyBooksRunner.Note(grains, e, new(ChannelDomain.Id(facts), e.Us));
        // The packet before the chain: what it says it has done is then in what is read.
        var act = e.Act is { } name ? await ActAsync(grains, new(e.Opening.Account, name)) : null;
        if ((await grains.GetGrain<IChainTrackerGrain>(facts.Chain.ToString()).Read()).Final is not { } final) return new EffectResult.NoAnswer("No block is final yet.");
        var at = new BlockSelector.ByHash(final.Hash);
        var header = await chain.Nodes.ReadAsync((n, ct) => n.BlockAsync(at, false, ct), cancellationToken);
        if (!header.TryGet(out var block, out var error) || block is null) return NoAnswer(error);
        var code = await chain.ReadMoneyAsync((n, ct) => n.CodeAsync(facts.Manager, at, ct), cancellationToken);
        if (!code.TryGet(out var bytes, out error)) return NoAnswer(error);
        if (bytes.Length == 0) return new EffectResult.NoAnswer($"There is no contract at {facts.Manager} in block {final}.");
        if (!ChannelCode.Read(bytes, ConstantsOf(ChannelDomain.Of(facts))).TryGet(out var spans, out var unknown))
            return Failed(new(RejectionCode.OpaqueCall, unknown.Expected, unknown.Actual));
        var token = await ReadAsync(chain, facts.Manager, ChannelCalls.Tokens(facts.Token), at, ChannelCalls.ReadToken, cancellationToken);
        var record = await ReadAsync(chain, facts.Manager, ChannelCalls.Records(ChannelDomain.Id(facts)), at, ChannelCalls.ReadRecord, cancellationToken);
        var account = await ReadAsync(chain, facts.Manager, ChannelCalls.Accounts(facts.PartyOf(e.Us), facts.Token), at, ChannelCalls.ReadAccount, cancellationToken);
        if (!token.TryGet(out var terms, out error) || !record.TryGet(out var found, out error) || !account.TryGet(out var credit, out error)) return NoAnswer(error);
        var registry = ImmutableArray.CreateBuilder<RegistrySight>(e.Overdue.Length);
        foreach (var open in e.Overdue)
        {
            if (!(await SecretReader.ReadAsync(chain, facts.Manager, open, final, cancellationToken)).TryGet(out var entry, out error)) return NoAnswer(error);
            registry.Add(entry!);
        }

        if (found.Stage == ChannelStage.Gone && !e.WasFound) return new EffectResult.NoAnswer($"Block {final} has no such channel.");
        var entries = e.EntriesFrom is { } from && from <= final.Number && found.Stage is ChannelStage.Settled or ChannelStage.Gone
            ? await EntryReader.ReadAsync(chain, facts, from, final.Number, cancellationToken)
            : (default, 0);
        return new EffectResult.ChannelSeen(new(
            final, block.Header.Timestamp, found.IsSettled ? default : found.Funds, found.Withdrawn, found.Nonce, found.ClosesAt, terms.LockFloor, terms.TrimCap)
        {
            Window = spans.Window,
            Stage = found.Stage,
            Credit = credit.Credit,
            Pulls = credit.Pulls,
            Latest = await LatestAsync(chain, facts, found, cancellationToken),
            Act = act,
            Registry = registry.Count == 0 ? default : registry.MoveToImmutable(),
            Entries = entries.Entries,
            EntriesTo = entries.To,
            PeerForm = e is { AsksForm: true, Opening.Peer: { } peer } ? await peers.FormAsync(peer, cancellationToken) : 0,
        });
    }

    /// <summary>Here by a grain call, elsewhere by the peer's protocol. The command's id is the message's own, so that the same message is taken once.</summary>
    public async Task<EffectResult> RunAsync(Effect.TellPeer e, CancellationToken cancellationToken)
    {
        if (e.Peer is { } peer) return await peers.TellAsync(peer, e.To, e.Message, cancellationToken);
        return EffectResult.Of(await grains.GetGrain<IChannelGrain>(e.To.ToString()).Submit(new ChannelCommand.Hear(PeerMessages.IdOf(e.To, e.Message), e.Message)));
    }

    /// <summary>What the constructor writes into the code of this contract at this address on this chain.</summary>
    internal static IReadOnlyDictionary<ChannelCodeWord, Bytes32> ConstantsOf(ChannelDomain domain) => new Dictionary<ChannelCodeWord, Bytes32>
    {
        [ChannelCodeWord.ChainId] = new(domain.ChainId),
        [ChannelCodeWord.This] = Bytes32.From([.. new byte[12], .. domain.Manager.ToArray()]),
        [ChannelCodeWord.DomainSeparator] = domain.Separator,
        [ChannelCodeWord.HashedName] = ChannelDomain.HashedName,
        [ChannelCodeWord.HashedVersion] = ChannelDomain.HashedVersion,
        [ChannelCodeWord.Name] = ShortString(ChannelDomain.Name),
        [ChannelCodeWord.Version] = ShortString(ChannelDomain.Version),
    };

    /// <summary>OpenZeppelin's ShortString: the text from the left, its length in the last byte.</summary>
    private static Bytes32 ShortString(string text)
    {
        var word = new byte[UInt256.Size];
        System.Text.Encoding.ASCII.GetBytes(text).CopyTo(word, 0);
        word[^1] = (byte)text.Length;
        return Bytes32.From(word);
    }

    /// <summary>A call at a final block, on which two organisations agree.</summary>
    internal static async Task<NodeAnswer<T>> ReadAsync<T>(
        ServedChain chain, Address contract, HexBytes call, BlockSelector at, Func<HexBytes, Decoded<T>> read, CancellationToken cancellationToken)
    {
        var answer = await chain.ReadMoneyAsync((n, ct) => n.CallAsync(new CallRequest(default, contract, UInt256.Zero, call), at, ct), cancellationToken);
        if (!answer.TryGet(out var bytes, out var error)) return error;
        return read(bytes).TryGet(out var value, out var refusal) ? value! : new NodeError.Garbage(refusal);
    }

    /// <summary>A close or a challenge that is not final. Any node may say so: what a lie can bring about is a challenge that the contract refuses.</summary>
    private static async Task<ClosingSight?> LatestAsync(ServedChain chain, ChannelFacts facts, ChannelRecord final, CancellationToken cancellationToken)
    {
        var request = new CallRequest(default, facts.Manager, UInt256.Zero, ChannelCalls.Records(ChannelDomain.Id(facts)));
        var answer = await chain.Nodes.ReadAsync((n, ct) => n.CallAsync(request, BlockSelector.Latest, ct), cancellationToken);
        if (!answer.TryGet(out var bytes, out _) || !ChannelCalls.ReadRecord(bytes).TryGet(out var latest, out _)) return null;
        return latest.ClosesAt != 0 && (latest.Nonce, latest.ClosesAt) != (final.Nonce, final.ClosesAt) ? new(latest.Nonce, latest.ClosesAt) : null;
    }

    /// <summary>How the packet of an act stands.</summary>
    internal static async Task<ActSight> ActAsync(IGrainFactory grains, PacketRef packet)
    {
        var view = await grains.GetGrain<ITokenPacketGrain>(packet.Key).Read();
        return view?.State switch
        {
            "settled" => new(packet.Id, ChannelActEnd.Done, null),
            "rejected" or "expired" or "invalidated" or "cancelled" or "partially-settled" or "compensated" => new(
                packet.Id, ChannelActEnd.Failed, view.Rejection ?? view.Legs.Select(static leg => leg.Rejection).FirstOrDefault(static refusal => refusal is not null)),
            _ => new(packet.Id, ChannelActEnd.None, null),
        };
    }

    /// <summary>Asks the signer; where the account's rules have changed it is told of them first.</summary>
    private async Task<EffectResult> SignAsync<T>(
        ChannelOpening opening, ChannelRef side, Func<int, Task<SignerAnswer<T>>> ask, Func<T, HexBytes> signature, CancellationToken cancellationToken)
    {
        if (await grains.LineageOf(opening.Account) is not { } lineage) return SignerAnswers.Unregistered(opening.Account);
        var answer = await ask(lineage.Changes.Length);
        if (answer is SignerAnswer<T>.Refused { Rejection.Code: RejectionCode.StaleVersion })
        {
            if (await TakeAsync(opening, side.Us, lineage, cancellationToken) is not SignerAnswer<ChannelTaken>.Given)
                return new EffectResult.NoAnswer("The signer did not take the account's changes.");
            answer = await ask(lineage.Changes.Length);
        }

        return answer is SignerAnswer<T>.Refused { Rejection: { Code: RejectionCode.StaleVersion } stale }
            ? new EffectResult.NoAnswer(stale.ToString())
            : ResultOf(answer, given => new EffectResult.ChannelSigned(signature(given)));
    }

    /// <summary>That the signer has much to do just now, or its clock is behind, is no answer: a channel whose account opens many at once would count as refused.</summary>
    private static EffectResult ResultOf<T>(SignerAnswer<T> answer, Func<T, EffectResult> given) =>
        answer is SignerAnswer<T>.Refused { Rejection: var refused } && !Answers.IsDefiniteOfSigner(refused) ? new EffectResult.NoAnswer(refused.ToString()) : answer.Map(given);

    private Task<SignerAnswer<ChannelTaken>> TakeAsync(ChannelOpening opening, ChannelSide us, AccountLineage lineage, CancellationToken cancellationToken) =>
        signer.TakeChannelAsync(new(lineage.Genesis, lineage.Changes, opening.Key, opening.Facts, us, opening.Terms.LockFloor) { AskedAt = clock.Now }, cancellationToken);

    private static EffectResult.NoAnswer NoAnswer(NodeError? error) => new(error?.ToString() ?? "No node has that block.");

    private static EffectResult.Failed Failed(Rejection rejection) => new(rejection);
}
