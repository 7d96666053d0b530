using Orleans;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Effects;

/// <summary>
/// Asks the signer. What it needs to check for itself (genesis, lineage, packet, bounds, votes) is read from the grains at that moment; a stale or
/// forged bundle is refused there, so nothing here is trusted.
/// </summary>
public sealed class SignerRunner(IGrainFactory grains, ISignerPort signer, JournalClock clock)
{
    public async Task<EffectResult> RunAsync(Effect.CreateKey e, CancellationToken cancellationToken)
    {
        if (await grains.LineageOf(e.Account) is not { } lineage) return SignerAnswers.Unregistered(e.Account);
        var answer = await signer.CreateKeyAsync(new(lineage.Genesis, e.Key, e.Chain, e.Tier), cancellationToken);
        return answer.Map(value => new EffectResult.KeyCreated(value));
    }

    public async Task<EffectResult> RunAsync(Effect.Announce e, CancellationToken cancellationToken)
    {
        if (await grains.LineageOf(e.Account) is not { } lineage) return SignerAnswers.Unregistered(e.Account);
        var request = new AnnounceRequest(lineage.Genesis, lineage.Changes, e.Change, e.Packet, e.Bounds, e.Votes) { AskedAt = clock.Now };
        var answer = await signer.AnnounceAsync(request, cancellationToken);
        return answer.Map(_ => new EffectResult.Done());
    }

    public async Task<EffectResult> RunAsync(Effect.Sign e, CancellationToken cancellationToken)
    {
        var packet = await grains.GetGrain<ITokenPacketGrain>(e.Leg.Packet.Key).Read();
        if (await grains.LineageOf(e.Leg.Packet.Owner) is not { } lineage || packet?.Bounds is null)
            return new EffectResult.NoAnswer($"No proposed packet of a registered account is known for {e.Leg}.");
        var bundle = new PacketAuthorisation(lineage.Genesis, lineage.Changes, packet.Content, packet.Bounds, packet.Votes)
        {
            Risk = packet.Risk is { } risk ? new(risk.Score, risk.Release) : null,
        };
        var request = new SignRequest(e.Request, e.Key, e.Chain, e.Payload, bundle) { AskedAt = clock.Now };
        var outcome = await signer.SignAsync(request, cancellationToken);
        return new EffectResult.SignerSaid(outcome);
    }

    public async Task<EffectResult> RunAsync(Effect.ReadSigned e, CancellationToken cancellationToken) =>
        (await signer.SignedAsync(e.Query, cancellationToken)).Map(static page => new EffectResult.SignedSaid(page));
}
