using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Evidence;

/// <summary>
/// The journals of a pack: every row hashes over the one before it, no version is missing, each head that a device saw when it voted is among the
/// account's rows, and the account's events say of each leg what the chain proves.
/// </summary>
internal static class EvidenceJournals
{
    private const string AccountKind = "account";
    private const string PacketKind = "packet";

    public static Rejection? Check(AccountId account, EvidencePack pack, ImmutableArray<(Name Leg, ProvedLeg Proof)> proved)
    {
        foreach (var journal in pack.Journals)
            if (CheckChain(journal) is { } broken) return broken;
        if (Find(pack, AccountKind, account.ToString()) is not { } rows) return new(RejectionCode.NotFound, "the account's journal", "none");
        if (Find(pack, PacketKind, pack.Packet.Ref.Key) is not { } story) return new(RejectionCode.NotFound, "the packet's journal", "none");
        return CheckHeads(pack, rows) ?? CheckEvents(pack, rows, story, proved);
    }

    /// <summary>What the packet's own journal says of its score and its release; null where it says nothing, or cannot be read, which <see cref="Check"/> then tells.</summary>
    public static PacketRisk? RiskOf(EvidencePack pack)
    {
        if (Find(pack, PacketKind, pack.Packet.Ref.Key) is not { } story || ReadEvents(story, PacketJson.Default.PacketEvent, out _) is not { } told) return null;
        return told.OfType<PacketEvent.Scored>().LastOrDefault() is { } scored
            ? new(scored.Score, told.OfType<PacketEvent.CaseDecided>().LastOrDefault(static said => said.Release is not null)?.Release)
            : null;
    }

    private static EvidenceJournal? Find(EvidencePack pack, string kind, string key) =>
        pack.Journals.FirstOrDefault(journal => journal.Kind == kind && journal.Key == key && !journal.Rows.IsEmpty);

    private static Rejection? CheckChain(EvidenceJournal journal)
    {
        if (journal.Rows.Length > EvidencePack.MaxRows)
            return new(RejectionCode.TooLarge, $"{EvidencePack.MaxRows} rows", $"{journal.Rows.Length}");
        Bytes32? previous = null;
        for (var i = 0; i < journal.Rows.Length; i++)
        {
            var row = journal.Rows[i];
            if (row.Version != i + 1) return Broken(journal, $"version {i + 1}", $"version {row.Version}");
            var hash = JournalRowHash.Of(journal, row, previous);
            if (hash != row.Hash) return Broken(journal, $"row {row.Version} with hash {hash}", $"{row.Hash}");
            previous = hash;
        }

        return null;
    }

    /// <summary>The devices signed these heads: a history rewritten after a vote, even with every hash made anew, no longer has them.</summary>
    private static Rejection? CheckHeads(EvidencePack pack, EvidenceJournal rows)
    {
        foreach (var head in pack.Votes.Select(static vote => vote.Content.AccountHead).Where(static head => !head.IsZero))
            if (rows.Rows.All(row => row.Hash != head)) return Broken(rows, $"a row with the head {head} that a voter saw", "none");
        return null;
    }

    private static Rejection? CheckEvents(
        EvidencePack pack, EvidenceJournal rows, EvidenceJournal story, ImmutableArray<(Name Leg, ProvedLeg Proof)> proved)
    {
        if (ReadEvents(rows, AccountJson.Default.AccountEvent, out var refusal) is not { } events) return refusal;
        if (ReadEvents(story, PacketJson.Default.PacketEvent, out refusal) is not { } told) return refusal;
        var registered = events.OfType<AccountEvent.Registered>().FirstOrDefault();
        if (registered is null || Canonical.AccountId(registered.Genesis) != pack.Packet.Ref.Owner)
            return Broken(rows, "the registration of this account", "another");
        foreach (var (leg, proof) in proved)
        {
            // A reorg posts again: the last posting is the one that stands.
            var posted = events.OfType<AccountEvent.LegPosted>().LastOrDefault(posted => posted.Packet == pack.Packet.Ref.Id && posted.Leg == leg);
            if (posted?.Inclusion.TxHash != proof.TxHash || posted.Inclusion.Block != proof.Block)
                return Broken(rows, $"{leg} posted by {proof.TxHash} in block {proof.Block}", $"{posted?.Inclusion}");
        }

        foreach (var leg in pack.Packet.Legs.OfType<Leg.ChannelPayment>().Where(leg => LegPlan.MadeInstead(pack.Packet, leg.Id) is not { } other || proved.All(one => one.Leg != other.Id)))
        {
            // Who has the secret was paid: its hash is what the members voted on.
            var secret = told.OfType<PacketEvent.LegProgressed>().Where(progress => progress.Leg == leg.Id).Select(static progress => progress.Progress).OfType<LegProgress.Paid>().FirstOrDefault()?.Secret;
            if (secret is not { } known || Bytes32.From(SHA256.HashData(known.ToArray())) != leg.Invoice.Terms.Hash)
                return Broken(story, $"{leg.Id} paid: the secret of {leg.Invoice.Terms.Hash}", secret is null ? "none" : "another");
        }

        foreach (var leg in pack.Packet.Legs.OfType<Leg.LedgerTransfer>().Where(static leg => leg.Compensates is null))
        {
            var name = new LegRef(pack.Packet.Ref, leg.Id);
            var sent = events.OfType<AccountEvent.TransferSent>().FirstOrDefault(sent => sent.Leg == name);
            if (sent is null || sent.To != leg.To || sent.Amount != leg.Amount)
                return Broken(rows, $"{leg.Id} sent: {leg.Amount} to {leg.To}", $"{sent?.Amount} to {sent?.To}");
            // The payee's word, which the packet has before the payer closes the transfer.
            if (!told.OfType<PacketEvent.LegProgressed>().Any(progress => progress.Leg == leg.Id && progress.Progress is LegProgress.Delivered))
                return Broken(story, $"{leg.Id} delivered", "no such word");
        }

        return null;
    }

    private static ImmutableArray<TEvent>? ReadEvents<TEvent>(EvidenceJournal rows, JsonTypeInfo<TEvent> type, out Rejection? refusal)
    {
        refusal = null;
        var events = ImmutableArray.CreateBuilder<TEvent>(rows.Rows.Length);
        foreach (var row in rows.Rows.Where(static row => !row.Type.StartsWith(RowTypes.Shell, StringComparison.Ordinal)))
        {
            try
            {
                var read = JsonSerializer.Deserialize(row.Payload.Span, type);
                events.Add(read ?? throw new JsonException("Expected an event."));
            }
            catch (Exception unreadable) when (
                unreadable is JsonException or ArgumentException or FormatException or OverflowException or NotSupportedException)
            {
                refusal = Broken(rows, $"an event in row {row.Version}", unreadable.Message);
                return null;
            }
        }

        return events.ToImmutable();
    }

    private static Rejection Broken(EvidenceJournal journal, string expected, string actual) =>
        new(RejectionCode.StreamUnreadable, $"{journal.Kind}: {expected}", actual);
}
