using TPWallet.Chains.Ethereum;
using TPWallet.Domain.Evidence;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Demo.Proof;

/// <summary>One byte changed at a time, in every part of a pack.</summary>
internal static class Alterations
{
    /// <summary>Where, and the pack with one byte of it changed.</summary>
    public static IEnumerable<(string Where, EvidencePack Pack)> Of(EvidencePack pack)
    {
        yield return ("the genesis' nonce", pack with { Genesis = pack.Genesis with { Nonce = Flip(pack.Genesis.Nonce) } });
        yield return (
            "a member's public key",
            pack with { Genesis = pack.Genesis with { Members = pack.Genesis.Members.SetItem(0, Altered(pack.Genesis.Members[0])) } });
        yield return (
            "a device's consent",
            pack with { Proofs = pack.Proofs.SetItem(0, pack.Proofs[0] with { Signature = Flip(pack.Proofs[0].Signature) }) });
        yield return (
            "a leg's amount", pack with { Packet = pack.Packet with { Legs = pack.Packet.Legs.SetItem(0, Altered(pack.Packet.Legs[0])) } });
        yield return ("a deadline", pack with { Packet = pack.Packet with { OpenBefore = new(pack.Packet.OpenBefore.UnixMs ^ 1) } });
        for (var i = 0; i < pack.Votes.Length; i++)
        {
            var vote = pack.Votes[i];
            yield return (
                $"the vote of {vote.Content.Member}", pack with { Votes = pack.Votes.SetItem(i, vote with { Signature = Flip(vote.Signature) }) });
        }

        yield return (
            "the attested address",
            pack with { Attestations = pack.Attestations.SetItem(0, pack.Attestations[0] with { Address = Flip(pack.Attestations[0].Address) }) });
        var unsigned = pack.Attestations[0] with { Signature = Flip(pack.Attestations[0].Signature) };
        yield return ("the signer's attestation", pack with { Attestations = pack.Attestations.SetItem(0, unsigned) });
        for (var i = 0; i < pack.Legs.Length; i++)
        {
            var (leg, at) = (pack.Legs[i], i);
            yield return ($"the transaction of {leg.Leg}", With(pack, at, leg with { Raw = Flip(leg.Raw) }));
            yield return ($"the header of {leg.Leg}", With(pack, at, leg with { Headers = leg.Headers.SetItem(0, Flip(leg.Headers[0])) }));
            yield return ($"a header on top of {leg.Leg}", With(pack, at, leg with { Headers = leg.Headers.SetItem(1, Flip(leg.Headers[1], 20)) }));
            yield return (
                $"the receipt proof of {leg.Leg}",
                With(pack, at, leg with { ReceiptProof = leg.ReceiptProof.SetItem(0, Flip(leg.ReceiptProof[0])) }));
        }

        for (var i = 0; i < pack.Journals.Length; i++)
        {
            var journal = pack.Journals[i];
            for (var at = 0; at < journal.Rows.Length; at++)
            {
                var row = journal.Rows[at];
                var rows = journal.Rows.SetItem(at, row with { Payload = Flip(row.Payload) });
                yield return (
                    $"row {row.Version} of the {journal.Kind}'s journal",
                    pack with { Journals = pack.Journals.SetItem(i, journal with { Rows = rows }) });
            }
        }
    }

    public static EvidenceVerdict Verify(AccountId account, EvidencePack pack) => EvidenceVerifier.Verify(account, pack, EthereumEvidence.Instance);

    private static EvidencePack With(EvidencePack pack, int at, EvidenceLeg leg) => pack with { Legs = pack.Legs.SetItem(at, leg) };

    private static HexBytes Flip(HexBytes bytes, int? at = null)
    {
        var copy = bytes.Span.ToArray();
        copy[at ?? (copy.Length / 2)] ^= 1;
        return copy;
    }

    private static Bytes32 Flip(Bytes32 bytes) => Bytes32.From(Flip((HexBytes)bytes.ToArray()).Span);

    private static Address Flip(Address address) => Address.From(Flip((HexBytes)address.ToArray()).Span);

    private static TPWallet.Grains.Interfaces.Accounts.Member Altered(TPWallet.Grains.Interfaces.Accounts.Member member) =>
        member with { Devices = member.Devices.SetItem(0, member.Devices[0] with { PublicKey = Flip(member.Devices[0].PublicKey) }) };

    private static TPWallet.Grains.Interfaces.Packets.Leg Altered(TPWallet.Grains.Interfaces.Packets.Leg leg) =>
        leg is TPWallet.Grains.Interfaces.Packets.Leg.ChainTransfer transfer
            ? transfer with { Amount = transfer.Amount with { Value = transfer.Amount.Value + 1 } }
            : leg;
}
