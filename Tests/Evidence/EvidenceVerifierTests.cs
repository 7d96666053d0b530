using System.Text.Json;
using TPWallet.Chains.Ethereum;
using TPWallet.Domain.Evidence;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Evidence;

public sealed class EvidenceVerifierTests
{
    private static readonly EvidencePack Whole = Story.Pack();

    /// <summary>Every part altered by itself, the step that notices it, and the code that it is refused with.</summary>
    private static readonly (string What, string Step, RejectionCode Code, Func<EvidencePack, EvidencePack> Alter)[] Alterations =
    [
        ("schema", "genesis", RejectionCode.UnsupportedKind, static pack => pack with { Schema = 2 }),
        ("genesis", "genesis", RejectionCode.GenesisMismatch, static pack => pack with { Genesis = pack.Genesis with { Tenant = "other" } }),
        ("consent", "genesis", RejectionCode.BadSignature, static pack =>
            pack with { Proofs = [pack.Proofs[0] with { Signature = Flip(pack.Proofs[0].Signature) }, .. pack.Proofs[1..]] }),
        ("consent missing", "genesis", RejectionCode.ProofMissing, static pack => pack with { Proofs = pack.Proofs[1..] }),
        ("lineage", "lineage", RejectionCode.LineageBroken, static pack => pack with
        {
            Lineage = [new(new("c1", Story.Account, 1, new AccountChange.Unfreeze(1), "ana", People.Start), [], People.Start)],
        }),
        ("attested address", "attestation", RejectionCode.BadSignature, static pack =>
            pack with { Attestations = [pack.Attestations[0] with { Address = Story.Payee }] }),
        ("attested account", "attestation", RejectionCode.VoteWrongSubject, static pack =>
            pack with { Attestations = [pack.Attestations[0] with { Account = Story.Other }] }),
        ("vote signature", "votes", RejectionCode.VoteForged, static pack =>
            pack with { Votes = [pack.Votes[0] with { Signature = Flip(pack.Votes[0].Signature) }, .. pack.Votes[1..]] }),
        ("vote signature of P-256", "votes", RejectionCode.VoteForged, static pack =>
            pack with { Votes = pack.Votes.SetItem(1, pack.Votes[1] with { Signature = Flip(pack.Votes[1].Signature) }) }),
        ("vote signature of Ed25519", "votes", RejectionCode.VoteForged, static pack =>
            pack with { Votes = pack.Votes.SetItem(2, pack.Votes[2] with { Signature = Flip(pack.Votes[2].Signature) }) }),
        ("vote's own content", "votes", RejectionCode.VoteForged, static pack =>
            pack with { Votes = [pack.Votes[0] with { Content = pack.Votes[0].Content with { AccountHead = Bytes32.Zero } }, .. pack.Votes[1..]] }),
        ("stale policy", "votes", RejectionCode.VoteVoid, static pack =>
            pack with { Votes = [pack.Votes[0] with { Content = pack.Votes[0].Content with { PolicyVersion = 2 } }] }),
        ("leg", "votes", RejectionCode.VoteVoid, static pack =>
            pack with { Packet = pack.Packet with { Legs = pack.Packet.Legs.SetItem(
                2, ((Leg.LedgerTransfer)pack.Packet.Legs[2]) with { To = Story.Account }) } }),
        ("bounds", "votes", RejectionCode.VoteVoid, static pack =>
            pack with { Bounds = pack.Bounds with { Addresses = [new(People.Chain, Story.Payee, [new(People.Eth, 1)], [])] } }),
        ("votes missing", "policy", RejectionCode.QuorumMissing, static pack => pack with { Votes = pack.Votes[..1] }),
        ("no attestation", "policy", RejectionCode.None, static pack => pack with { Attestations = [] }),
        ("leg without transaction", "legs", RejectionCode.LegMismatch, static pack => pack with { Legs = pack.Legs[..1] }),
        ("another leg's transaction", "legs", RejectionCode.PayloadMismatch, static pack =>
            pack with { Legs = [pack.Legs[0] with { Raw = pack.Legs[1].Raw }, pack.Legs[1]] }),
        ("header", "legs", RejectionCode.ProofInvalid, static pack =>
            pack with { Legs = [
                pack.Legs[0] with { Headers = [Flip(pack.Legs[0].Headers[0], 120), .. pack.Legs[0].Headers[1..]] }, pack.Legs[1]] }),
        ("index", "legs", RejectionCode.ProofInvalid, static pack => pack with { Legs = [pack.Legs[0] with { Index = 1 }, pack.Legs[1]] }),
        ("transaction proof", "legs", RejectionCode.ProofInvalid, static pack =>
            pack with { Legs = [pack.Legs[0] with { TransactionProof = [Flip(pack.Legs[0].TransactionProof[0])] }, pack.Legs[1]] }),
        ("receipt proof", "legs", RejectionCode.ProofInvalid, static pack =>
            pack with { Legs = [
                pack.Legs[0] with { ReceiptProof = [.. pack.Legs[0].ReceiptProof[..^1], Flip(pack.Legs[0].ReceiptProof[^1])] }, pack.Legs[1]] }),
        ("no header", "legs", RejectionCode.ProofInvalid, static pack => pack with { Legs = [pack.Legs[0] with { Headers = [] }, pack.Legs[1]] }),
        ("journal payload", "journal", RejectionCode.StreamUnreadable, static pack => WithAccount(pack, static rows =>
            rows.SetItem(1, rows[1] with { Payload = Flip(rows[1].Payload) }))),
        ("journal row cut out", "journal", RejectionCode.StreamUnreadable, static pack => WithAccount(pack, static rows => rows.RemoveAt(2))),
        ("journal time", "journal", RejectionCode.StreamUnreadable, static pack => WithAccount(pack, static rows =>
            rows.SetItem(0, rows[0] with { At = new(1) }))),
        ("no journal", "journal", RejectionCode.NotFound, static pack => pack with { Journals = pack.Journals[1..] }),
        ("no packet journal", "journal", RejectionCode.NotFound, static pack => pack with { Journals = pack.Journals[..1] }),
        ("history rewritten with new hashes", "journal", RejectionCode.StreamUnreadable, static pack => WithAccount(pack, static rows =>
            Story.Rehash(Story.Journal(rows.SetItem(0, rows[0] with { At = new(1) }))).Rows)),
        ("the packet's word of another leg, with new hashes", "journal", RejectionCode.StreamUnreadable, static pack =>
            pack with { Journals = [pack.Journals[0], Story.Told(pack.Packet, pack.Packet.Legs[0].Id)] }),
        ("posting cut off with new hashes", "journal", RejectionCode.StreamUnreadable, static pack => WithAccount(pack, static rows => rows[..1])),
    ];

    public static TheoryData<string> Cases => [.. Alterations.Select(static alteration => alteration.What)];

    [Fact]
    public void Verify_WholePack_ProvesEveryLeg()
    {
        var proved = EvidenceVerifier.Verify(Story.Account, Whole, EthereumEvidence.Instance).Should().BeOfType<EvidenceVerdict.Proved>().Subject;
        proved.Voters.Should().Equal("ana", "ben", "cleo");
        proved.Blocks.Should().HaveCount(2).And.OnlyContain(leg => leg.Block.Number == 10 && leg.Confirmations == 2);
        proved.LedgerLegs.Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Verify_Altered_IsRefusedWithItsCode(string what)
    {
        var (_, step, code, alter) = Alterations.Single(alteration => alteration.What == what);
        var refused = EvidenceVerifier.Verify(
            Story.Account, alter(Whole), EthereumEvidence.Instance).Should().BeOfType<EvidenceVerdict.Refused>().Subject;
        refused.Step.Should().Be(step, $"{refused.Rejection}");
        if (code != RejectionCode.None) refused.Rejection.Code.Should().Be(code, $"{refused.Rejection}");
    }

    /// <summary>A refusal that was kept is chained like every row, and says nothing about any leg.</summary>
    [Fact]
    public void Verify_AccountThatRefusedOnce_Proves()
    {
        var pack = WithAccount(Whole, static rows => Story.Rehash(Story.Journal(rows.Add(rows[^1] with
        {
            Version = rows.Length + 1,
            Type = "shell.refused",
            Payload = HexBytes.From("""{"code":"HardLimit","expected":"less","actual":"more","reasons":[]}"""u8),
        }))).Rows);
        EvidenceVerifier.Verify(Story.Account, pack, EthereumEvidence.Instance).Should().BeOfType<EvidenceVerdict.Proved>();
    }

    [Fact]
    public void Verify_AnotherAccount_IsRefused() =>
        EvidenceVerifier.Verify(Story.Other, Whole, EthereumEvidence.Instance).Should().BeOfType<EvidenceVerdict.Refused>()
            .Which.Rejection.Code.Should().Be(RejectionCode.GenesisMismatch);

    [Fact]
    public void Pack_Text_ReadsBackAndProves()
    {
        var text = JsonSerializer.Serialize(Whole, ContractJson.Default.EvidencePack);
        var read = JsonSerializer.Deserialize(text, ContractJson.Default.EvidencePack)!;
        EvidenceVerifier.Verify(Story.Account, read, EthereumEvidence.Instance).Should().BeOfType<EvidenceVerdict.Proved>();
        JsonSerializer.Serialize(read, ContractJson.Default.EvidencePack).Should().Be(text);
    }

    [Fact]
    public void RowHash_SameRows_IsTheJournals()
    {
        var journal = Whole.Journals[0];
        var stream = StreamId.Of(journal.Tenant, journal.Kind, journal.Key);
        byte[] previous = [];
        foreach (var row in journal.Rows)
        {
            var stored = new NewRow(row.Type, row.Schema, row.Payload.Memory, row.CommandId, row.Fingerprint.Memory, row.At.UnixMs);
            previous = HashChain.Next(stream, row.Version, stored, previous);
            Bytes32.From(previous).Should().Be(row.Hash);
        }
    }

    private static EvidencePack WithAccount(EvidencePack pack, Func<ImmutableArray<EvidenceRow>, ImmutableArray<EvidenceRow>> alter) =>
        pack with { Journals = pack.Journals.SetItem(0, pack.Journals[0] with { Rows = alter(pack.Journals[0].Rows) }) };

    private static HexBytes Flip(HexBytes bytes, int at = 40)
    {
        var copy = bytes.Span.ToArray();
        copy[Math.Min(at, copy.Length - 1)] ^= 1;
        return copy;
    }
}
