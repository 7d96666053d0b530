using Orleans;
using Orleans.Concurrency;
using TPWallet.Domain.Accounts;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the Account machine.</summary>
[Reentrant]
public sealed class AccountGrain(ShellServices services)
    : MachineGrain<AccountDecider, AccountState, AccountCommand, AccountEvent>(services, _codec), IAccountGrain
{
    private static readonly MachineCodec<AccountState, AccountCommand, AccountEvent> _codec = new(
        ContractJson.Default.AccountCommand,
        AccountJson.Default.AccountEvent,
        AccountJson.Default.AccountState,
        SharedPolicies.Reading(AccountJson.Default));

    public Task<AccountView?> Read()
    {
        var view = AccountViews.View(State, Version, Head);
        return view?.Stop is { } stop ? OpenAsync(view, stop) : Task.FromResult(view);
    }

    public Task<AccountView?> ReadAfter(long version) => Version > version ? Read() : Task.FromResult<AccountView?>(null);

    public Task<Assessment> Assess(PacketContent content, EffectBounds bounds, ImmutableArray<Vote> votes, PacketRisk? risk) =>
        Task.FromResult(AccountViews.Assess(State, content, bounds, votes, NowStamp, risk: risk));

    public Task<RiskPaymentReply> ReadPayment(PacketContent content, EffectBounds bounds, Guid payment) =>
        Task.FromResult(AccountViews.Payment(State, content, bounds, payment));

    public Task<AccountLineage?> ReadLineage() => Task.FromResult(AccountViews.Lineage(State));

    public Task<DepositStanding> ReadDeposit(DepositRef deposit) => Task.FromResult(AccountViews.Standing(State, deposit));

    public Task<HeldDeposits> ReadHeld(Guid? from, int most) => Task.FromResult(AccountViews.Held(State, from, most));

    public Task<ImmutableArray<AssetMoves>> ReadMoves(AssetId asset, ImmutableArray<Bytes32> transactions) => Task.FromResult(AccountViews.Moves(State, asset, transactions));

    protected override AccountId DataSubject => AccountId.Parse(this.GetPrimaryKeyString());

    private async Task<AccountView?> OpenAsync(AccountView view, OperatorStop stop) => view with { Stop = stop with { Reason = await OpenAsync(stop.Reason) } };
}
