using Orleans;
using TPWallet.Domain.Dapps;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Risk.Profiles;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Effects;

/// <summary>
/// Tells a risk profile what became of the payments that it waits for, before the next is scored: so that each is learned from in time, and neither packets nor deposits
/// owe a word for that. What is told is decided by <see cref="PaymentEnds"/>.
/// </summary>
public sealed class RiskEnds(IGrainFactory grains, EventGeneration generation)
{
    /// <summary>Null, or why it has to be tried again.</summary>
    /// <param name="current">The payment that is about to be scored.</param>
    /// <param name="packet">Its packet, of which an earlier revision will not happen; a packet that is over here asks nobody else. Null for a deposit.</param>
    public async Task<EffectResult?> LearnAsync(AccountId account, Guid current, Name? packet)
    {
        var profile = grains.GetGrain<IRiskProfileGrain>(account.ToString());
        foreach (var pending in await profile.ReadPending())
        {
            if (pending.Payment == current) continue;
            var (ended, calls) = await EndOfAsync(account, pending, packet);
            if (ended is null) continue;

            // Contracts first: once the profile knows, nobody asks again.
            foreach (var (key, call) in calls)
                if (Refusal(await grains.GetGrain<IDappGrain>(key).Submit(call)) is { } busy) return busy;
            var reply = await profile.Submit(ended);
            if (reply is CommandReply.Refused { Rejection.Code: RejectionCode.IdempotencyMismatch })
                reply = await profile.Submit(PaymentEnds.Drop(account, pending.Payment));
            if (Refusal(reply) is { } untold) return untold;
        }

        return null;
    }

    private static EffectResult.NoAnswer? Refusal(CommandReply reply) =>
        reply is CommandReply.Refused { Rejection: var rejection } && !Answers.IsDefinite(rejection) ? new(rejection.ToString()) : null;

    /// <summary>
    /// Has a payment scored: what the profile said, and the score unless it was pushed out again. A profile keeps the scores of a few payments alone; where one was
    /// pushed out before it was read, the look that is asked for again is the one that is recorded already. So another is made, for what stands there in its place.
    /// </summary>
    public static async Task<(CommandReply Reply, PendingRisk? Scored)> AssessAsync(
        IRiskProfileGrain profile, Guid effect, RiskPayment payment, RiskContext context, RiskSettings settings)
    {
        var look = LookId(effect, payment, context);
        var reply = await profile.Submit(new RiskProfileCommand.Assess(look, payment, context, settings.Policy, settings.PolicyHash));
        if (reply is not CommandReply.Accepted) return (reply, null);
        var kept = await profile.ReadPending();
        if (Find(kept, payment) is { } scored) return (reply, scored);
        var again = EffectId.Of(RiskProfileDecider.Kind, $"{look:N}", string.Join('/', kept.Select(static pending => $"{pending.Payment:N}")));
        reply = await profile.Submit(new RiskProfileCommand.Assess(again, payment, context, settings.Policy, settings.PolicyHash));
        return (reply, reply is CommandReply.Accepted ? Find(await profile.ReadPending(), payment) : null);
    }

    /// <summary>The same look is recorded once however often it is asked for; a look at newer facts is another.</summary>
    private static Guid LookId(Guid effect, RiskPayment payment, RiskContext context) => EffectId.Of(
        RiskProfileDecider.Kind,
        $"{effect:N}",
        $"{Canonical.Hash("tpw.risk-payment.v1", payment, ContractJson.Default.RiskPayment)}/{Canonical.Hash("tpw.risk-context.v1", context, ContractJson.Default.RiskContext)}");

    private static PendingRisk? Find(ImmutableArray<PendingRisk> kept, RiskPayment payment) => kept.FirstOrDefault(pending => pending.Payment == payment.Id);

    private async Task<(RiskProfileCommand? Ended, ImmutableArray<(string Key, DappCommand.RecordCall Call)> Calls)> EndOfAsync(
        AccountId account, PendingRisk pending, Name? packet)
    {
        switch (pending)
        {
            case { Packet: { } name } when name == packet:
                return (PaymentEnds.Drop(account, pending.Payment), []);
            case { Packet: { } name }:
                var view = await grains.GetGrain<ITokenPacketGrain>(new PacketRef(account, name).Key).Read();
                return (PaymentEnds.Of(account, pending, view), generation.Writes < EventGenerations.Dapps ? [] : CallEnds.Of(pending, view));
            case { Deposit: { } deposit }:
                return (PaymentEnds.Of(account, pending, await grains.GetGrain<IAccountGrain>(account.ToString()).ReadDeposit(deposit)), []);
            default:
                return (null, []);
        }
    }
}
