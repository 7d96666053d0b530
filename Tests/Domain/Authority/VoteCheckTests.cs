using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Authority;

/// <summary>Good votes of each curve, and every way in which a vote is none, each with its own code.</summary>
public sealed class VoteCheckTests
{
    private static readonly Governance _governance = Governance.FromGenesis(StandardGenesis);
    private static readonly VoteTerms _terms = VoteTerms.Of(_governance);
    private static readonly VoteSubject _packet =
        new VoteSubject.Packet(Packet(_governance.Account, "rent", Transfer("a", Ether)), Bounds.Empty);

    private static readonly Stamp _now = new(Start, Start + Span.Seconds(60));

    public static TheoryData<SignatureScheme> Schemes => [.. Enum.GetValues<SignatureScheme>()];

    private static readonly VotePurpose[] _purposes =
        [VotePurpose.Packet, VotePurpose.Policy, VotePurpose.Roster, VotePurpose.AllowList, VotePurpose.Unfreeze, VotePurpose.Freeze, VotePurpose.ResumeLane, VotePurpose.Risk,
            VotePurpose.Channels, VotePurpose.ChannelsEnd, VotePurpose.CoinChannels];

    public static TheoryData<VotePurpose> Subjects => [.. _purposes];

    [Theory, MemberData(nameof(Schemes))]
    public void Check_VoteOfEachScheme_IsGood(SignatureScheme scheme)
    {
        var voter = new Person("ana", scheme);
        var terms = Terms(voter);
        VoteCheck.Check(voter.Vote(On(terms), terms, Start), On(terms), terms, _now).Should().BeNull();
    }

    [Theory, MemberData(nameof(Schemes))]
    public void Check_EachByteOfSignatureAltered_IsForged(SignatureScheme scheme)
    {
        var voter = new Person("ana", scheme);
        var terms = Terms(voter);
        var vote = voter.Vote(On(terms), terms, Start);
        for (var index = 0; index < vote.Signature.Length; index++)
        {
            var bytes = vote.Signature.Span.ToArray();
            bytes[index] ^= 0x01;
            var rejection = VoteCheck.Check(vote with { Signature = bytes }, On(terms), terms, _now);
            rejection.Should().NotBeNull("byte {0} is signed", index);
            rejection!.Code.Should().Be(RejectionCode.VoteForged);
        }
    }

    [Theory, MemberData(nameof(Subjects))]
    public void Check_VoteOnEachSubject_IsGoodThereAndNowhereElse(VotePurpose purpose)
    {
        var subject = Subject(purpose);
        var vote = Ana.Vote(subject, _terms, Start);
        VoteCheck.Check(vote, subject, _terms, _now).Should().BeNull();
        foreach (var other in _purposes.Where(other => other != purpose))
        {
            VoteCheck.Check(vote, Subject(other), _terms, _now)!.Code.Should().Be(RejectionCode.VoteWrongSubject);

            // The same vote relabelled: the primary type is signed too.
            var content = Subject(other).Draft(_terms, VoteDecision.Approve, Ana.Id, Ana.DeviceId, Start, Start + Span.Hours(24), default);
            var relabelled = vote with { Content = content };
            VoteCheck.Check(relabelled, Subject(other), _terms, _now)!.Code.Should().Be(RejectionCode.VoteForged);
        }
    }

    public static TheoryData<string, RejectionCode> Bad => new()
    {
        { "purpose", RejectionCode.VoteWrongSubject },
        { "account", RejectionCode.VoteWrongSubject },
        { "subject id", RejectionCode.VoteWrongSubject },
        { "decision", RejectionCode.Malformed },
        { "member", RejectionCode.UnknownMember },
        { "device", RejectionCode.UnknownDevice },
        { "operator", RejectionCode.RoleMissing },
        { "subject hash", RejectionCode.VoteVoid },
        { "effect digest", RejectionCode.VoteVoid },
        { "policy version", RejectionCode.VoteVoid },
        { "policy hash", RejectionCode.VoteVoid },
        { "roster hash", RejectionCode.VoteVoid },
        { "issued ahead", RejectionCode.VoteVoid },
        { "expired", RejectionCode.VoteExpired },
        { "expired by latest", RejectionCode.VoteExpired },
        { "lives backwards", RejectionCode.VoteExpired },
    };

    [Theory, MemberData(nameof(Bad))]
    public void Check_WronglyBoundButWellSigned_IsRefusedWithItsCode(string what, RejectionCode code)
    {
        var good = Ana.Vote(_packet, _terms, Start).Content;
        var content = what switch
        {
            "purpose" => good with { Purpose = VotePurpose.Recovery },
            "account" => good with { Account = new(Deployment) },
            "subject id" => good with { SubjectId = "other" },
            "decision" => good with { Decision = (VoteDecision)7 },
            "member" => good with { Member = "mallory" },
            "device" => good with { Device = "stolen" },
            "operator" => good with { Member = Olga.Id, Device = Olga.DeviceId },
            "subject hash" => good with { SubjectHash = Deployment },
            "effect digest" => good with { EffectDigest = Deployment },
            "policy version" => good with { PolicyVersion = 2 },
            "policy hash" => good with { PolicyHash = Deployment },
            "roster hash" => good with { RosterHash = Deployment },
            "issued ahead" => good with { IssuedAt = _now.Latest + VoteCheck.MaxClockLead + new Span(1) },
            "expired" => good with { ExpiresAt = _now.Earliest },
            "expired by latest" => good with { ExpiresAt = _now.Latest },
            "lives backwards" => good with { IssuedAt = _now.Latest + Span.Seconds(120), ExpiresAt = _now.Latest + Span.Seconds(60) },
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };
        var signer = what == "operator" ? Olga : Ana;
        VoteCheck.Check(signer.SignVote(_packet, Deployment, content), _packet, _terms, _now)!.Code.Should().Be(code);
    }

    public static TheoryData<string> Plans => ["after", "group", "finality", "compensates", "compensate-before", "replaces", "consumed-by"];

    /// <summary>Each is bound by the packet's hash, and each is shown: the message differs even where the hash is left out.</summary>
    [Theory, MemberData(nameof(Plans))]
    public void Check_HowLegsHangTogetherAltered_IsVoidAndShown(string what)
    {
        var good = Packet(_governance.Account, "rent", Transfer("a", Ether), Transfer("b", Ether));
        var leg = good.Legs[1];
        var bad = what switch
        {
            "after" => good with { Legs = [good.Legs[0], leg with { After = ["a"] }] },
            "group" => good with { Legs = [good.Legs[0], leg with { Group = "g" }] },
            "finality" => good with { Legs = [good.Legs[0], leg with { Finality = new(64) }] },
            "compensates" => good with { Legs = [good.Legs[0], leg with { Compensates = "a" }] },
            "replaces" => good with { Legs = [good.Legs[0], leg with { Replaces = new(new(new(good.Ref.Owner, "old"), "a"), Deployment) }] },
            "consumed-by" => good with { Legs = [good.Legs[0], leg with { Replaces = new(new(new(good.Ref.Owner, "old"), "b"), Deployment) }] },
            "compensate-before" => good with { CompensateBefore = good.SettleBefore + Span.Hours(1) },
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };
        var vote = Ana.Vote(new VoteSubject.Packet(good, Bounds.Empty), _terms, Start);
        VoteCheck.Check(vote, new VoteSubject.Packet(bad, Bounds.Empty), _terms, _now)!.Code.Should().Be(RejectionCode.VoteVoid);
        Shown(vote, bad).Should().NotBe(Shown(vote, good));
        Shown(vote, good).Should().Be(Shown(vote, good));
    }

    private static string Shown(Vote vote, PacketContent packet)
    {
        var data = TPWallet.Crypto.TypedDataJson.Write(VoteTypedData.For(Deployment, vote.Content, packet, Bounds.Empty));
        return System.Text.RegularExpressions.Regex.Replace(data, "\"packetHash\":\"0x[0-9a-f]+\"", "");
    }

    [Fact]
    public void Check_VoteOfAnotherDeployment_IsForged() =>
        VoteCheck.Check(Ana.SignVote(_packet, Bytes32.Zero, Ana.Vote(_packet, _terms, Start).Content), _packet, _terms, _now)!.Code
            .Should().Be(RejectionCode.VoteForged);

    [Fact]
    public void Check_VoteOfOneMemberUnderAnothersName_IsForged()
    {
        var vote = Ana.Vote(_packet, _terms, Start);
        var content = vote.Content with { Member = Cleo.Id, Device = Cleo.DeviceId };
        VoteCheck.Check(Ana.SignVote(_packet, Deployment, content), _packet, _terms, _now)!.Code.Should().Be(RejectionCode.VoteForged);
    }

    [Fact]
    public void Check_ApprovalTurnedIntoVeto_IsForged()
    {
        var vote = Ana.Vote(_packet, _terms, Start);
        VoteCheck.Check(vote with { Content = vote.Content with { Decision = VoteDecision.Veto } }, _packet, _terms, _now)!.Code
            .Should().Be(RejectionCode.VoteForged);
    }

    [Fact]
    public void Check_OperatorFreezes_IsGood()
    {
        var freeze = new VoteSubject.Freeze(_governance.Account, 1);
        VoteCheck.Check(Olga.Vote(freeze, _terms, Start), freeze, _terms, _now).Should().BeNull();
    }

    [Fact]
    public void Count_DuplicatesAndBadVotes_CountOnePerMember()
    {
        var first = Ana.Vote(_packet, _terms, Start);
        var second = Ana.Vote(_packet, _terms, Start + Span.Seconds(1));
        var forged = Ben.Vote(_packet, _terms, Start) with { Signature = first.Signature };
        var veto = Ana.Vote(_packet, _terms, Start, VoteDecision.Veto);
        var tally = VoteTally.Count([first, second, first, forged, veto, Cleo.Vote(_packet, _terms, Start)], _packet, _terms, _now);
        tally.Approvals.Select(vote => vote.Content.Member).Should().Equal(Ana.Id, Cleo.Id);
        tally.Vetoes.Should().ContainSingle();
        tally.Refused.Select(rejection => rejection.Code)
            .Should().Equal(RejectionCode.VoteDuplicate, RejectionCode.VoteDuplicate, RejectionCode.VoteForged);
    }

    private static VoteTerms Terms(Person voter) => VoteTerms.Of(Governance.FromGenesis(GenesisOf(StandardPolicy, [voter, Ben, Cleo])));

    private static VoteSubject.Packet On(VoteTerms terms) => new(Packet(terms.Account, "rent", Transfer("a", Ether)), Bounds.Empty);

    private static VoteSubject Subject(VotePurpose purpose) => purpose switch
    {
        VotePurpose.Packet => _packet,
        VotePurpose.Freeze => new VoteSubject.Freeze(_governance.Account, 1),
        VotePurpose.Policy => Change(new AccountChange.NewPolicy(StandardPolicy with { Version = 2 })),
        VotePurpose.Roster => Change(new AccountChange.NewRoster(_governance.Roster with { Version = 2 })),
        VotePurpose.AllowList => Change(new AccountChange.AllowDestination(new(Chain, AddressOf("payee").Value))),
        VotePurpose.ResumeLane => Change(new AccountChange.ResumeLane(Chain, AddressOf("hot"), Deployment)),
        VotePurpose.Risk => Change(new AccountChange.SetRisk(TPWallet.Grains.Interfaces.Risk.RiskMode.Enforced)),
        VotePurpose.Channels => Change(new AccountChange.GrantChannels(new("channels", Chain, AddressOf("manager"), AddressOf("token"), Ether, AddressOf("payout")))),
        VotePurpose.CoinChannels => Change(new AccountChange.GrantCoinChannels(new("coins", TPWallet.Chains.Bitcoin.BitcoinChain.Regtest.Id, 1_000_000, 5_000, HexBytes.From([0, 0x14, .. new byte[20]])))),
        VotePurpose.ChannelsEnd => Change(new AccountChange.RevokeChannels("channels")),
        VotePurpose.Unfreeze => Change(new AccountChange.Unfreeze(1)),
        _ => throw new ArgumentOutOfRangeException(nameof(purpose), purpose, null),
    };

    private static VoteSubject.Change Change(AccountChange change) => new(new("c1", _governance.Account, 1, change, Ana.Id, Start));
}
