using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TPWallet.Crypto;
using TPWallet.Crypto.KeyStores;

namespace TPWallet.Tests.Crypto;

public sealed class KeyStoreTests
{
    private static readonly KeyFileParameters _cheap = new(KeyFileParameters.MinimumMemoryKiB, 1);

    [Theory]
    [InlineData("ethereum-tests", "KeyStoreTests/basic_tests.json", 5)]
    [InlineData("go-ethereum", "v3_test_vector.json", 4)]
    public void KeystoreVectors_EveryCase_Open(string folder, string file, int expected)
    {
        using var document = Vectors.Json([folder, .. file.Split('/')]);
        if (document is null) return;
        var cases = document.RootElement.EnumerateObject().ToList();
        Parallel.ForEach(cases, test =>
        {
            var json = test.Value.GetProperty("json").GetRawText();
            using var key = KeystoreV3.Import(json, test.Value.Text("password"), out var refusal);
            key.Should().NotBeNull($"{test.Name}: {refusal}");
            Convert.ToHexStringLower(key!.Secret).Should().Be(test.Value.Text("priv").PadLeft(64, '0'), test.Name);
        });
        cases.Count.Should().Be(expected);
    }

    [Fact]
    public void EthersWallets_EveryCase_Open()
    {
        using var document = Vectors.Json("ethers", "wallets.json.gz");
        if (document is null) return;
        var cases = document.RootElement.EnumerateArray().ToList();
        Parallel.ForEach(cases, test =>
        {
            var (content, password) = (test.Text("content"), Encoding.UTF8.GetString(test.Hex("password")));
            KeyStoreRefusal? refusal;
            using var key = test.Text("type") == "crowdsale"
                ? CrowdsaleWallet.Import(content, password, out refusal) : KeystoreV3.Import(content, password, out refusal);
            key.Should().NotBeNull($"{test.Text("name")}: {refusal}");
            Eip55.Format(Eip55.AddressOf(key!)).Should().Be(test.Text("address"));
            var wrong = test.Text("type") == "crowdsale"
                ? CrowdsaleWallet.Import(content, password + "x", out refusal) : KeystoreV3.Import(content, password + "x", out refusal);
            wrong.Should().BeNull();
            refusal!.Code.Should().Be(KeyStoreCodes.WrongPassword);
        });
        cases.Count.Should().Be(9);
    }

    [Fact]
    public void KeystoreV3_ExportedPbkdf2_ReadsBackAndBindsItsAddress()
    {
        using var key = Secp256k1.GenerateKey();
        var json = KeystoreV3.Export(key, "pässword", KeystoreV3Derivation.Pbkdf2);
        using var back = KeystoreV3.Import(json, "pässword", out _);
        back!.Secret.ToArray().Should().Equal(key.Secret.ToArray());
        Edit(json, root => root["address"] = new string('0', 40), KeyStoreCodes.KeyMismatch);
        Edit(json, root => root["version"] = 4, KeyStoreCodes.UnknownVersion);
        Edit(json, root => root["crypto"]!["cipher"] = "aes-128-cbc", KeyStoreCodes.UnknownVersion);
        Edit(json, root => root["crypto"]!["kdf"] = "bcrypt", KeyStoreCodes.UnknownVersion);
        Edit(json, root => root["crypto"]!["kdfparams"]!["c"] = KeystoreV3.MaximumIterations + 1, KeyStoreCodes.Parameters);
        Edit(json, root => root["crypto"]!["kdfparams"]!["c"] = 0, KeyStoreCodes.Parameters);
        Edit(json, root => root["crypto"]!["kdfparams"]!["dklen"] = 16, KeyStoreCodes.Parameters);
        Edit(json, root => root["crypto"]!["mac"] = new string('0', 64), KeyStoreCodes.WrongPassword);
        Edit(json, root => root["crypto"]!["ciphertext"] = "zz", KeyStoreCodes.Damaged);
        Edit(json, root => root["crypto"]!.AsObject().Remove("mac"), KeyStoreCodes.Damaged);
        Edit(json, root => root["crypto"] = 5, KeyStoreCodes.Damaged);

        static void Edit(string json, Action<JsonNode> change, string code)
        {
            KeystoreV3.Import(Changed(json, change), "pässword", out var refusal).Should().BeNull();
            refusal!.Code.Should().Be(code);
        }
    }

    [Fact]
    public void KeystoreV3_ExportedScrypt_ReadsBack_AndHostileCostIsRefused()
    {
        using var key = Secp256k1.GenerateKey();
        var json = KeystoreV3.Export(key, "x");
        using var back = KeystoreV3.Import(json, "x", out _);
        back!.Secret.ToArray().Should().Equal(key.Secret.ToArray());
        foreach (var n in new[] { 1L << 40, 1000, 0, -2 })
        {
            KeystoreV3.Import(Changed(json, root => root["crypto"]!["kdfparams"]!["n"] = n), "x", out var refusal).Should().BeNull();
            refusal!.Code.Should().Be(KeyStoreCodes.Parameters);
        }
    }

    [Theory]
    [InlineData(KeyKind.Secp256k1)]
    [InlineData(KeyKind.P256)]
    [InlineData(KeyKind.Ed25519)]
    public void KeyFile_EveryKind_RoundTripsAndTellsWrongPassword(KeyKind kind)
    {
        using var key = Generate(kind);
        var file = KeyFile.Create(key, kind, "é pass", _cheap);
        var json = file.ToJson();
        json.Should().NotContainEquivalentOf(Convert.ToHexString(key.Secret));
        file.ToString().Should().NotContainEquivalentOf(Convert.ToHexString(key.Secret));
        KeyFile.TryParse(json, out var parsed, out _).Should().BeTrue();
        parsed!.Kind.Should().Be(kind);
        parsed.Parameters.Should().Be(_cheap);
        parsed.PublicKey.ToArray().Should().Equal(file.PublicKey.ToArray());
        using var opened = KeyFile.Open(json, "e\u0301 pass", out _);
        opened!.Secret.ToArray().Should().Equal(key.Secret.ToArray());
        KeyFile.Open(json, "other", out var refusal).Should().BeNull();
        refusal!.Code.Should().Be(KeyStoreCodes.WrongPassword);
        KeyFile.Open(json, "", out refusal).Should().BeNull();
        refusal!.Code.Should().Be(KeyStoreCodes.WrongPassword);
    }

    [Fact]
    public void KeyFile_Upgrade_RaisesTheCostAndChangesThePassword()
    {
        using var key = Secp256k1.GenerateKey();
        var file = KeyFile.Create(key, KeyKind.Secp256k1, "old", _cheap);
        file.Upgrade("wrong", new KeyFileParameters(16_384, 2), out var refusal).Should().BeNull();
        refusal!.Code.Should().Be(KeyStoreCodes.WrongPassword);
        var raised = file.Upgrade("old", new KeyFileParameters(16_384, 2), out _, "new")!;
        raised.Parameters.Should().Be(new KeyFileParameters(16_384, 2));
        using var opened = raised.Open("new", out _);
        opened!.Secret.ToArray().Should().Equal(key.Secret.ToArray());
        raised.Open("old", out _).Should().BeNull();
        raised.Upgrade("new", _cheap, out refusal).Should().BeNull();
        refusal!.Code.Should().Be(KeyStoreCodes.Parameters);
    }

    [Fact]
    public void KeyFile_AnyAlteredField_IsRefusedWithItsCode()
    {
        using var key = Secp256k1.GenerateKey();
        var json = KeyFile.Create(key, KeyKind.Secp256k1, "x", _cheap).ToJson();
        var other = new string('2', 2);
        (Action<JsonNode> Change, string Code)[] cases =
        [
            (root => root["version"] = 2, KeyStoreCodes.UnknownVersion),
            (root => root["format"] = "other", KeyStoreCodes.UnknownVersion),
            (root => root["kind"] = "rsa", KeyStoreCodes.UnknownVersion),
            (root => root["kind"] = "p256", KeyStoreCodes.Damaged),
            (root => root["kdf"]!["name"] = "argon2i", KeyStoreCodes.UnknownVersion),
            (root => root["kdf"]!["memoryKiB"] = 1L << 40, KeyStoreCodes.Parameters),
            (root => root["kdf"]!["memoryKiB"] = KeyFileParameters.MaximumMemoryKiB + 1, KeyStoreCodes.Parameters),
            (root => root["kdf"]!["memoryKiB"] = 8, KeyStoreCodes.Parameters),
            (root => root["kdf"]!["passes"] = KeyFileParameters.MaximumPasses + 1, KeyStoreCodes.Parameters),
            (root => root["kdf"]!["lanes"] = 2, KeyStoreCodes.Parameters),
            (root => root["kdf"]!["passes"] = 2, KeyStoreCodes.Damaged),
            (root => root["kdf"]!["salt"] = new string('a', 32), KeyStoreCodes.Damaged),
            (root => root["cipher"]!["tag"] = new string('a', 32), KeyStoreCodes.Damaged),
            (root => root["cipher"]!["text"] = other, KeyStoreCodes.Damaged),
            (root => root["publicKey"] = new string('a', 66), KeyStoreCodes.Damaged),
            (root => root.AsObject().Remove("checksum"), KeyStoreCodes.Damaged),
            (root => root["kdf"] = "x", KeyStoreCodes.Damaged),
        ];
        foreach (var (change, code) in cases)
        {
            KeyFile.Open(Changed(json, change), "x", out var refusal).Should().BeNull();
            refusal!.Code.Should().Be(code);
        }

        foreach (var text in new[] { "", "[]", "null", json[..^5], new string(' ', 70_000) })
        {
            KeyFile.TryParse(text, out _, out var refusal).Should().BeFalse();
            refusal!.Code.Should().Be(text.Length > 60_000 ? KeyStoreCodes.TooLarge : KeyStoreCodes.Damaged);
        }
    }

    [Fact]
    public void KeyFile_AlteredWithAFreshChecksum_StillDoesNotOpen()
    {
        // The checksum is no secret: an attacker recomputes it. The associated data then stops the file, here with another public key.
        using var key = Secp256k1.GenerateKey();
        using var foreign = Secp256k1.GenerateKey();
        var mine = JsonNode.Parse(KeyFile.Create(key, KeyKind.Secp256k1, "x", _cheap).ToJson())!;
        var theirs = JsonNode.Parse(KeyFile.Create(foreign, KeyKind.Secp256k1, "x", _cheap).ToJson())!;
        mine["publicKey"] = theirs["publicKey"]!.DeepClone();
        mine["checksum"] = ChecksumOf(mine);
        KeyFile.TryParse(mine.ToJsonString(), out var file, out var refusal).Should().BeTrue($"{refusal}");
        file!.Open("x", out refusal).Should().BeNull();
        refusal!.Code.Should().Be(KeyStoreCodes.WrongPassword);
    }

    [Fact]
    public void KeyFile_BadParametersOrPassword_AreBugsOfTheCaller()
    {
        using var key = Secp256k1.GenerateKey();
        new Action(() => KeyFile.Create(key, KeyKind.Secp256k1, "x", new KeyFileParameters(1, 1))).Should().Throw<ArgumentException>();
        new Action(() => KeyFile.Create(key, KeyKind.Secp256k1, "", _cheap)).Should().Throw<ArgumentException>();
        var tooLong = new string('x', KeyFile.MaximumPasswordLength + 1);
        new Action(() => KeyFile.Create(key, KeyKind.Secp256k1, tooLong, _cheap)).Should().Throw<ArgumentException>();
    }

    private static string ChecksumOf(JsonNode root)
    {
        var data = new List<byte>();
        Field(Encoding.ASCII.GetBytes("tpwallet-key/1/secp256k1/argon2id/aes-256-gcm"));
        Field(Hex(root["publicKey"]!));
        Field([.. Number(root["kdf"]!["memoryKiB"]!), .. Number(root["kdf"]!["passes"]!), 0, 0, 0, 1]);
        Field(Hex(root["kdf"]!["salt"]!));
        Field(Hex(root["cipher"]!["nonce"]!));
        data.AddRange(Hex(root["cipher"]!["text"]!));
        data.AddRange(Hex(root["cipher"]!["tag"]!));
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(data.ToArray()).AsSpan(0, 8));

        void Field(byte[] field)
        {
            data.AddRange([(byte)(field.Length >> 24), (byte)(field.Length >> 16), (byte)(field.Length >> 8), (byte)field.Length]);
            data.AddRange(field);
        }

        static byte[] Hex(JsonNode node) => Convert.FromHexString(node.GetValue<string>());
        static byte[] Number(JsonNode node) => [.. BitConverter.GetBytes(node.GetValue<int>()).Reverse()];
    }

    private static string Changed(string json, Action<JsonNode> change)
    {
        var root = JsonNode.Parse(json)!;
        change(root);
        return root.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    private static PrivateKey Generate(KeyKind kind) => kind switch
    {
        KeyKind.P256 => P256.GenerateKey(),
        KeyKind.Ed25519 => Ed25519.GenerateKey(),
        _ => Secp256k1.GenerateKey(),
    };
}
