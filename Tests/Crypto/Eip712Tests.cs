using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TPWallet.Crypto;

namespace TPWallet.Tests.Crypto;

public sealed class Eip712Tests
{
    // The example of EIP-712 itself, "Mail"; its digest is printed in the standard's test (eip-712/Example.js).
    private const string Mail = """
        {"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},
        {"name":"verifyingContract","type":"address"}],"Person":[{"name":"name","type":"string"},{"name":"wallet","type":"address"}],
        "Mail":[{"name":"from","type":"Person"},{"name":"to","type":"Person"},{"name":"contents","type":"string"}]},"primaryType":"Mail",
        "domain":{"name":"Ether Mail","version":"1","chainId":1,"verifyingContract":"0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"},
        "message":{"from":{"name":"Cow","wallet":"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
        "to":{"name":"Bob","wallet":"0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},"contents":"Hello, Bob!"}}
        """;

    private const string Small =
        """{"types":{"T":[{"name":"a","type":"uint8"},{"name":"b","type":"bytes2[2]"},{"name":"c","type":"string"}]},""" +
        """
        "primaryType":"T","domain":{"name":"x"},"message":{"a":1,"b":["0x0102","0x0304"],"c":"hi"}}
        """;

    [Fact]
    public void Mail_TheStandardsExample_HasItsDigest()
    {
        var data = Parse(Mail);
        Convert.ToHexStringLower(Eip712.Digest(data)).Should().Be("be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");
        Convert.ToHexStringLower(Eip712.HashStruct(data)).Should().Be("c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e");
        Convert.ToHexStringLower(Eip712.DomainSeparator(data)).Should().Be("f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f");
        Eip712.EncodeType(data.Types, "Mail").Should().Be("Mail(Person from,Person to,string contents)Person(string name,address wallet)");
        Eip712.DomainSeparator(data.Domain).Should().Equal(Eip712.DomainSeparator(data));
        Eip712.TypeHash(data.Types, "Mail").Should().Equal(Keccak256.Hash(Encoding.UTF8.GetBytes(Eip712.EncodeType(data.Types, "Mail"))));
    }

    [Fact]
    public void Built_InCode_EqualsParsed()
    {
        var types = new Dictionary<string, IReadOnlyList<TypedField>>
        {
            ["T"] = [new("a", "uint8"), new("b", "bytes2[2]"), new("c", "string")],
        };
        var built = new TypedData(new TypedDataDomain("x"), "T", types, TypedValue.StructOf(
            ("a", TypedValue.Of(1)), ("b", TypedValue.ArrayOf([TypedValue.Of([1, 2]), TypedValue.Of([3, 4])])), ("c", TypedValue.Of("hi"))));
        Eip712.Digest(built).Should().Equal(Eip712.Digest(Parse(Small)));
    }

    [Fact]
    public void Built_ThenCallerChangesItsParts_DigestStays()
    {
        var types = new Dictionary<string, IReadOnlyList<TypedField>> { ["T"] = new List<TypedField> { new("a", "bytes2") } };
        var bytes = new byte[] { 1, 2 };
        var fields = new Dictionary<string, TypedValue> { ["a"] = new TypedValue.Bytes(bytes) };
        var data = new TypedData(new TypedDataDomain("x"), "T", types, new TypedValue.Struct(fields));
        var digest = Eip712.Digest(data);
        bytes[0] = 9;
        fields.Clear();
        types.Clear();
        Eip712.Digest(data).Should().Equal(digest);
    }

    [Fact]
    public void DomainAsPrimaryType_HashesTheDomainAlone()
    {
        var data = Parse("""{"types":{},"primaryType":"EIP712Domain","domain":{"name":"x"},"message":{}}""");
        Eip712.Digest(data).Should().Equal(Keccak256.Hash([0x19, 0x01, .. Eip712.DomainSeparator(data)]));
    }

    [Theory]
    [InlineData("\"a\":1", "\"a\":256", Eip712Codes.IntegerRange, "message.a")]
    [InlineData("\"a\":1", "\"a\":-1", Eip712Codes.IntegerRange, "message.a")]
    [InlineData("\"a\":1", "\"a\":1.5", Eip712Codes.IntegerSyntax, "message.a")]
    [InlineData("\"a\":1", "\"a\":1e2", Eip712Codes.IntegerSyntax, "message.a")]
    [InlineData("\"a\":1", "\"a\":\"\"", Eip712Codes.IntegerSyntax, "message.a")]
    [InlineData("\"a\":1", "\"a\":\"0x\"", Eip712Codes.IntegerSyntax, "message.a")]
    [InlineData("\"a\":1", "\"a\":\" 1\"", Eip712Codes.IntegerSyntax, "message.a")]
    [InlineData("\"a\":1", "\"a\":null", Eip712Codes.ValueKind, "message.a")]
    [InlineData("\"a\":1", "\"a\":true", Eip712Codes.ValueKind, "message.a")]
    [InlineData("\"a\":1,", "", Eip712Codes.FieldMissing, "message.a")]
    [InlineData("\"a\":1", "\"a\":1,\"z\":2", Eip712Codes.FieldUnknown, "message")]
    [InlineData("\"a\":1", "\"a\":1,\"a\":1", Eip712Codes.JsonInvalid, null)]
    [InlineData("0x0304\"", "0x03\"", Eip712Codes.BytesLength, "message.b[1]")]
    [InlineData("0x0304\"", "0x030\"", Eip712Codes.BytesSyntax, "message.b[1]")]
    [InlineData("0x0304\"", "0304\"", Eip712Codes.BytesSyntax, "message.b[1]")]
    [InlineData(",\"0x0304\"", "", Eip712Codes.ArrayLength, "message.b")]
    [InlineData("\"hi\"", "\"\\ud800\"", Eip712Codes.TextInvalid, null)]
    [InlineData("\"hi\"", "7", Eip712Codes.ValueKind, "message.c")]
    [InlineData("\"uint8\"", "\"uint7\"", Eip712Codes.TypeUnknown, "types.T.a")]
    [InlineData("\"uint8\"", "\"uint\"", Eip712Codes.TypeUnknown, "types.T.a")]
    [InlineData("\"uint8\"", "\"uint264\"", Eip712Codes.TypeUnknown, "types.T.a")]
    [InlineData("\"uint8\"", "\"bytes33\"", Eip712Codes.TypeUnknown, "types.T.a")]
    [InlineData("\"uint8\"", "\"uint8[0]\"", Eip712Codes.TypeUnknown, "types.T.a")]
    [InlineData("\"uint8\"", "\"uint8[][][][][][][][][]\"", Eip712Codes.TypeUnknown, "types.T.a")]
    [InlineData("\"uint8\"", "\"Nowhere\"", Eip712Codes.TypeUnknown, "types.T.a")]
    [InlineData("\"T\":[", "\"uint8\":[],\"T\":[", Eip712Codes.TypeNameInvalid, "types")]
    [InlineData("\"T\":[", "\"a b\":[],\"T\":[", Eip712Codes.TypeNameInvalid, "types")]
    [InlineData("\"name\":\"c\"", "\"name\":\"a\"", Eip712Codes.FieldDuplicate, "types.T")]
    [InlineData("\"name\":\"c\"", "\"name\":\"c d\"", Eip712Codes.FieldNameInvalid, "types.T")]
    [InlineData("\"primaryType\":\"T\"", "\"primaryType\":\"U\"", Eip712Codes.PrimaryTypeUnknown, "primaryType")]
    [InlineData("\"primaryType\":\"T\",", "", Eip712Codes.MemberMissing, "")]
    [InlineData("\"primaryType\":\"T\"", "\"primaryType\":\"T\",\"extra\":1", Eip712Codes.MemberUnknown, "")]
    [InlineData("{\"name\":\"x\"}", "{\"name\":\"x\",\"other\":1}", Eip712Codes.MemberUnknown, "domain")]
    [InlineData("{\"name\":\"x\"}", "{\"name\":\"x\",\"chainId\":-1}", Eip712Codes.IntegerRange, "domain.chainId")]
    [InlineData("{\"name\":\"x\"}", "{\"name\":\"x\",\"salt\":\"0x01\"}", Eip712Codes.BytesLength, "domain.salt")]
    [InlineData("\"T\":[", "\"EIP712Domain\":[],\"T\":[", Eip712Codes.DomainMismatch, "types.EIP712Domain")]
    [InlineData("}}", "}", Eip712Codes.JsonInvalid, null)]
    public void BadInput_HasItsOwnCodeAndPlace(string find, string replace, string code, string? path)
    {
        var at = Small.LastIndexOf(find, StringComparison.Ordinal);
        at.Should().BeGreaterThanOrEqualTo(0);
        var json = Small[..at] + replace + Small[(at + find.Length)..];
        TypedDataJson.TryParse(json, out _, out var refusal).Should().BeFalse();
        refusal!.Code.Should().Be(code, refusal.ToString());
        if (path is not null) refusal.Path.Should().Be(path);
    }

    [Fact]
    public void Address_WrongChecksum_IsRefused()
    {
        TypedDataJson.TryParse(Mail.Replace("0xCD2a3d9F", "0xCd2a3d9F", StringComparison.Ordinal), out _, out var refusal).Should().BeFalse();
        refusal!.Code.Should().Be(Eip712Codes.AddressChecksum);
        refusal.Path.Should().Be("message.from.wallet");
    }

    [Fact]
    public void Limits_TooDeepOrTooLarge_AreRefused()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"n\":[", 40)) + string.Concat(Enumerable.Repeat("]}", 40));
        var json = $$$"""{"types":{"N":[{"name":"n","type":"N[]"}]},"primaryType":"N","domain":{},"message":{{{deep}}}}""";
        TypedDataJson.TryParse(json, out _, out var refusal).Should().BeFalse();
        refusal!.Code.Should().BeOneOf(Eip712Codes.TooDeep, Eip712Codes.JsonInvalid);
        TypedDataJson.TryParse(new string(' ', TypedDataJson.MaximumLength + 1), out _, out refusal).Should().BeFalse();
        refusal!.Code.Should().Be(Eip712Codes.JsonTooLarge);
        var many = string.Join(',', Enumerable.Range(0, TypedData.MaximumTypes + 1).Select(number => $"\"T{number}\":[]"));
        TypedDataJson.TryParse($$$"""{"types":{{{{many}}}},"primaryType":"T1","domain":{},"message":{}}""", out _, out refusal).Should().BeFalse();
        refusal!.Code.Should().Be(Eip712Codes.TooManyTypes);
        var wide = string.Join(',', Enumerable.Repeat("1", TypedData.MaximumValues + 1));
        var array = $$$"""{"types":{"A":[{"name":"n","type":"uint8[]"}]},"primaryType":"A","domain":{},"message":{"n":[{{{wide}}}]}}""";
        TypedDataJson.TryParse(array, out _, out refusal).Should().BeFalse();
        refusal!.Code.Should().Be(Eip712Codes.TooManyValues);
    }

    [Fact]
    public void MutatedInput_NeverThrows_AndWhatIsReadRoundTrips()
    {
        // Half of a decoder's bad inputs should be near-valid: these are one to four edits away from two good texts.
        var seeds = new[] { Mail, Small };
        var random = new System.Random(712);
        const string Alphabet = "{}[]\",:0x1-.eTa\\u";
        var accepted = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var text = new StringBuilder(seeds[round % 2]);
            for (var edit = random.Next(1, 5); edit > 0; edit--)
            {
                var at = random.Next(text.Length);
                if (random.Next(2) == 0) text[at] = Alphabet[random.Next(Alphabet.Length)];
                else text.Remove(at, Math.Min(random.Next(1, 6), text.Length - at));
            }

            if (!TypedDataJson.TryParse(text.ToString(), out var data, out var refusal))
            {
                refusal.Code.Should().StartWith("eip712.");
                continue;
            }

            accepted++;
            TypedDataJson.TryParse(TypedDataJson.Write(data), out var again, out _).Should().BeTrue();
            Eip712.Digest(again!).Should().Equal(Eip712.Digest(data));
        }

        accepted.Should().BePositive("some edits only change a text");
    }

    [Fact]
    public void Integers_AnyValueInRange_EncodeAsTwosComplement()
    {
        var types = new Dictionary<string, IReadOnlyList<TypedField>> { ["T"] = [new("a", "int64")] };
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), value =>
        {
            var data = new TypedData(new TypedDataDomain("x"), "T", types, TypedValue.StructOf(("a", TypedValue.Of(value))));
            var word = Eip712.EncodeData(data)[32..];
            var sign = value < 0 ? (byte)0xff : (byte)0;
            return word[..24].All(part => part == sign)
                && System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(word.AsSpan(24)) == value;
        }).QuickCheckThrowOnFailure();
    }

    private static TypedData Parse(string json)
    {
        TypedDataJson.TryParse(json, out var data, out var refusal).Should().BeTrue($"{refusal}");
        return data!;
    }
}
