using System.Text;
using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Fuzzing;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>100,000 inputs into each decoder: a value or a typed refusal, never an exception; what is accepted is canonical.</summary>
public sealed class BitcoinFuzzTests
{
    private static readonly IReadOnlyList<(Psbt Psbt, IReadOnlyList<byte[]> Keys, string Kinds)> Samples =
        [.. Enumerable.Range(0, 40).Select(static i => new RandomPsbts(i).Next(i % 2 * 2))];

    private static readonly IReadOnlyList<Psbt> Finished = [.. Samples.Select(Finish)];

    private static readonly IReadOnlyList<byte[]> Transactions = [.. Finished.Select(static psbt => PsbtExtractor.Extract(psbt).Value.Encode())];

    [Fact]
    public void Transaction_AnyInput_IsReadCanonicallyOrRefused()
    {
        var codes = Fuzz.Run(Random.Shared.Next(), Transactions, static input =>
        {
            if (BitcoinTransaction.DecodeStripped(input).TryGet(out var stripped, out _)) Same(stripped.EncodeStripped(), input);
            if (!BitcoinTransaction.Decode(input).TryGet(out var transaction, out var refusal)) return refusal.Code;
            Same(transaction.Encode(), input);
            _ = transaction.Weight();
            return BitcoinTransactionRules.Check(transaction)?.Code;
        });
        Prefixed(codes, "btc.", "tx.");
        codes.Should().ContainKeys("", "btc.truncated", "btc.trailing", "btc.compact-size", "tx.flag", "tx.value");
    }

    /// <summary>A mutated transaction against the outputs that it was signed for: whatever stands in its scripts and witnesses, the answer is a code.</summary>
    [Fact]
    public void Verify_AnyScriptsAndWitnesses_AnswersOrRefuses()
    {
        var spent = Finished.ToDictionary(static psbt => psbt.UnsignedTransaction().Value.Inputs[0].Previous, static psbt => psbt.SpentOutputs().Value);
        var codes = Fuzz.Run(Random.Shared.Next(), Transactions, input =>
        {
            if (!BitcoinTransaction.Decode(input).TryGet(out var transaction, out var refusal)) return refusal.Code;
            if (!spent.TryGetValue(transaction.Inputs[0].Previous, out var outputs) || outputs.Count != transaction.Inputs.Count)
                outputs = new([.. transaction.Inputs.Select((one, i) => new BitcoinOutput(1, i % 2 == 0 ? one.ScriptSig : Script.FromHex("51")))]);
            var context = new SighashContext(transaction, outputs);
            return Enumerable.Range(0, transaction.Inputs.Count).Select(i => ScriptVerifier.Verify(context, i)).FirstOrDefault(static one => one is not null)?.Code;
        });
        Prefixed(codes, "btc.", "tx.", "script.", "taproot.", "sighash.");
        codes.Should().ContainKeys("", "script.signature", "script.signature-form", "script.witness-hash");
    }

    [Fact]
    public void Psbt_AnyInput_IsReadCanonicallyAndTheRolesRefuse()
    {
        using var key = PrivateKey.From(Samples[0].Keys[0]);
        byte[][] valid = [.. Samples.Select(static one => one.Psbt.Encode()), .. Finished.Select(static psbt => psbt.Encode())];
        var codes = Fuzz.Run(Random.Shared.Next(), valid, input =>
        {
            if (!Psbt.Decode(input).TryGet(out var psbt, out var refusal)) return refusal.Code;
            Same(psbt.Encode(), input);
            _ = psbt.LockTime();
            _ = psbt.FeeSat();
            _ = PsbtCombiner.Combine(psbt, psbt);
            for (var i = 0; i < psbt.Inputs.Count; i++) _ = PsbtSigner.Sign(psbt, i, key);
            return PsbtFinalizer.FinalizeAll(psbt).TryGet(out var finished, out refusal) ? PsbtExtractor.Extract(finished).Refusal?.Code : refusal.Code;
        });
        Prefixed(codes, "btc.", "tx.", "psbt.", "script.", "taproot.", "sighash.");
        codes.Should().ContainKeys("", "psbt.magic", "psbt.key-data", "psbt.value", "psbt.public-key", "psbt.not-enough-signatures", "btc.truncated");
    }

    [Fact]
    public void Proof_AnyInput_IsReadOrRefused()
    {
        var txids = Enumerable.Range(0, 7).Select(static i => BitcoinHash.Of([(byte)i])).ToArray();
        var header = new BitcoinHeader(1, BitcoinHash.Zero, TransactionMerkle.Root(txids).Value, 0, 0x1d00ffff, 0);
        byte[][] valid = [.. Enumerable.Range(0, 128).Select(chosen => TransactionMerkleTests.Proof(header, txids, chosen)), header.Encode()];
        var codes = Fuzz.Run(Random.Shared.Next(), valid, static input =>
        {
            if (BitcoinHeader.Decode(input).TryGet(out var read, out _))
            {
                Same(read.Encode(), input);
                _ = HeaderChain.CheckWork(WorkRules.Mainnet, read);
            }

            return MerkleBlock.Decode(input).Refusal?.Code;
        });
        Prefixed(codes, "btc.", "merkle.");
        codes.Should().ContainKeys("", "merkle.root", "merkle.count", "merkle.unused");
    }

    [Fact]
    public void Texts_AnyInput_AreReadCanonicallyOrRefused()
    {
        string[] texts =
        [
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
            "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "KyZpNDKnfs94vbrwhJneDi77V6jF64PWPF8x5cdJb8ifgg2DUc9d", Samples[1].Psbt.EncodeBase64(),
            "wsh(sortedmulti(1,0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798,[0a0b0c0d/84h]02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5))",
            "tr(79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798,{pk(c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5),"
                + "multi_a(1,f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9)})",
            "wpkh(xpub661MyMwAqRbcFkPHucMnrGNzDwb6teAX1RbKQmqtEF8kK3Z7LZ59qafCjB9eCRLiTVG3uxBxgKvRgbubRhqSKXnGGb1aoaqLrpMBDrVxga8/0/1/*)",
            "smpAkcwRAIgM2gBAQqvZX15ZiysmKmQpDrG83avLIT492QBzLnQIxYCIBaTpOaD20qRlEylyxFSeEA2ba9YOixpX8z46TSDtS40ASECx/EgAxlkQpQ9hYjgGu6EBCPMVPwVIVJqO4XCsMvViHI=",
        ];
        var script = BitcoinAddress.Parse(texts[0], BitcoinNetwork.Mainnet).Value;
        var codes = Fuzz.Run(Random.Shared.Next(), [.. texts.Select(Encoding.Latin1.GetBytes)], input =>
        {
            var text = Encoding.Latin1.GetString(input);
            if (WalletImportFormat.Parse(text, BitcoinNetwork.Mainnet).TryGet(out var key, out _)) key.Dispose();
            if (Descriptor.Parse(text, BitcoinNetwork.Mainnet).TryGet(out var descriptor, out _))
            {
                var written = descriptor.Format(BitcoinNetwork.Mainnet);
                if (Descriptor.Parse(written, BitcoinNetwork.Mainnet).Value.Format(BitcoinNetwork.Mainnet) != written)
                    throw new InvalidOperationException("Two texts of one descriptor.");
                _ = descriptor.At(3);
            }

            _ = Psbt.DecodeBase64(text);
            _ = SignedMessage.Verify(script, "", text);
            if (!BitcoinAddress.Parse(text, BitcoinNetwork.Mainnet).TryGet(out var parsed, out var refusal)) return refusal.Code;
            if (!string.Equals(BitcoinAddress.Format(parsed, BitcoinNetwork.Mainnet), text, StringComparison.OrdinalIgnoreCase))
                throw new InvalidOperationException("Two texts of one address.");
            return null;
        });
        Prefixed(codes, "address.");
        codes.Should().ContainKeys("address.form", "address.checksum");
    }

    private static Psbt Finish((Psbt Psbt, IReadOnlyList<byte[]> Keys, string Kinds) one)
    {
        SighashType[] any = [.. Enum.GetValues<SighashType>()];
        var psbt = one.Psbt;
        foreach (var secret in one.Keys)
        {
            using var key = PrivateKey.From(secret);
            for (var i = 0; i < psbt.Inputs.Count; i++) psbt = PsbtSigner.Sign(psbt, i, key, any) is { IsOk: true } signed ? signed.Value : psbt;
        }

        return PsbtFinalizer.FinalizeAll(psbt).Value;
    }

    private static void Same(byte[] encoded, byte[] input)
    {
        if (!encoded.AsSpan().SequenceEqual(input)) throw new InvalidOperationException("Two encodings of one value.");
    }

    private static void Prefixed(IReadOnlyDictionary<string, int> codes, params string[] prefixes) =>
        codes.Keys.Should().OnlyContain(code => code.Length == 0 || prefixes.Any(prefix => code.StartsWith(prefix, StringComparison.Ordinal)));
}
