using Orleans;
using Orleans.Concurrency;
using TPWallet.Domain.Risk.Cases;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the case's machine. Its people's words are sealed under the account's key.</summary>
[Reentrant]
public sealed class CaseGrain(ShellServices services)
    : MachineGrain<CaseDecider, CaseState, CaseCommand, CaseEvent>(services, _codec), ICaseGrain
{
    private static readonly MachineCodec<CaseState, CaseCommand, CaseEvent> _codec =
        new(ContractJson.Default.CaseCommand, CaseJson.Default.CaseEvent, CaseJson.Default.CaseState);

    public async Task<CaseView?> Read()
    {
        if (CaseDecider.View(State) is not { } view) return null;
        var reviews = ImmutableArray.CreateBuilder<CaseReview>(view.Reviews.Length);
        foreach (var review in view.Reviews) reviews.Add(review with { Reason = await OpenAsync(review.Reason) });
        return view with { Reviews = reviews.MoveToImmutable() };
    }

    public Task<VerdictQuestion?> ReadQuestion() => Task.FromResult(CaseDecider.Question(State));

    protected override AccountId DataSubject => AccountId.Parse(this.GetPrimaryKeyString().Split('/')[0]);
}
