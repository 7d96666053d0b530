using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Domain.Lanes.Coins;
using TPWallet.Tests.Domain.Packets;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Authority;

/// <summary>A leg that pays several on a Bitcoin chain is judged payee by payee and as a whole, and a vote names every payee.</summary>
public sealed class CoinPaymentsTests
{
    private static readonly AccountId _account = Canonical.AccountId(StandardGenesis);
    private static readonly Leg.CoinPayments _leg = CoinPaymentsFormTests.Pay([.. CoinPaymentsFormTests.AllForms]);
    private static readonly AssetId _coin = AssetId.Native(CoinRun.Bitcoin);

    [Fact]
    public void Outflow_HasEachPayeeAndTheSum()
    {
        var outflow = Read(_leg, out _)!;
        outflow.Effects.Select(effect => (effect.Kind, effect.Asset, effect.Amount, effect.Destination, effect.Scope)).Should().Equal(
            _leg.Payees.Select(payee => (EffectKind.NativeOut, (AssetId?)_coin, payee.Value, payee.Destination, DestinationScope.New)));
        var taken = outflow.Legs.Single();
        taken.Amounts.Should().Equal(new Amount(_coin, 15_000));
        (taken.Fee, taken.OwnMove).Should().Be((new Amount(_coin, 20_000), false));
        outflow.Gross().Sum(share => (decimal)(ulong)share.Amount).Should().Be(35_000);
    }

    [Fact]
    public void Payee_OfTheAccount_IsRefused()
    {
        var own = new OwnAddress(CoinRun.Bitcoin, AddressOf("cold"), Tier.Cold);
        Read(CoinPaymentsFormTests.Pay(CoinPayee.OfKeyHash(own.Address, 1_000)), out var refusal, own).Should().BeNull();
        refusal!.Code.Should().Be(RejectionCode.LegMismatch);
        Read(_leg with { From = AddressOf("stranger") }, out refusal).Should().BeNull();
        refusal!.Code.Should().Be(RejectionCode.LegMismatch);
    }

    /// <summary>Many small payments at once are one large one to a limit of what goes at once; and each payee counts too.</summary>
    [Theory]
    [InlineData(15_000, false)]
    [InlineData(14_999, true)]
    public void Limit_OfOnePayment_HoldsForTheSumOfALeg(ulong hard, bool isDenied)
    {
        var limit = Limit("coins", _coin, hardSingle: hard);
        (Assess(limit).Denial?.Code == RejectionCode.HardLimit).Should().Be(isDenied);
    }

    [Fact]
    public void Vote_OnPayments_HasATypeOfItsOwn()
    {
        var (with, without) = (Packet(_account, "p", _leg), Packet(_account, "p", Transfer("a", 7)));
        var vote = VoteTo(without);
        VoteTypedData.For(Deployment, vote, without, Bounds.Empty).Types.Keys.Should().NotContain("CoinPayments", "votes on other packets are what they always were");
        VoteTypedData.For(Deployment, vote, with, Bounds.Empty).Types.Keys.Should().Contain(["CoinPayments", "Payee"]);
        var digests = new HashSet<Bytes32> { Digest(vote, _leg) };
        for (var i = 0; i < _leg.Payees.Length; i++)
        {
            digests.Add(Digest(vote, _leg with { Payees = _leg.Payees.SetItem(i, _leg.Payees[i] with { Value = _leg.Payees[i].Value + 1 }) })).Should().BeTrue();
            var script = _leg.Payees[i].Script.Span.ToArray();
            script[5] ^= 1;
            digests.Add(Digest(vote, _leg with { Payees = _leg.Payees.SetItem(i, _leg.Payees[i] with { Script = script }) })).Should().BeTrue();
        }

        digests.Add(Digest(vote, _leg with { Payees = [.. _leg.Payees.Reverse()] })).Should().BeTrue("their order is that of the outputs");
        digests.Add(Digest(vote, _leg with { Payees = _leg.Payees[..4] })).Should().BeTrue();
    }

    private static Bytes32 Digest(VoteContent vote, Leg leg) => VoteTypedData.For(Deployment, vote, Packet(_account, "p", leg), Bounds.Empty).Digest();

    private static Outflow? Read(Leg leg, out Rejection? refusal, params ReadOnlySpan<OwnAddress> more) => Outflow.Of(
        Packet(_account, "p", leg), Bounds.Empty, [new(CoinRun.Bitcoin, CoinRun.From, Tier.Hot), .. more], Governance.FromGenesis(StandardGenesis), out refusal);

    private static Assessment Assess(LimitRule limit)
    {
        var facts = AuthorisationTests.Facts(StandardPolicy with { Limits = [limit] }, _leg);
        return Authorisation.Assess(facts with { Own = [.. facts.Own, new(CoinRun.Bitcoin, CoinRun.From, Tier.Hot)] });
    }

    private static VoteContent VoteTo(PacketContent packet)
    {
        var facts = AuthorisationTests.Facts(StandardPolicy, packet.Legs[0]);
        return Ana.Vote(new VoteSubject.Packet(packet, Bounds.Empty), VoteTerms.Of(facts.Governance), Start).Content;
    }
}
