using TPWallet.Benchmarks.Journal;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Journal.Verification;
using TPWallet.Grains.Shell;
using TPWallet.Silo.Composition;
using TPWallet.Tests.Chaos;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>
/// The journal is put back to a copy that was taken under load, some thousand events ago; chain, signer and clients went on meanwhile. Payments on the chain and in the
/// ledger, by clients that repeat their commands with the same ids after the restore, as they do after any silence.
/// </summary>
internal sealed class RestoreDrill : IAsyncDisposable
{
    private const int Payers = 6;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(20);

    /// <summary>Clients and the plan look again after this.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private static readonly UInt256 Fee = UInt256.Parse("1000000000000000");

    /// <summary>Two of three, no limits: what counts as full after a restore is tried by itself (Tests/Domain/Accounts/RestoreTests).</summary>
    private static readonly Policy Policy = new(
        1, [People.Rule("pay", [EffectKind.NativeOut, EffectKind.LedgerOut], People.TwoOfThree)], [], People.StandardChanges, ProposerVotes: false);

    private readonly Anvil _anvil;
    private readonly RestoredStore _store;
    private readonly Action<string> _tell;
    private readonly List<AccountId> _accounts = [];
    private readonly List<Address> _addresses = [];
    private readonly List<Payment>[] _sent = [.. Enumerable.Range(0, Payers).Select(_ => new List<Payment>())];
    private readonly List<Payment> _begun = [];
    private WholeSystem _system;

    private RestoreDrill(Anvil anvil, RestoredStore store, WholeSystem system, Action<string> tell) =>
        (_anvil, _store, _system, _tell) = (anvil, store, system, tell);

    /// <param name="events">Events after the copy, at least.</param>
    /// <param name="server">The server that is backed up and put back; null: a SQLite file.</param>
    public static async Task RunAsync(int events, PostgresCluster? server, Action<string> tell, CancellationToken cancellationToken)
    {
        await using var anvil = await Anvil.StartAsync(31337, "--block-time", "1");
        var store = new RestoredStore(server, server is null ? null : await server.CreateDatabaseAsync("restore", cancellationToken));
        await using var drill = new RestoreDrill(anvil, store, await store.StartAsync(anvil, null), tell);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(Longest);
        await drill.FoundAsync();
        await drill.LiveAsync(events, bound.Token);
    }

    public ValueTask DisposeAsync() => _system.DisposeAsync();

    private async Task FoundAsync()
    {
        for (var i = 0; i < Payers; i++)
        {
            var id = await _system.RegisterAsync(People.GenesisOf(Policy, People.All, $"payer {i}"));
            _accounts.Add(id);
            _addresses.Add(await _system.CreateKeyAsync(id, "hot"));
            await _system.PayAsync(_addresses[i], People.Ether * 100);
        }

        await _system.UntilAsync(async () => await LedgerAsync() == People.Ether * (100 * Payers), "the deposits");
    }

    private async Task LiveAsync(int events, CancellationToken cancellationToken)
    {
        using (var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            var paying = Pay(enough.Token);
            await WrittenAsync(100, paying, cancellationToken);
            await _store.CopyAsync(_system.Folder);
            var copied = await EventsAsync();
            _tell($"copied at about {copied} events");
            var begun = Begun().Length;
            await WrittenAsync(copied + events, paying, cancellationToken);
            await _system.UntilAsync(() => IsSignedAsync(begun), "a signature that the copy lacks");
            _tell($"lost: {await EventsAsync() - copied} events, {_sent.Sum(list => list.Count)} payments begun");
            // The silo dies in the middle of it; clients see silence.
            await _system.DisposeAsync();
            await enough.CancelAsync();
            await Task.WhenAll(paying.Select(client => Task.WhenAny(client)));
        }

        await _store.PutBackAsync(_system.Folder);
        _system = await _store.StartAsync(_anvil, _system.Folder);
        _system.Incidents.All.Should().ContainSingle(incident => incident.Code == IncidentCodes.JournalRestored, "the signer is ahead of the journal");
        _tell($"restored: {_system.Incidents.All.Single().Detail}");
        using (var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            var paying = Pay(enough.Token);
            await WrittenAsync(await EventsAsync() + Math.Min(events, 1_000), paying, cancellationToken);
            await enough.CancelAsync();
            await Task.WhenAll(paying.Select(client => Task.WhenAny(client)));
        }

        foreach (var payment in _sent.SelectMany(list => list)) await EndAsync(payment, cancellationToken);
        await JudgeAsync();
    }

    private Task[] Pay(CancellationToken enough) => [.. Enumerable.Range(0, Payers).Select(payer => Task.Run(() => PayAsync(payer, enough), CancellationToken.None))];

    /// <summary>First again what was begun before, with the same ids; then new payments.</summary>
    private async Task PayAsync(int payer, CancellationToken enough)
    {
        foreach (var before in _sent[payer].ToArray()) await TryAsync(before, enough);
        while (!enough.IsCancellationRequested)
        {
            var now = new Instant(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
            var id = $"pay-{payer}-{_sent[payer].Count}";
            var (coin, gift) = ((UInt256)(ulong)(1_000 + _sent[payer].Count), (UInt256)(ulong)(2_000 + _sent[payer].Count));
            var shop = People.AddressOf($"shop {id} {_anvil.Port}");
            var onChain = _sent[payer].Count % 4 == 0;
            Leg ledger = new Leg.LedgerTransfer("gift", [], _accounts[(payer + 1) % Payers], new(People.Eth, gift));
            Leg chain = new Leg.ChainTransfer("coin", [], _addresses[payer], shop, new(People.Eth, coin), new(Fee));
            var content = new PacketContent(
                new(_accounts[payer], id), 1, People.Olga.Id, onChain ? [chain, ledger] : [ledger], [], now + Span.Hours(1), now + Span.Hours(2));
            var payment = new Payment(content, onChain ? shop : null, coin);
            _sent[payer].Add(payment);
            lock (_begun) _begun.Add(payment);
            await TryAsync(payment, enough);
        }
    }

    /// <summary>Sends a payment's commands and leaves it to itself: what was sent before is known, or is sent anew, and each answer but silence will do.</summary>
    private async Task TryAsync(Payment payment, CancellationToken enough)
    {
        var packet = _system.Packet(payment.Content.Ref);
        var name = payment.Content.Ref.Id;
        while (!enough.IsCancellationRequested)
        {
            try
            {
                await packet.Submit(new PacketCommand.Draft(People.Id($"draft {name}"), payment.Content));
                await packet.Submit(new PacketCommand.Propose(People.Id($"propose {name}"), 1));
                while (!enough.IsCancellationRequested && (await packet.Read())?.State is null or "draft" or "proposed") await PlanClock.AfterAsync(Pause, enough);
                if (await packet.Read() is { State: "approving" } view) await VoteAsync(packet, view);
                payment.IsSettledBefore |= (await packet.Read())?.State is "settled";
                return;
            }
            catch (Exception silence) when (silence is not OperationCanceledException && !enough.IsCancellationRequested)
            {
                await PlanClock.AfterAsync(Pause, enough);
            }
        }
    }

    private static async Task VoteAsync(ITokenPacketGrain packet, PacketView view)
    {
        var subject = new VoteSubject.Packet(view.Content, view.Bounds!);
        var terms = VoteTerms.Of(view.Ref.Owner, view.Assessment!);
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        foreach (var person in new[] { People.Ana, People.Ben })
            await packet.Submit(new PacketCommand.CastVote(People.Id($"vote {view.Ref.Id} {person.Id}"), person.Vote(subject, terms, now)));
    }

    private async Task EndAsync(Payment payment, CancellationToken cancellationToken)
    {
        await TryAsync(payment, cancellationToken);
        await _system.UntilAsync(
            async () => await _system.Packet(payment.Content.Ref).Read() is { } view
                && (view.State is "rejected" or "expired" || view.Legs.All(leg => leg.Stage is "settled" or "released")),
            $"the end of {payment.Content.Ref.Id}");
        payment.View = (await _system.Packet(payment.Content.Ref).Read())!;
    }

    private Task<long> EventsAsync() => _store.EventsAsync(_system.Folder);

    private async Task WrittenAsync(long events, Task[] paying, CancellationToken cancellationToken)
    {
        while (await EventsAsync() < events)
        {
            var failed = Task.WhenAny(paying);
            if (failed.IsCompleted) await await failed;
            await PlanClock.AfterAsync(Pause, cancellationToken);
        }
    }

    private Payment[] Begun()
    {
        lock (_begun) return [.. _begun];
    }

    /// <summary>Whether anything is signed of the payments that were begun after so many.</summary>
    private async Task<bool> IsSignedAsync(int begun)
    {
        foreach (var payment in Begun().Skip(begun).Where(payment => payment.Shop is not null))
            if (await _system.Packet(payment.Content.Ref).Read() is { } view && view.Legs.Any(leg => leg.TxHash is not null)) return true;
        return false;
    }

    private async Task<UInt256> LedgerAsync()
    {
        var sum = UInt256.Zero;
        foreach (var account in _accounts) sum += await _system.AvailableAsync(account, People.Eth);
        return sum;
    }

    private async Task JudgeAsync()
    {
        var payments = _sent.SelectMany(list => list).ToArray();
        var (paid, found) = (0, 0);
        foreach (var payment in payments.Where(payment => payment.Shop is not null))
        {
            var onChain = await _system.OnChainAsync(payment.Shop!.Value);
            var leg = payment.View!.Legs.Single(view => view.Leg == "coin");
            onChain.Should().Be(leg.Stage == "settled" ? payment.Coin : UInt256.Zero, "{0} is {1}: nothing is paid twice, and the ledger knows what was", payment.Content.Ref.Id, leg.Stage);
            if (payment.IsSettledBefore) leg.Stage.Should().Be("settled", "{0} had settled", payment.Content.Ref.Id);
            paid += leg.Stage == "settled" ? 1 : 0;
            found += payment.View.State == "partially-settled" ? 1 : 0;
        }

        _tell($"{payments.Length} payments, {paid} of them paid on the chain, {found} known from the signer alone");
        await _system.UntilAsync(async () => await LedgerAsync() == await HeldAsync(), "ledger and chain to agree to the wei");
        // A payer closes a transfer a moment after its payee's credit.
        await _system.UntilAsync(async () => await IsNothingHeldAsync(), "every reservation and transfer to end");
        _system.Incidents.All.Select(incident => incident.Code).Should().Equal(IncidentCodes.JournalRestored);
        var folder = _system.Folder;
        await _system.DisposeAsync();
        var signed = await SignerFacts.SignedAsync(Path.Combine(folder, "signer"));
        signed.GroupBy(one => (one.Leg.Split('/')[0], one.Nonce)).Should().OnlyContain(nonce => nonce.Select(one => one.Leg).Distinct().Count() == 1);
        signed.GroupBy(one => one.Leg).Should().OnlyContain(leg => leg.Select(one => one.Nonce).Distinct().Count() == 1, "no leg is signed at two nonces");
        var seal = new JournalSeal(SecretKeyFile.LoadOrCreate(Path.Combine(folder, "silo", "journal.key")));
        await using (var reading = _store.Read(folder, seal))
            (await new JournalVerifier(reading.Reader, static (_, _) => { }).RunAsync([], CancellationToken.None)).Faults.Should().BeEmpty();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<bool> IsNothingHeldAsync()
    {
        foreach (var account in _accounts)
            if ((await _system.Account(account).Read())!.Balances.Any(balance => !balance.Reserved.IsZero || !balance.InTransit.IsZero)) return false;
        return true;
    }

    private async Task<UInt256> HeldAsync()
    {
        var sum = UInt256.Zero;
        foreach (var address in _addresses) sum += await _system.OnChainAsync(address);
        return sum;
    }

    /// <param name="Shop">An address of this payment alone; null where nothing goes to the chain.</param>
    private sealed record Payment(PacketContent Content, Address? Shop, UInt256 Coin)
    {
        /// <summary>Whether its client saw it settled.</summary>
        public bool IsSettledBefore { get; set; }

        public PacketView? View { get; set; }
    }
}
