using System.Text.Json;
using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>BIP-341's wallet vectors, the whole file: output keys, trees, control blocks, digests, signatures.</summary>
public sealed class TaprootVectorTests
{
    [Fact]
    public void ScriptPubKeys_All_HaveTheFilesValues()
    {
        using var json = Vectors.Json("bips", "bip-0341", "wallet-test-vectors.json");
        if (json is null) return;
        var (cases, leaves) = (0, 0);
        foreach (var one in json.RootElement.GetProperty("scriptPubKey").EnumerateArray())
        {
            var (given, intermediary, expected) = (one.GetProperty("given"), one.GetProperty("intermediary"), one.GetProperty("expected"));
            var key = Hash(given.GetProperty("internalPubkey"));
            var tree = given.GetProperty("scriptTree") is { ValueKind: not JsonValueKind.Null } shape ? Tree(shape) : null;
            (tree?.Root).Should().Be(OptionalHash(intermediary.GetProperty("merkleRoot")));
            Bytes32.From(Taproot.Tweak(key, tree?.Root)).Should().Be(Hash(intermediary.GetProperty("tweak")));
            var output = Taproot.OutputKey(key, tree?.Root).Value;
            output.Key.Should().Be(Hash(intermediary.GetProperty("tweakedPubkey")));
            var script = OutputScript.Taproot(output.Key.ToArray());
            script.ToString().Should().Be(expected.GetProperty("scriptPubKey").GetString());
            BitcoinAddress.Format(script, BitcoinNetwork.Mainnet).Should().Be(expected.GetProperty("bip350Address").GetString());
            cases++;
            if (tree is null) continue;
            var paths = tree.Paths().ToList();
            var hashes = intermediary.GetProperty("leafHashes").EnumerateArray().Select(Hash).ToList();
            var blocks = expected.GetProperty("scriptPathControlBlocks").EnumerateArray().Select(static block => block.GetString()!).ToList();
            paths.Select(static path => Taproot.LeafHash(path.Leaf)).Should().Equal(hashes);
            for (var i = 0; i < paths.Count; i++)
            {
                var block = new ControlBlock(paths[i].Leaf.Version, output.OddY, key, paths[i].Path);
                Convert.ToHexStringLower(block.Encode()).Should().Be(blocks[i]);
                ControlBlock.Decode(Convert.FromHexString(blocks[i])).Value.Should().Be(block);
                block.Proves(paths[i].Leaf.Script, output.Key).Should().BeTrue();
                (block with { OddY = !block.OddY }).Proves(paths[i].Leaf.Script, output.Key).Should().BeFalse();
                block.Proves(Script.FromHex("51"), output.Key).Should().BeFalse();
                leaves++;
            }
        }

        (cases, leaves).Should().Be((7, 12));
    }

    [Fact]
    public void KeyPathSpending_EveryInput_HasTheFilesDigestAndWitness()
    {
        using var json = Vectors.Json("bips", "bip-0341", "wallet-test-vectors.json");
        if (json is null) return;
        var inputs = 0;
        foreach (var one in json.RootElement.GetProperty("keyPathSpending").EnumerateArray())
        {
            var (given, shared) = (one.GetProperty("given"), one.GetProperty("intermediary"));
            var transaction = BitcoinTransaction.DecodeStripped(Bytes(given.GetProperty("rawUnsignedTx"))).Value;
            var spent = given.GetProperty("utxosSpent").EnumerateArray().Select(static utxo =>
                new BitcoinOutput(utxo.GetProperty("amountSats").GetInt64(), Script.FromHex(utxo.GetProperty("scriptPubKey").GetString()!)));
            var context = new SighashContext(transaction, new([.. spent]));
            Convert.ToHexStringLower(context.Amounts).Should().Be(shared.GetProperty("hashAmounts").GetString());
            Convert.ToHexStringLower(context.Outputs).Should().Be(shared.GetProperty("hashOutputs").GetString());
            Convert.ToHexStringLower(context.Prevouts).Should().Be(shared.GetProperty("hashPrevouts").GetString());
            Convert.ToHexStringLower(context.Scripts).Should().Be(shared.GetProperty("hashScriptPubkeys").GetString());
            Convert.ToHexStringLower(context.Sequences).Should().Be(shared.GetProperty("hashSequences").GetString());
            foreach (var input in one.GetProperty("inputSpending").EnumerateArray())
            {
                CheckInput(context, input);
                inputs++;
            }

            var signed = BitcoinTransaction.Decode(Bytes(one.GetProperty("auxiliary").GetProperty("fullySignedTx"))).Value;
            var verified = new SighashContext(signed, context.Spent);
            for (var i = 0; i < signed.Inputs.Count; i++) ScriptVerifier.Verify(verified, i).Should().BeNull($"input {i}");
        }

        inputs.Should().Be(7);
    }

    private static void CheckInput(SighashContext context, JsonElement input)
    {
        var (given, expected) = (input.GetProperty("given"), input.GetProperty("intermediary"));
        var index = given.GetProperty("txinIndex").GetInt32();
        var type = (SighashType)given.GetProperty("hashType").GetUInt32();
        var root = OptionalHash(given.GetProperty("merkleRoot"));
        using var key = PrivateKey.From(Bytes(given.GetProperty("internalPrivkey")));
        Taproot.XOnly(key).Should().Be(Hash(expected.GetProperty("internalPubkey")));
        Taproot.Tweak(Taproot.XOnly(key), root).Should().Equal(Bytes(expected.GetProperty("tweak")));
        using var tweaked = Taproot.TweakPrivate(key, root);
        tweaked.Secret.ToArray().Should().Equal(Bytes(expected.GetProperty("tweakedPrivkey")));
        Convert.ToHexStringLower(context.TaprootMessage(index, type).Value).Should().Be(expected.GetProperty("sigMsg").GetString());
        var digest = context.Taproot(index, type).Value;
        digest.Should().Equal(Bytes(expected.GetProperty("sigHash")));
        var witness = TaprootSignature.Sign(tweaked, digest, type);
        witness.Span.ToArray().Should().Equal(Bytes(input.GetProperty("expected").GetProperty("witness")[0]));
    }

    private static TapTree Tree(JsonElement shape) => shape.ValueKind == JsonValueKind.Array
        ? new TapTree.Branch(Tree(shape[0]), Tree(shape[1]))
        : new TapTree.Leaf(new(Script.FromHex(shape.GetProperty("script").GetString()!), shape.GetProperty("leafVersion").GetByte()));

    private static byte[] Bytes(JsonElement hex) => Convert.FromHexString(hex.GetString()!);

    private static Bytes32 Hash(JsonElement hex) => Bytes32.From(Bytes(hex));

    private static Bytes32? OptionalHash(JsonElement hex) => hex.ValueKind == JsonValueKind.Null ? null : Hash(hex);
}
