using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>The channel contract and a token on anvil, and accounts whose channel keys have mandates: what both sides of a channel need.</summary>
internal sealed class ChannelTown
{
    public const ulong LockFloor = 100;
    public const ulong TrimCap = 1_000;
    public const ulong MostDeposited = 1_000_000;

    private static readonly UInt256 _supply = 1_000_000_000;

    private readonly Anvil _anvil;

    private ChannelTown(Anvil anvil) => _anvil = anvil;

    public Address Token { get; private set; }

    public Address Manager { get; private set; }

    public static ChannelTerms Terms { get; } = new(LockFloor, TrimCap, MostLocked: 1_000_000, LongestLock: 1_000_000, ShortestLock: 1_000);

    /// <summary>Deploys; anvil's account 1 has the tokens, and owns the contract.</summary>
    /// <param name="windowSeconds">Δ; its parts are a quarter of it each.</param>
    public static async Task<ChannelTown> BuildAsync(Anvil anvil, ulong windowSeconds = 86_400)
    {
        var town = new ChannelTown(anvil);
        town.Token = await anvil.DeployAsync("Contracts/demo/DemoToken.json", AnvilContracts.Word(_supply));
        var part = AnvilContracts.Word(windowSeconds / 4);
        town.Manager = await anvil.DeployAsync(
            "Contracts/channels/ChannelManager.json", [.. AnvilContracts.Word(Anvil.AddressOf(1)), .. AnvilContracts.Word(windowSeconds), .. part, .. part, .. part]);
        await anvil.CallAsync(town.Manager, Method("allow(address token, uint128 lockFloor, uint128 trimCap)").Encode(town.Token, (UInt256)LockFloor, (UInt256)TrimCap));
        await anvil.CallAsync(town.Token, Method("approve(address spender, uint256 amount)").Encode(town.Manager, _supply));
        return town;
    }

    /// <summary>Where an account's mandate has it paid out to.</summary>
    public static Address PayoutOf(string name) => People.AddressOf($"{name} payout");

    /// <summary>An account with a channel key that has a mandate in force.</summary>
    /// <param name="paysHome">Its mandate has it paid out to its own hot address, and its members may vote on calls.</param>
    public async Task<(AccountId Account, Address Key)> JoinAsync(WholeSystem system, string name, bool paysHome = false)
    {
        var policy = People.StandardPolicy with { Changes = People.StandardChanges with { PolicyTimelock = Span.Zero } };
        if (paysHome) policy = policy with { Rules = [.. policy.Rules, People.Rule("calls", [EffectKind.ContractCall, EffectKind.OpaqueCall, EffectKind.AllowanceAboveLeg], People.TwoOfThree)] };
        var account = await system.RegisterAsync(People.GenesisOf(policy, People.All, name));
        var payout = paysHome ? await system.CreateKeyAsync(account, "hot") : PayoutOf(name);
        var key = await system.Grains.GetGrain<IChannelKeyGrain>($"{account}/channels").Read(People.Chain);
        var address = key.Should().BeOfType<SignerAnswer<KeyAttestation>.Given>($"it says {key}").Subject.Value.Address;
        await EnactAsync(system, account, new AccountChange.GrantChannels(new("channels", People.Chain, Manager, Token, MostDeposited, payout) { MostFees = People.Ether }));
        return (account, address);
    }

    /// <summary>A member freezes the account.</summary>
    public static async Task FreezeAsync(WholeSystem system, AccountId account)
    {
        var view = (await system.Account(account).Read())!;
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var terms = new VoteTerms(account, People.Deployment, view.Roster, view.RosterHash, view.Policy.Version, view.PolicyHash);
        var vote = People.Ana.Vote(new VoteSubject.Freeze(account, view.FreezeNumber + 1), terms, now);
        (await system.Account(account).Submit(new AccountCommand.Freeze(Guid.NewGuid(), vote))).Rejected().Should().BeNull();
    }

    /// <summary>Proposes a change and has all vote for it.</summary>
    public static async Task EnactAsync(WholeSystem system, AccountId account, AccountChange change)
    {
        var view = (await system.Account(account).Read())!;
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var proposal = new ChangeProposal($"change-{view.ChangesEnacted + 1}", account, view.ChangesEnacted + 1, change, People.Ana.Id, now);
        var terms = new VoteTerms(account, People.Deployment, view.Roster, view.RosterHash, view.Policy.Version, view.PolicyHash);
        var subject = new VoteSubject.Change(proposal);
        (await system.Account(account).Submit(new AccountCommand.ProposeChange(Guid.NewGuid(), proposal, People.Ana.Vote(subject, terms, now)))).Rejected().Should().BeNull();
        foreach (var person in new[] { People.Ben, People.Cleo })
            await system.Account(account).Submit(new AccountCommand.VoteOnChange(Guid.NewGuid(), proposal.Id, person.Vote(subject, terms, now)));
        await system.UntilAsync(async () => (await system.Account(account).Read())!.ChangesEnacted == proposal.Sequence, "the change to be in force");
    }

    /// <summary>Opens a channel on chain, with a deposit for the first and one for the second.</summary>
    public async Task<ChannelFacts> OpenAsync(Address first, Address second, ulong deposit, ulong other)
    {
        await _anvil.CallAsync(Manager, ChannelCalls.Open(first, second, Token, deposit));
        var counter = (ulong)UInt256.FromBigEndian((await AskAsync(Method("opened()").Encode())).Span);
        var (a, b) = first.CompareTo(second) < 0 ? (first, second) : (second, first);
        var facts = new ChannelFacts(People.Chain, Manager, a, b, Token, counter);
        if (other > 0) await TopUpAsync(facts, second, other);
        return facts;
    }

    public Task TopUpAsync(ChannelFacts facts, Address party, ulong amount) => _anvil.CallAsync(Manager, Method(
        "topUp((address,address,address,uint64) channel, address party, uint120 amount)").Encode(
        AbiValue.Of(facts.A, facts.B, facts.Token, (UInt256)facts.Counter), party, (UInt256)amount));

    /// <summary>What the contract would credit a party with, and has credited.</summary>
    public async Task<UInt256> CreditAsync(Address party) =>
        UInt256.FromBigEndian((await AskAsync(Method("accounts(address party, address token)").Encode(party, Token))).Span[..32]);

    /// <summary>What an address holds of the token.</summary>
    public async Task<UInt256> HoldsAsync(Address owner) => UInt256.FromBigEndian(
        (await _anvil.Node().CallAsync(new CallRequest(default, Token, UInt256.Zero, TokenCalls.BalanceOf.Encode(owner)), BlockSelector.Latest, CancellationToken.None)).Value.Span);

    private async Task<HexBytes> AskAsync(HexBytes data) =>
        (await _anvil.Node().CallAsync(new CallRequest(default, Manager, UInt256.Zero, data), BlockSelector.Latest, CancellationToken.None)).Value;

    private static AbiSignature Method(string text) => AbiSignature.Parse($"function {text}").Value;
}
