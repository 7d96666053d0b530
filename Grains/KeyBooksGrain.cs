using Orleans.Concurrency;
using TPWallet.Domain.KeyBooks;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the books of a channel key.</summary>
[Reentrant]
public sealed class KeyBooksGrain(ShellServices services)
    : MachineGrain<KeyBooksDecider, KeyBooksState, KeyBooksCommand, KeyBooksEvent>(services, _codec), IKeyBooksGrain
{
    private static readonly MachineCodec<KeyBooksState, KeyBooksCommand, KeyBooksEvent> _codec =
        new(ContractJson.Default.KeyBooksCommand, KeyBooksJson.Default.KeyBooksEvent, KeyBooksJson.Default.KeyBooksState);

    public Task<KeyBooksView?> Read() => Task.FromResult(KeyBooksAudit.View(State));

    protected override (string Code, string Detail)? Alarm(KeyBooksState state) => KeyBooksAudit.Differences(state) is [var first, ..]
        ? (IncidentCodes.ChannelKeyBooksDiffer, $"{first.What}: {first.Expected} expected, {first.Actual} found")
        : null;

    protected override (ImmutableArray<AccountId> Accounts, AccountIncident Incident)? Concerns(KeyBooksState state) =>
        ([state.Ref.Account], new AccountIncident(IncidentCodes.ChannelKeyBooksDiffer, state.Ref.Chain));
}
