using System.Numerics;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Invoices;
using TPWallet.Domain.Payments;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// Channels: one state for each nonce, whoever holds or signs it; each side's ledger as its state is; and when everything has come to rest, both sides hold the same, nothing is
/// locked, and each account has what it was paid less what it paid, and what it earned by carrying.
/// </summary>
internal sealed class ChannelCheck(IJudge judge, IReadOnlyDictionary<string, Mirror> streams)
{
    private readonly Dictionary<(Bytes32 Channel, ulong Nonce), ChannelBook> _full = [];
    private readonly Dictionary<(ChannelRef Side, ulong Nonce), ChannelBook> _signed = [];
    private readonly Dictionary<Guid, (ChannelRef Side, UInt256 Amount)> _paid = [];
    private readonly Dictionary<(ChannelRef Side, long Lock), UInt256> _forgone = [];
    private readonly List<(Instant From, Instant To)> _sleeps = [];

    /// <summary>Nothing holds of payments by hand once the journal was put back: they happen again, or not.</summary>
    private bool _isPutBack;

    public void PutBack() => _isPutBack = true;

    /// <summary>Nothing runs for a while: nobody can say to the contract what he knows, and locks pass their expiry.</summary>
    public void SleptFrom(Instant start, Span length) => _sleeps.Add((start, start + length));

    public void Add(Mirror stream, object before, object @event)
    {
        if (stream.State is not ChannelState state) return;
        if (@event is ChannelEvent.UpdateWanted { Wish: { Update: ChannelUpdate.Pay pay } wish }) _paid[wish.Id] = (state.Ref, pay.Amount);
        foreach (var refused in state.Refused) _paid.Remove(refused.Id);
        if (@event is ChannelEvent.UpdateWanted { Wish.Update: ChannelUpdate.Fail { Number: var number } }) Forgo(stream, state, number);
        if (ChannelAudit.Differences(state) is [var difference, ..]) judge.Fail("channel-ledger", $"{stream.Name}: {difference}");
        if (state.Full is not { Book: var book } full || ReferenceEquals(full, ((ChannelState)before).Full)) return;
        if (!_full.TryAdd((state.Ref.Channel, book.Nonce), book) && !_full[(state.Ref.Channel, book.Nonce)].Equals(book))
            judge.Fail("two-states", $"{stream.Name} holds another state {book.Nonce} than was held before: {book}");
    }

    /// <summary>A lock goes back although its secret is known: only sleep through its last safe seconds excuses that, and then its amount is lost.</summary>
    private void Forgo(Mirror stream, ChannelState state, long number)
    {
        if (state.Secrets.IsDefaultOrEmpty || state.Secrets.All(known => known.Lock != number) || state.Newest.Find(state.Us.Other(), number) is not { } open) return;
        _forgone[(state.Ref, number)] = open.Amount;
        var expiry = new Instant(checked((long)open.Expiry * 1_000));
        if (_sleeps.TrueForAll(sleep => sleep.To < expiry - Span.Seconds((long)state.Terms!.ShortestLock) || sleep.From > expiry))
            judge.Fail("secret-wasted", $"{stream.Name} gives {open} back, knows its secret, and slept {string.Join(", ", _sleeps)}");
    }

    /// <summary>The signer gave a signature of a state.</summary>
    public void Signed(ChannelRef side, ChannelBook book)
    {
        if (!_signed.TryAdd((side, book.Nonce), book) && !_signed[(side, book.Nonce)].Equals(book)) judge.Fail("two-states", $"{side} signed two states {book.Nonce}: {book}");
    }

    /// <summary>What keeps a stream from being at its end; null when nothing does.</summary>
    public string? Unfinished(Mirror stream) => stream.State switch
    {
        ChannelState { Phase: ChannelPhase.Open } open when !open.Wishes.IsEmpty || !open.Ours.IsEmpty || !open.Theirs.IsEmpty =>
            $"{stream.Name} has {open.Wishes.Length} wishes and states {string.Join(", ", open.Ours.Select(static own => own.Nonce).Concat(open.Theirs.Select(static one => one.Nonce)))} under way",
        ChannelState { Phase: ChannelPhase.Open, Book.Locks: { IsEmpty: false } locks } => $"{stream.Name} has locks {string.Join(", ", locks)}",
        ChannelState { Phase: ChannelPhase.Open } open when PeerOf(open) is { Phase: ChannelPhase.Open } peer && !peer.Book.Equals(open.Book) =>
            $"{stream.Name} holds state {open.Book.Nonce}, its peer {peer.Book.Nonce}",
        ChannelState { Phase: ChannelPhase.Closing or ChannelPhase.Ended } closing => $"{stream.Name} is {closing.Phase} by {closing.Act}",
        PaymentState { Stage: PaymentStage.Preparing or PaymentStage.Going } payment => $"{stream.Name} is {payment.Stage}",
        InvoiceState { Stage: InvoiceStage.Making or InvoiceStage.Settling } invoice => $"{stream.Name} is {invoice.Stage}",
        _ => null,
    };

    /// <summary>At the end of a world whose channels all stayed open and came to rest, and whose journal was never put back: nobody has more or less than is due.</summary>
    public void Finish()
    {
        var sides = streams.Values.Select(static stream => stream.State).OfType<ChannelState>().Where(static side => side.Opening is not null).ToArray();
        if (_isPutBack || !Array.TrueForAll(sides, static side => side.Phase == ChannelPhase.Open && side.Book.Withdrawn.Sum.IsZero) || streams.Values.Any(stream => Unfinished(stream) is not null)) return;
        var due = new SortedDictionary<string, BigInteger>(StringComparer.Ordinal);
        foreach (var side in sides) Give(side.Opening!.Account, -(BigInteger)side.Book.Deposited.Of(side.Ref.Us) + (BigInteger)side.Book.Balance.Of(side.Ref.Us));
        foreach (var (side, amount) in _paid.Values)
        {
            Give(AccountOf(side), amount);
            Give(AccountOf(side.Peer), -(BigInteger)amount);
        }

        var fees = BigInteger.Zero;
        foreach (var stream in streams.Values)
        {
            if (stream.State is InvoiceState { Stage: InvoiceStage.Paid } invoice) Give(invoice.Ref.Account, -(BigInteger)invoice.Received);
            if (stream.State is not PaymentState state || PaymentDecider.View(state, stream.Version) is not { Stage: PaymentStage.Paid } payment) continue;
            Give(state.Ref.Account, payment.Delivered + payment.FeePaid);
            fees += payment.FeePaid;
        }

        var forgone = new SortedDictionary<string, BigInteger>(StringComparer.Ordinal);
        foreach (var ((side, _), amount) in _forgone) forgone[AccountOf(side).ToString()] = forgone.GetValueOrDefault(AccountOf(side).ToString()) + amount;
        Judge(due, forgone, fees);

        void Give(AccountId account, BigInteger amount) => due[account.ToString()] = due.GetValueOrDefault(account.ToString()) + amount;
    }

    /// <summary>What is left is what each earned by carrying, less what it slept through.</summary>
    private void Judge(SortedDictionary<string, BigInteger> earned, SortedDictionary<string, BigInteger> forgone, BigInteger fees)
    {
        foreach (var (account, amount) in earned)
            if (amount + forgone.GetValueOrDefault(account) < 0) judge.Fail("channel-books", $"{account} lost {-amount} by carrying, and slept through {forgone.GetValueOrDefault(account)}");
        var sum = Sum(earned);
        if (sum > fees || sum < fees - Sum(forgone)) judge.Fail("channel-books", $"{fees} were paid in fees, {string.Join(", ", earned)} earned, and {string.Join(", ", forgone)} slept through");

        static BigInteger Sum(SortedDictionary<string, BigInteger> amounts) => amounts.Values.Aggregate(BigInteger.Zero, static (sum, amount) => sum + amount);
    }

    private AccountId AccountOf(ChannelRef side) => Find(side)!.Opening!.Account;

    private ChannelState? PeerOf(ChannelState side) => Find(side.Ref.Peer);

    private ChannelState? Find(ChannelRef side) => streams.GetValueOrDefault(new Grains.Journal.StreamName(judge.Tenant, ChannelDecider.Kind, side.ToString()).ToString())?.State as ChannelState;
}
