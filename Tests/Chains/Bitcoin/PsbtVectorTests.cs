using System.Text.RegularExpressions;
using TPWallet.Chains.Bitcoin;
using TPWallet.Crypto;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>
/// Every PSBT printed in BIP-174, 370 and 371, read from the documents themselves (bips/bip-0174.mediawiki and so on in the folder of vectors); where
/// they are absent the test says so. <see cref="PsbtRuleTests"/> has each of their rules without the documents.
/// </summary>
public sealed partial class PsbtVectorTests
{
    [Theory]
    [InlineData("0174", 20, 24)]
    [InlineData("0370", 24, 24)]
    [InlineData("0371", 11, 6)]
    public void Decode_EveryPrintedPsbt_IsTakenOrRefused(string bip, int invalid, int valid)
    {
        if (Read(bip) is not { } printed) return;
        var texts = printed.Select(static one => one.Text).ToList();
        texts.Should().HaveCount(invalid + valid);
        foreach (var text in texts[..invalid]) Psbt.DecodeBase64(text).IsOk.Should().BeFalse(text);
        foreach (var text in texts[invalid..]) Psbt.DecodeBase64(text).Value.EncodeBase64().Should().Be(text);
    }

    [Fact]
    public void LockTime_EveryCaseOfBip370_IsThePrinted()
    {
        if (Read("0370") is not { } printed) return;
        uint?[] expected = [0, 0, 10000, 10000, 10000, 10000, 1657048460, 1657048460, 1657048460, null];
        var times = printed.TakeLast(expected.Length).Select(static one => Psbt.DecodeBase64(one.Text).Value.LockTime());
        times.Select(static time => time.IsOk ? time.Value : (uint?)null).Should().Equal(expected);
    }

    [Fact]
    public void Sign_FailingCasesOfBip174_HaveTheirCodes()
    {
        if (Read("0174") is not { } printed) return;
        using var any = PrivateKey.From([.. new byte[31], 1]);
        var codes = printed[30..34].Select(one => Enumerable.Range(0, 2)
            .Select(input => PsbtSigner.Sign(Psbt.DecodeBase64(one.Text).Value, input, any).Refusal!.Code).First(static code => code != "psbt.key-not-in-script"));
        codes.Should().Equal("psbt.witness-utxo-for-legacy", "psbt.redeem-mismatch", "psbt.redeem-mismatch", "psbt.witness-mismatch");
    }

    [Fact]
    public void Roles_OfBip174_GiveThePrintedPsbts()
    {
        if (Read("0174") is not { } printed) return;
        string Text(int index) => printed[index].Text;
        Psbt Given(int index) => Psbt.DecodeBase64(Text(index)).Value;

        var created = Given(34);
        PsbtCreator.Create(created.UnsignedTransaction().Value).Value.EncodeBase64().Should().Be(Text(34));
        Update(created, Given(35)).EncodeBase64().Should().Be(Text(35));
        var updated = PsbtUpdater.SetSighash(PsbtUpdater.SetSighash(Given(35), 0, SighashType.All), 1, SighashType.All);
        updated.EncodeBase64().Should().Be(Text(36));
        var first = Sign(updated, "cP53pDbR5WtAD8dYAW9hhTjuvvTVaEiQBdrz9XPrgLBeRFiyCbQr", "cR6SXDoyfQrcp4piaiHE97Rsgta9mNhGTen9XeonVgwsh4iSgw6d");
        first.EncodeBase64().Should().Be(Text(37));
        var second = Sign(updated, "cT7J9YpCwY3AVRFSjN6ukeEeWY6mhpbJPxRaDaP5QTdygQRxP9Au", "cNBc3SWUip9PPm1GjRoLEJT6T41iNzCYtD7qro84FMnM5zEqeJsE");
        second.EncodeBase64().Should().Be(Text(38));
        var combined = PsbtCombiner.Combine(first, second).Value;
        combined.EncodeBase64().Should().Be(Text(39));
        var finished = PsbtFinalizer.FinalizeAll(combined).Value;
        finished.EncodeBase64().Should().Be(Text(40));
        var transaction = PsbtExtractor.Extract(finished).Value;
        File.ReadAllText(Document("0174")!).Should().Contain($"<pre>{Convert.ToHexStringLower(transaction.Encode())}</pre>");
        PsbtCombiner.Combine(Given(41), Given(42)).Value.EncodeBase64().Should().Be(Text(43));
    }

    /// <summary>Puts the fields of the printed result into the created PSBT, the last one first: the order must come out the same.</summary>
    private static Psbt Update(Psbt psbt, Psbt result)
    {
        for (var i = 0; i < result.Inputs.Count; i++)
            foreach (var field in result.Inputs[i].Fields.Reverse()) psbt = psbt.WithInput(i, psbt.Inputs[i].With(field.Type, field.KeyData, field.Value));
        for (var i = 0; i < result.Outputs.Count; i++)
            foreach (var field in result.Outputs[i].Fields.Reverse()) psbt = psbt.WithOutput(i, psbt.Outputs[i].With(field.Type, field.KeyData, field.Value));
        return psbt;
    }

    private static Psbt Sign(Psbt psbt, params string[] keys)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            using var key = WalletImportFormat.Parse(keys[i], BitcoinNetwork.Testnet).Value;
            psbt = PsbtSigner.Sign(psbt, i, key).Value;
        }

        return psbt;
    }

    private static string? Document(string bip)
    {
        if (Vectors.Path("bips") is not { } folder) return null;
        var path = Path.Combine(folder, $"bip-{bip}.mediawiki");
        if (File.Exists(path)) return path;
        Console.WriteLine($"No bips/bip-{bip}.mediawiki in the folder of vectors: its printed PSBTs are not run.");
        return null;
    }

    private static List<(string Text, int At)>? Read(string bip) => Document(bip) is not { } path ? null
        : [.. Printed().Matches(File.ReadAllText(path)).Select(static match => (match.Groups[1].Value, match.Index))];

    [GeneratedRegex("Base64 String:.*?<pre>([A-Za-z0-9+/=]+)</pre>")]
    private static partial Regex Printed();
}
