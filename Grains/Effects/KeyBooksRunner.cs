using Orleans;
using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.KeyBooks;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects;

/// <summary>Reads what the books of a channel key are held against. Nothing that it reads moves money; where nodes do not answer, the next look asks again.</summary>
public sealed class KeyBooksRunner(IGrainFactory grains, ChainSet chains)
{
    /// <summary>Ranges of logs that are read in one look; what is left is read by the next. The first look begins so far back.</summary>
    private const int Ranges = 32;

    public async Task<EffectResult> RunAsync(Effect.ReadKeyBooks e, CancellationToken cancellationToken)
    {
        var (account, _, chainId, manager, token) = e.Books;
        if (chains.Find(chainId) is not { } chain) return new EffectResult.NoAnswer($"{chainId} is no chain of this deployment.");
        if ((await grains.GetGrain<IChainTrackerGrain>(chainId.ToString()).Read()).Final is not { } final) return new EffectResult.NoAnswer("No block is final yet.");
        var held = await ChannelRunner.ReadAsync(chain, manager, ChannelCalls.Accounts(e.Party, token), new BlockSelector.ByHash(final.Hash), ChannelCalls.ReadAccount, cancellationToken);
        if (!held.TryGet(out var credit, out var error)) return new EffectResult.NoAnswer(error.ToString());
        var grain = grains.GetGrain<IAccountGrain>(account.ToString());
        if (await grain.Read() is not { } view) return SignerAnswers.Unregistered(account);
        var own = view.Addresses.Where(address => address.Chain == chainId).Select(static address => address.Address).ToHashSet();
        const ulong Far = (ulong)Ranges * EthereumNode.MaxLogRange;
        var first = e.Next != 0 ? e.Next : final.Number > Far ? final.Number - Far + 1 : 1;
        var entries = ImmutableArray.CreateBuilder<PartyEntry>();
        var next = first;
        for (var i = 0; i < Ranges && next <= final.Number; i++)
        {
            var to = Math.Min(final.Number, next + EthereumNode.MaxLogRange - 1);
            if (await EntriesAsync(chain, e, next, to, own.Contains, cancellationToken) is not { } found) return new EffectResult.NoAnswer($"Nodes do not agree on the events of blocks {next} to {to}.");
            entries.AddRange(found);
            next = to + 1;
        }

        var asked = e.Waiting.Concat(entries.Select(static entry => entry.Transaction)).Distinct().Take(2 * KeyBooksDecider.MostWaiting).ToImmutableArray();
        var moves = asked.IsEmpty ? [] : await grain.ReadMoves(AssetId.Erc20(chainId, token), asked);
        return new EffectResult.KeyBooksRead(new(final, first, next - 1, credit.Credit, credit.Pulls, entries.ToImmutable(), moves, await SidesAsync(e.Behind)));
    }

    /// <summary>
    /// Told with each look of a side, and said again at the next. Nobody waits for the answer, nor learns of a failure: a side that defends itself must not depend on its key's books.
    /// </summary>
    internal static void Note(IGrainFactory grains, Effect.LookAtChannel e, ChannelRef side)
    {
        if (e.Figures is not { } figures) return;
        var books = KeyBooksRef.Of(e.Opening).ToString();
        var id = EffectId.Of(KeyBooksDecider.Kind, books, $"{side}|{figures.Deposited}|{figures.Credited}|{figures.IsSettled}");
        _ = grains.GetGrain<IKeyBooksGrain>(books).Submit(new KeyBooksCommand.NoteSide(id, side, e.Opening.Facts.PartyOf(e.Us), figures));
    }

    /// <summary>Null where nodes do not say the same. The events with the amounts do not name the channel, so each block that has one is read as a whole, in its order.</summary>
    private static async Task<IReadOnlyList<PartyEntry>?> EntriesAsync(
        ServedChain chain, Effect.ReadKeyBooks e, ulong from, ulong to, Func<Address, bool> isHome, CancellationToken cancellationToken)
    {
        var blocks = new SortedSet<ulong>();
        foreach (var topics in ChannelCalls.PartyMovements(e.Party, e.Books.Token))
        {
            if (!(await chain.ReadMoneyAsync((n, ct) => n.LogsAsync(from, to, [e.Books.Manager], topics, ct), cancellationToken)).TryGet(out var logs, out _)) return null;
            blocks.UnionWith(logs.Select(static log => log.Block.Number));
        }

        var found = new List<PartyEntry>();
        foreach (var block in blocks)
        {
            if (!(await chain.ReadMoneyAsync((n, ct) => n.LogsAsync(block, block, [e.Books.Manager], [], ct), cancellationToken)).TryGet(out var all, out _)) return null;
            foreach (var transaction in all.OrderBy(static log => log.LogIndex).GroupBy(static log => log.TransactionHash))
                found.AddRange(ChannelCalls.ReadParty(transaction.Select(static log => log.Log), transaction.Key, block, e.Party, e.Books.Token, isHome));
        }

        return found;
    }

    private async Task<ImmutableArray<ToldSide>> SidesAsync(ImmutableArray<ChannelRef> sides)
    {
        var told = ImmutableArray.CreateBuilder<ToldSide>(sides.Length);
        foreach (var side in sides)
        {
            if (await grains.GetGrain<IChannelGrain>(side.ToString()).ReadLedger() is not { } ledger) continue;
            var deposited = ledger.Postings.FirstOrDefault(static posting => posting.Kind == ChannelPosting.Deposited)?.Amount ?? UInt256.Zero;
            var credited = ledger.Accounts.First(static account => account.Account == SubAccount.Credit).Credits;
            told.Add(new(side, new(deposited, credited, ledger.Block, ledger.SettledBy is not null)));
        }

        return told.ToImmutable();
    }
}
