using Orleans;
using TPWallet.Benchmarks.Accounts;
using TPWallet.Benchmarks.Hosting;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Benchmarks.Channels;

/// <summary>
/// A production silo on PostgreSQL and the signer's process, with two accounts whose channel keys have mandates that their members voted, and channels between
/// them. An update is what production does for one:
/// <code>
/// client ─Pay─▶ payer   UpdateWanted, StateProposed  durable
///               payer ─▶ signer   floor durable, signed ─▶ payer   ProposalSigned  durable
///               payer ─Propose─▶ payee   verified, ProposalTaken  durable
///               payee ─▶ signer   floor durable, signed ─▶ payee   StateSigned  durable
///               payee ─Acknowledge─▶ payer   verified, StateAcknowledged  durable: here it counts
/// </code>
/// Two things stand in for others. Both sides are in this silo, so that messages go by grain calls and not by HTTPS between operators; and no chain is behind the
/// channels: what a look at a final block would show, once for each side when it is opened, is answered here (<see cref="ChainlessEffects"/>).
/// </summary>
internal sealed class ChannelSilo : IAsyncDisposable
{
    private const int MaxOpening = 32;
    private const ulong WindowSeconds = 86_400;

    private static readonly ChannelTerms _terms = new(100, 1_000, 1_000_000, 1_000_000, 1_000);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(5);

    private readonly BenchSilo _silo;
    private readonly SignerProcess _signer;
    private readonly Founder _founder;
    private readonly UpdateWatch _watch;

    private ChannelSilo(BenchSilo silo, SignerProcess signer, Founder founder)
    {
        (_silo, _signer, _founder) = (silo, signer, founder);
        _watch = new UpdateWatch(silo.Rows);
    }

    /// <summary>What each has deposited in each channel.</summary>
    public static UInt256 Deposit { get; } = 1_000_000_000_000;

    public static ChainId Chain { get; } = ChainId.Evm(31337);

    public static Address Manager { get; } = Address.Parse("0x00000000000000000000000000000000000000c0");

    public static Address Token { get; } = Address.Parse("0x00000000000000000000000000000000000000ee");

    /// <summary>The two accounts and their channel keys, that of the lower address first.</summary>
    public (AccountId Account, Address Key)[] Parties { get; private set; } = [];

    /// <summary>Updates that are durable on both sides, with both signatures.</summary>
    public long Updates => _silo.Rows.Count(UpdateWatch.Done);

    /// <summary>Processor time of the signer's process.</summary>
    public TimeSpan SignerTime => _signer.ProcessorTime;

    /// <summary>Where the signer listens.</summary>
    public string SignerSocket => _signer.Socket;

    public BenchSilo Silo => _silo;

    public static async Task<ChannelSilo> StartAsync(string database, string folder, CancellationToken cancellationToken)
    {
        var signer = await SignerProcess.StartAsync(folder, cancellationToken);
        try
        {
            var silo = await BenchSilo.StartAsync(
                database, folder, new Dictionary<string, string?> { ["Signer:SocketPath"] = signer.Socket }, cancellationToken,
                static production => new ChainlessEffects(production));
            var channels = new ChannelSilo(silo, signer, new Founder(Span.Zero));
            (AccountId, Address Key)[] parties = [await channels.JoinAsync(1, cancellationToken), await channels.JoinAsync(2, cancellationToken)];
            channels.Parties = [.. parties.OrderBy(static party => party.Key)];
            return channels;
        }
        catch
        {
            await signer.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _signer.DisposeAsync();
        _founder.Dispose();
    }

    /// <summary>What a final block shows of any channel here: open, with both deposits.</summary>
    public static ChannelSight SightOf(ChannelTerms terms) => new(
        new(1, Bytes32.Zero), (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds(), new(Deposit, Deposit), default, 0, 0, terms.LockFloor, terms.TrimCap)
    {
        Window = WindowSeconds,
        Stage = ChannelStage.Open,
    };

    /// <summary>The facts of a channel between the two.</summary>
    public ChannelFacts FactsOf(ulong counter) => new(Chain, Manager, Parties[0].Key, Parties[1].Key, Token, counter);

    public ChannelOpening OpeningOf(ChannelFacts facts, ChannelSide side) => new(Parties[(int)side].Account, "channels", facts, _terms, null);

    public IChannelGrain Grain(ChannelRef side) => _silo.Client.GetGrain<IChannelGrain>(side.ToString());

    /// <summary>Opens so many channels, and waits until the deposits are in a state that both signed. Answers A's side of each.</summary>
    public async Task<ChannelRef[]> OpenAsync(int count, CancellationToken cancellationToken)
    {
        var sides = new ChannelRef[count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = MaxOpening, CancellationToken = cancellationToken },
            async (i, stop) => sides[i] = await OpenOneAsync((ulong)i + 1, stop));
        return sides;
    }

    /// <summary>Pays, and ends when both sides have the state that holds it with both signatures, durable. One payment of a side at a time.</summary>
    public async Task UpdateAsync(ChannelRef payer, CancellationToken cancellationToken)
    {
        var done = _watch.NextOf(payer);
        await PayAsync(payer, cancellationToken);
        await done.WaitAsync(_longest, cancellationToken);
    }

    /// <summary>Pays, one of many who pay through one side at once, and ends when a state with both signatures holds the payment.</summary>
    public async Task PayAmongOthersAsync(ChannelRef payer, CancellationToken cancellationToken)
    {
        var payment = await PayAsync(payer, cancellationToken);
        while (true)
        {
            var next = _watch.NextOf(payer);
            if (await Grain(payer).Follow(payment) is not UpdateStanding.Waiting) return;
            await next.WaitAsync(_longest, cancellationToken);
        }
    }

    /// <summary>Pays 1; ends when that it is wanted is durable.</summary>
    private async Task<Guid> PayAsync(ChannelRef payer, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid();
        var reply = await Grain(payer).Submit(new ChannelCommand.Pay(id, 1)).WaitAsync(cancellationToken);
        return reply is CommandReply.Accepted ? id : throw new InvalidOperationException($"A payment was not taken: {reply}");
    }

    /// <summary>Has the signer sign for a channel without its grain: for channels that were stored as open.</summary>
    public static async Task TakeAsync(ISignerPort signer, ChannelFacts facts, ChannelSide side, AccountLineage lineage, CancellationToken cancellationToken)
    {
        var answer = await signer.TakeChannelAsync(new(lineage.Genesis, lineage.Changes, "channels", facts, side, _terms.LockFloor), cancellationToken);
        if (answer is not SignerAnswer<ChannelTaken>.Given) throw new InvalidOperationException($"The signer did not take a channel: {answer}");
    }

    public async Task<AccountLineage> LineageAsync(ChannelSide side) => (await _silo.Client.GetGrain<IAccountGrain>(Parties[(int)side].Account.ToString()).ReadLineage())!;

    /// <summary>The payer's book, once nothing waits on either side; both hold the same.</summary>
    /// <exception cref="InvalidOperationException">They do not.</exception>
    public async Task<ChannelBook> SettledAsync(ChannelRef payer, CancellationToken cancellationToken)
    {
        await UntilAsync(async () => (await Grain(payer).Read())!.Waiting == 0 && (await Grain(payer.Peer).Read())!.Waiting == 0, cancellationToken);
        var (ours, theirs) = ((await Grain(payer).Read())!.Book, (await Grain(payer.Peer).Read())!.Book);
        return ours.Equals(theirs) ? ours : throw new InvalidOperationException($"The sides of {payer} hold different states, {ours.Nonce} and {theirs.Nonce}.");
    }

    private async Task<ChannelRef> OpenOneAsync(ulong counter, CancellationToken cancellationToken)
    {
        var facts = FactsOf(counter);
        var side = new ChannelRef(ChannelDomain.Id(facts), ChannelSide.A);
        foreach (var one in new[] { side, side.Peer })
        {
            var reply = await Grain(one).Submit(new ChannelCommand.Open(Guid.NewGuid(), OpeningOf(facts, one.Us)));
            if (reply is not CommandReply.Accepted) throw new InvalidOperationException($"A channel was not opened: {reply}");
        }

        foreach (var one in new[] { side, side.Peer })
        {
            await UntilAsync(
                async () => await Grain(one).Read() is { Phase: ChannelPhase.Open, Waiting: 0, IsAnnounced: true } view && view.Book.Deposited == new SidePair(Deposit, Deposit),
                cancellationToken);
        }

        return side;
    }

    /// <summary>Founds an account, has a channel key made and a mandate voted for it.</summary>
    private async Task<(AccountId Account, Address Key)> JoinAsync(int number, CancellationToken cancellationToken)
    {
        var genesis = _founder.Genesis(number);
        var id = Canonical.AccountId(genesis);
        var account = _silo.Client.GetGrain<IAccountGrain>(id.ToString());
        await SubmitAsync(_founder.Register(genesis));
        if (await _silo.Client.GetGrain<IChannelKeyGrain>($"{id}/channels").Read(Chain) is not SignerAnswer<KeyAttestation>.Given { Value.Address: var key })
            throw new InvalidOperationException("The signer made no channel key.");
        var now = new Instant(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var (propose, vote) = _founder.Change(genesis, new AccountChange.GrantChannels(new("channels", Chain, Manager, Token, Deposit, key)), now);
        await SubmitAsync(propose);
        await SubmitAsync(vote);
        await UntilAsync(async () => (await account.Read())!.ChangesEnacted == 1, cancellationToken);
        return (id, key);

        async Task SubmitAsync(AccountCommand command)
        {
            if (await account.Submit(command) is not CommandReply.Accepted and var reply) throw new InvalidOperationException($"{command.GetType().Name}: {reply}");
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        for (var clock = Stopwatch.StartNew(); !await condition();)
        {
            if (clock.Elapsed > _longest) throw new TimeoutException("What a channel was waited for did not come about.");
            await Task.Delay(_look, cancellationToken);
        }
    }
}

/// <summary>Production's effects, but for the look at the chain.</summary>
internal sealed class ChainlessEffects(EffectRunner production) : IEffectRunner
{
    public Task<EffectResult> RunAsync(Effect effect, CancellationToken cancellationToken) => effect is Effect.LookAtChannel look
        ? Task.FromResult<EffectResult>(new EffectResult.ChannelSeen(ChannelSilo.SightOf(look.Opening.Terms)))
        : production.RunAsync(effect, cancellationToken);
}

/// <summary>Sees in the journal that a payer has a state with both signatures.</summary>
internal sealed class UpdateWatch
{
    /// <summary>The row with which an update counts: its payer holds both signatures, its payee has made them durable before.</summary>
    public const string Done = "channel.state-acknowledged";

    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, TaskCompletionSource> _awaited = new(StringComparer.Ordinal);

    public UpdateWatch(JournalCounter rows) => rows.Durable += See;

    /// <summary>Ends with the payer's next update.</summary>
    public Task NextOf(ChannelRef payer) =>
        _awaited.GetOrAdd(payer.ToString(), static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void See(Append append)
    {
        foreach (var row in append.Rows)
            if (row.Type == Done && _awaited.TryRemove(append.Stream.Key, out var awaited)) awaited.TrySetResult();
    }
}
