using System.Collections.Concurrent;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Checks;
using TPWallet.Signer.Keys;
using TPWallet.Signer.Store;

namespace TPWallet.Signer;

/// <summary>
/// States of payment channels. A channel is taken once, under the account's lineage; after that a state needs no lineage, so that a payment costs one check, one
/// floor made durable and one signature.
/// </summary>
internal sealed class ChannelSigning(IFactStore store, IFloorStore floors, IKeyProvider keys)
{
    /// <summary>Channels kept in memory; beyond this all are dropped and read again as needed.</summary>
    private const int MaxKept = 200_000;

    // Facts never change: a cache, not state.
    private readonly ConcurrentDictionary<ChannelRef, TakenChannel> _taken = new();
    private readonly ChannelRulesBook _rules = new(store);

    /// <summary>Makes the floor of a channel before it is taken: from then on, one without a floor has lost it and is not new.</summary>
    public Task PrepareAsync(Fact.ChannelTaken taken) => floors.RaiseAsync(taken.Side, static floor => new(floor, null));

    /// <summary>Tells of a channel that was taken.</summary>
    public ChannelTaken Taken(Fact.ChannelTaken taken) => new(taken.Side, FloorOf(taken.Side).Nonce);

    public async Task<SignerAnswer<StateSignature>> SignAsync(SignStateRequest request, CancellationToken cancellationToken)
    {
        if (Find(request.Side) is not { } channel || channel.Fact.Account != request.Account)
            return Refused(new(RejectionCode.NotFound, $"a channel of {request.Account} that was taken", request.Side.ToString()));
        var rules = _rules.Of(request.Account);
        var (digest, refusal) = SignStateCheck.Decide(request, channel.Fact, rules);
        if (refusal is not null) return Refused(refusal);
        _ = FloorOf(request.Side);
        KillPoint.Pass(KillPoint.SignerDecided);
        var raise = await floors.RaiseAsync(request.Side, floor => SignStateCheck.Judge(floor, request, digest, channel.Fact, rules));
        if (raise.Refusal is { } stands) return Refused(stands);
        var signature = await SignAsync(channel, digest, cancellationToken);
        KillPoint.Pass(KillPoint.SignerPersisted);
        return new SignerAnswer<StateSignature>.Given(new(request.Book.Nonce, signature));
    }

    /// <summary>Nothing is kept of it but what the peer may withdraw: the same order gives the same signature, and the contract takes each once.</summary>
    public async Task<SignerAnswer<OrderSignature>> SignAsync(SignOrderRequest request, CancellationToken cancellationToken)
    {
        if (Find(request.Side) is not { } channel || channel.Fact.Account != request.Account)
            return new SignerAnswer<OrderSignature>.Refused(new(RejectionCode.NotFound, $"a channel of {request.Account} that was taken", request.Side.ToString()));
        var (digest, refusal) = SignOrderCheck.Decide(request, FloorOf(request.Side), channel.Fact, _rules.Of(request.Account));
        if (refusal is null && request.Order is ChannelOrder.Withdrawal withdrawal && withdrawal.Party != channel.Fact.Us)
            refusal = (await floors.RaiseAsync(request.Side, floor => SignOrderCheck.Judge(floor, withdrawal))).Refusal;
        return refusal is null
            ? new SignerAnswer<OrderSignature>.Given(new(await SignAsync(channel, digest, cancellationToken)))
            : new SignerAnswer<OrderSignature>.Refused(refusal);
    }

    /// <summary>Nothing is kept of it: it binds nobody.</summary>
    public async Task<SignerAnswer<AnnouncementSignature>> SignAsync(SignAnnouncementRequest request, SignerTime now, CancellationToken cancellationToken)
    {
        if (Find(request.Side) is not { } channel || channel.Fact.Account != request.Account)
            return new SignerAnswer<AnnouncementSignature>.Refused(new(RejectionCode.NotFound, $"a channel of {request.Account} that was taken", request.Side.ToString()));
        var (digest, refusal) = SignAnnouncementCheck.Decide(request, channel.Fact, now);
        return refusal is null
            ? new SignerAnswer<AnnouncementSignature>.Given(new(await SignAsync(channel, digest, cancellationToken)))
            : new SignerAnswer<AnnouncementSignature>.Refused(refusal);
    }

    /// <summary>Nothing is kept of it: it takes nothing.</summary>
    public async Task<SignerAnswer<InvoiceSignature>> SignAsync(SignInvoiceRequest request, SignerTime now, CancellationToken cancellationToken)
    {
        if (Find(request.Side) is not { } channel || channel.Fact.Account != request.Account)
            return new SignerAnswer<InvoiceSignature>.Refused(new(RejectionCode.NotFound, $"a channel of {request.Account} that was taken", request.Side.ToString()));
        var (digest, refusal) = SignInvoiceCheck.Decide(request, channel.Fact, now);
        return refusal is null
            ? new SignerAnswer<InvoiceSignature>.Given(new(await SignAsync(channel, digest, cancellationToken)))
            : new SignerAnswer<InvoiceSignature>.Refused(refusal);
    }

    private static SignerAnswer<StateSignature> Refused(Rejection refusal) => new SignerAnswer<StateSignature>.Refused(refusal);

    private async Task<HexBytes> SignAsync(TakenChannel channel, Bytes32 digest, CancellationToken cancellationToken)
    {
        var made = await keys.SignAsync(new(channel.Fact.Account, channel.Fact.Key), channel.Key.Handle, digest, cancellationToken);
        var signature = ChannelSignature.From(made.Signature.Span, made.RecoveryId);
        return ChannelSignature.IsBy(channel.Key.Attestation.Address, digest, signature)
            ? signature
            : throw new InvalidOperationException("The key provider gave a signature of another key.");
    }

    private Floor FloorOf(ChannelRef side) => floors.Find(side) ?? throw new StoreDamagedException($"The floor of channel {side} is lost.");

    private TakenChannel? Find(ChannelRef side)
    {
        if (_taken.TryGetValue(side, out var known)) return known;
        if (store.Taken(side) is not { } fact) return null;
        var key = store.Keys(fact.Account).Single(candidate => candidate.Attestation.Key == fact.Key);
        return Keep(side, new TakenChannel(fact, key));
    }

    private TakenChannel Keep(ChannelRef side, TakenChannel taken)
    {
        if (_taken.Count >= MaxKept) _taken.Clear();
        return _taken[side] = taken;
    }

    private sealed record TakenChannel(Fact.ChannelTaken Fact, Fact.KeyCreated Key);
}
