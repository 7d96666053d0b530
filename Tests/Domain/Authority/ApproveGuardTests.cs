using System.Text;
using TPWallet.Crypto;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Authority;

/// <summary>
/// Rules judge effects (field notes 15, 16): what others may take later is seen in call data and in bounds, and denied unless a rule names it.
/// </summary>
public sealed class ApproveGuardTests
{
    private static readonly Policy _anything = StandardPolicy with { Rules = [Rule("anything", [], TwoOfThree)] };

    public static TheoryData<string, RejectionCode> Methods => new()
    {
        { "approve(address,uint256)", RejectionCode.AllowanceDenied },
        { "increaseAllowance(address,uint256)", RejectionCode.AllowanceDenied },
        { "setApprovalForAll(address,bool)", RejectionCode.AllowanceDenied },
        { "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", RejectionCode.AllowanceDenied },
        { "approve(address,address,uint160,uint48)", RejectionCode.AllowanceDenied },
        { "delegate(address)", RejectionCode.NoRule },
        { "transferOwnership(address)", RejectionCode.NoRule },
        { "upgradeTo(address)", RejectionCode.NoRule },
        { "multiSend(bytes)", RejectionCode.OpaqueCall },
        { "execute(bytes32,bytes)", RejectionCode.OpaqueCall },
        { "transfer(address,uint256)", RejectionCode.EffectOutOfBounds },
        { "transferFrom(address,address,uint256)", RejectionCode.EffectOutOfBounds },
    };

    [Theory, MemberData(nameof(Methods))]
    public void Assess_MethodThatGivesPowerAway_IsDeniedByARuleForEverything(string method, RejectionCode code) =>
        Assess(_anything, Call(Data(method, 1_000))).Denial!.Code.Should().Be(code);

    [Theory]
    [InlineData(EffectKind.AllowanceAboveLeg, "approve(address,uint256)")]
    [InlineData(EffectKind.OperatorForAll, "setApprovalForAll(address,bool)")]
    [InlineData(EffectKind.Permit, "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)")]
    [InlineData(EffectKind.Delegation, "delegate(address)")]
    [InlineData(EffectKind.OwnershipChange, "transferOwnership(address)")]
    [InlineData(EffectKind.CodeChange, "upgradeTo(address)")]
    [InlineData(EffectKind.DelegatecallBatch, "multicall(bytes[])")]
    [InlineData(EffectKind.OpaqueCall, "execute(bytes32,bytes)")]
    public void Assess_RuleNamesTheKind_LetsItThroughWithItsQuorum(EffectKind kind, string method)
    {
        var policy = _anything with { Rules = _anything.Rules.Add(Rule("named", [kind], ThreeOfThree)) };
        var assessment = Assess(policy, Call(Data(method, 1_000)));
        (assessment.Verdict, assessment.Required).Should().Be((Verdict.NeedsVotes, ThreeOfThree));
    }

    [Theory]
    [InlineData(1_000, Verdict.NeedsVotes)]
    [InlineData(1_001, Verdict.Denied)]
    public void Assess_AllowanceUpToTheLegsAmount_IsPartOfTheLeg(ulong allowance, Verdict verdict) =>
        Assess(_anything, Call(Data("approve(address,uint256)", allowance), new Amount(Token, 1_000))).Verdict.Should().Be(verdict);

    [Fact]
    public void Assess_UnlimitedAllowance_IsAboveEveryHardCap()
    {
        var policy = _anything with
        {
            Rules = [Rule("named", [EffectKind.AllowanceAboveLeg, EffectKind.ContractCall], TwoOfThree)],
            Limits = [Limit("token", Token, hardSingle: 1_000_000)],
        };
        Assess(policy, Call(Data("approve(address,uint256)", UInt256.MaxValue))).Denial!.Code.Should().Be(RejectionCode.HardLimit);
        var windowed = policy with { Limits = [Limit("token", Token, hardWindow: 1_000_000)] };
        Assess(windowed, Call(Data("approve(address,uint256)", UInt256.MaxValue))).Denial!.Code.Should().Be(RejectionCode.LimitWindow);
    }

    [Fact]
    public void Assess_AllowanceSeenOnlyBySimulation_IsDenied()
    {
        var bounds = Bounds.Empty with { Allowances = [new(Token, AddressOf("hot"), AddressOf("spender"), 5)] };
        Assess(_anything, Call(Data("swap()", 0)), bounds).Denial!.Code.Should().Be(RejectionCode.AllowanceDenied);
        Assess(_anything, Call(Data("swap()", 0), new Amount(Token, 5)), bounds).Verdict.Should().Be(Verdict.NeedsVotes, "the leg may spend as much");
        Assess(_anything, Transfer("a", 1), bounds).Denial!.Code.Should().Be(RejectionCode.EffectOutOfBounds, "a payment leaves no allowance");
    }

    public static TheoryData<EffectKind> Special => [.. Enum.GetValues<EffectKind>().Where(kind => kind >= EffectKind.AllowanceAboveLeg)];

    [Theory, MemberData(nameof(Special))]
    public void Assess_SpecialEffectSeenBySimulation_NeedsItsRule(EffectKind kind)
    {
        var bounds = Bounds.Empty with { Special = [new(kind, "a", "seen")] };
        Assess(_anything, Transfer("a", 1), bounds).Verdict.Should().Be(Verdict.Denied);
        var named = _anything with { Rules = _anything.Rules.Add(Rule("named", [kind], TwoOfThree)) };
        Assess(named, Transfer("a", 1), bounds).Verdict.Should().Be(Verdict.NeedsVotes);
    }

    public static TheoryData<string, RejectionCode> Outside => new()
    {
        { "more out than the leg says", RejectionCode.EffectOutOfBounds },
        { "another asset out", RejectionCode.EffectOutOfBounds },
        { "a foreign address", RejectionCode.EffectOutOfBounds },
        { "less in than asked", RejectionCode.EffectOutOfBounds },
        { "special effect of no leg", RejectionCode.EffectOutOfBounds },
        { "special effect that is none", RejectionCode.UnsupportedKind },
    };

    [Theory, MemberData(nameof(Outside))]
    public void Assess_BoundsBeyondTheLegs_AreRefused(string what, RejectionCode code)
    {
        var hot = new AddressBounds(Chain, AddressOf("hot"), [new(Eth, 5)], []);
        var bounds = what switch
        {
            "more out than the leg says" => Bounds.Empty with { Addresses = [hot with { MaxOut = [new(Eth, 6)] }] },
            "another asset out" => Bounds.Empty with { Addresses = [hot with { MaxOut = [new(Token, 1)] }] },
            "a foreign address" => Bounds.Empty with { Addresses = [hot with { Address = AddressOf("mallory") }] },
            "less in than asked" => Bounds.Empty with { Addresses = [hot with { MinIn = [new(Token, 8)] }] },
            "special effect of no leg" => Bounds.Empty with { Special = [new(EffectKind.Permit, "zzz", "")] },
            "special effect that is none" => Bounds.Empty with { Special = [new(EffectKind.NativeOut, "a", "")] },
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };
        var leg = new Leg.ContractCall("a", [], Chain, AddressOf("hot"), AddressOf("dex"), 5, Data("swap()", 0), [], [new(Token, 9)], new(1));
        Assess(_anything, what == "less in than asked" ? leg : leg with { MinReceived = [] }, bounds).Denial!.Code.Should().Be(code);
    }

    [Fact]
    public void Normalise_SameEffectsInAnyOrder_HaveOneDigest()
    {
        var first = new AddressBounds(Chain, AddressOf("a"), [new(Eth, 1), new(Token, 2)], [new(Eth, 0)]);
        var second = new AddressBounds(Chain, AddressOf("b"), [new(Eth, 3)], []);
        TargetCode[] targets = [new(Chain, AddressOf("t"), Deployment, null, AddressOf("d")), new(Chain, AddressOf("s"), Deployment, AddressOf("i"), null)];
        var one = new EffectBounds([first, second], [], [.. targets], [new(EffectKind.Permit, "b", "x"), new(EffectKind.Permit, "a", "x")]);
        var other = new EffectBounds(
            [second, first with { MaxOut = [new(Token, 2)], MinIn = [] }, first with { MaxOut = [new(Eth, 1), new(Token, 1)] }],
            [],
            [targets[1], targets[0], targets[1]],
            [new(EffectKind.Permit, "a", "x"), new(EffectKind.Permit, "b", "x")]);
        Bounds.Digest(other).Should().Be(Bounds.Digest(one));
        Bounds.Digest(one with { Addresses = [first] }).Should().NotBe(Bounds.Digest(one));
    }

    private static Assessment Assess(Policy policy, Leg leg, EffectBounds? bounds = null) =>
        Authorisation.Assess(AuthorisationTests.Facts(policy, leg) with { Bounds = bounds ?? Bounds.Empty });

    private static Leg.ContractCall Call(byte[] data, params ImmutableArray<Amount> spent) =>
        new("a", [], Chain, AddressOf("hot"), AddressOf("token"), 0, data, spent, [], new(1));

    /// <summary>Selector and four words: the own address, and three times the value.</summary>
    private static byte[] Data(string method, UInt256 value)
    {
        var word = new byte[32];
        value.ToBigEndian(word);
        return [.. Keccak256.Hash(Encoding.ASCII.GetBytes(method)).AsSpan(0, 4), .. new byte[12], .. AddressOf("hot").ToArray(), .. word, .. word, .. word];
    }
}
