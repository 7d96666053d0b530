using TPWallet.Chains.Bitcoin;
using TPWallet.Crypto;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>
/// Every PSBT printed in BIP-174, 370 and 371, from PrintedPsbts.txt beside this file, which has the values and names of ours for them.
/// <see cref="PsbtRuleTests"/> has each of their rules again, alone.
/// </summary>
public sealed class PsbtVectorTests
{
    private static readonly IReadOnlyList<Case> _cases = Read();

    [Theory]
    [InlineData(174, 20, 24)]
    [InlineData(370, 24, 24)]
    [InlineData(371, 11, 6)]
    public void Decode_EveryPrintedPsbt_IsTakenOrRefused(int bip, int refused, int taken)
    {
        var cases = _cases.Where(one => one.Bip == bip && one.Asked != "extracted").ToLookup(static one => one.Asked == "refuse");
        (cases[true].Count(), cases[false].Count()).Should().Be((refused, taken));
        foreach (var one in cases[true]) Psbt.DecodeBase64(one.Value).IsOk.Should().BeFalse(one.Name);
        foreach (var one in cases[false]) Psbt.DecodeBase64(one.Value).Value.EncodeBase64().Should().Be(one.Value, one.Name);
    }

    [Fact]
    public void LockTime_EveryCaseOfBip370_IsThePrinted()
    {
        var cases = _cases.Where(static one => one.Asked == "lock").ToList();
        cases.Should().HaveCount(10);
        foreach (var one in cases)
        {
            var time = Psbt.DecodeBase64(one.Value).Value.LockTime();
            (time.IsOk ? time.Value.ToString(System.Globalization.CultureInfo.InvariantCulture) : "-").Should().Be(one.Outcome, one.Name);
        }
    }

    [Fact]
    public void Sign_FailingCasesOfBip174_HaveTheirCodes()
    {
        using var any = PrivateKey.From([.. new byte[31], 1]);
        var cases = _cases.Where(static one => one.Asked == "unsignable").ToList();
        cases.Should().HaveCount(4);
        foreach (var one in cases)
        {
            var codes = Enumerable.Range(0, 2).Select(input => PsbtSigner.Sign(Psbt.DecodeBase64(one.Value).Value, input, any).Refusal!.Code);
            codes.First(static code => code != "psbt.key-not-in-script").Should().Be(one.Outcome, one.Name);
        }
    }

    [Fact]
    public void Roles_OfBip174_GiveThePrintedPsbts()
    {
        var created = Given("created");
        PsbtCreator.Create(created.UnsignedTransaction().Value).Value.EncodeBase64().Should().Be(Text("created"));
        Update(created, Given("updated")).EncodeBase64().Should().Be(Text("updated"));
        var updated = PsbtUpdater.SetSighash(PsbtUpdater.SetSighash(Given("updated"), 0, SighashType.All), 1, SighashType.All);
        updated.EncodeBase64().Should().Be(Text("with-sighash"));
        var first = Sign(updated, "cP53pDbR5WtAD8dYAW9hhTjuvvTVaEiQBdrz9XPrgLBeRFiyCbQr", "cR6SXDoyfQrcp4piaiHE97Rsgta9mNhGTen9XeonVgwsh4iSgw6d");
        first.EncodeBase64().Should().Be(Text("signed-by-first"));
        var second = Sign(updated, "cT7J9YpCwY3AVRFSjN6ukeEeWY6mhpbJPxRaDaP5QTdygQRxP9Au", "cNBc3SWUip9PPm1GjRoLEJT6T41iNzCYtD7qro84FMnM5zEqeJsE");
        second.EncodeBase64().Should().Be(Text("signed-by-second"));
        var combined = PsbtCombiner.Combine(first, second).Value;
        combined.EncodeBase64().Should().Be(Text("combined"));
        var finished = PsbtFinalizer.FinalizeAll(combined).Value;
        finished.EncodeBase64().Should().Be(Text("finalised"));
        var transaction = PsbtExtractor.Extract(finished).Value;
        Convert.ToHexStringLower(transaction.Encode()).Should().Be(_cases.Single(static one => one.Asked == "extracted").Value);
        PsbtCombiner.Combine(Given("unknown-fields-a"), Given("unknown-fields-b")).Value.EncodeBase64().Should().Be(Text("unknown-fields-combined"));

        static string Text(string role) => _cases.Single(one => one.Asked == "role" && one.Name == role).Value;
        static Psbt Given(string role) => Psbt.DecodeBase64(Text(role)).Value;
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

    private static List<Case> Read() => [.. Repository.Read("Tests/Chains/Bitcoin/PrintedPsbts.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Where(static line => line[0] != '#').Select(static line => line.Split(' '))
        .Select(static parts => new Case(int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), parts[1], parts[2], parts[3], parts[4]))];

    private sealed record Case(int Bip, string Asked, string Name, string Outcome, string Value);
}
