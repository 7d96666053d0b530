using System.Text.Json;
using System.Text.Json.Nodes;
using TPWallet.Crypto;

namespace TPWallet.Tests.Crypto;

public sealed class Eip712VectorTests
{
    [Theory]
    [InlineData("ethers", "typed-data.json.gz", 130)]
    [InlineData("go-ethereum", "typed-data.json", 123)]
    public void Vectors_EveryCase_DigestAndEncodingMatch(string folder, string file, int expected)
    {
        using var document = Vectors.Json(folder, file);
        if (document is null) return;
        var count = 0;
        foreach (var item in document.RootElement.EnumerateArray())
        {
            var json = Standard(item);
            TypedDataJson.TryParse(json, out var data, out var refusal).Should().BeTrue($"{item.Text("name")}: {refusal}");
            Convert.ToHexStringLower(Eip712.EncodeData(data!)).Should().Be(item.Text("encoded")[2..], item.Text("name"));
            Eip712.Digest(data!).Should().Equal(item.Hex("digest"), item.Text("name"));
            if (item.TryGetProperty("signature", out _)) CheckSignature(item);

            // read(write(x)) == x, by digest and by text.
            var written = TypedDataJson.Write(data!);
            TypedDataJson.TryParse(written, out var again, out refusal).Should().BeTrue($"{refusal}");
            Eip712.Digest(again!).Should().Equal(item.Hex("digest"));
            TypedDataJson.Write(again!).Should().Be(written);
            count++;
        }

        count.Should().Be(expected);
    }

    private static void CheckSignature(JsonElement item)
    {
        using var key = PrivateKey.From(item.Hex("privateKey"));
        var signature = new byte[64];
        Secp256k1.SignRecoverable(key, item.Hex("digest"), signature, out var id);
        ((byte[])[.. signature, (byte)(27 + id)]).Should().Equal(item.Hex("signature"));
    }

    /// <summary>The vectors call the message "data" and carry their expectations beside it.</summary>
    private static string Standard(JsonElement item) => new JsonObject
    {
        ["types"] = JsonNode.Parse(item.GetProperty("types").GetRawText()),
        ["primaryType"] = item.Text("primaryType"),
        ["domain"] = JsonNode.Parse(item.GetProperty("domain").GetRawText()),
        ["message"] = JsonNode.Parse(item.GetProperty("data").GetRawText()),
    }.ToJsonString();
}
