using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Dapps;

/// <summary>What contracts' records are told of a payment that is over: how each call of theirs ended. Of a payment that its risk held they are told nothing.</summary>
public static class CallEnds
{
    /// <summary>Each with the key of its record; of a leg always the same command.</summary>
    public static ImmutableArray<(string Key, DappCommand.RecordCall Call)> Of(PendingRisk pending, PacketView? view)
    {
        if (pending.Held || view?.Risk?.Score.Payment.Id != pending.Payment) return [];
        var calls = ImmutableArray.CreateBuilder<(string, DappCommand.RecordCall)>();
        foreach (var leg in view.Content.Legs.OfType<Leg.ContractCall>())
        {
            if (view.Legs.FirstOrDefault(stands => stands.Leg == leg.Id) is not { } stands || Succeeded(stands) is not { } succeeded) continue;
            var key = DappKey.Of(leg.Chain, leg.To);
            calls.Add((key, new(EffectId.Of(DappDecider.Kind, key, $"call/{new LegRef(view.Ref, leg.Id)}"), succeeded)));
        }

        return calls.ToImmutable();
    }

    /// <summary>Null where the contract was not called: what is under way, was given up, or was closed by a no-op.</summary>
    private static bool? Succeeded(LegView leg) => leg switch
    {
        { Stage: "settled" } => true,
        { Stage: LegView.Released, Inclusion.Succeeded: false } => false,
        _ => null,
    };
}
