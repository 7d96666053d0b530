using System.Numerics;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>
/// Random command sequences, each command decided twice. The run itself checks after every event that the books sum to zero; here it is checked that
/// the second time moves nothing, that no cap is passed, and that replay from zero and from snapshots gives the same state.
/// </summary>
public sealed class AccountPropertyTests
{
    private const int Sequences = 60;
    private const int Steps = 40;

    private static readonly AccountId _payeeId = new(AccountRun.Hash("payee"));

    /// <summary>FsCheck tells the seed of a failing run and shrinks its sequence.</summary>
    [Fact]
    public void Commands_RandomAndTwice_ConserveAndRepeatNothing() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ArrayOf(Steps).ToArbitrary(), Run).Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences));

    private static void Run(int[] sequence)
    {
        var run = AccountRun.Funded(new(Eth, Ether * 200), new(Token, 1_000));
        foreach (var choice in sequence)
        {
            if (Next(run, choice) is not { } command) continue;
            var (earlier, owedEarlier) = (run.State, Told(run.State));
            _ = run.Do(command);
            Told(run.State).Should().Equal(Told(ReadBack(run.State)), "what is owed follows from the state alone, whatever was asked before");
            Told(earlier).Should().Equal(owedEarlier, "an earlier state owes what it owed");
            var before = run.Events.Count;
            _ = run.Do(command);
            run.Events.Skip(before).Should().BeEmpty("{0} was decided before", command.GetType().Name);
            run.Open.Windows.Used(Eth, [], Span.Hours(24), run.Stamp).Should().BeLessThanOrEqualTo(Ether * 100);
            (Held(run) - (BigInteger)run.Open.Ledger.Of(Book.Reserved, Eth).Balance).Should().Be(BigInteger.Zero, "reserved is what open legs hold");
            run.Open.UnderWay.Should().Be(run.Open.Packets.Values.Count(packet => packet.Legs.Values.Any(leg => !leg.Stage.HasEnded)
                || packet is { Fees.IsEmpty: false, FeeStage: FeeStage.Held }), "what is not over is under way");
        }

        run.ShouldReplay();
        JoinedSayBoth(run);
    }

    /// <summary>What closes a transfer and what comes next are one event or two: the state is the same.</summary>
    private static void JoinedSayBoth(AccountRun run)
    {
        var next = run.Reserve(New(run, 2) with { Ref = new(run.Open.Id, "next") }, Ana, Ben, Cleo);
        if (run.Do(next) is not null) return;
        var leg = run.Open.Packets["next"].Legs["l"].Outflow;
        var payer = new LegRef(new(_payeeId, "theirs"), "l");
        AccountCommand[] carriers =
        [
            new AccountCommand.SendTransfer(Id("carrier"), new(new(run.Open.Id, "next"), "l"), leg.Payee!.Value, leg.Amounts[0]),
            new AccountCommand.ReceiveTransfer(AccountIntent.DeliveryId(payer), payer, _payeeId, new(Eth, 3)),
        ];
        foreach (var command in carriers)
        {
            var state = run.State;
            var closes = ImmutableArray.CreateBuilder<AccountEvent>();
            foreach (var owed in run.Open.Intents.Values.OfType<AccountIntent.Deliver>())
            {
                if (AccountDecider.Decide(state, new AccountCommand.CloseTransfer(Id($"close {owed.Leg}"), owed.Leg, null), run.Stamp)
                    is not Decision<AccountEvent>.Accept { Events: [AccountEvent.TransferClosed closed] }) continue;
                closes.Add(closed);
                state = AccountDecider.Evolve(state, closed, run.Now);
            }

            if (AccountDecider.Decide(state, command, run.Stamp) is not Decision<AccountEvent>.Accept { Events: [var carrier, ..] }) continue;
            var joined = closes.AsEnumerable().Reverse().Aggregate(carrier, static (later, earlier) => AccountDecider.Joined(earlier, later)!);
            var stored = JsonSerializer.Deserialize<AccountEvent>(
                JsonSerializer.Serialize(joined, AccountJson.Default.AccountEvent), AccountJson.Default.AccountEvent)!;
            AccountRun.Write(AccountDecider.Evolve(run.State, stored, run.Now))
                .Should().Be(AccountRun.Write(AccountDecider.Evolve(state, carrier, run.Now)), "{0} closes {1}", command.GetType().Name, closes.Count);
        }
    }

    private static IEnumerable<string> Told(AccountState state) => [.. AccountDecider.Owed(state).Select(pair => $"{pair.Key}: {pair.Value}")];

    private static AccountState ReadBack(AccountState state) => JsonSerializer.Deserialize(AccountRun.Write(state), AccountJson.Default.AccountState)!;

    private static AccountCommand? Next(AccountRun run, int choice)
    {
        var pick = choice / 16;
        var legs = run.Open.Packets.Values.SelectMany(packet => packet.Legs.Values.Select(leg => (Ref: new LegRef(new(run.Open.Id, packet.Packet), leg.Outflow.Leg), Leg: leg))).ToArray();
        var (reference, chosen) = legs.Length == 0 ? default : legs[pick % legs.Length];
        switch (choice % 16)
        {
            case 0 or 1 or 2 or 3:
                return run.Reserve(New(run, pick), Ana, Ben, Cleo);
            case 4 or 5 or 6 when chosen is not null:
                return run.Post(Packet(run.Open.Id, reference.Packet.Id), reference.Leg, chosen.Outflow.Amounts, (UInt256)(ulong)(pick % 1_000), $"tx{pick % 3}");
            case 7 when chosen is { Stage: LegStage.Posted posted }:
                return new AccountCommand.UnpostLeg(Id($"u{pick}"), reference, posted.Inclusion.Block.Hash);
            case 8 when chosen is not null:
                return new AccountCommand.ReleaseLeg(Id($"r{pick}"), reference, chosen.Outflow.Fee is null ? 0 : (UInt256)(ulong)(pick % 1_000), "impossible", AccountRun.Inclusion($"no{pick % 3}", 0));
            case 15 when chosen is { Stage: LegStage.Released { By: { } by } }:
                return new AccountCommand.UnreleaseLeg(Id($"ur{pick}"), reference, by.Block.Hash);
            case 9 or 10 when chosen is { Outflow.Payee: { } to }:
                return new AccountCommand.SendTransfer(Id($"s{pick}"), reference, to, chosen.Outflow.Amounts[0]);
            case 11 when chosen is { Stage: LegStage.InTransit }:
                return new AccountCommand.CloseTransfer(Id($"c{pick}"), reference, null);
            case 12 when chosen is { Stage: LegStage.InTransit }:
                return new AccountCommand.ReturnTransfer(Id($"b{pick}"), reference, new(Grains.Interfaces.RejectionCode.TransferTombstoned, "a", "b"));
            case 13:
                return AccountRun.Credit(run.Deposit(new(pick % 2 == 0 ? Eth : Token, (UInt256)(ulong)(1 + (pick % 9))), $"d{pick % 5}"));
            case 14:
                var deposit = run.Deposit(new(Eth, 1), $"d{pick % 5}");
                return new AccountCommand.ReverseDeposit(Id($"v{pick}"), deposit, deposit.Block.Hash);
            default:
                run.Now += Span.Seconds(pick % 7_200);
                return new AccountCommand.Tick(Id($"t{pick}"));
        }
    }

    private static PacketContent New(AccountRun run, int pick)
    {
        Leg ledger = new Leg.LedgerTransfer("l", [], _payeeId, new(Eth, Ether * (ulong)(1 + (pick % 7))));
        var legs = (pick % 3) switch
        {
            0 => new[] { Transfer("a", Ether * (ulong)(1 + (pick % 9))) },
            1 => [Transfer("a", 5, asset: Token), ledger],
            _ => [ledger],
        };
        var packet = Packet(run.Open.Id, $"p{pick % 12}", legs) with { OpenBefore = run.Now + Span.Hours(24), SettleBefore = run.Now + Span.Hours(24) };
        if (pick % 3 != 2) return packet;
        var moved = ((Leg.LedgerTransfer)ledger).Amount;
        return packet with { Allocations = [new(new(Eth, moved.Value + 9), 9, [new("l", moved.Value)], "l")] };
    }

    private static BigInteger Held(AccountRun run) => run.Open.Packets.Values.Aggregate(BigInteger.Zero, (sum, packet) =>
        sum
        + packet.Legs.Values.Where(leg => leg.Stage is LegStage.Held)
            .SelectMany(leg => leg.Outflow.Fee is { } fee ? leg.Outflow.Amounts.Add(fee) : leg.Outflow.Amounts)
            .Where(amount => amount.Asset == Eth).Aggregate(BigInteger.Zero, (inner, amount) => inner + amount.Value)
        + (packet.FeeStage == FeeStage.Held
            ? packet.Fees.Where(fee => fee.Amount.Asset == Eth).Aggregate(BigInteger.Zero, (inner, fee) => inner + fee.Amount.Value)
            : BigInteger.Zero));
}
