using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Chains.Supernodes;
using TPWallet.Domain.Chains.Tracking;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Domain.Dapps;
using TPWallet.Domain.Lanes;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// The invariants. They see durable rows, signatures, broadcasts and answers as they happen, keep their own mirror of every stream, and look over everything
/// now and then; what they see never goes back into the system.
/// </summary>
internal sealed partial class Checks
{
    private readonly World _world;
    private readonly RowChecks _rows;
    private readonly SigningCheck _signing;
    private readonly ClockCheck _clock;
    private readonly HashSet<Address> _own = [];
    private readonly List<WrittenRow> _written = [];

    public Checks(World world)
    {
        _world = world;
        _rows = new RowChecks(world);
        _signing = new SigningCheck(world, _rows.ByName);
        _clock = new ClockCheck(world);
    }

    public CommandCheck Commands => _rows.Commands;

    public AuthorityCheck Authority => _rows.Authority;

    public CaseCheck Cases => _rows.Cases;

    /// <summary>What became of held money, for the report.</summary>
    public void Count(Coverage coverage)
    {
        coverage.Came("deposits given back", _rows.Returns.Posted);
        coverage.Came("deposits released by their cases", _rows.Held.Reviewed);
        coverage.Came("deposits parked", _rows.Held.Parked);
        coverage.Came("held deposits taken by a reorg", _rows.Held.Reversed);
        coverage.Came("verdicts taken", _rows.Cases.Verdicts);
        coverage.Came("cases that a verdict alone let go", _rows.Cases.ByVerdict);
    }

    public int Rows { get; private set; }

    public int Signatures => _signing.Signatures;

    public IEnumerable<Mirror> Streams => _rows.Streams;

    public Mirror? Find(StreamName stream) => _rows.ByName.GetValueOrDefault(stream.ToString());

    public bool IsOwn(Address address) => _own.Contains(address);

    /// <summary>The code of the one contract that is judged: no liar can talk a record out of it.</summary>
    public static ContractCode TokenCode { get; } = new(Bytes32.From(TPWallet.Crypto.Keccak256.Hash(ModelMachine.TokenCode.Span)), null);

    /// <summary>Rows on disk: names what <see cref="PutBack"/> goes back to.</summary>
    public int Mark => _written.Count;

    /// <summary>Requests that the signer signed for.</summary>
    public int Requests => _signing.Requests.Count();

    /// <summary>Whether the signer signed a leg, whatever the journal knows of it.</summary>
    public bool IsSigned(LegRef leg) => _signing.IsSigned(leg);

    /// <summary>The journal was put back to the rows that it had at a mark. What was signed, mined or voted stays as it is.</summary>
    public void PutBack(int mark)
    {
        _written.RemoveRange(mark, _written.Count - mark);
        _rows.PutBack(_written, _world.Now, IsSigned);
        _clock.PutBack(_written);
        _signing.PutBack();
    }

    /// <summary>Whether the signer signed for a request that the journal does not have: then a silo notices by itself that it was put back.</summary>
    /// <param name="explained">How many of the first that were signed an earlier recovery accounts for.</param>
    public bool HasLostRequests(int explained) => _signing.Requests.Skip(explained).Any(request =>
        Find(new(World.Tenant, "key", $"{request.Leg.Packet.Owner}/{request.Key}"))?.Find(request.Id) is null);

    /// <summary>Whether every lane knows of a recovery and is through with it, and every leg that was signed is held by its account or over.</summary>
    public bool IsRecovered(long epoch) =>
        _rows.Streams.All(stream => stream.State is not LaneState lane || (lane.Epoch >= epoch && lane.Recovery is null))
        && _signing.Requests.All(request => IsHeldOrOver(request.Leg));

    private bool IsHeldOrOver(LegRef leg) =>
        (Find(new(World.Tenant, "account", leg.Packet.Owner.ToString()))?.State as AccountState.Open)?.Packets.GetValueOrDefault(leg.Packet.Id)
            ?.Legs.Find(leg.Leg) is { Stage: not LegStage.Released { By: null } }
        || Find(new(World.Tenant, "packet", leg.Packet.Key))?.State is PacketState { Phase: PacketPhase.Ended } packet
            && packet.Legs.GetValueOrDefault(leg.Leg) is { Stage: not PacketLegStage.Released { By: null } };

    /// <summary>Nothing runs for a while.</summary>
    public void SleptFrom(Instant start, Span length) => _rows.Channels.SleptFrom(start, length);

    /// <summary>A silo decided a command.</summary>
    public void Decided(SimulatedSilo silo, string kind, Guid command, CommandReply reply)
    {
        _clock.Decided(silo, kind, command);
        Commands.Decided(kind, command, reply);
    }

    /// <summary>Rows became durable.</summary>
    public void Written(StreamName name, IReadOnlyList<JournalRow> rows)
    {
        foreach (var row in rows)
        {
            Rows++;
            _world.Dispatcher.Mix(BitConverter.ToUInt64(row.Hash));
            if (_world.IsTraced) _world.Tell($"{name.Kind} {Mirror.Short(name.Key)} {name.Id} {row.Version} {row.Type} {System.Text.Encoding.UTF8.GetString(row.Payload.Span)}");
            var when = _clock.Of(name, row);
            _written.Add(new(name, row, when));
            if (_rows.Add(name, row, when) is not { } @event) continue;
            if (@event is AccountEvent.AddressAttached attached) _own.Add(attached.Attestation.Address);
            _signing.Add(name, @event);
            Truthful(name, @event);
        }
    }

    public void Signed(SignRequest request, SignOutcome.Signed outcome) => _signing.Signed(request, outcome);

    /// <inheritdoc cref="ChannelCheck.Signed"/>
    public void StateSigned(ChannelRef side, ChannelBook book) => _rows.Channels.Signed(side, book);

    public void Broadcast(ModelTransaction transaction) => _signing.Broadcast(transaction);

    /// <summary>Everything that can be looked over quickly.</summary>
    public void Scan() => _rows.Scan();

    /// <summary>A view was given to a client: it is what is on disk at that version, nothing undurable and nothing made up.</summary>
    public void Seen(StreamName stream, AccountView? view)
    {
        if (view is null) return;
        if (_rows.ByName.GetValueOrDefault(stream.ToString()) is not { } mirror || mirror.Version < view.Version)
        {
            _world.Fail("dirty-read", $"{stream} was shown at {view.Version}, which is not durable");
            return;
        }

        var expected = AccountViews.View((AccountState)mirror.StateAt(view.Version), view.Version, view.Head)!;
        Same(stream, view.Version, expected, view, ContractJson.Default.AccountView);
    }

    /// <inheritdoc cref="Seen(StreamName, AccountView?)"/>
    public void Seen(StreamName stream, PacketView? view)
    {
        if (view is null) return;
        if (_rows.ByName.GetValueOrDefault(stream.ToString()) is not { } mirror || mirror.Version < view.Version)
        {
            _world.Fail("dirty-read", $"{stream} was shown at {view.Version}, which is not durable");
            return;
        }

        var expected = PacketDecider.View((PacketState)mirror.StateAt(view.Version), view.Version);
        Same(stream, view.Version, expected, view, ContractJson.Default.PacketView);
    }

    /// <summary>As text, since lists within lists are equal only when they are the same ones; where a text is sealed on disk, any other is shown.</summary>
    private void Same<T>(StreamName stream, long version, T? expected, T shown, JsonTypeInfo<T> contract)
        where T : class
    {
        var (wanted, got) = (expected is null ? "" : JsonSerializer.Serialize(expected, contract), JsonSerializer.Serialize(shown, contract));
        if (wanted != got && !IsOpened(wanted, got)) _world.Fail("wrong-read", $"{stream} at {version} was shown as {got}, is {wanted}");
    }

    private static bool IsOpened(string sealedOnes, string shown)
    {
        if (!sealedOnes.Contains(SealedText.Prefix, StringComparison.Ordinal) || shown.Contains(SealedText.Prefix, StringComparison.Ordinal)) return false;
        var opened = string.Join("[^\"]*", SealedPattern().Split(sealedOnes).Select(Regex.Escape));
        return Regex.IsMatch(shown, $"^{opened}$", RegexOptions.CultureInvariant);
    }

    [GeneratedRegex(SealedText.Prefix + "[A-Za-z0-9_-]+")]
    private static partial Regex SealedPattern();

    /// <summary>A reorg went below what was final and known after a restart: the chain is stopped, and money waits for an operator, as it should.</summary>
    public bool ChainIsStopped => _rows.Streams.Any(stream => stream.State is TrackerState { StopReason: not null });

    /// <summary>Whether it is on disk that a node lied.</summary>
    public bool IsQuarantined(string node) =>
        _rows.Streams.Any(stream => stream.State is SupernodeState { Contradiction: not null } && stream.Name.Key.EndsWith($"/{node}", StringComparison.Ordinal));

    /// <summary>Whether it is on disk that a node is out of use because it stood still.</summary>
    public bool StandsStill(string node) =>
        _rows.Streams.Any(stream => stream.State is SupernodeState { Standstill: not null } && stream.Name.Key.EndsWith($"/{node}", StringComparison.Ordinal));

    /// <summary>What keeps the healed world from being at its end; null when nothing does.</summary>
    public string? Unfinished() => _rows.Unfinished() ?? OutOfUse() ?? Unequal();

    /// <summary>A transaction that was settled before an instant and is still watched, or whose nonce is used and that nobody told of it; null if there is none.</summary>
    public string? Watching(Instant before)
    {
        foreach (var stream in _rows.Streams)
        {
            if (stream.State is not WatchedState { Forget: not ForgetStage.Forgotten } watched) continue;
            if (watched.SettledAt is { } at && at < before) return $"{stream.Name} is still watched";
            if (watched is { SettledAt: null, Lane: { } lane } && lane.Nonce < _world.Chain.Head.State.Nonce(lane.From)) return $"{stream.Name} was never told who has its nonce";
        }

        return null;
    }

    /// <summary>The last look: chain and ledger to the wei, no leg twice, every batch of every committer as it was sealed.</summary>
    public async Task FinishAsync(IJournal journal)
    {
        Scan();
        _signing.PaidOnce(_world.Chain.Head);
        _rows.Channels.Finish();
        await _rows.AuditAsync(journal);
    }

    /// <summary>Nothing is posted on a block that was never final, and nothing is believed of a block that no chain ever had.</summary>
    private void Truthful(StreamName name, object @event)
    {
        var posted = @event switch
        {
            AccountEvent.LegPosted leg => leg.Inclusion.Block,
            AccountEvent.DepositHeld deposit => deposit.Deposit.Block,
            _ => (BlockRef?)null,
        };
        if (posted is { } block && !_world.Chain.WasEverFinal(block, _world.Profile.Finality)) _world.Fail("not-final", $"{name}: {@event} stands on a block that was never final");
        if (@event is AccountEvent.LegPosted own && OwnFinality(name, own) is { } rule && !_world.Chain.WasEverFinal(own.Inclusion.Block, rule))
            _world.Fail("not-final", $"{name}: {own.Packet}/{own.Leg} stands on {own.Inclusion.Block}, which was never as deep as {rule}");
        if (@event is AccountEvent.DepositCredited unscreened && !IsGivenBack(name, unscreened.Deposit)) _world.Fail("unscreened", $"{name}: {unscreened.Deposit.Ref} was credited without screening");
        if (@event is DappEvent.CodeSeen { Code: var code } && code != TokenCode) _world.Fail("false-code", $"{name}: {code} was never the token's");
        if (@event is WatchedEvent.Included included && _world.Chain.IsForged(included.Inclusion.Block.Hash)) _world.Fail("forged-block", $"{name}: {included}");
    }

    /// <summary>What a reorg brings again of a deposit that is on its way back covers what its loss took: nobody can spend it.</summary>
    private bool IsGivenBack(StreamName account, Deposit deposit) =>
        _rows.ByName[account.ToString()].State is AccountState.Open open && open.Returning.Values.Any(leg => open.Packets.GetValueOrDefault(leg.Packet.Id)?.Legs.Find(leg.Leg)?.Returns?.Deposit.Ref == deposit.Ref);

    private FinalityRule? OwnFinality(StreamName account, AccountEvent.LegPosted posted) =>
        (_rows.ByName.GetValueOrDefault($"{World.Tenant}/packet/{account.Key}/{posted.Packet}")?.State as PacketState)?.Content?.Legs
        .OfType<Leg.ChainTransfer>().FirstOrDefault(leg => leg.Id == posted.Leg)?.Finality;

    /// <summary>A node that stood still, goes on, and was not put back by itself.</summary>
    private string? OutOfUse()
    {
        foreach (var stream in _rows.Streams)
        {
            if (stream.State is SupernodeState { Standstill: not null, Contradiction: null, Standstills: <= SupernodeState.MaxReturns } node
                && Enumerable.Range(0, _world.Nodes.Count).Any(number => _world.NodeName(number) == node.Node))
                return $"{stream.Name} is out of use after {node.Standstills} standstills";
        }

        return null;
    }

    /// <summary>What the ledger says came from the chain and stayed is what the own addresses hold.</summary>
    private string? Unequal()
    {
        // Both that anybody pays in, also where the ledger never heard of one.
        foreach (var asset in (AssetId[])[Domain.People.Eth, Domain.People.Token])
        {
            var ledger = -(_rows.Ledger.Total(asset, Book.World) + _rows.Ledger.Total(asset, Book.NetworkFees));
            var state = _world.Chain.Head.State;
            var chain = _own.Aggregate(BigInteger.Zero, (sum, address) => sum + (asset.IsNative ? state.Balance(address) : state.Token(address)));
            if (ledger != chain) return $"{asset}: the ledger has {ledger}, the chain {chain}";
        }

        return null;
    }
}
