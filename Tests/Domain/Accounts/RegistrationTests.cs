using TPWallet.Domain.Accounts;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>Founding an account and its keys.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public void Register_EveryDeviceSigned_OpensTheAccount()
    {
        var run = AccountRun.Registered();
        run.Events.Should().ContainSingle().Which.Should().BeOfType<AccountEvent.Registered>();
        run.Open.Governance.Roster.Members.Should().HaveCount(4);
        AccountViews.View(run.State, 1, Bytes32.Zero)!.Id.Should().Be(Canonical.AccountId(StandardGenesis));
        AccountViews.Lineage(run.State)!.Changes.Should().BeEmpty();
    }

    [Fact]
    public void Register_Again_ChangesNothing()
    {
        var run = AccountRun.Registered();
        run.Accept(new AccountCommand.Register(Id("again"), StandardGenesis, [])).Should().BeEmpty();
        run.Refuse(new AccountCommand.Register(Id("other"), GenesisOf(StandardPolicy, All, "other"), [])).Should().Be(RejectionCode.GenesisMismatch);
    }

    [Fact]
    public void Register_ProofLacksOrIsAnothers_IsRefused()
    {
        var genesis = StandardGenesis;
        var proofs = Prove(genesis, All);
        var run = new AccountRun(Canonical.AccountId(genesis));
        run.Refuse(new AccountCommand.Register(Id("a"), genesis, proofs.RemoveAt(1))).Should().Be(RejectionCode.ProofMissing);
        var stolen = proofs.SetItem(0, proofs[0] with { Signature = proofs[1].Signature });
        run.Refuse(new AccountCommand.Register(Id("b"), genesis, stolen)).Should().Be(RejectionCode.BadSignature);
        var elsewhere = Prove(GenesisOf(StandardPolicy, All, "another"), All);
        run.Refuse(new AccountCommand.Register(Id("c"), genesis, elsewhere)).Should().Be(RejectionCode.BadSignature);
        run.Refuse(new AccountCommand.Register(Id("d"), GenesisOf(StandardPolicy, All, "another"), elsewhere)).Should().Be(RejectionCode.GenesisMismatch);
    }

    public static TheoryData<string, RejectionCode> BadGenesis => new()
    {
        { "three of two voters", RejectionCode.UnsatisfiablePolicy },
        { "proposer needed but does not count", RejectionCode.UnsatisfiablePolicy },
        { "nobody eligible", RejectionCode.UnsatisfiablePolicy },
        { "no approval needed", RejectionCode.UnsatisfiablePolicy },
        { "members without devices", RejectionCode.UnsatisfiablePolicy },
        { "member twice", RejectionCode.DuplicateMember },
        { "one key for two members", RejectionCode.DuplicateDevice },
        { "one rule id twice", RejectionCode.Malformed },
        { "soft above hard", RejectionCode.Malformed },
        { "window of minutes", RejectionCode.Malformed },
        { "threshold without asset", RejectionCode.Malformed },
        { "recovery within a day", RejectionCode.Malformed },
        { "policy version 2", RejectionCode.Malformed },
    };

    [Theory, MemberData(nameof(BadGenesis))]
    public void Register_GenesisThatCannotGovern_IsRefused(string what, RejectionCode code)
    {
        var good = StandardGenesis;
        var policy = good.Policy;
        var genesis = what switch
        {
            "three of two voters" => GenesisOf(policy, [Ana, Ben, Olga]),
            "proposer needed but does not count" => GenesisOf(policy with { Changes = policy.Changes with { Roster = new(3, Roles.Owner) } }, All),
            "nobody eligible" => good with { Policy = policy with { Rules = [Rule("pay", [], new(1, Roles.Auditor))] } },
            "no approval needed" => good with { Policy = policy with { Rules = [Rule("pay", [], new(0, Roles.Approver))] } },
            "members without devices" => good with { Members = [.. good.Members.Select(member => member with { Devices = [] })] },
            "member twice" => good with { Members = good.Members.Add(good.Members[0]) },
            "one key for two members" => good with { Members = good.Members.Add(good.Members[0] with { Id = "eve" }) },
            "one rule id twice" => good with { Policy = policy with { Rules = policy.Rules.Add(policy.Rules[0]) } },
            "soft above hard" => good with { Policy = policy with { Limits = [Limit("eth", Eth, softSingle: 2, hardSingle: 1)] } },
            "window of minutes" => good with { Policy = policy with { Limits = [policy.Limits[0] with { Window = Span.Seconds(60) }] } },
            "threshold without asset" => good with { Policy = policy with { Rules = [Rule("pay", [], TwoOfThree, above: 1)] } },
            "recovery within a day" => good with { Recovery = good.Recovery with { Delay = Span.Hours(24) } },
            "policy version 2" => good with { Policy = policy with { Version = 2 } },
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };
        var people = All.Where(person => genesis.Members.Any(member => member.Id == person.Id));
        new AccountRun(Canonical.AccountId(genesis)).Refuse(new AccountCommand.Register(Id(what), genesis, Prove(genesis, people))).Should().Be(code);
    }

    [Fact]
    public void AnyCommand_Unregistered_IsRefused() => new AccountRun(Canonical.AccountId(StandardGenesis))
        .Refuse(new AccountCommand.RequestKey(Id("k"), "hot", Chain, Tier.Hot)).Should().Be(RejectionCode.NotRegistered);

    [Fact]
    public void RequestKey_New_OwesItsCreationThenItsWatching()
    {
        var run = AccountRun.Registered();
        run.Accept(new AccountCommand.RequestKey(Id("k"), "hot", Chain, Tier.Hot));
        var created = AccountDecider.Owed(run.State).Should().ContainSingle().Which;
        created.Value.Should().BeOfType<Effect.TellKey>();

        run.Accept(new AccountCommand.AttachAddress(Id("a"), AccountRun.Attest(run.Open.Id, "hot")));
        var watched = AccountDecider.Owed(run.State).Should().ContainSingle().Which;
        watched.Value.Should().BeOfType<Effect.TellTracker>();

        AccountDecider.Resume(run.State, watched.Key, new EffectResult.NoAnswer("busy")).Should().BeNull("it stays owed");
        run.Accept(AccountDecider.Resume(run.State, watched.Key, new EffectResult.Replied(new CommandReply.Accepted(1, [])))!);
        AccountDecider.Owed(run.State).Should().BeEmpty();
        run.ShouldReplay();
    }

    /// <summary>Found by the simulation: what was paid to an address before the chain's tracker knew it was never credited.</summary>
    [Fact]
    public void Address_IsShown_OnlyWhenItIsWatched()
    {
        var run = AccountRun.Registered();
        run.Accept(new AccountCommand.RequestKey(Id("k"), "hot", Chain, Tier.Hot));
        run.Accept(new AccountCommand.AttachAddress(Id("a"), AccountRun.Attest(run.Open.Id, "hot")));
        AccountViews.View(run.State, 3, default)!.Addresses.Should().BeEmpty();

        var watched = AccountDecider.Owed(run.State).Should().ContainSingle().Which;
        run.Accept(AccountDecider.Resume(run.State, watched.Key, new EffectResult.Replied(new CommandReply.Accepted(1, [])))!);
        AccountViews.View(run.State, 4, default)!.Addresses.Should().ContainSingle();
    }

    [Fact]
    public void RequestKey_AgainOrOtherwise_ChangesNothing()
    {
        var run = AccountRun.Registered();
        run.Attach("hot");
        run.Accept(new AccountCommand.RequestKey(Id("again"), "hot", Chain, Tier.Hot)).Should().BeEmpty();
        run.Refuse(new AccountCommand.RequestKey(Id("cold"), "hot", Chain, Tier.Cold)).Should().Be(RejectionCode.AlreadyExists);
        run.Accept(new AccountCommand.RequestKey(Id("bitcoin"), "coins", ChainId.Parse("bip122:000000000019d6689c085ae165831e93"), Tier.Cold)).Should().ContainSingle();
        run.Refuse(new AccountCommand.RequestKey(Id("ledger"), "books", ChainId.Ledger, Tier.Hot)).Should().Be(RejectionCode.UnsupportedKind);
    }

    [Fact]
    public void RequestKey_DefinitelyRefusedBefore_MayBeAskedAgain()
    {
        var run = AccountRun.Registered();
        run.Accept(new AccountCommand.RequestKey(Id("k"), "hot", Chain, Tier.Hot));
        var refused = new CommandReply.Refused(new(RejectionCode.SignerRefused, "a", "b"));
        run.Accept(AccountDecider.Resume(run.State, "key/hot", new EffectResult.Replied(refused))!);
        run.Accept(new AccountCommand.RequestKey(Id("k2"), "hot", Chain, Tier.Cold)).Should().ContainSingle();
    }

    public static TheoryData<string, RejectionCode> BadAttestations => new()
    {
        { "another account", RejectionCode.NotAllowedCaller },
        { "unknown key", RejectionCode.KeyUnknown },
        { "another tier", RejectionCode.KeyUnknown },
        { "another address", RejectionCode.BadSignature },
    };

    [Theory, MemberData(nameof(BadAttestations))]
    public void AttachAddress_NotWhatWasAsked_IsRefused(string what, RejectionCode code)
    {
        var run = AccountRun.Registered();
        run.Accept(new AccountCommand.RequestKey(Id("k"), "hot", Chain, Tier.Hot));
        var attestation = what switch
        {
            "another account" => AccountRun.Attest(new(Deployment), "hot"),
            "unknown key" => AccountRun.Attest(run.Open.Id, "cold"),
            "another tier" => AccountRun.Attest(run.Open.Id, "hot", tier: Tier.Cold),
            "another address" => AccountRun.Attest(run.Open.Id, "hot") with { Address = AddressOf("mallory") },
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };
        run.Refuse(new AccountCommand.AttachAddress(Id("a"), attestation)).Should().Be(code);
    }
}
