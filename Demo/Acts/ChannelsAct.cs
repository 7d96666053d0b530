using System.Globalization;
using System.Text.Json.Nodes;
using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Client.Routes;
using TPWallet.Demo.Attack;
using TPWallet.Demo.Chain;
using TPWallet.Demo.People;
using TPWallet.Demo.Processes;
using TPWallet.Demo.Telling;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Demo.Acts;

/// <summary>Payment channels: three parties at two operators, two channels, routed payments through a crash, a stale close that is corrected, a close together, and the books.</summary>
internal sealed class ChannelsAct(Stage stage, Teller teller) : IDisposable
{
    private const int Payments = 1_000;
    private const int KillAfter = 400;

    private static readonly UInt256 Amount = 10_000;
    private static readonly UInt256 Deposit = 12_000_000;
    private static readonly UInt256 Dust = 1_000;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    /// <summary>What the party in the middle asks for: a thousandth, and twice its shortest lock.</summary>
    private static readonly HopPolicy Asked = new(UInt256.Zero, 1_000, (uint)(2 * LocalChannels.Terms.ShortestLock), UInt256.Zero, UInt256.Zero);

    private readonly List<Party> _parties = [];
    private House _other = null!;
    private LocalChannels _channels = null!;
    private (ChannelFacts First, ChannelFacts Second) _facts;
    private (UInt256 Nora, UInt256 Hugo, UInt256 Pia) _books;

    private Party Nora => _parties[0];

    private Party Hugo => _parties[1];

    private Party Pia => _parties[2];

    public async Task RunAsync(Bytes32 deployment, CancellationToken cancellationToken)
    {
        teller.Step("4", "Payment channels: three parties, two operators, two channels");
        await JoinAsync(deployment, cancellationToken);
        await OpenAsync(cancellationToken);
        var stale = await KeepAsync(cancellationToken);
        var payments = new RoutedPayments((Nora, Nora.SideOf(_facts.First)), (Pia, Pia.SideOf(_facts.Second)), new(Hugo.OnionKey, Hugo.SideOf(_facts.Second).Channel, Asked), Amount, Payments);
        await PayAsync(payments, cancellationToken);
        await AgreeAsync(payments.Cost, cancellationToken);
        await CloseAsync(stale, cancellationToken);
    }

    /// <summary>The contract's window is over, and all that was in channels is paid out.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        teller.Step("10", "The channels' end: what channels, chain and ledger say");
        foreach (var party in (Party[])[Hugo, Nora])
            await party.UntilAsync(party.SideOf(_facts.First), static view => view.Phase == ChannelPhase.Closed, Longest, "the corrected close", cancellationToken);
        teller.Check(true, "settled by the newest state after the contract's window, and paid out");
        await CompareAsync(cancellationToken);
    }

    public void Dispose()
    {
        foreach (var party in _parties) party.Dispose();
    }

    private async Task JoinAsync(Bytes32 deployment, CancellationToken cancellationToken)
    {
        var opening = stage.OpenOtherAsync(cancellationToken);
        _channels = await LocalChannels.DeployAsync(stage.Chain, stage.Places, cancellationToken);
        _other = await opening;
        (string Name, House House)[] names = [("nora", stage.Main), ("hugo", _other), ("pia", stage.Main)];
        _parties.AddRange(await Task.WhenAll(names.Select(one => Party.JoinAsync(one.Name, one.House, deployment, stage.Chain, _channels, cancellationToken))));
        teller.Say($"contract {_channels.Manager}; nora and pia at {Peering.Names[0]}, hugo at {Peering.Names[1]}, with a signer and a silo of his own (process {_other.Silo.Id})");
        teller.Check(true, "three accounts, whose channel keys have a mandate", "each attested by its signer");
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        _facts.First = await _channels.OpenAsync(Nora.Key, Deposit, Hugo.Key, Dust, cancellationToken);
        _facts.Second = await _channels.OpenAsync(Hugo.Key, Deposit, Pia.Key, Dust, cancellationToken);
        var (north, south) = (Peering.Names[0], Peering.Names[1]);
        (Party Party, ChannelFacts Facts, string Peer, UInt256 Own)[] sides =
            [(Nora, _facts.First, south, Deposit), (Hugo, _facts.First, north, Dust), (Hugo, _facts.Second, north, Deposit), (Pia, _facts.Second, south, Dust)];
        foreach (var one in sides)
        {
            var side = await one.Party.OpenAsync(one.Facts, one.Peer, cancellationToken);
            await one.Party.UntilAsync(
                side, view => view.Phase == ChannelPhase.Open && view.Deposits.Of(side.Us) == one.Own, Longest, "an open channel with its deposit", cancellationToken);
        }

        teller.Check(true, "nora and hugo have a channel, and hugo and pia", $"{Deposit} base units each from who pays, final on chain");
    }

    /// <summary>One payment straight to hugo; nora keeps that state.</summary>
    private async Task<StaleClose> KeepAsync(CancellationToken cancellationToken)
    {
        var (own, other) = (Nora.SideOf(_facts.First), Hugo.SideOf(_facts.First));
        Nora.Take(await Nora.House.Channels.PayAsync(IdempotencyKey.New(), Nora.Account, own, Amount, cancellationToken), "a payment");
        await Nora.UntilAsync(own, view => view.Waiting == 0 && view.Book.Balance.Of(own.Us) == Deposit - Amount, Longest, "the first payment", cancellationToken);
        await Hugo.UntilAsync(other, view => view.Waiting == 0 && view.Book.Balance.Of(other.Us) == Dust + Amount, Longest, "the first payment", cancellationToken);
        var stale = await StaleClose.KeepAsync(Nora, Hugo, _facts.First, cancellationToken);
        teller.Check(true, $"{Amount} paid from nora to hugo: signed by both", string.Create(CultureInfo.InvariantCulture, $"state {stale.Nonce}; nora keeps a copy of it"));
        return stale;
    }

    /// <summary>The payments, while the silo in the middle is killed and started again.</summary>
    private async Task PayAsync(RoutedPayments payments, CancellationToken cancellationToken)
    {
        var (clock, told, killed) = (Stopwatch.StartNew(), 0, false);
        var running = payments.RunAsync(cancellationToken);
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(Between, cancellationToken));
            if (payments.Paid / 100 > told)
            {
                told = payments.Paid / 100;
                teller.Say(string.Create(CultureInfo.InvariantCulture, $"{payments.Paid} of {Payments} payments from nora to pia are paid, {payments.Paid / clock.Elapsed.TotalSeconds:0} a second"));
            }

            if (killed || payments.Paid < KillAfter) continue;
            killed = true;
            await _other.Silo.KillAsync();
            var paid = payments.Paid;
            await _other.StartSiloAsync(null, cancellationToken);
            teller.Check(_other.Silo.Id > 0, "hugo's silo killed with payments under way, and started again", $"{paid} were paid; process {_other.Silo.Id}");
        }

        await running;
        teller.Check(payments.Paid == Payments && killed, $"{Payments} payments routed over two channels, each proved by its secret", $"in {clock.Elapsed.TotalSeconds:0.0} s");
        teller.Figure("channels.payments", payments.Paid);
        teller.Figure("channels.killedAfter", KillAfter);
        teller.Figure("channels.paymentsMs", clock.ElapsedMilliseconds);
    }

    /// <summary>What each is to have: both sides of both channels hold the same states, and nothing is locked.</summary>
    private async Task AgreeAsync(UInt256 cost, CancellationToken cancellationToken)
    {
        UInt256 paid = cost * Payments, reached = Amount * Payments;
        var books = _books = (Deposit - Amount - paid, Dust + Amount + paid + Deposit - reached, Dust + reached);
        (Party Party, ChannelFacts Facts, UInt256 Own)[] sides =
            [(Nora, _facts.First, books.Nora), (Hugo, _facts.First, Dust + Amount + paid), (Hugo, _facts.Second, Deposit - reached), (Pia, _facts.Second, books.Pia)];
        foreach (var (party, facts, own) in sides)
        {
            var side = party.SideOf(facts);
            await party.UntilAsync(
                side, view => view is { Waiting: 0, Book.Locks.IsEmpty: true } && view.Book.Balance.Of(side.Us) == own, Longest, $"a balance of {own}", cancellationToken);
        }

        teller.Check(books.Nora + books.Hugo + books.Pia == (Deposit + Dust) * 2, "what one paid the others have", $"nora {books.Nora}, hugo {books.Hugo}, pia {books.Pia}");
    }

    /// <summary>One channel is closed by an old state and defended, the other by both at once.</summary>
    private async Task CloseAsync(StaleClose stale, CancellationToken cancellationToken)
    {
        var (first, second) = (Hugo.SideOf(_facts.First), Hugo.SideOf(_facts.Second));
        var newest = (await Hugo.ReadAsync(first, cancellationToken)).Book.Nonce;
        await stale.DoAsync(stage.Chain, cancellationToken);
        teller.Say(string.Create(
            CultureInfo.InvariantCulture, $"nora closes her channel on chain by state {stale.Nonce}, where {newest} is the newest: {Deposit - Amount} for her instead of {_books.Nora}"));
        Hugo.Take(await Hugo.House.Channels.EndAsync(IdempotencyKey.New(), Hugo.Account, second, cancellationToken), "the end");
        await Wait.UntilAsync(async () => (await RecordAsync(first, cancellationToken)).Nonce == newest, Longest, "the challenge on chain", cancellationToken);
        teller.Check(true, "hugo's silo challenged it at first sight, by itself and without a vote", string.Create(CultureInfo.InvariantCulture, $"state {newest} stands in the contract"));
        foreach (var party in (Party[])[Hugo, Pia])
            await party.UntilAsync(party.SideOf(_facts.Second), static view => view.Phase == ChannelPhase.Closed, Longest, "the close together", cancellationToken);
        teller.Check(true, "hugo and pia close together: at once, by a last state of both", "and are paid out");
        teller.Figure("channels.staleNonce", stale.Nonce);
        teller.Figure("channels.newestNonce", newest);
    }

    private async Task<ChannelRecord> RecordAsync(ChannelRef side, CancellationToken cancellationToken) =>
        ChannelCalls.ReadRecord(await stage.Chain.AskAsync(_channels.Manager, ChannelCalls.Records(side.Channel), cancellationToken)).Value!;

    /// <summary>Channels, chain and ledger, to the unit.</summary>
    private async Task CompareAsync(CancellationToken cancellationToken)
    {
        var (token, held) = (stage.Chain.TokenAsset, new JsonObject());
        foreach (var (party, owed) in ((Party, UInt256)[])[(Nora, _books.Nora), (Hugo, _books.Hugo), (Pia, _books.Pia)])
        {
            var account = await party.AccountAsync(view => Play.Available(view, token) == owed && view.Balances.All(static balance => balance.Reserved.IsZero), "the payout to be credited", cancellationToken);
            var (tokens, wei) = (await stage.Chain.BalanceAsync(token, party.Hot, cancellationToken), await stage.Chain.BalanceAsync(LocalChain.Coin, party.Hot, cancellationToken));
            teller.Check(tokens == owed && Play.Available(account, token) == owed, $"{party.Name}: {owed} by the channels", $"= chain {tokens} = ledger {Play.Available(account, token)}");
            teller.Check(wei == Play.Available(account, LocalChain.Coin), $"{party.Name}: {wei} wei on the chain, after the fees", $"= ledger {Play.Available(account, LocalChain.Coin)}");
            held[party.Name] = new JsonObject { ["channels"] = owed.ToString(), ["chain"] = tokens.ToString(), ["ledger"] = Play.Available(account, token).ToString(), ["wei"] = wei.ToString() };
        }

        var left = await stage.Chain.BalanceAsync(token, _channels.Manager, cancellationToken);
        teller.Check(left.IsZero, "nothing is left in the contract", $"{left}");
        teller.Figure("channels.books", held);
    }
}
