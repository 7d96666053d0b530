using System.Text;
using TPWallet.Crypto;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
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

    /// <summary>Method, which argument says who is paid or empowered, and what the leg names as spent.</summary>
    public static TheoryData<string, int, ulong> Parties => new()
    {
        { "transfer(address,uint256)", 0, 1_000 },
        { "transferFrom(address,address,uint256)", 1, 1_000 },
        { "safeTransferFrom(address,address,uint256)", 1, 1_000 },
        { "approve(address,uint256)", 0, 1_000 },
        { "approve(address,uint256)", 0, 0 },
        { "increaseAllowance(address,uint256)", 0, 0 },
        { "setApprovalForAll(address,bool)", 0, 0 },
        { "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", 1, 0 },
        { "approve(address,address,uint160,uint48)", 1, 0 },
        { "delegate(address)", 0, 0 },
        { "transferOwnership(address)", 0, 0 },
        { "grantRole(bytes32,address)", 1, 0 },
        { "swapOwner(address,address,address)", 2, 0 },
        { "upgradeTo(address)", 0, 0 },
    };

    /// <summary>That members allow a token's contract says nothing of whom it pays for them.</summary>
    [Theory, MemberData(nameof(Parties))]
    public void Assess_AllowedContract_ItsCallStillNeedsItsPartyToBeAllowed(string method, int argument, ulong spent)
    {
        var policy = _anything with { Rules = [Rule("known", [.. Enum.GetValues<EffectKind>()], TwoOfThree, destination: DestinationScope.Allowed)] };
        ImmutableArray<Amount> amounts = spent == 0 ? [] : [new(Token, spent)];
        foreach (var careless in (byte[])[0, 1])
        {
            var leg = Call(Data(method, argument, careless), amounts);
            Allowing(policy, leg, leg.To).Denial.Should().NotBeNull("the party is a stranger");
            Allowing(policy, leg, AddressOf("party")).Denial.Should().NotBeNull("the contract is called, too");
            Allowing(policy, leg, leg.To, AddressOf("party")).Verdict.Should().Be(Verdict.NeedsVotes);
        }
    }

    [Fact]
    public void Assess_CallThatPaysAnOwnAddress_IsNoExemptMove()
    {
        var policy = _anything with { Rules = [Rule("known", [], TwoOfThree, destination: DestinationScope.Allowed)] };
        var leg = Call(Data("transfer(address,uint256)", 1_000), new Amount(Token, 1_000));
        Allowing(policy, leg, leg.To).Verdict.Should().Be(Verdict.NeedsVotes);
        Allowing(policy, leg).Denial.Should().NotBeNull();
    }

    [Fact]
    public void Assess_SimulatedAllowanceOfAnother_IsNotCoveredByThatOfTheCall()
    {
        var policy = _anything with { Rules = [Rule("known", [.. Enum.GetValues<EffectKind>()], TwoOfThree, destination: DestinationScope.Allowed)] };
        var leg = Call(Data("approve(address,uint256)", 0, 0));
        var bounds = Bounds.Empty with { Allowances = [new(Token, AddressOf("hot"), AddressOf("mallory"), 5)] };
        Allowing(policy, bounds, leg, leg.To, AddressOf("party")).Denial!.Code.Should().Be(RejectionCode.AllowanceDenied);
        Allowing(policy, bounds with { Allowances = [bounds.Allowances[0] with { Spender = AddressOf("party") }] }, leg, leg.To, AddressOf("party")).Verdict.Should().Be(Verdict.NeedsVotes);
    }

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

    private static Assessment Allowing(Policy policy, Leg leg, params Address[] allowed) => Allowing(policy, Bounds.Empty, leg, allowed);

    private static Assessment Allowing(Policy policy, EffectBounds bounds, Leg leg, params Address[] allowed)
    {
        var facts = AuthorisationTests.Facts(policy, leg) with { Bounds = bounds };
        var list = allowed.Select(static address => new AllowedDestination(Chain, address.Value))
            .Aggregate(facts.Governance.Allowed, static (all, one) => all.Add(StateKey.Of(Chain.Value, one.Destination), one));
        return Authorisation.Assess(facts with { Governance = facts.Governance with { Allowed = list } });
    }

    private static Leg.ContractCall Call(byte[] data, params ImmutableArray<Amount> spent) =>
        new("a", [], Chain, AddressOf("hot"), AddressOf("token"), 0, data, spent, [], new(1));

    /// <summary>Selector and four words: the own address, and three times the value.</summary>
    private static byte[] Data(string method, UInt256 value)
    {
        var word = new byte[32];
        value.ToBigEndian(word);
        return [.. Keccak256.Hash(Encoding.ASCII.GetBytes(method)).AsSpan(0, 4), .. new byte[12], .. AddressOf("hot").ToArray(), .. word, .. word, .. word];
    }

    /// <summary>Selector and four words: of them one the party's address, behind a byte that careless contracts do not look at, and else numbers.</summary>
    private static byte[] Data(string method, int argument, byte careless)
    {
        var words = new byte[4][];
        for (var i = 0; i < words.Length; i++) words[i] = i == argument ? [careless, .. new byte[11], .. AddressOf("party").ToArray()] : [.. new byte[30], 3, 232];
        return [.. Keccak256.Hash(Encoding.ASCII.GetBytes(method)).AsSpan(0, 4), .. words.SelectMany(static word => word)];
    }
}
