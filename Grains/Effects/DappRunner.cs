using Orleans;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Dapps;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Effects;

/// <summary>
/// How far a payment's contracts are trusted when it is scored. The chain is asked first, of each contract of which anything is recorded: trust that was given for another
/// code ends before anybody relies on it. What nothing is recorded of is not trusted, and the chain is not asked.
/// </summary>
public sealed class DappRunner(IGrainFactory grains, ChainSet chains, RiskSettings settings, EventGeneration generation)
{
    public async Task<EffectResult> RunAsync(Effect.ReadCode e, CancellationToken cancellationToken)
    {
        var read = await ReadAsync(e.Chain, e.Address, cancellationToken);
        return read.TryGet(out var code, out var error) ? new EffectResult.CodeRead(code) : new EffectResult.NoAnswer(error.ToString());
    }

    /// <summary>What goes into the score's facts, or why it has to be tried again.</summary>
    /// <param name="packet">Null for a deposit.</param>
    internal async Task<(ImmutableArray<ContractTrust> Trusts, EffectResult? Failure)> TrustAsync(
        RiskPayment payment, PacketContent? packet, CancellationToken cancellationToken)
    {
        if (generation.Writes < EventGenerations.Dapps) return ([], null);
        var trusts = ImmutableArray.CreateBuilder<ContractTrust>();
        var known = new Dictionary<(ChainId, Address), DappView?>();
        var ofLegs = packet?.Legs.OfType<Leg.ContractCall>().SelectMany(OfLeg).ToArray() ?? [];
        var others = AskedContracts.Of(settings.Policy, payment)
            .Where(contract => ofLegs.All(one => (one.Chain, one.Address) != contract)).Select(static contract => (contract.Chain, contract.Address, Leg: (Name?)null));
        foreach (var (chain, contract, leg) in ofLegs.Concat(others).Take(RiskContext.MaxEntries))
        {
            if (!known.TryGetValue((chain, contract), out var view))
            {
                (view, var failure) = await LookAsync(chain, contract, cancellationToken);
                if (failure is not null) return ([], failure);
                known.Add((chain, contract), view);
            }

            if (view is not null || leg is not null) trusts.Add(new(chain, contract, view?.Trust.PerMille ?? 0) { Leg = leg });
        }

        return (trusts.ToImmutable(), null);
    }

    /// <summary>The contracts on which a call depends. The code of the one that pays in batches is demanded by its hash: it is as good as this product's own.</summary>
    private static IEnumerable<(ChainId Chain, Address Address, Name? Leg)> OfLeg(Leg.ContractCall call)
    {
        if (!MultiSend.IsCall(call.Data)) yield return (call.Chain, call.To, call.Id);
        if (CallMethods.TakerOf(call) is { } taker) yield return (call.Chain, taker, call.Id);
    }

    /// <summary>The record as it stands once it has heard what the chain shows; null where there is none.</summary>
    private async Task<(DappView? Known, EffectResult? Failure)> LookAsync(ChainId chain, Address address, CancellationToken cancellationToken)
    {
        var key = DappKey.Of(chain, address);
        var dapp = grains.GetGrain<IDappGrain>(key);
        if (await dapp.Read() is not { } known) return (null, null);
        var read = await ReadAsync(chain, address, cancellationToken);
        if (!read.TryGet(out var code, out var error)) return (null, new EffectResult.NoAnswer($"The code of {key}: {error}"));
        if (known.Seen is { } seen && seen.Code == code) return (known, null);
        var id = EffectId.Of(DappDecider.Kind, key, $"see/{known.Seen?.Since}/{code}");
        return await dapp.Submit(new DappCommand.SeeCode(id, code)) is CommandReply.Refused { Rejection: var rejection }
            ? (null, new EffectResult.NoAnswer(rejection.ToString()))
            : (await dapp.Read(), null);
    }

    /// <summary>At the newest block of those who are asked: an older one would hide an upgrade.</summary>
    private async Task<NodeAnswer<ContractCode?>> ReadAsync(ChainId chain, Address address, CancellationToken cancellationToken)
    {
        if (chains.Find(chain) is not { } served) return new NodeError.NoAnswer($"{chain} is not served");
        var read = await TargetCodes.ReadAsync(served, address, BlockSelector.Latest, cancellationToken);
        if (!read.TryGet(out var target, out var error)) return error;

        // An account that lends itself to a contract can take another one at any time: that is no code to trust.
        return target is { Delegate: null } found ? new ContractCode(found.CodeHash, found.Implementation) : default(ContractCode?);
    }
}
