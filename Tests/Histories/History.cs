using System.Diagnostics;
using System.Globalization;
using System.Text;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Tests.Histories;

/// <summary>
/// One history of a chain, by its seed: payments to an account below and above a fork, replaced or dropped in the pool before they are mined; a reorg of a given
/// depth that keeps, moves, loses, delays or double spends them, at times another one after it, and at the end enough blocks for all to be final. After each look
/// of the tracker what it told is held against the oracle; then the account's balances are.
/// </summary>
internal sealed class History(HistoryScene scene, IScriptedChain chain, ulong seed, int depth) : IHistory
{
    private const int MostInOneLook = 24;

    private readonly Random _random = new((int)(seed % int.MaxValue));
    private readonly ChainOracle _oracle = new(HistoryScene.Confirmations);
    private readonly Dictionary<string, List<ScriptedPayment>> _versions = [];
    private readonly Dictionary<Bytes32, string> _stages = [];
    private readonly HashSet<Bytes32> _doubleSpent = [];
    private readonly StringBuilder _story = new();
    private AccountId _account;
    private Address _address;
    private (int Reorgs, int Deepest, int Alerts) _counted;
    private (TimeSpan Poll, TimeSpan Ledger) _slowest;

    public async Task<HistoryOutcome> RunAsync()
    {
        Exception? fault = null;
        try
        {
            (_account, _address) = await scene.OpenAsync(chain, seed);
            await BeginAsync();
            await ReplaceAsync(depth);
            if (_random.Next(3) == 0) await ReplaceAsync(_random.Next(1, Math.Min(_oracle.Height, HistoryScene.MaxDepth) + 1));
            await MineAsync(Empty(HistoryScene.Confirmations));
            Say("the end");
        }
        catch (Exception e)
        {
            fault = e;
        }

        return new(seed, chain.Id, _counted.Reorgs, _counted.Deepest, _counted.Alerts, _slowest.Poll, _slowest.Ledger, fault, _story.ToString());
    }

    /// <summary>Blocks that stay, and as many on top as the reorg takes.</summary>
    private async Task BeginAsync()
    {
        await MineAsync(Spread(_random.Next(1, 5), await NewAsync("safe", _random.Next(2))));
        await MineAsync(Spread(depth, await NewAsync("paid", _random.Next(1, 4))));
    }

    private async Task ReplaceAsync(int taken)
    {
        var shortest = chain.ShortestBranch(taken);
        var length = shortest > 1 ? shortest + _random.Next(6) : _random.Next(3) switch { 0 => taken, 1 => _random.Next(1, taken + 1), _ => taken + _random.Next(1, 7) };
        List<ScriptedPayment> within = [.. await NewAsync("only on the branch", _random.Next(2))], later = [];
        foreach (var payment in _oracle.In(taken)) Decide(payment, within, later);
        var gone = _versions.Keys.Except(_oracle.OnChain.Select(static payment => payment.Claim)).Order(StringComparer.Ordinal).ToArray();
        foreach (var claim in gone.Where(claim => within.TrueForAll(payment => payment.Claim != claim)))
            if (_random.Next(2) == 0) later.Add(Any(_versions[claim]));
        var blocks = Spread(length, within);
        Say($"{taken} blocks replaced by {Told(blocks)}");
        var hashes = await chain.ReplaceAsync(taken, blocks, _random);
        _oracle.Leave(taken);
        _oracle.Add(hashes.Zip(blocks, static (hash, payments) => new ScriptedBlock(hash, payments)));
        await LookAsync();
        await MineAsync(Spread(_random.Next(1, 5), later));
    }

    /// <summary>What becomes of a payment whose block goes.</summary>
    private void Decide(ScriptedPayment payment, List<ScriptedPayment> within, List<ScriptedPayment> later)
    {
        switch (_random.Next(8))
        {
            case 0 or 1:
                within.Add(payment);
                break;
            case 2:
                later.Add(payment);
                break;
            case 3:
                break;
            case 4:
                later.Add(Rival(payment, null));
                break;
            case 5:
                within.Add(Rival(payment, null));
                break;
            case 6:
                within.Add(Rival(payment, _address));
                break;
            default:
                within.Add(Any(_versions[payment.Claim]));
                break;
        }
    }

    /// <summary>Mines blocks in several looks' worth; payments in the first block of each go through the node's pool, some of them in two versions, some dropped first.</summary>
    private async Task MineAsync(IReadOnlyList<IReadOnlyList<ScriptedPayment>> blocks)
    {
        for (var i = 0; i < blocks.Count;)
        {
            var next = Math.Min(blocks.Count, i + _random.Next(1, MostInOneLook));
            var some = blocks.Skip(i).Take(next - i).ToArray();
            foreach (var payment in some[0]) await PoolAsync(payment);
            Say($"mined {Told(some)}");
            var hashes = await chain.MineAsync(some);
            _oracle.Add(hashes.Zip(some, static (hash, payments) => new ScriptedBlock(hash, payments)));
            await LookAsync();
            i = next;
        }
    }

    private async Task PoolAsync(ScriptedPayment payment)
    {
        switch (_random.Next(3))
        {
            case 0:
                await chain.SendAsync(payment);
                await chain.DropAsync(payment);
                Say($"{payment} dropped from the pool");
                break;
            case 1 when _versions[payment.Claim].Find(earlier => earlier.Version == payment.Version - 1) is { } earlier && !_stages.ContainsKey(earlier.Hash):
                await chain.SendAsync(earlier);
                await chain.SendAsync(payment);
                Say($"{earlier} replaced in the pool by {payment}");
                break;
            default:
                break;
        }
    }

    /// <summary>Lets the tracker look once. By the end of that one poll everything is told, and soon after the account has what it must.</summary>
    private async Task LookAsync()
    {
        var gone = _oracle.Look();
        var before = (await scene.Tracker(chain.Id).Read()).Reorgs;
        var started = Stopwatch.GetTimestamp();
        await chain.Gate.PollAsync();
        _slowest.Poll = Longer(_slowest.Poll, Stopwatch.GetElapsedTime(started));
        var reorgs = (await scene.Tracker(chain.Id).Read()).Reorgs - before;
        if (reorgs != (gone > 0 ? 1 : 0)) throw new HistoryFaultException(FaultKind.MissedAlert, $"{reorgs} reorgs told where {gone} blocks went\n{await scene.StandingAsync(chain.Id)}");
        if (gone > 0) _counted = (_counted.Reorgs + 1, Math.Max(_counted.Deepest, gone), _counted.Alerts + 1);
        await HearAsync();
        started = Stopwatch.GetTimestamp();
        await BalanceAsync();
        _slowest.Ledger = Longer(_slowest.Ledger, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>What the poll told.</summary>
    private async Task HearAsync()
    {
        foreach (var (payment, stage, block, by) in _oracle.Stages())
        {
            var view = await scene.WatchedAsync(chain.Id, payment.Hash);
            // What no block has may be in the node's pool, as where a branch gave it back.
            var told = view?.Stage == "mempool" ? "unseen" : view?.Stage;
            if (told != stage || view!.Inclusion?.Block.Hash != block || view.ConflictedBy != by)
            {
                throw new HistoryFaultException(
                    FaultKind.MissedAlert, $"{payment} is {stage} {block ?? by}, told was {view?.Stage} {view?.Inclusion?.Block.Hash ?? view?.ConflictedBy}\n{await scene.StandingAsync(chain.Id)}");
            }

            if (_stages.GetValueOrDefault(payment.Hash) != $"{stage} {block ?? by}") _counted.Alerts++;
            _stages[payment.Hash] = $"{stage} {block ?? by}";
        }

        foreach (var payment in _oracle.DoubleSpent())
        {
            if (!scene.IsRaised(IncidentCodes.DoubleSpent, $"{chain.Id}/{payment.Hash}"))
                throw new HistoryFaultException(FaultKind.MissedAlert, $"the block with a rival of {payment} raised nothing\n{await scene.StandingAsync(chain.Id)}");
            if (_doubleSpent.Add(payment.Hash)) _counted.Alerts++;
        }
    }

    private async Task BalanceAsync()
    {
        var expected = _oracle.Credits();
        if (await scene.ComesToAsync(_account, expected) is not { } wrong) return;
        throw new HistoryFaultException(wrong.More ? FaultKind.CreditNotReversed : FaultKind.WronglyReversed, wrong.What);
    }

    /// <summary>New payments; of some there is an earlier version, which is not mined now.</summary>
    private async Task<List<ScriptedPayment>> NewAsync(string name, int count)
    {
        var made = new List<ScriptedPayment>();
        for (var i = 0; i < count; i++)
        {
            var payment = await chain.PayAsync($"{name} {i}", _address, _random);
            _versions[payment.Claim] = [payment];
            made.Add(_random.Next(3) == 0 ? Rival(payment, _random.Next(2) == 0 ? _address : null) : payment);
        }

        return made;
    }

    private ScriptedPayment Rival(ScriptedPayment payment, Address? to)
    {
        var versions = _versions[payment.Claim];
        var rival = chain.Rival(versions[^1], to, _random);
        versions.Add(rival);
        return rival;
    }

    private ScriptedPayment Any(List<ScriptedPayment> versions) => versions[_random.Next(versions.Count)];

    private List<IReadOnlyList<ScriptedPayment>> Spread(int blocks, List<ScriptedPayment> payments)
    {
        var spread = Enumerable.Range(0, blocks).Select(static _ => new List<ScriptedPayment>()).ToArray();
        foreach (var payment in payments) spread[_random.Next(blocks)].Add(payment);
        return [.. spread];
    }

    private static IReadOnlyList<ScriptedPayment>[] Empty(int blocks) => [.. Enumerable.Repeat<IReadOnlyList<ScriptedPayment>>([], blocks)];

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static string Told(IReadOnlyList<IReadOnlyList<ScriptedPayment>> blocks) => string.Create(
        CultureInfo.InvariantCulture, $"{blocks.Count}: {string.Join(", ", blocks.SelectMany(static (payments, at) => payments.Select(payment => $"{payment} in {at}")))}");

    private void Say(string what) => _story.AppendLine(CultureInfo.InvariantCulture, $"  {_oracle.Height}: {what}");
}
