using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using TPWallet.Crypto;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>
/// Drives one account machine as the shell does, with a clock that only the test moves. After each event the books must sum to zero.
/// </summary>
internal sealed class AccountRun
{
    private readonly List<AccountEvent> _events = [];
    private readonly List<Instant> _times = [];

    public AccountRun(AccountId id) => State = AccountDecider.Empty(id.ToString());

    public AccountState State { get; private set; }

    public IReadOnlyList<AccountEvent> Events => _events;

    public Instant Now { get; set; } = People.Start;

    /// <summary>Half a minute of doubt, as in production.</summary>
    public Stamp Stamp => new(Now - Span.Seconds(30), Now + Span.Seconds(30));

    public AccountState.Open Open => (AccountState.Open)State;

    public VoteTerms Terms => VoteTerms.Of(Open.Governance);

    public static AccountRun Registered(Genesis? genesis = null, IEnumerable<Person>? people = null)
    {
        genesis ??= People.StandardGenesis;
        var run = new AccountRun(Canonical.AccountId(genesis));
        run.Accept(new AccountCommand.Register(People.Id("register"), genesis, People.Prove(genesis, people ?? People.All)));
        return run;
    }

    /// <summary>Registered, with the address named "hot" and these funds.</summary>
    public static AccountRun Funded(params ReadOnlySpan<Amount> funds)
    {
        var run = Registered();
        run.Attach("hot");
        var index = 0;
        foreach (var amount in funds) run.Accept(Credit(run.Deposit(amount, $"fund {index++}")));
        return run;
    }

    public static AccountCommand.CreditDeposit Credit(Deposit deposit) =>
        new(People.Id($"credit {deposit.TxHash} {deposit.LogIndex} {deposit.Block}"), deposit);

    public static Bytes32 Hash(string name) => Bytes32.From(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)));

    public static KeyAttestation Attest(AccountId account, Name key, ChainId? chain = null, Tier tier = Tier.Hot)
    {
        using var signer = PrivateKey.From(SHA256.HashData("tpw.test.signer"u8));
        var attestation = new KeyAttestation(
            account, key, chain ?? People.Chain, tier, People.AddressOf(key.Value), new byte[] { 2 }, Ed25519.CreatePublicKey(signer), HexBytes.Empty);
        var signature = new byte[64];
        Ed25519.Sign(signer, Canonical.Hash(attestation).ToArray(), signature);
        return attestation with { Signature = signature };
    }

    public Decision<AccountEvent> Decide(AccountCommand command) => AccountDecider.Decide(State, command, Stamp);

    /// <summary>Decides and applies; answers the rejection, or null.</summary>
    public Rejection? Do(AccountCommand command)
    {
        switch (Decide(command))
        {
            case Decision<AccountEvent>.Accept accept:
                foreach (var @event in accept.Events) Apply(@event);
                return null;
            case Decision<AccountEvent>.Refuse refuse:
                return refuse.Rejection;
            default:
                throw new InvalidOperationException("No such decision.");
        }
    }

    public ImmutableArray<AccountEvent> Accept(AccountCommand command)
    {
        var before = _events.Count;
        Do(command).Should().BeNull("{0} is in order", command.GetType().Name);
        return [.. _events.Skip(before)];
    }

    public RejectionCode Refuse(AccountCommand command)
    {
        var before = _events.Count;
        var code = Do(command)?.Code ?? RejectionCode.None;
        _events.Count.Should().Be(before, "a refusal changes nothing");
        return code;
    }

    public void Attach(Name key, Tier tier = Tier.Hot)
    {
        Accept(new AccountCommand.RequestKey(People.Id($"request {key}"), key, People.Chain, tier));
        Accept(new AccountCommand.AttachAddress(People.Id($"attach {key}"), Attest(Open.Id, key, tier: tier)));
    }

    public void Attach(Name key, ChainId chain)
    {
        Accept(new AccountCommand.RequestKey(People.Id($"request {key}"), key, chain, Tier.Hot));
        Accept(new AccountCommand.AttachAddress(People.Id($"attach {key}"), Attest(Open.Id, key, chain)));
    }

    public Deposit Deposit(Amount amount, string name, string to = "hot") =>
        new(People.Chain, Hash(name), -1, new BlockRef(1, Hash("block " + name)), Open.Id, People.AddressOf(to), amount);

    public Vote Vote(Person person, VoteSubject subject, VoteDecision decision = VoteDecision.Approve) => person.Vote(subject, Terms, Now, decision);

    public AccountCommand.Reserve Reserve(PacketContent packet, params ReadOnlySpan<Person> voters) => Reserve(packet, Bounds.Empty, null, voters);

    public AccountCommand.Reserve Reserve(PacketContent packet, EffectBounds bounds, Instant? quorumReachedAt, params ReadOnlySpan<Person> voters)
    {
        var votes = ImmutableArray.CreateBuilder<Vote>();
        foreach (var voter in voters) votes.Add(Vote(voter, new VoteSubject.Packet(packet, bounds)));
        return new(People.Id($"reserve {packet.Ref.Id}"), packet, bounds, votes.ToImmutable(), quorumReachedAt);
    }

    public AccountCommand.PostLeg Post(PacketContent packet, Name leg, ImmutableArray<Amount> spent, UInt256 fee, string tx = "tx") => new(
        People.Id($"post {packet.Ref.Id} {leg} {tx}"), new(packet.Ref, leg), Inclusion(tx, fee), spent, [], fee);

    public static Inclusion Inclusion(string tx, UInt256 fee) => new(People.Chain, Hash(tx), new(9, Hash("block " + tx)), true, fee);

    public ChangeProposal Propose(Name id, AccountChange change, Person proposer) =>
        new(id, Open.Id, Open.Governance.ChangesEnacted + 1, change, proposer.Id, Now);

    /// <summary>Proposes and has the given members approve; the first proposes.</summary>
    public ChangeProposal Carry(Name id, AccountChange change, params ReadOnlySpan<Person> members)
    {
        var proposal = Propose(id, change, members[0]);
        Accept(new AccountCommand.ProposeChange(People.Id($"propose {id}"), proposal, Vote(members[0], new VoteSubject.Change(proposal))));
        foreach (var member in members[1..])
            Accept(new AccountCommand.VoteOnChange(People.Id($"vote {id} {member.Id}"), id, Vote(member, new VoteSubject.Change(proposal))));
        return proposal;
    }

    public void Tick() => Accept(new AccountCommand.Tick(Guid.Empty));

    /// <summary>The account from the first event on, and from a snapshot taken in the middle, must be the same.</summary>
    public void ShouldReplay()
    {
        var story = _events.Zip(_times).ToArray();
        var whole = Replay(AccountDecider.Empty(Open.Id.ToString()), story);
        for (var cut = 0; cut <= _events.Count; cut += Math.Max(1, _events.Count / 3))
        {
            var middle = Write(Replay(AccountDecider.Empty(Open.Id.ToString()), story.Take(cut)));
            var read = JsonSerializer.Deserialize(middle, AccountJson.Default.AccountState)!;
            Write(Replay(read, story.Skip(cut))).Should().Be(Write(whole));
        }

        Write(State).Should().Be(Write(whole));
    }

    public static string Write(AccountState state) => JsonSerializer.Serialize(state, AccountJson.Default.AccountState);

    public static string Write(AccountEvent @event) => JsonSerializer.Serialize(@event, AccountJson.Default.AccountEvent);

    private static AccountState Replay(AccountState state, IEnumerable<(AccountEvent Event, Instant At)> events)
    {
        foreach (var (@event, at) in events)
        {
            // What was stored and read again must mean the same as what was decided.
            var read = JsonSerializer.Deserialize(Write(@event), AccountJson.Default.AccountEvent)!;
            state = AccountDecider.Evolve(state, read, at);
        }

        return state;
    }

    private void Apply(AccountEvent @event)
    {
        State = AccountDecider.Evolve(State, @event, Now);
        _events.Add(@event);
        _times.Add(Now);
        if (State is not AccountState.Open open) return;
        foreach (var asset in open.Ledger.Assets.Keys) open.Ledger.Sum(asset).Should().Be(BigInteger.Zero, "{0} conserves {1}", @event.GetType().Name, asset);
    }
}
