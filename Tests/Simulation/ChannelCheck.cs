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

    /// <summary>Nothing holds of payments by hand once the journal was put back: they happen again, or not.</summary>
    private bool _isPutBack;

    public void PutBack() => _isPutBack = true;

    public void Add(Mirror stream, object before, object @event)
    {
        if (stream.State is not ChannelState state) return;
        if (@event is ChannelEvent.UpdateWanted { Wish: { Update: ChannelUpdate.Pay pay } wish }) _paid[wish.Id] = (state.Ref, pay.Amount);
        foreach (var refused in state.Refused) _paid.Remove(refused.Id);
        if (ChannelAudit.Differences(state) is [var difference, ..]) judge.Fail("channel-ledger", $"{stream.Name}: {difference}");
        if (state.Full is not { Book: var book } full || ReferenceEquals(full, ((ChannelState)before).Full)) return;
        if (!_full.TryAdd((state.Ref.Channel, book.Nonce), book) && !_full[(state.Ref.Channel, book.Nonce)].Equals(book))
            judge.Fail("two-states", $"{stream.Name} holds another state {book.Nonce} than was held before: {book}");
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

    /// <summary>At the end of a world whose channels all stayed open and whose journal was never put back: nobody has more or less than is due.</summary>
    public void Finish()
    {
        var sides = streams.Values.Select(static stream => stream.State).OfType<ChannelState>().Where(static side => side.Opening is not null).ToArray();
        if (_isPutBack || !Array.TrueForAll(sides, static side => side.Phase == ChannelPhase.Open && side.Book.Withdrawn.Sum.IsZero)) return;
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

        // What is left is what each earned by carrying.
        foreach (var (account, earned) in due)
            if (earned.Sign < 0) judge.Fail("channel-books", $"{account} lost {-earned} by carrying");
        if (due.Values.Aggregate(BigInteger.Zero, static (sum, earned) => sum + earned) != fees) judge.Fail("channel-books", $"{fees} were paid in fees, and {string.Join(", ", due)} earned");

        void Give(AccountId account, BigInteger amount) => due[account.ToString()] = due.GetValueOrDefault(account.ToString()) + amount;
    }

    private AccountId AccountOf(ChannelRef side) => Find(side)!.Opening!.Account;

    private ChannelState? PeerOf(ChannelState side) => Find(side.Ref.Peer);

    private ChannelState? Find(ChannelRef side) => streams.GetValueOrDefault(new Grains.Journal.StreamName(judge.Tenant, ChannelDecider.Kind, side.ToString()).ToString())?.State as ChannelState;
}
