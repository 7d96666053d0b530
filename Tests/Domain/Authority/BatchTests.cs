using System.Text;
using TPWallet.Crypto;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Authority;

/// <summary>A leg of several payments is judged payment by payment, and only where the contract is the one that we know.</summary>
public sealed class BatchTests
{
    private static readonly Address _contract = AddressOf("multisend");

    private static readonly Policy _batches = StandardPolicy with
    {
        Rules = [.. StandardPolicy.Rules, Rule("batches", [EffectKind.ContractCall], TwoOfThree)],
    };

    private static readonly EffectBounds _known = Bounds.Empty with { Targets = [new(Chain, _contract, MultiSend.CodeHash, null, null)] };

    [Fact]
    public void Constants_AreThoseOfTheContract()
    {
        using var json = System.Text.Json.JsonDocument.Parse(Repository.Read("Contracts/multisend/MultiSend.json"));
        var deployed = HexBytes.Parse(json.RootElement.GetProperty("deployedBytecode").GetString()!);
        Bytes32.From(Keccak256.Hash(deployed.Span)).Should().Be(MultiSend.CodeHash);
        Bytes32.From(Keccak256.Hash("Sent(address,uint256,address,address,uint256)"u8)).Should().Be(MultiSend.SentTopic);
        Batch(Pay("a", 1)).Data.Span[..4].SequenceEqual(Keccak256.Hash("send((address,address,uint256)[])"u8).AsSpan(0, 4)).Should().BeTrue();
    }

    [Fact]
    public void Read_OwnEncoding_GivesThePayments()
    {
        ImmutableArray<BatchPayment> payments = [Pay("a", 1), Pay("b", UInt256.MaxValue, Token), Pay("a", 7)];
        var batch = Batch(payments);
        MultiSend.Read(batch)!.Value.Should().Equal(payments);
        (batch.Value, batch.MaxSpent.Length).Should().Be(((UInt256)8, 2));
    }

    [Fact]
    public void Read_AnyOtherBytes_IsNoBatch()
    {
        var batch = Batch(Pay("a", 1), Pay("b", 2, Token));
        var data = batch.Data.Span.ToArray();
        foreach (var length in new[] { 0, 4, 36, 67, data.Length - 32, data.Length - 1 })
            MultiSend.Read(batch with { Data = data[..length] }).Should().BeNull("{0} bytes", length);
        MultiSend.Read(batch with { Data = (byte[])[.. data, 0] }).Should().BeNull();
        // The offset, the length, and the twelve bytes before each address; the last one makes an amount zero.
        foreach (var (at, value) in new[] { (35, 33), (35, 0), (67, 3), (67, 0), (40, 1), (68, 1), (79, 9), (100, 1), (4 + 64 + 95, 0) })
        {
            var other = data.ToArray();
            other[at] = (byte)value;
            MultiSend.Read(batch with { Data = other }).Should().BeNull("byte {0} is {1}", at, value);
        }
    }

    [Fact]
    public void Assess_KnownContract_JudgesEachPayment()
    {
        Assess(_batches, Batch(Pay("a", Ether), Pay("b", Ether, Token))).Verdict.Should().Be(Verdict.NeedsVotes);
        Assess(StandardPolicy, Batch(Pay("a", 1))).Denial!.Code.Should().Be(RejectionCode.NoRule, "a call needs its rule too");
        var listed = _batches with { Rules = [.. _batches.Rules, Rule("dear", [EffectKind.NativeOut], ThreeOfThree, above: Ether)] };
        Assess(listed, Batch(Pay("a", Ether), Pay("b", Ether))).Required.Should().Be(TwoOfThree);
        Assess(listed, Batch(Pay("a", Ether), Pay("b", Ether + 1))).Required.Should().Be(ThreeOfThree, "one of them is dear");
        var own = _batches with { Rules = [.. _batches.Rules, Rule("strangers", [EffectKind.NativeOut], ThreeOfThree, destination: DestinationScope.New)] };
        Assess(own, Batch(Pay("hot", 1))).Required.Should().Be(TwoOfThree);
        Assess(own, Batch(Pay("hot", 1), Pay("b", 1))).Required.Should().Be(ThreeOfThree, "the payee counts, not the contract");
        Assess(_batches with { Limits = [Limit("eth", Eth, hardSingle: Ether)] }, Batch(Pay("a", Ether + 1), Pay("b", 1))).Denial!.Code.Should().Be(RejectionCode.HardLimit);
        Assess(_batches with { Limits = [Limit("eth", Eth, hardWindow: Ether)] }, Batch(Pay("a", Ether), Pay("b", 1))).Denial!.Code.Should().Be(RejectionCode.LimitWindow);
    }

    public static TheoryData<string, RejectionCode> Wrong => new()
    {
        { "no code was seen", RejectionCode.EffectOutOfBounds },
        { "other code", RejectionCode.EffectOutOfBounds },
        { "a proxy", RejectionCode.EffectOutOfBounds },
        { "an account that lends its code", RejectionCode.EffectOutOfBounds },
        { "the code of another chain", RejectionCode.EffectOutOfBounds },
        { "not canonical", RejectionCode.Malformed },
        { "names less than it pays", RejectionCode.LegMismatch },
        { "names more than it pays", RejectionCode.LegMismatch },
        { "sends more along", RejectionCode.LegMismatch },
        { "asks for something", RejectionCode.LegMismatch },
        { "sums beyond 2^256", RejectionCode.Overflow },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void Assess_NotWhatItSays_IsDenied(string what, RejectionCode code)
    {
        var batch = Batch(Pay("a", 5), Pay("b", 6, Token));
        var target = _known.Targets[0];
        var bounds = what switch
        {
            "no code was seen" => Bounds.Empty,
            "other code" => _known with { Targets = [target with { CodeHash = Deployment }] },
            "a proxy" => _known with { Targets = [target with { Implementation = AddressOf("x") }] },
            "an account that lends its code" => _known with { Targets = [target with { Delegate = AddressOf("x") }] },
            "the code of another chain" => _known with { Targets = [target with { Chain = ChainId.Evm(1) }] },
            _ => _known,
        };
        var leg = what switch
        {
            "not canonical" => batch with { Data = (byte[])[.. batch.Data.Span, 0] },
            "names less than it pays" => batch with { MaxSpent = [batch.MaxSpent[1], batch.MaxSpent[0] with { Value = 4 }] },
            "names more than it pays" => batch with { MaxSpent = [.. batch.MaxSpent, new(AssetId.Erc20(Chain, AddressOf("other")), 1)] },
            "sends more along" => batch with { Value = 6 },
            "asks for something" => batch with { MinReceived = [new(Token, 1)] },
            "sums beyond 2^256" => batch with { Data = Overflowing(batch.Data) },
            _ => batch,
        };
        Assess(_batches, leg, bounds).Denial!.Code.Should().Be(code);
    }

    [Fact]
    public void Assess_AllowanceForTheBatchAfterIt_IsPartOfThePacket()
    {
        var batch = Batch(Pay("a", 600, Token), Pay("b", 400, Token)) with { After = ["approve"] };
        Verdict(Approve(1_000), batch).Should().Be(Grains.Interfaces.Accounts.Verdict.NeedsVotes);
        Verdict(Approve(1_001), batch).Should().Be(Grains.Interfaces.Accounts.Verdict.Denied, "more than the batch takes");
        Verdict(Approve(1_000, AddressOf("thief")), batch).Should().Be(Grains.Interfaces.Accounts.Verdict.Denied, "to another");
        Verdict(Approve(1_000), batch with { After = [] }).Should().Be(Grains.Interfaces.Accounts.Verdict.Denied, "nothing says that it comes before");

        Verdict Verdict(Leg.ContractCall approve, Leg.ContractCall pays)
        {
            var bounds = _known with { Allowances = [new(Token, AddressOf("hot"), _contract, 1_000)] };
            return Authorisation.Assess(AuthorisationTests.Facts(_batches, approve, pays) with { Bounds = bounds }).Verdict;
        }
    }

    private static Leg.ContractCall Approve(UInt256 value, Address? spender = null)
    {
        var word = new byte[32];
        value.ToBigEndian(word);
        byte[] data = [.. Keccak256.Hash(Encoding.ASCII.GetBytes("approve(address,uint256)")).AsSpan(0, 4), .. new byte[12], .. (spender ?? _contract).ToArray(), .. word];
        return new("approve", [], Chain, AddressOf("hot"), AddressOf("token"), 0, data, [], [], new(1));
    }

    private static HexBytes Overflowing(HexBytes data)
    {
        var other = data.Span.ToArray();
        // Both payments in the native coin, of 2^255 each.
        other.AsSpan(68 + 96, 32).Clear();
        other[68 + 64] = other[68 + 96 + 64] = 0x80;
        return other;
    }

    private static Assessment Assess(Policy policy, Leg leg, EffectBounds? bounds = null) =>
        Authorisation.Assess(AuthorisationTests.Facts(policy, leg) with { Bounds = bounds ?? _known });

    private static BatchPayment Pay(string to, UInt256 amount, AssetId? asset = null) => new(AddressOf(to), new(asset ?? Eth, amount));

    private static Leg.ContractCall Batch(params ImmutableArray<BatchPayment> payments) =>
        MultiSend.Leg("batch", [], Chain, AddressOf("hot"), _contract, payments, new(1_000_000));
}
