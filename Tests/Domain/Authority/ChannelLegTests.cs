using TPWallet.Domain.Authority;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Domain.Invoices;
using TPWallet.Tests.Domain.Packets;
using static TPWallet.Tests.Domain.Packets.ChannelLegs;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Authority;

/// <summary>What a leg over channels may be, how it is judged, and what members sign of it.</summary>
public sealed class ChannelLegTests
{
    private static readonly AccountId _account = Canonical.AccountId(StandardGenesis);
    private static readonly ChannelMandate _mandate = new("channels", Chain, AddressOf("manager"), AddressOf("token"), 1_000_000, AddressOf("hot"));
    private static readonly EffectBounds _bounds = new([new(Chain, AddressOf("hot"), [new(Token, 400)], [])], [], [], []);

    public static TheoryData<string, RejectionCode> Wrong => new()
    {
        { "asset", RejectionCode.AssetMismatch },
        { "coin", RejectionCode.AssetMismatch },
        { "amount", RejectionCode.LegMismatch },
        { "huge", RejectionCode.TooLarge },
        { "payee", RejectionCode.Malformed },
        { "node", RejectionCode.Malformed },
        { "forged", RejectionCode.BadSignature },
        { "unsigned", RejectionCode.BadSignature },
        { "parts", RejectionCode.Malformed },
        { "expired", RejectionCode.Expired },
        { "late", RejectionCode.Malformed },
        { "group", RejectionCode.Malformed },
        { "final", RejectionCode.Malformed },
        { "twice", RejectionCode.Malformed },
        { "unknown", RejectionCode.DependencyUnknown },
        { "of-chain", RejectionCode.DependencyUnknown },
        { "other-chain", RejectionCode.WrongChain },
        { "other-asset", RejectionCode.AssetMismatch },
        { "other-amount", RejectionCode.LegMismatch },
        { "too-late-to-sign", RejectionCode.Malformed },
        { "ordered", RejectionCode.Malformed },
        { "waited-for", RejectionCode.DependencyUnknown },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Form_ThatCannotBe_IsRefused(string what, RejectionCode code)
    {
        var invoice = Rent.Invoice;
        Leg[] legs = what switch
        {
            "asset" => [Rent with { Amount = new(AssetId.Erc20(Chain, AddressOf("other token")), 400) }],
            "coin" => [Rent with { Amount = new(Eth, 400) }],
            "amount" => [Rent with { Amount = new(Token, 399) }],
            "huge" => [Rent with { MostFee = BookRules.MostDeposited + 1 }],
            "payee" => [Rent with { Invoice = invoice with { Ref = new(_account, "own") } }],
            "node" => [Rent with { Invoice = invoice with { Terms = invoice.Terms with { Node = null } } }],
            "forged" => [Rent with { Invoice = invoice with { Terms = invoice.Terms with { LeastSeconds = 7 } } }],
            "unsigned" => [Rent with { Invoice = invoice with { Terms = invoice.Terms with { Seal = null } } }],
            "parts" => [Rent with { MostParts = 31 }],
            "expired" => [Rent with { Until = invoice.ExpiresAt + new Span(1) }],
            "late" => [Rent with { Until = Start + Span.Hours(49), Invoice = InvoiceScene.Sign(invoice with { ExpiresAt = Start + Span.Hours(50) }) }],
            "group" => [Plans.In("g", Rent)],
            "final" => [Rent with { Finality = new(3) }],
            "twice" => [Rent, Instead, Instead with { Id = "again" }],
            "unknown" => [Rent, Instead with { InsteadOf = "nobody" }],
            "of-chain" => [Transfer("a", 400, asset: Token), Instead with { InsteadOf = "a" }],
            "other-chain" => [Rent, Instead with { Amount = new(AssetId.Erc20(ChainId.Evm(1), AddressOf("token")), 400) }],
            "other-asset" => [Rent, Instead with { Amount = new(Eth, 400) }],
            "other-amount" => [Rent, Instead with { Amount = new(Token, 401) }],
            "too-late-to-sign" => [Rent with { Until = Start + Span.Hours(24), Invoice = InvoiceScene.Sign(invoice with { ExpiresAt = Start + Span.Hours(24) }) }, Instead],
            "ordered" => [Transfer("a", 5), Rent, Instead with { After = ["a"] }],
            "waited-for" => [Rent, Instead, PacketRun.After(Transfer("b", 1), "rent-chain")],
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
        PacketForm.Check(Packet(_account, "p", legs))?.Code.Should().Be(code);
        PacketForm.Check(Packet(_account, "p", legs)).Should().NotBeNull();
        PacketForm.Check(Packet(_account, "p", Rent, Instead)).Should().BeNull();
        PacketForm.Check(Packet(_account, "p", Rent with { Amount = new(Token, 7), Invoice = InvoiceScene.Sign(invoice with { Amount = null }) })).Should().BeNull("the payer chooses");
    }

    [Fact]
    public void Outflow_IsASpendOfTheToken_CountedOnceWithWhatIsMadeInstead()
    {
        var both = Read([Rent, Instead], out _)!;
        both.Effects.Select(effect => (effect.Leg.Value, effect.Kind, effect.Asset, effect.Amount, effect.Destination)).Should().Equal(
            ("rent", EffectKind.TokenOut, Token, 420, InvoiceScene.Payee.Value), ("rent-chain", EffectKind.TokenOut, Token, 400, AddressOf("payee").Value));
        Gross(both, Token).Should().Be(420);
        Gross(both, Eth).Should().Be(1_000_000);
        Gross(Read([Rent], out _)!, Token).Should().Be(420);
        Gross(Read([Rent, Transfer("beside", 400, asset: Token)], out _)!, Token).Should().Be(820, "that is another payment");
    }

    [Theory]
    [InlineData("stranger", RejectionCode.KeyUnknown)]
    [InlineData("token", RejectionCode.AssetMismatch)]
    [InlineData("manager", RejectionCode.AssetMismatch)]
    [InlineData("own", RejectionCode.LegMismatch)]
    public void Outflow_ByChannelsThatAreNotTheAccounts_IsRefused(string what, RejectionCode code)
    {
        var mandate = what switch { "token" => _mandate with { Token = AddressOf("other") }, "manager" => _mandate with { Manager = AddressOf("other") }, _ => _mandate };
        Leg first = what == "stranger" ? Rent with { Key = "stranger" } : Rent;
        Leg other = what == "own" ? Instead with { To = AddressOf("hot") } : Instead;
        Outflow.Of(Packet(_account, "p", first, other), _bounds, Own, Govern(mandate), out var refusal).Should().BeNull();
        refusal!.Code.Should().Be(code);
    }

    /// <summary>A rule that denies payees that are on no list denies the one on chain as well as the one over channels.</summary>
    [Fact]
    public void Policy_DeniesEitherPayee()
    {
        var governance = Govern(_mandate, Rule("strangers", [EffectKind.TokenOut], TwoOfThree, destination: DestinationScope.New, effect: RuleEffect.Deny));
        Denial(governance).Should().Be(RejectionCode.ExplicitDeny);
        var known = Allow(governance, InvoiceScene.Payee.Value);
        Denial(known).Should().Be(RejectionCode.ExplicitDeny, "nobody may be paid on chain whom the list does not have");
        Denial(Allow(known, AddressOf("payee").Value)).Should().Be(RejectionCode.None);

        static Governance Allow(Governance governance, string to) =>
            Apply(governance, new AccountChange.AllowDestination(new(Chain, to)));
    }

    [Theory]
    [InlineData(420, RejectionCode.None)]
    [InlineData(419, RejectionCode.HardLimit)]
    public void Limit_HoldsForAmountAndFees(ulong hard, RejectionCode code)
    {
        var governance = Govern(_mandate);
        Denial(governance with { Policy = governance.Policy with { Limits = [Limit("tokens", Token, hardSingle: hard)] } }).Should().Be(code);
    }

    [Fact]
    public void Vote_NamesThePayment_AndWhatIsMadeInstead()
    {
        var without = Packet(_account, "p", Transfer("a", 7));
        var vote = VoteTo(without);
        VoteTypedData.For(Deployment, vote, without, Bounds.Empty).Types.Keys.Should().NotContain("ChannelPayment", "votes on other packets are what they always were");
        var packet = Packet(_account, "p", Rent, Instead);
        VoteTypedData.For(Deployment, vote, packet, Bounds.Empty).Types.Keys.Should().Contain(["ChannelPayment", "Transfer"]);
        var (invoice, place) = (Rent.Invoice, Rent.Invoice.Place);
        Leg[][] others =
        [
            [Rent],
            [Rent with { Key = "other" }, Instead],
            [Rent with { MostFee = 21 }, Instead],
            [Rent with { MostParts = 5 }, Instead],
            [Rent with { Until = Rent.Until + new Span(1) }, Instead],
            [Rent with { Invoice = invoice with { Ref = new(PacketRun.Payee, "november") } }, Instead],
            [Rent with { Invoice = invoice with { Terms = invoice.Terms with { Hash = PacketRun.Hash("other") } } }, Instead],
            [Rent with { Invoice = invoice with { Terms = invoice.Terms with { PaymentSecret = PacketRun.Hash("other") } } }, Instead],
            [Rent with { Invoice = invoice with { Terms = invoice.Terms with { Node = AddressOf("other") } } }, Instead],
            [Rent with { Invoice = invoice with { Place = place with { Manager = AddressOf("other") } } }, Instead],
            [Rent, Instead with { To = AddressOf("thief") }],
            [Rent, Instead with { Fee = new(1) }],
            [Rent, Instead with { InsteadOf = null }],
        ];
        others.Select(legs => VoteTypedData.For(Deployment, vote, Packet(_account, "p", legs), Bounds.Empty).Digest()).Append(VoteTypedData.For(Deployment, vote, packet, Bounds.Empty).Digest())
            .Should().OnlyHaveUniqueItems("whatever is changed, it is another vote");
        others.Select(legs => Canonical.Hash(Packet(_account, "p", legs))).Append(Canonical.Hash(packet)).Should().OnlyHaveUniqueItems();
    }

    private static ImmutableArray<OwnAddress> Own => [new(Chain, AddressOf("hot"), Tier.Hot)];

    private static Governance Govern(ChannelMandate mandate, params ReadOnlySpan<PolicyRule> rules)
    {
        var governance = Apply(Governance.FromGenesis(StandardGenesis), new AccountChange.GrantChannels(mandate));
        return governance with
        {
            Policy = governance.Policy with { Rules = [.. governance.Policy.Rules, .. rules] },
        };
    }

    private static Governance Apply(Governance governance, AccountChange change) =>
        governance.Apply(new(new("change", _account, governance.ChangesEnacted + 1, change, Ana.Id, Start), [], Start));

    private static Outflow? Read(Leg[] legs, out Rejection? refusal)
    {
        var bounds = _bounds with { Addresses = [_bounds.Addresses[0] with { MaxOut = [new(Token, (ulong)(400 * legs.Count(leg => leg.IsOnChain)))] }] };
        return Outflow.Of(Packet(_account, "p", legs), legs.Any(leg => leg.IsOnChain) ? bounds : Bounds.Empty, Own, Govern(_mandate), out refusal);
    }

    private static ulong Gross(Outflow outflow, AssetId asset) => outflow.Gross().Where(share => share.Asset == asset).Aggregate(0UL, (sum, share) => sum + share.Amount.Low);

    private static RejectionCode Denial(Governance governance)
    {
        var packet = Packet(_account, "p", Rent, Instead);
        return Authorisation.Assess(new(governance, false, Own, LimitWindows.Empty, packet, _bounds, [], null, Stamp.At(Start))).Denial?.Code ?? RejectionCode.None;
    }

    private static VoteContent VoteTo(PacketContent packet) =>
        Ana.Vote(new VoteSubject.Packet(packet, Bounds.Empty), VoteTerms.Of(Governance.FromGenesis(StandardGenesis)), Start).Content;
}
