using System.Globalization;
using TPWallet.Chains.Ethereum;
using TPWallet.Crypto;
using TPWallet.Demo.Telling;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Demo.Proof;

/// <summary>
/// What independent-check.sh reads: each vote as the typed data that its device showed, with public key and signature in the forms that other tools
/// know, and lists of balances and transactions.
/// </summary>
internal static class CheckFiles
{
    /// <summary>SubjectPublicKeyInfo headers (RFC 5480, RFC 8410) that a raw public key is appended to.</summary>
    private const string Secp256k1Info = "3056301006072a8648ce3d020106052b8104000a034200";

    private const string P256Info = "3059301306072a8648ce3d020106082a8648ce3d030107034200";

    private const string Ed25519Info = "302a300506032b6570032100";

    public static async Task WriteAsync(
        string folder,
        Uri node,
        EvidencePack pack,
        IReadOnlyList<PacketView> voted,
        IEnumerable<(Address Owner, AssetId Asset, UInt256 Amount)> balances,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(folder, "votes"));
        await File.WriteAllTextAsync(Path.Combine(folder, "node.txt"), node.ToString(), cancellationToken);
        await File.WriteAllLinesAsync(
            Path.Combine(folder, "balances.txt"),
            balances.Select(static row => $"{row.Owner} {(row.Asset.IsNative ? "native" : row.Asset.Contract!.Value.Value)} {row.Amount}"),
            cancellationToken);
        await File.WriteAllLinesAsync(Path.Combine(folder, "transactions.txt"), pack.Legs.Select(Transaction), cancellationToken);
        var lines = new List<string>();
        foreach (var (view, vote) in voted.SelectMany(static view => view.Votes.Select(vote => (view, vote))))
            lines.Add(await WriteVoteAsync(Path.Combine(folder, "votes"), pack.Genesis, view, vote, cancellationToken));
        await File.WriteAllLinesAsync(Path.Combine(folder, "votes.txt"), lines, cancellationToken);
    }

    private static string Transaction(EvidenceLeg leg)
    {
        var header = BlockHeader.Decode(leg.Headers[0].Span).Value;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{leg.Leg} {SignedTransaction.Decode(leg.Raw.Span).Value.Hash()} {header.Hash()} {header.Number} {leg.Raw}");
    }

    /// <summary>
    /// Typed data, digest, key and signature. A second, throw-away secp256k1 key signs the same digest: cast checks that signature against the
    /// typed data and openssl against the digest, so the digest that P-256 and Ed25519 signatures are checked with is not ours alone.
    /// </summary>
    private static async Task<string> WriteVoteAsync(
        string folder, Genesis genesis, PacketView view, Vote vote, CancellationToken cancellationToken)
    {
        var member = vote.Content.Member;
        var name = $"{view.Ref.Id}-{member}";
        var device = genesis.Members.First(candidate => candidate.Id == member).Devices.First(candidate => candidate.Id == vote.Content.Device);
        var typed = new VoteSubject.Packet(view.Content, view.Bounds!).TypedData(genesis.Deployment, vote.Content);
        var digest = typed.Digest().ToArray();
        using var witness = Secp256k1.GenerateKey();
        var (witnessSignature, witnessAddress) = (EthereumSignature.Sign(witness, digest), EthereumAddress.FromPrivateKey(witness));
        await WriteAsync(".typed-data.json", TypedDataJson.Write(typed));
        await WriteBytesAsync(".digest", digest);
        await WriteAsync(".pem", Pem(device.Scheme, device.PublicKey));
        await WriteBytesAsync(".sig", device.Scheme == SignatureScheme.Ed25519 ? vote.Signature.Span.ToArray() : Der(vote.Signature));
        await WriteAsync(".witness.pem", Pem(SignatureScheme.Secp256k1, Secp256k1.CreatePublicKey(witness)));
        await WriteBytesAsync(".witness.sig", Der(witnessSignature.ToArray().AsSpan(0, Secp256k1.SignatureLength).ToArray()));
        var sixtyFour = Convert.ToHexStringLower(witnessSignature.ToArray().AsSpan(0, Secp256k1.SignatureLength));
        return $"{name} {device.Scheme} {witnessAddress} 0x{sixtyFour}{27 + witnessSignature.YParity:x2}";

        Task WriteAsync(string ending, string text) => File.WriteAllTextAsync(Path.Combine(folder, name + ending), text, cancellationToken);
        Task WriteBytesAsync(string ending, byte[] bytes) => File.WriteAllBytesAsync(Path.Combine(folder, name + ending), bytes, cancellationToken);
    }

    private static string Pem(SignatureScheme scheme, HexBytes publicKey)
    {
        var point = new byte[Secp256k1.UncompressedLength];
        var held = scheme switch
        {
            SignatureScheme.Secp256k1 => Secp256k1.TryConvertPublicKey(publicKey.Span, point),
            SignatureScheme.P256 => P256.TryDecompress(publicKey.Span, point),
            _ => true,
        };
        if (!held) throw new DemoFailedException($"{publicKey} is no key of {scheme}");
        byte[] info = scheme switch
        {
            SignatureScheme.Secp256k1 => [.. Convert.FromHexString(Secp256k1Info), .. point],
            SignatureScheme.P256 => [.. Convert.FromHexString(P256Info), .. point],
            _ => [.. Convert.FromHexString(Ed25519Info), .. publicKey.Span],
        };
        return System.Security.Cryptography.PemEncoding.WriteString("PUBLIC KEY", info) + "\n";
    }

    /// <summary>r ‖ s as an ASN.1 sequence of two integers, for openssl.</summary>
    private static byte[] Der(HexBytes signature)
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(signature.Span[..32].TrimStart((byte)0));
            writer.WriteIntegerUnsigned(signature.Span[32..].TrimStart((byte)0));
        }

        return writer.Encode();
    }
}
