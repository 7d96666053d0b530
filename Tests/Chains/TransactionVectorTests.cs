using System.Globalization;
using System.Text.Json;
using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains;

public sealed class TransactionVectorTests
{
    private static readonly (string Suffix, Func<JsonElement, EthereumTransaction> Build)[] Forks =
    [
        ("Legacy", static tx => Legacy(tx, null)),
        ("Eip155", static tx => Legacy(tx, Number(tx, "chainId"))),
        ("Berlin", static tx => new EthereumTransaction.AccessList(
            Number(tx, "chainId"), Nonce(tx), Big(tx, "gasPrice"), Number(tx, "gasLimit"), To(tx), Big(tx, "value"), Data(tx), Access(tx))),
        ("London", static tx => new EthereumTransaction.DynamicFee(
            Number(tx, "chainId"), Nonce(tx), Big(tx, "maxPriorityFeePerGas"), Big(tx, "maxFeePerGas"), Number(tx, "gasLimit"), To(tx),
            Big(tx, "value"), Data(tx), Access(tx))),
        ("Cancun", static tx => new EthereumTransaction.Blob(
            Number(tx, "chainId"), Nonce(tx), Big(tx, "maxPriorityFeePerGas"), Big(tx, "maxFeePerGas"), Number(tx, "gasLimit"), To(tx),
            Big(tx, "value"), Data(tx), Access(tx), Big(tx, "maxFeePerBlobGas"), Hashes(tx))),
    ];

    [Fact]
    public void EveryVectorOfEthers_EncodesDecodesSignsAndRecovers()
    {
        using var document = Vectors.Json("ethers", "transactions.json.gz");
        if (document is null) return;
        var (cases, payloads, without) = (0, 0, 0);
        foreach (var vector in document.RootElement.EnumerateArray())
        {
            cases++;
            using var key = PrivateKey.From(Hex.Decode(vector.GetProperty("privateKey").GetString()).Value);
            foreach (var (suffix, build) in Forks)
            {
                var signed = vector.GetProperty("signed" + suffix).GetString()!;
                if (signed.Length == 0)
                {
                    without++;
                    continue;
                }

                payloads++;
                var unsigned = vector.GetProperty("unsigned" + suffix).GetString()!;
                Check(build(vector.GetProperty("transaction")), key, unsigned, signed, vector.GetProperty("name").GetString()!);
            }
        }

        (cases, payloads, without).Should().Be((3200, 12928, 3072));
    }

    private static void Check(EthereumTransaction transaction, PrivateKey key, string unsigned, string signed, string name)
    {
        Hex.Encode(transaction.UnsignedPayload()).Should().Be(unsigned, name);
        var mine = transaction.Sign(key);
        Hex.Encode(mine.Encode()).Should().Be(signed, name);
        EthereumTransaction.DecodeUnsigned(Hex.Decode(unsigned).Value).Value.Should().Be(transaction, name);
        var decoded = SignedTransaction.Decode(Hex.Decode(signed).Value).Value;
        decoded.Should().Be(mine, name);
        decoded.Hash().Should().Be(Bytes32.From(Keccak256.Hash(Hex.Decode(signed).Value)));
        decoded.Sender().Value.Should().Be(EthereumAddress.FromPrivateKey(key), name);
    }

    private static EthereumTransaction.Legacy Legacy(JsonElement tx, ulong? chainId) =>
        new(chainId, Nonce(tx), Big(tx, "gasPrice"), Number(tx, "gasLimit"), To(tx), Big(tx, "value"), Data(tx));

    private static ulong Nonce(JsonElement tx) => tx.TryGetProperty("nonce", out var nonce) ? nonce.GetUInt64() : 0;

    private static UInt256 Big(JsonElement tx, string name) => tx.TryGetProperty(name, out var hex)
        ? (UInt256)System.Numerics.BigInteger.Parse("0" + hex.GetString()![2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : UInt256.Zero;

    private static ulong Number(JsonElement tx, string name) => (ulong)Big(tx, name);

    private static Address? To(JsonElement tx) => tx.TryGetProperty("to", out var to) ? EthereumAddress.Parse(to.GetString()).Value : null;

    private static HexBytes Data(JsonElement tx) => tx.TryGetProperty("data", out var data) ? Hex.Decode(data.GetString()).Value : [];

    private static Items<Bytes32> Hashes(JsonElement tx) => tx.TryGetProperty("blobVersionedHashes", out var hashes)
        ? [.. hashes.EnumerateArray().Select(static hash => Bytes32.Parse(hash.GetString()!))]
        : [];

    private static Items<AccessEntry> Access(JsonElement tx) => tx.TryGetProperty("accessList", out var entries)
        ? [.. entries.EnumerateArray().Select(static entry => new AccessEntry(
            EthereumAddress.Parse(entry.GetProperty("address").GetString()).Value,
            [.. entry.GetProperty("storageKeys").EnumerateArray().Select(static slot => Bytes32.Parse(slot.GetString()!))]))]
        : [];
}
