using TPWallet.Domain.Chains.Watching;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Lanes;
using TPWallet.Tests.Domain.Lanes.Coins;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Chains.Watching;

/// <summary>Outputs of a transaction on a Bitcoin chain: coins for the lane of their address, money for its account, unless it is the account's own change.</summary>
public sealed class OwnChangeTests
{
    private static readonly AccountId _owner = new(LaneRun.Hash("owner"));
    private static readonly AccountId _other = new(LaneRun.Hash("other"));
    private static readonly BlockRef _block = new(7, LaneRun.Hash("block"));
    private static readonly ImmutableArray<Address> _screened = [AddressOf("payer")];
    private static readonly EffectResult _done = LaneRun.Done;

    private readonly WatchedRun _run = new(CoinRun.Bitcoin);

    [Fact]
    public void Deposit_Final_IsToldToItsLaneAndThenToItsAccount()
    {
        Finalise(_owner);
        var told = _run.Owes<Effect.TellHolder>().Effect;
        told.Coin.Should().BeOfType<LaneCommand.RecordCoin>().Which.Coin.Should().Be(new LaneCoin(new(WatchedRun.Tx, 1), 5_000, _block));
        told.Command.Should().BeOfType<AccountCommand.CreditDeposit>();
        _run.Answer<Effect.TellHolder>(_done);
        _run.Accept(new WatchedCommand.RecordRemoved(Id("r"), _block));
        _run.Owes<Effect.TellHolder>().Effect.Coin.Should().Be(new LaneCommand.RecordCoinLost(
            _run.Owes<Effect.TellHolder>().Effect.Coin.CommandId, new(WatchedRun.Tx, 1), _block.Hash));
    }

    /// <summary>After a restore the change was credited before the lane heard from the signer that the transaction is ours.</summary>
    [Fact]
    public void Change_TakenForADeposit_IsTakenBackFromTheAccountAndLeftToTheLane()
    {
        Finalise(_owner, _other);
        _run.Answer(_run.Owed.First(owed => owed.Value is Effect.TellHolder).Key, _done);
        _run.Answer<Effect.TellHolder>(_done);
        Own();
        var reversal = _run.Owes<Effect.TellAccount>().Effect;
        reversal.Account.Should().Be(_owner, "what another account was paid stands");
        reversal.Command.Should().BeOfType<AccountCommand.ReverseDeposit>().Which.LostBlock.Should().Be(_block.Hash);
        _run.Owed.Values.OfType<Effect.TellHolder>().Should().BeEmpty("the coin is there");
    }

    [Fact]
    public void Change_OfAKnownTransaction_IsNeverCredited()
    {
        Own();
        Finalise(_owner);
        _run.Owed.Values.Should().NotContain(effect => effect is Effect.TellHolder || effect is Effect.TellAccount);
    }

    [Fact]
    public void Deposit_ToBeScreened_IsToldToTheAccountAlone()
    {
        Finalise(_screened, _owner);
        _run.Owes<Effect.TellAccount>().Effect.Command.Should().BeOfType<AccountCommand.CreditDeposit>().Which.Sources!.Value.Should().Equal(_screened);
        _run.Owed.Values.OfType<Effect.TellHolder>().Should().BeEmpty("its lane may not spend it yet");
        WatchedDecider.GenerationOf(_run.Events[0]).Should().Be(EventGenerations.Screening);
        _run.Answer<Effect.TellAccount>(_done);
        Own();
        _run.Owes<Effect.TellAccount>().Effect.Command.Should().BeOfType<AccountCommand.ReverseDeposit>().Which.WasChange.Should().BeTrue();
    }

    private void Own() => _run.Accept(new WatchedCommand.Watch(
        Id("own"), CoinRun.Bitcoin, WatchedRun.Tx, new WatchSubject.LaneEntry(CoinRun.Bitcoin, CoinRun.From, 0, new(new(_owner, "p"), "a"))));

    private void Finalise(params ReadOnlySpan<AccountId> payees) => Finalise(null, payees);

    private void Finalise(ImmutableArray<Address>? sources, params ReadOnlySpan<AccountId> payees)
    {
        var deposits = ImmutableArray.CreateBuilder<Deposit>();
        foreach (var payee in payees)
            deposits.Add(new(CoinRun.Bitcoin, WatchedRun.Tx, deposits.Count + 1, _block, payee, AddressOf($"{payee}"), new(AssetId.Native(CoinRun.Bitcoin), 5_000)));
        _run.Accept(new WatchedCommand.Watch(Id("w"), CoinRun.Bitcoin, WatchedRun.Tx, new WatchSubject.Incoming(deposits.ToImmutable()) { Sources = sources }));
        _run.Accept(new WatchedCommand.RecordIncluded(Id("i"), new(CoinRun.Bitcoin, WatchedRun.Tx, _block, true, UInt256.Zero)));
        _run.Accept(new WatchedCommand.RecordFinal(Id("f"), _block));
    }
}
