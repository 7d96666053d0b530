using TPWallet.Domain.Accounts;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>One event of each type of an account, out of real decisions; the files lie in Tests/Storage/Golden/account.</summary>
public sealed class AccountGoldenTests
{
    [Fact]
    public void Events_Stored_ReadForEver() =>
        GoldenFiles.ShouldHold("account", AccountJson.Default.AccountEvent, Stories().SelectMany(run => run.Events));

    private static IEnumerable<AccountRun> Stories()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 100));
        run.Accept(new AccountCommand.Acknowledge(Id("ack"), "watch/hot", new CommandReply.Accepted(1, [])));
        var other = new AccountId(AccountRun.Hash("payee"));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether), Pay("l", other), Pay("m", other)) with
        {
            Allocations = [new(new(Eth, Ether + 5), 5, [new("a", Ether)], "a")],
        };
        run.Accept(run.Reserve(packet, Ana, Ben));
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 7));
        run.Accept(new AccountCommand.UnpostLeg(Id("u"), new(packet.Ref, "a"), AccountRun.Hash("block tx")));
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 8, "tx2") with { Received = [new(Token, 3)] });
        foreach (var sent in new Name[] { "l", "m" }) run.Accept(new AccountCommand.SendTransfer(Id($"s{sent}"), new(packet.Ref, sent), other, new(Eth, Ether)));
        run.Accept(new AccountCommand.CloseTransfer(Id("c"), new(packet.Ref, "l"), null));
        run.Accept(new AccountCommand.ReturnTransfer(Id("b"), new(packet.Ref, "m"), new(RejectionCode.TransferTombstoned, "a", "b")));
        run.Accept(From(other));
        var second = Packet(run.Open.Id, "q", Transfer("a", Ether)) with { Allocations = [new(new(Eth, Ether + 5), 5, [new("a", Ether)], "a")] };
        run.Accept(run.Reserve(second, Ana, Ben));
        run.Accept(new AccountCommand.ReleaseLeg(Id("r"), new(second.Ref, "a"), 21_000, "reverted", AccountRun.Inclusion("reverted", 21_000)));
        run.Accept(new AccountCommand.UnreleaseLeg(Id("ur"), new(second.Ref, "a"), AccountRun.Inclusion("reverted", 0).Block.Hash));
        var deposit = run.Deposit(new(Eth, 9), "d");
        run.Accept(AccountRun.Credit(deposit));
        run.Accept(AccountRun.Credit(deposit with { Block = new(2, AccountRun.Hash("b2")) }));
        run.Accept(new AccountCommand.ReverseDeposit(Id("v"), deposit, AccountRun.Hash("b2")));
        yield return run;
        yield return ChannelLegTests.Paid();

        var changes = AccountRun.Registered();
        var allow = new AccountChange.AllowDestination(new(Chain, AddressOf("payee").Value));
        changes.Carry("gone", allow, Ben);
        changes.Now += Span.Hours((30 * 24) + 1);
        changes.Tick();
        var vetoed = changes.Carry("no", allow, Ben);
        changes.Accept(new AccountCommand.VoteOnChange(Id("veto"), "no", changes.Vote(Olga, new TPWallet.Domain.Authority.VoteSubject.Change(vetoed), VoteDecision.Veto)));
        changes.Carry("allow", allow, Ben, Ana, Cleo);
        changes.Now += Span.Hours(13);
        changes.Tick();
        changes.Accept(FreezeTests.Freeze(changes, Olga));
        changes.Accept(new AccountCommand.StopByOperator(Id("stop"), "ops", "odd withdrawals"));
        changes.Accept(new AccountCommand.ResumeByOperator(Id("resume"), "ops"));
        changes.Accept(new AccountCommand.ErasePersonal(Id("erase"), "ops", "ticket 7"));
        changes.Accept(IncidentTests.Told());
        yield return changes;

        foreach (var incident in Incidents()) yield return incident;
        yield return Restored();
        yield return Screened();
        yield return Unregistered(other);
    }

    private static AccountCommand.ReceiveTransfer From(AccountId payer)
    {
        var leg = new LegRef(new(payer, "x"), "l");
        return new(AccountIntent.DeliveryId(leg), leg, payer, new(Eth, 7));
    }

    private static AccountRun Unregistered(AccountId payer)
    {
        var nobody = new AccountRun(new(AccountRun.Hash("nobody")));
        nobody.Accept(From(payer));
        return nobody;
    }

    private static AccountRun Screened()
    {
        var run = new ScreeningRun();
        run.Arrive();
        run.Screened(Grains.Interfaces.Risk.RiskAction.Hold, 6, lists: [new("own", 4, run.Account.Now + Span.Hours(9))]);
        run.Account.Now += Span.Hours(1);
        run.Released(1, Grains.Interfaces.Risk.RiskAction.Hold);
        run.Screened(Grains.Interfaces.Risk.RiskAction.Hold, 6);
        run.Account.Now += Span.Hours(1);
        run.Deep();
        run.Screened(Grains.Interfaces.Risk.RiskAction.Hold, 0);
        return run.Account;
    }

    private static AccountRun Restored()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether));
        var forgotten = Packet(run.Open.Id, "p", Transfer("a", 5));
        run.Accept(new AccountCommand.HoldLeg(Id("h"), new(forgotten.Ref, "a"), forgotten.Legs[0], Canonical.Hash(forgotten), forgotten.OpenBefore));
        return run;
    }

    private static AccountRun[] Incidents()
    {
        var incident = AccountRun.Funded(new Amount(Eth, Ether * 100));
        var taken = Packet(incident.Open.Id, "p", Transfer("a", Ether));
        incident.Accept(incident.Reserve(taken, Ana, Ben));
        incident.Accept(incident.Post(taken, "a", [new(Eth, Ether * 2)], 7));

        var debtor = AccountRun.Funded(new Amount(Eth, Ether * 3));
        debtor.Accept(debtor.Reserve(Packet(debtor.Open.Id, "p", Transfer("a", Ether)), Ana, Ben));
        debtor.Accept(new AccountCommand.ReverseDeposit(Id("v"), debtor.Open.Deposits.Values.Single().Single(), debtor.Open.Deposits.Values.Single().Single().Block.Hash));

        var old = AccountRun.Funded(new Amount(Eth, Ether));
        old.Now += Span.Hours(24 * 9);
        old.Accept(AccountRun.Credit(old.Deposit(new(Eth, 1), "later")));
        return [incident, debtor, old];
    }

    internal static Grains.Interfaces.Packets.Leg.LedgerTransfer Pay(Name leg, AccountId to) => new(leg, [], to, new(Eth, Ether));
}
