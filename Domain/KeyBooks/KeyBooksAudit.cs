using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.KeyBooks;

/// <summary>
/// Holds against each other what the contract's events say, what the contract holds, what the sides' ledgers say, and what the account's own ledger posted for the same transactions.
/// What may only be late is given time; what others paid for the key, and what was paid to addresses that are not the account's, is no difference.
/// </summary>
public static class KeyBooksAudit
{
    /// <summary>How long a side, or the account's ledger, may be behind the contract: a side looks once an hour at the least.</summary>
    internal static Span Patience { get; } = Span.Hours(2);

    /// <summary>What does not agree; empty: everything that is known does.</summary>
    public static ImmutableArray<BooksDifference> Differences(KeyBooksState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var found = ImmutableArray.CreateBuilder<BooksDifference>();
        if (state is { Start: { } start, IsWhole: true })
        {
            var owed = start.Credit + state.Sums.Credited;
            Add("contract.credit", owed, state.Credit + state.Sums.Pulled);
            Add("contract.pulls", start.Pulls + state.Sums.Pulls, state.Pulls);
        }

        var apart = state.Channels.Values.Where(line => DepositsDiffer(state, line)).ToArray();
        if (apart.Length > 0) Add("sides.deposited", Sum(apart, static line => line.Deposited), Sum(apart, static line => line.Side!.Deposited));
        apart = [.. state.Channels.Values.Where(line => CreditsDiffer(state, line))];
        if (apart.Length > 0) Add("sides.credited", Sum(apart, static line => line.Credited), Sum(apart, static line => line.Side!.Credited));
        Add("account.spent", state.Sums.Short, UInt256.Zero);
        Add("account.received", state.Waiting.Values.Where(move => IsLate(state, move.Since)).Aggregate(UInt256.Zero, static (sum, move) => sum + move.Home), UInt256.Zero);
        return found.ToImmutable();

        void Add(string what, UInt256 expected, UInt256 actual)
        {
            if (expected != actual) found.Add(new(what, expected.ToString(), actual.ToString()));
        }
    }

    /// <summary>What the account sees; null: there is nothing.</summary>
    public static KeyBooksView? View(KeyBooksState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Party is not { } party) return null;
        var sums = state.Sums;
        var lines = state.Channels.OrderByDescending(line => DepositsDiffer(state, line.Value) || CreditsDiffer(state, line.Value)).Take(KeyBooksView.MostChannels);
        return new(
            state.Ref, party, state.From, state.Block, state.Credit, sums.Deposited, sums.ByPackets, sums.ByOthers, sums.Credited,
            Sum(state.Channels.Values.Where(static line => line.Side is null), static line => line.Credited), sums.Pulled, sums.PaidHome, sums.PaidElsewhere, state.Waiting.Count,
            [.. lines.Select(static line => new KeyChannel(line.Key, line.Value.Side, line.Value.Deposited, line.Value.Credited))], Differences(state));
    }

    /// <summary>A side has less, or more, than the contract gave it; what may be late is so only after a while.</summary>
    internal static bool CreditsDiffer(KeyBooksState state, ChannelLine line) => line is { IsKnown: true, Side: { } side }
        && (side.Credited > line.Credited ? side.Block < state.Next : side.Credited < line.Credited && IsLate(state, line.MovedAt));

    /// <summary>A side counts more than there is, or has settled without some of it. What it has not counted yet is no difference.</summary>
    private static bool DepositsDiffer(KeyBooksState state, ChannelLine line) => line is { IsWhole: true, Side: { } side }
        && (side.Deposited > line.Deposited ? side.Block < state.Next : side.IsSettled && side.Deposited < line.Deposited && IsLate(state, line.MovedAt));

    private static bool IsLate(KeyBooksState state, Instant since) => state.At >= since + Patience;

    private static UInt256 Sum(IEnumerable<ChannelLine> lines, Func<ChannelLine, UInt256> of) => lines.Aggregate(UInt256.Zero, (sum, line) => sum + of(line));
}
