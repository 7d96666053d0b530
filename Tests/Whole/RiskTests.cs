using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>Scores behind real grains, a real signer and a real chain: shown where they are in shadow, and in the way where the members enforce them.</summary>
public sealed class RiskTests : IAsyncLifetime
{
    private Anvil _anvil = null!;
    private WholeSystem _system = null!;
    private string _folder = null!;
    private AccountId _payer;
    private Address _hot;

    public async Task InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("tpw-risk-").FullName;
        var lists = Path.Combine(_folder, "lists.json");
        var expires = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds();
        await File.WriteAllTextAsync(lists, $$"""
            [{ "name": "own", "version": 3, "kind": "Watch", "expiresAt": {{expires}}, "parties": ["{{People.AddressOf("watched")}}"] },
             { "name": "law", "version": 1, "kind": "Sanction", "expiresAt": {{expires}}, "parties": ["{{People.AddressOf("banned")}}"] }]
            """);
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        _system = await WholeSystem.StartAsync(_anvil, new Dictionary<string, string?> { ["Risk:ListsFile"] = lists });
        _payer = await _system.RegisterAsync(People.GenesisOf(
            People.StandardPolicy with { Changes = People.StandardChanges with { PolicyTimelock = Span.Zero } }, People.All, "payer"));
        _hot = await _system.CreateKeyAsync(_payer, "hot");
        await _system.FundAsync(_payer, _hot, People.Ether * 10);
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await _anvil.DisposeAsync();
        Directory.Delete(_system.Folder, recursive: true);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Payment_ToAWatchedParty_PassesInShadowAndIsHeldOnceTheMembersEnforce()
    {
        var shown = await ProposeAsync("shown", "watched");
        shown.Risk!.Score.Value.Demand.Action.Should().Be(RiskAction.Review);
        shown.Risk.Score.Value.Reasons.Should().Contain(reason => reason.Rule == "list-watch");
        shown.Risk.Score.Lists.Should().Contain(list => list.List == "own" && list.Version == 3);
        await VoteAsync(shown, People.Ana, People.Ben);
        await SettleAsync(shown.Ref);

        await EnforceAsync();
        var held = await ProposeAsync("held", "watched");
        await VoteAsync(held, People.Ana, People.Ben);
        (await _system.Packet(held.Ref).Read())!.State.Should().Be("approving", "a review takes one more approval than the policy");
        await VoteAsync((await _system.Packet(held.Ref).Read())!, People.Cleo);
        await _system.UntilStateAsync(held.Ref, "held");
        await _system.UntilAsync(async () => (await _system.Packet(held.Ref).Read())!.Risk!.Case is { } key && await Case(key).Read() is not null, "the case to be opened");
        var view = Case((await _system.Packet(held.Ref).Read())!.Risk!.Case!);
        (await Review(view, "olga")).Should().Be(RejectionCode.SeparationOfDuties, "she proposed it");
        (await Review(view, "rita")).Should().BeNull();
        (await _system.Packet(held.Ref).Read())!.State.Should().Be("held", "one reviewer is not two");
        (await Review(view, "rob")).Should().BeNull();
        await SettleAsync(held.Ref);
        await _system.UntilAsync(async () => (await view.Read())!.Stage == "closed", "the case to be closed");
        (await view.Read())!.Reviews.Select(review => review.By.Value).Should().Equal("rita", "rob");
        (await _system.OnChainAsync(People.AddressOf("watched"))).Should().Be(People.Ether * 2);

        // The profile has learned of neither: one was to be reviewed, the other was.
        var next = await ProposeAsync("next", "shop");
        (await Profile().ReadPending()).Select(pending => pending.Packet).Should().Equal(next.Ref.Id);
        (await Profile().Read()).Learned.Should().Be(0);
    }

    [Fact]
    public async Task Payment_ThatReviewersReject_EndsAndOneToASanctionedPartyIsBlocked()
    {
        await EnforceAsync();
        var blocked = await ProposeAsync("blocked", "banned");
        (blocked.State, blocked.Rejection!.Code).Should().Be(("rejected", RejectionCode.RiskBlocked));
        blocked.Rejection.Reasons.Should().Contain("list-deny");

        var held = await ProposeAsync("held", "watched");
        await VoteAsync(held, People.Ana, People.Ben, People.Cleo);
        await _system.UntilAsync(async () => (await _system.Packet(held.Ref).Read())!.Risk!.Case is { } key && await Case(key).Read() is not null, "the case to be opened");
        var review = Case((await _system.Packet(held.Ref).Read())!.Risk!.Case!);
        foreach (var name in new Name[] { "rita", "rob" }) (await Review(review, name, ReviewDecision.Reject)).Should().BeNull();
        await _system.UntilStateAsync(held.Ref, "rejected");
        (await _system.AvailableAsync(_payer, People.Eth)).Should().Be(People.Ether * 10, "nothing was reserved");
    }

    [Fact]
    public async Task Payments_ThatSettled_AreLearnedFromBeforeTheNextIsScored()
    {
        foreach (var id in new Name[] { "one", "two" })
        {
            var view = await ProposeAsync(id, "shop");
            await VoteAsync(view, People.Ana, People.Ben);
            await SettleAsync(view.Ref);
        }

        var dropped = await ProposeAsync("dropped", "shop");
        (await _system.Packet(dropped.Ref).Submit(new PacketCommand.Cancel(Guid.NewGuid(), "no"))).Rejected().Should().BeNull();
        await ProposeAsync("three", "shop");
        (await Profile().Read()).Learned.Should().Be(2);
        (await Profile().ReadPending()).Should().ContainSingle();
    }

    [Fact]
    public async Task Payments_FromAnotherDeviceAndNetworkThanSettledOnes_SaySo()
    {
        var first = await ProposeAsync("first", "shop", new("phone", "203.0.113.7"));
        first.Origin.Should().Be(new PacketOrigin("phone", "203.0.113.0/24"));
        AccessRules(first).Should().BeEmpty("an account without a habit has nothing that could be new");
        await VoteAsync(first, People.Ana, People.Ben);
        await SettleAsync(first.Ref);

        AccessRules(await ProposeAsync("same", "shop", new("phone", "203.0.113.99"))).Should().BeEmpty("an address changes within its network");
        AccessRules(await ProposeAsync("moved", "shop", new("phone", "198.51.100.7"))).Should().Equal("network-new");
        AccessRules(await ProposeAsync("lent", "shop", new("tablet", "203.0.113.7"))).Should().Equal("device-new", "device-young");
        AccessRules(await ProposeAsync("silent", "shop")).Should().Equal("device-new", "device-young", "network-new");
        (await _system.StoryAsync()).Should().Contain(SealedText.Prefix);
        StoredText.FilesWith(_system.Folder, "203.0.113", "198.51.100").Should().BeEmpty("the networks are sealed");

        var odd = _system.Packet(new(_payer, "odd"));
        await odd.Submit(new PacketCommand.Draft(Guid.NewGuid(), Content("odd", "shop")));
        foreach (var text in new[] { "", "203.0.113.0/24", "example.org" })
            (await odd.Submit(new PacketCommand.Propose(Guid.NewGuid(), 1) { Origin = new(null, text) })).Rejected()!.Code.Should().Be(RejectionCode.Malformed);
        (await odd.Read())!.State.Should().Be("draft");
    }

    private static IEnumerable<string> AccessRules(PacketView view) =>
        view.Risk!.Score.Value.Reasons.Select(reason => reason.Rule.Value).Where(rule => rule.StartsWith("device-", StringComparison.Ordinal) || rule.StartsWith("network-", StringComparison.Ordinal)).Order();

    private ICaseGrain Case(string key) => _system.Grains.GetGrain<ICaseGrain>(key);

    private IRiskProfileGrain Profile() => _system.Grains.GetGrain<IRiskProfileGrain>(_payer.ToString());

    private static async Task<RejectionCode?> Review(ICaseGrain grain, Name by, ReviewDecision decision = ReviewDecision.Approve) =>
        (await grain.Submit(new CaseCommand.Review(Guid.NewGuid(), by, decision, "looked at"))).Rejected()?.Code;

    private Task<PacketView> ProposeAsync(Name id, string to, PacketOrigin? origin = null) => _system.ProposeAsync(Content(id, to), origin);

    private PacketContent Content(Name id, string to)
    {
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var leg = new Leg.ChainTransfer("coin", [], _hot, People.AddressOf(to), new(People.Eth, People.Ether), new(People.Ether / 100));
        return new(new(_payer, id), 1, People.Olga.Id, [leg], [], now + Span.Hours(1), now + Span.Hours(2));
    }

    private async Task VoteAsync(PacketView view, params Person[] people)
    {
        foreach (var person in people) (await _system.VoteAsync(view, person)).Should().BeNull();
    }

    private async Task SettleAsync(PacketRef packet)
    {
        await _system.UntilLegAsync(packet, "coin", "accepted");
        await _anvil.MineAsync();
        await _system.UntilLegAsync(packet, "coin", "mined");
        await _anvil.MineAsync(WholeSystem.Confirmations);
        await _system.UntilStateAsync(packet, "settled");
    }

    private async Task EnforceAsync()
    {
        var view = (await _system.Account(_payer).Read())!;
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var proposal = new ChangeProposal("enforce", _payer, view.ChangesEnacted + 1, new AccountChange.SetRisk(RiskMode.Enforced), People.Ana.Id, now);
        var terms = new VoteTerms(_payer, People.Deployment, view.Roster, view.RosterHash, view.Policy.Version, view.PolicyHash);
        var subject = new VoteSubject.Change(proposal);
        (await _system.Account(_payer).Submit(new AccountCommand.ProposeChange(Guid.NewGuid(), proposal, People.Ana.Vote(subject, terms, now)))).Rejected().Should().BeNull();
        foreach (var person in new[] { People.Ben, People.Cleo })
            await _system.Account(_payer).Submit(new AccountCommand.VoteOnChange(Guid.NewGuid(), proposal.Id, person.Vote(subject, terms, now)));
        await _system.UntilAsync(async () => (await _system.Account(_payer).Read())!.Risk == RiskMode.Enforced, "the change to be in force");
    }
}
