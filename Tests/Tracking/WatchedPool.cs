using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Histories;

namespace TPWallet.Tests.Tracking;

/// <summary>The watch over the pool of one real node of either family, with the real machines around it, and a script that pays.</summary>
internal sealed class WatchedPool : FollowerMachines, IAsyncDisposable
{
    private const int Payments = 8;

    private readonly Anvil? _anvil;
    private readonly Knots? _knots;
    private readonly PollGate _gate;
    private readonly PoolWatch _watch;

    private WatchedPool(Anvil? anvil, Knots? knots, PollGate gate)
        : base(knots is null ? People.Chain : BitcoinChain.Regtest.Id)
    {
        (_anvil, _knots, _gate) = (anvil, knots, gate);
        Script = knots is null ? new ScriptedEthereum(anvil!, gate) : new ScriptedBitcoin(knots, gate, Payments);
        var proof = knots is null ? ProofLevel.Consistent : ProofLevel.Work;
        var profile = new ChainProfile(Chain, 1, proof, new FinalityRule.Depth(3), 16, Span.Seconds(10));
        Decide(new TrackerCommand.Start(Guid.NewGuid(), profile, new(1, new Bytes32(1))));
        _watch = new(SourceOf(profile), Chain, this);
    }

    public IScriptedChain Script { get; }

    public static async Task<WatchedPool> StartAsync(bool bitcoin)
    {
        var (anvil, knots) = bitcoin ? (null, await Knots.StartAsync()) : (await Anvil.StartAsync(31337, "--no-mining"), default(Knots));
        var gate = knots is null ? await PollGate.StartAsync(anvil!.Endpoint) : await PollGate.StartAsync(knots.Endpoint, () => File.ReadAllText(knots.CookiePath));
        var pool = new WatchedPool(anvil, knots, gate);
        if (pool.Script is ScriptedEthereum ethereum) await ethereum.PrepareAsync(Payments);
        if (pool.Script is ScriptedBitcoin coins) await coins.PrepareAsync();
        await pool.LookAsync();
        return pool;
    }

    public Task LookAsync() => _watch.LookAsync(CancellationToken.None);

    /// <summary>As a lane does with a version of its own, or a reorg with a payment that it took away.</summary>
    public void Watch(ScriptedPayment payment, AccountId? owner = null)
    {
        if (_knots is null)
        {
            var body = SignedTransaction.Decode(payment.Raw.Span).Value.Transaction;
            Decide(new TrackerCommand.WatchTransaction(Guid.NewGuid(), payment.Hash, Address.Parse(payment.Claim), body.Nonce));
            return;
        }

        var spends = BitcoinTransaction.Decode(payment.Raw.Span).Value.Inputs.Select(static input => new SpentOutput(input.Previous.Txid.Shown, input.Previous.Index));
        Decide(new TrackerCommand.WatchSpends(Guid.NewGuid(), payment.Hash, owner ?? default, [.. spends]));
    }

    public void WatchAddress(Address address, AccountId account) => Decide(new TrackerCommand.WatchAddress(Guid.NewGuid(), address, account));

    /// <summary>The payer's address is an own one: what it signs is a lane's, if the lane asked for it to be watched.</summary>
    public void Own(ScriptedPayment payment, AccountId account)
    {
        if (_knots is null) WatchAddress(Address.Parse(payment.Claim), account);
    }

    public WatchedStage StageOf(ScriptedPayment payment) => Watcher(payment.Hash).Stage;

    public async ValueTask DisposeAsync()
    {
        await _gate.DisposeAsync();
        (Script as IDisposable)?.Dispose();
        if (_knots is not null) await _knots.DisposeAsync();
        if (_anvil is not null) await _anvil.DisposeAsync();
    }

    private IPendingSource SourceOf(ChainProfile profile)
    {
        if (_knots is null) return new EthereumPending(new(profile, new(People.Chain.EvmNumber, [_anvil!.Node()], TimeProvider.System)));
        var chain = new ServedBitcoin(profile, new(BitcoinChain.Regtest, [_knots.Node()], TimeProvider.System), TimeProvider.System);
        var blocks = new BitcoinSource(chain, default);
        return new BitcoinPending(chain, transaction => blocks.Mined(transaction, default));
    }
}
