using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Histories;

/// <summary>
/// A payment out of an account, by votes, signer and lane, whose block a reorg of a given depth takes: the branch holds it elsewhere, or does not hold it at all. Then
/// it must be sent again, with the same bytes, by nobody but the product; it is paid once, and the ledger ends as the chain does. The tracker looks when it likes.
/// </summary>
internal sealed class OutgoingHistory(HistoryScene scene, IScriptedChain chain, ulong seed, int depth) : IHistory
{
    private static readonly Name Coin = "coin";

    private readonly Random _random = new((int)(seed % int.MaxValue));
    private readonly Address _shop = People.AddressOf($"shop of history {seed}");
    private PacketRef _packet;
    private string _story = "";

    public async Task<HistoryOutcome> RunAsync()
    {
        Exception? fault = null;
        var (alerts, started) = (0, System.Diagnostics.Stopwatch.GetTimestamp());
        var (account, own) = await scene.OpenAsync(chain, seed);
        chain.Gate.Open();
        try
        {
            var payment = await PayAsync(account, own);
            await chain.MineAsync([[payment], .. Empty(depth - 1)]);
            await UntilLegAsync(depth < HistoryScene.Confirmations ? "mined" : "settled");
            started = System.Diagnostics.Stopwatch.GetTimestamp();
            alerts = await ReplaceAsync(payment);
            await CheckAsync(account, own);
        }
        catch (Exception e)
        {
            fault = e;
        }

        await chain.Gate.CloseAsync();
        return new(seed, chain.Id, 1, depth, alerts, TimeSpan.Zero, System.Diagnostics.Stopwatch.GetElapsedTime(started), fault, _story);
    }

    /// <summary>What is in the node's pool once the votes are there.</summary>
    private async Task<ScriptedPayment> PayAsync(AccountId account, Address own)
    {
        var funded = await chain.FundAsync(own);
        await scene.System.UntilAsync(async () => await scene.System.AvailableAsync(account, funded.Asset) == funded.Value, "the account to have something to pay with");
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var leg = new Leg.ChainTransfer(Coin, [], own, _shop, new(funded.Asset, funded.Value / 4), new(funded.Value / 20));
        var content = new PacketContent(new(account, "pay"), 1, People.Olga.Id, [leg], [], now + Span.Hours(1), now + Span.Hours(2));
        _packet = content.Ref;
        var view = await scene.System.ProposeAsync(content);
        foreach (var person in new[] { People.Ana, People.Ben })
            if (await scene.System.VoteAsync(view, person) is { } refused) throw new InvalidOperationException($"a vote was refused: {refused}");
        await UntilLegAsync("accepted");
        var hash = (await LegAsync()).TxHash!.Value;
        return new(Coin.ToString(), hash, (await chain.PooledAsync(hash))!.Value, Coin.ToString(), null, 1);
    }

    private async Task<int> ReplaceAsync(ScriptedPayment payment)
    {
        var length = chain.ShortestBranch(depth) + _random.Next(4);
        var branch = Empty(length);
        var at = _random.Next(2) == 0 ? _random.Next(length) : (int?)null;
        if (at is { } index) branch[index] = [payment];
        _story = $"  {depth} blocks, of which the first held it, replaced by {length} with it in {at?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}\n";
        // Seen block by block, it would be sent again before the branch is what the script says.
        await chain.Gate.CloseAsync();
        var hashes = await chain.ReplaceAsync(depth, branch, _random);
        chain.Gate.Open();
        var expected = at is { } held ? hashes[held] : await AgainAsync(payment);
        await chain.MineAsync(Empty(HistoryScene.Confirmations));
        await scene.System.UntilAsync(async () => await LegAsync() is { Stage: "settled", Inclusion.Block.Hash: var block } && block == expected, $"it to be settled in {expected}");
        await scene.System.UntilStateAsync(_packet, "settled");
        return at is null ? 3 : 2;
    }

    /// <summary>The product hears that it is gone, and offers the same bytes again; then they are mined.</summary>
    private async Task<Bytes32> AgainAsync(ScriptedPayment payment)
    {
        await scene.System.UntilAsync(async () => (await LegAsync()).Stage is not ("mined" or "final" or "settled"), "its packet to hear that its block is gone");
        await scene.System.UntilAsync(async () => await chain.PooledAsync(payment.Hash) == payment.Raw, "the same bytes to be offered again");
        return (await chain.MineAsync([[payment]]))[0];
    }

    private async Task CheckAsync(AccountId account, Address own)
    {
        var (asset, onChain) = (chain.Coin, await chain.OnChainAsync(own));
        var paid = await chain.OnChainAsync(_shop);
        var price = (await scene.System.Packet(_packet).Read())!.Content.Legs.OfType<Leg.ChainTransfer>().Single().Amount.Value;
        if (paid != price) throw new InvalidOperationException($"the shop was to get {price}, and has {paid}");
        if (await scene.ComesToAsync(account, new Dictionary<AssetId, UInt256> { [asset] = onChain }) is { } wrong)
            throw new HistoryFaultException(wrong.More ? FaultKind.CreditNotReversed : FaultKind.WronglyReversed, wrong.What);
    }

    private async Task<LegView> LegAsync() => (await scene.System.Packet(_packet).Read())!.Legs.Single();

    private Task UntilLegAsync(string stage) => scene.System.UntilAsync(async () => (await LegAsync()).Stage == stage, $"the payment to be {stage}");

    private static IReadOnlyList<ScriptedPayment>[] Empty(int blocks) => [.. Enumerable.Repeat<IReadOnlyList<ScriptedPayment>>([], blocks)];
}
