using TPWallet.Chains.Bitcoin;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Lanes.Coins;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>Several payments in one Bitcoin transaction: what is refused before anybody votes.</summary>
public sealed class CoinPaymentsFormTests
{
    private static readonly AccountId _owner = new(Lanes.LaneRun.Hash("owner"));

    /// <summary>One payee of every form that there is.</summary>
    internal static ImmutableArray<CoinPayee> AllForms { get; } =
    [
        Payee(OutputScript.Witness(0, Bytes(20, 1)), 1_000),
        Payee(OutputScript.Taproot(Bytes(32, 2)), 2_000),
        Payee(OutputScript.Witness(0, Bytes(32, 3)), 3_000),
        Payee(OutputScript.ScriptHashOf(Bytes(20, 4)), 4_000),
        Payee(OutputScript.PubKeyHashOf(Bytes(20, 5)), 5_000),
    ];

    [Fact]
    public void Forms_AreThoseOfTheCodec()
    {
        AllForms.Select(payee => (OutputScript.KindOf(new(payee.Script)).ToString(), payee.DustSat)).Should().Equal(
            AllForms.Select(payee => (payee.Form.ToString(), TransactionSize.DustSat(new(payee.Script)))));
        AllForms[0].KeyHash.Should().Be(Address.From(Bytes(20, 1)));
        AllForms.Skip(1).Should().OnlyContain(payee => payee.KeyHash == null && payee.Destination == payee.Script.ToString());
        AllForms.Select(payee => CoinPayee.IsDestination(payee.Script.ToString())).Should().Equal(false, true, true, true, true);
        foreach (var script in new Script[] { default, OutputScript.Witness(1, Bytes(20, 1)), OutputScript.Witness(2, Bytes(32, 1)), new((byte[])[0x6a]) })
            Payee(script, 1).Form.Should().Be(CoinPayeeForm.Unknown, "{0}", script);
    }

    [Fact]
    public void Leg_OfEveryForm_IsWellFormedAndNamesItsSum()
    {
        Check(Pay([.. AllForms])).Should().BeNull();
        PacketForm.AmountsOf(Pay([.. AllForms])).Should().Equal(new Amount(AssetId.Native(CoinRun.Bitcoin), 15_000));
        Check(Pay([.. Enumerable.Range(0, Leg.CoinPayments.MaxPayees).Select(i => Payee(OutputScript.Witness(0, Bytes(20, (byte)i)), 1_000))])).Should().BeNull();
    }

    [Fact]
    public void Leg_OfAnotherForm_IsRefused()
    {
        var one = AllForms[0];
        (string Why, Leg.CoinPayments Leg, RejectionCode Code)[] rows =
        [
            ("no payee", Pay(), RejectionCode.TooLarge),
            ("one too many", Pay([.. Enumerable.Range(0, Leg.CoinPayments.MaxPayees + 1).Select(i => Payee(OutputScript.Witness(0, Bytes(20, (byte)i)), 1_000))]), RejectionCode.TooLarge),
            ("a payee twice", Pay(one, AllForms[1], one with { Value = 7_000 }), RejectionCode.Malformed),
            ("the sender", Pay(one, CoinPayee.OfKeyHash(CoinRun.From, 1_000)), RejectionCode.Malformed),
            ("nothing", Pay(one with { Value = 0 }), RejectionCode.ZeroAmount),
            ("dust of P2WPKH", Pay(one with { Value = 293 }), RejectionCode.EffectOutOfBounds),
            ("dust of P2TR", Pay(AllForms[1] with { Value = 329 }), RejectionCode.EffectOutOfBounds),
            ("dust of P2PKH", Pay(AllForms[4] with { Value = 545 }), RejectionCode.EffectOutOfBounds),
            ("a script that everybody can spend", Pay(Payee(OutputScript.Witness(2, Bytes(32, 1)), 1_000)), RejectionCode.UnsupportedKind),
            ("no room for the no-op", Pay(one) with { Fee = new((ulong)CoinFees.LeastBudgetSat - 1) }, RejectionCode.FeeBudgetExceeded),
            ("more than there is", Pay(one with { Value = UInt256.MaxValue }, AllForms[1] with { Value = UInt256.MaxValue }), RejectionCode.Overflow),
            ("another family", Pay(one) with { Chain = People.Chain }, RejectionCode.WrongChain),
        ];
        foreach (var (why, leg, code) in rows) Check(leg)?.Code.Should().Be(code, why);
        rows.Should().OnlyContain(row => Check(row.Leg) != null);
    }

    /// <summary>An older build does not know the leg: nothing of it is written before all can read it. Other packets are as they were.</summary>
    [Fact]
    public void Drafted_WithPayments_IsOfALaterGeneration()
    {
        PacketDecider.GenerationOf(new PacketEvent.Drafted(Packet(_owner, "p", Pay(AllForms[0])))).Should().Be(EventGenerations.Payments);
        PacketDecider.GenerationOf(new PacketEvent.Drafted(Packet(_owner, "p", Transfer("a", 7)))).Should().Be(EventGenerations.First);
    }

    /// <summary>It is stored for ever, and its hash is what members vote on.</summary>
    [Fact]
    public void Leg_AsText_IsThisForEver()
    {
        const string text = "{\"kind\":\"payments\",\"chain\":\"bip122:000000000019d6689c085ae165831e93\",\"from\":\"0x0000000000000000000000000000000000000001\","
            + "\"payees\":[{\"script\":\"0x00140101010101010101010101010101010101010101\",\"value\":\"1000\"}],\"fee\":{\"max\":\"20000\"},"
            + "\"id\":\"a\",\"after\":[],\"group\":null,\"finality\":null,\"compensates\":null,\"replaces\":null}";
        Leg leg = Pay(AllForms[0]) with { From = Address.Parse("0x0000000000000000000000000000000000000001") };
        System.Text.Json.JsonSerializer.Serialize(leg, ContractJson.Default.Leg).Should().Be(text);
        System.Text.Json.JsonSerializer.Serialize(System.Text.Json.JsonSerializer.Deserialize(text, ContractJson.Default.Leg)!, ContractJson.Default.Leg).Should().Be(text);
    }

    internal static Leg.CoinPayments Pay(params ReadOnlySpan<CoinPayee> payees) => new("a", [], CoinRun.Bitcoin, CoinRun.From, [.. payees], new(20_000));

    private static CoinPayee Payee(Script script, ulong sat) => new(script.Bytes, sat);

    private static byte[] Bytes(int length, byte value) => [.. Enumerable.Repeat(value, length)];

    private static Rejection? Check(Leg leg) => PacketForm.Check(Packet(_owner, "p", leg));
}
