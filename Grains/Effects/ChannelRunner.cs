using Orleans;
using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects;

/// <summary>What a side of a channel wants: its signer, the chain at a final block, and the other side.</summary>
public sealed class ChannelRunner(IGrainFactory grains, ISignerPort signer, ChainSet chains, PeerSet peers, Shell.JournalClock clock)
{
    public async Task<EffectResult> RunAsync(Effect.TakeChannel e, CancellationToken cancellationToken) =>
        await grains.LineageOf(e.Opening.Account) is { } lineage
            ? (await TakeAsync(e.Opening, e.Us, lineage, cancellationToken)).Map(static taken => new EffectResult.ChannelTaken(taken.Nonce))
            : SignerAnswers.Unregistered(e.Opening.Account);

    public async Task<EffectResult> RunAsync(Effect.SignChannelState e, CancellationToken cancellationToken)
    {
        if (await grains.LineageOf(e.Opening.Account) is not { } lineage) return SignerAnswers.Unregistered(e.Opening.Account);
        var request = new SignStateRequest(e.Opening.Account, e.Side, lineage.Changes.Length, e.Book);
        var answer = await signer.SignStateAsync(request, cancellationToken);
        if (answer is SignerAnswer<StateSignature>.Refused { Rejection.Code: RejectionCode.StaleVersion })
        {
            // The account's rules changed: the signer is told of them, and asked again with the next try if that did not do.
            if (await TakeAsync(e.Opening, e.Side.Us, lineage, cancellationToken) is not SignerAnswer<ChannelTaken>.Given)
                return new EffectResult.NoAnswer("The signer did not take the account's changes.");
            answer = await signer.SignStateAsync(request, cancellationToken);
        }

        return answer is SignerAnswer<StateSignature>.Refused { Rejection: { Code: RejectionCode.StaleVersion or RejectionCode.Retry or RejectionCode.Overloaded } busy }
            ? new EffectResult.NoAnswer(busy.ToString())
            : answer.Map(static given => new EffectResult.ChannelSigned(given.Signature));
    }

    /// <summary>The contract's code, the token's terms and the channel, all at one block that is final.</summary>
    public async Task<EffectResult> RunAsync(Effect.LookAtChannel e, CancellationToken cancellationToken)
    {
        var facts = e.Facts;
        if (chains.Find(facts.Chain) is not { } chain) return Failed(new(RejectionCode.WrongChain, "a chain of this deployment", facts.Chain.ToString()));
        if ((await grains.GetGrain<IChainTrackerGrain>(facts.Chain.ToString()).Read()).Final is not { } final) return new EffectResult.NoAnswer("No block is final yet.");
        var at = new BlockSelector.ByHash(final.Hash);
        var header = await chain.Nodes.ReadAsync((n, ct) => n.BlockAsync(at, false, ct), cancellationToken);
        if (!header.TryGet(out var block, out var error) || block is null) return NoAnswer(error);
        var code = await chain.ReadMoneyAsync((n, ct) => n.CodeAsync(facts.Manager, at, ct), cancellationToken);
        if (!code.TryGet(out var bytes, out error)) return NoAnswer(error);
        if (bytes.Length == 0) return new EffectResult.NoAnswer($"There is no contract at {facts.Manager} in block {final}.");
        if (!ChannelCode.Read(bytes, ConstantsOf(ChannelDomain.Of(facts))).TryGet(out _, out var unknown))
            return Failed(new(RejectionCode.OpaqueCall, unknown.Expected, unknown.Actual));
        var token = await ReadAsync(chain, facts.Manager, ChannelCalls.Tokens(facts.Token), at, cancellationToken);
        if (!token.TryGet(out var termBytes, out error)) return NoAnswer(error);
        var record = await ReadAsync(chain, facts.Manager, ChannelCalls.Records(ChannelDomain.Id(facts)), at, cancellationToken);
        if (!record.TryGet(out var recordBytes, out error)) return NoAnswer(error);
        if (!ChannelCalls.ReadToken(termBytes).TryGet(out var terms, out unknown) || !ChannelCalls.ReadRecord(recordBytes).TryGet(out var found, out unknown))
            return new EffectResult.NoAnswer($"{unknown}");
        return found.Funds.Sum.IsZero
            ? new EffectResult.NoAnswer($"Block {final} has no such channel.")
            : new EffectResult.ChannelSeen(new(
                final, block.Header.Timestamp, found.IsSettled ? default : found.Funds, found.Withdrawn, found.Nonce, found.ClosesAt, terms.LockFloor, terms.TrimCap));
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

    private static Task<NodeAnswer<HexBytes>> ReadAsync(ServedChain chain, Address contract, HexBytes call, BlockSelector at, CancellationToken cancellationToken)
    {
        var request = new CallRequest(default, contract, UInt256.Zero, call);
        return chain.ReadMoneyAsync((n, ct) => n.CallAsync(request, at, ct), cancellationToken);
    }

    private Task<SignerAnswer<ChannelTaken>> TakeAsync(ChannelOpening opening, ChannelSide us, AccountLineage lineage, CancellationToken cancellationToken) =>
        signer.TakeChannelAsync(new(lineage.Genesis, lineage.Changes, opening.Key, opening.Facts, us, opening.Terms.LockFloor) { AskedAt = clock.Now }, cancellationToken);

    private static EffectResult.NoAnswer NoAnswer(NodeError? error) => new(error?.ToString() ?? "No node has that block.");

    private static EffectResult.Failed Failed(Rejection rejection) => new(rejection);
}
