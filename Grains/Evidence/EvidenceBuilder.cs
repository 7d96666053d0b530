using System.Text.Json;
using Orleans;
using TPWallet.Chains.Ethereum;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Evidence;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Evidence;

/// <summary>
/// Builds the evidence pack of a settled packet out of grains, journal and chain, and hands out only what the offline check takes. Reading whole
/// streams and blocks is dear, so few are built at once in a silo; the next caller is told to come again.
/// </summary>
public sealed class EvidenceBuilder(ShellServices services, ChainSet chains) : IDisposable
{
    /// <summary>Packs under way at once in one silo.</summary>
    public const int MaxAtOnce = 2;

    /// <summary>Longest both streams may be as JSON, in characters: what a client reads in one answer.</summary>
    public const long MaxJournalChars = 48L << 20;

    /// <summary>How long one build may take: less than a caller waits for a grain.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _slots = new(MaxAtOnce, MaxAtOnce);
    private readonly EvidenceLegs _legs = new(chains);

    /// <summary>The pack, or why there is none.</summary>
    public async Task<EvidenceReply> BuildAsync(IGrainFactory grains, PacketRef packet, CancellationToken cancellationToken)
    {
        // Never waits: whoever finds no slot is refused at once.
        if (!_slots.Wait(TimeSpan.Zero, CancellationToken.None))
            return Refuse(RejectionCode.Overloaded, $"at most {MaxAtOnce} packs under way in this silo", "another");
        try
        {
            return await GatherAsync(grains, packet, cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }

    public void Dispose() => _slots.Dispose();

    private async Task<EvidenceReply> GatherAsync(IGrainFactory grains, PacketRef packet, CancellationToken cancellationToken)
    {
        if (await grains.GetGrain<ITokenPacketGrain>(packet.Key).Read() is not { } view) return Refuse(RejectionCode.NotFound, $"packet {packet.Key}", "none");
        if (view.State != "settled" || view.Bounds is null) return Refuse(RejectionCode.WrongState, "a settled packet", view.State);
        var account = grains.GetGrain<IAccountGrain>(packet.Owner.ToString());
        if (await account.ReadLineage() is not { } lineage || await account.Read() is not { } owner)
            return Refuse(RejectionCode.NotFound, $"account {packet.Owner}", "none");
        var legs = ImmutableArray.CreateBuilder<EvidenceLeg>();
        foreach (var leg in view.Legs)
        {
            // A ledger leg's evidence is the journal's.
            if (leg.Inclusion is not { } inclusion) continue;
            var (proof, refusal) = await _legs.ReadAsync(leg.Leg, inclusion, cancellationToken);
            if (proof is null) return new EvidenceReply.Refused(refusal!);
            legs.Add(proof);
        }

        var rows = await ReadAsync("account", packet.Owner.ToString(), cancellationToken);
        var story = await ReadAsync("packet", packet.Key, cancellationToken);
        if (rows is null || story is null) return Refuse(RejectionCode.TooLarge, $"streams of at most {MaxJournalChars} characters as JSON", "longer ones");
        if (ConsentIn(rows) is not { } consent) return Refuse(RejectionCode.ProofMissing, "the devices' consent in the account's registration", "none");
        var pack = new EvidencePack(
            EvidencePack.CurrentSchema, lineage.Genesis, consent, lineage.Changes, view.Content, view.Bounds, view.Votes, owner.Addresses,
            legs.ToImmutable(), [rows, story]);
        return EvidenceVerifier.Verify(packet.Owner, pack, EthereumEvidence.Instance) is EvidenceVerdict.Refused wrong
            ? new EvidenceReply.Refused(wrong.Rejection)
            : new EvidenceReply.Built(pack);
    }

    private Task<EvidenceJournal?> ReadAsync(string kind, string key, CancellationToken cancellationToken) =>
        EvidenceStream.ReadAsync(services.Journal, new(services.Tenant, kind, key), MaxJournalChars / 2, cancellationToken);

    /// <summary>What the devices signed when the account came to be; a transfer that was refused for want of it may stand before.</summary>
    internal static ImmutableArray<DeviceProof>? ConsentIn(EvidenceJournal account) =>
        account.Rows.FirstOrDefault(static row => row.Type == nameof(AccountEvent.Registered)) is { } row
            && JsonSerializer.Deserialize(row.Payload.Span, AccountJson.Default.AccountEvent) is AccountEvent.Registered registered
            ? registered.Proofs
            : null;

    private static EvidenceReply.Refused Refuse(RejectionCode code, string expected, string actual) => new(new(code, expected, actual));
}
