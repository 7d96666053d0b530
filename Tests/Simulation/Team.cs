using System.Collections.Immutable;
using TPWallet.Crypto;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Simulation;

/// <summary>The people of one account: three owners whose devices sign the same in every run (P-256 would not), and one who only proposes.</summary>
internal sealed class Team
{
    private static readonly Person _ana = new("ana", SignatureScheme.Secp256k1);
    private static readonly Person _bo = new("bo", SignatureScheme.Ed25519);
    private static readonly Person _cleo = new("cleo", SignatureScheme.Ed25519);
    private static readonly Person _olga = People.Olga;
    private static readonly ImmutableArray<Member> _members = [_ana.Member, _bo.Member, _cleo.Member, _olga.Member];

    public Team(string nonce, Chance chance)
        : this(World.Tenant, nonce, PolicyOf(chance))
    {
    }

    public Team(Name tenant, string nonce, Policy policy)
    {
        Genesis = new Genesis(
            People.Deployment, tenant, _members, policy, new RecoveryRule(0, [], Span.Hours(72)), Bytes32.From(Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes(nonce))));
        Id = Canonical.AccountId(Genesis);
    }

    public static ImmutableArray<Person> Owners { get; } = [_ana, _bo, _cleo];

    public static Name Proposer => _olga.Id;

    public Genesis Genesis { get; }

    public AccountId Id { get; }

    /// <summary>Where the account is paid on the chain; known once its key was made.</summary>
    public Address? Hot { get; set; }

    public ImmutableArray<DeviceProof> Proofs => [.. Owners.Add(_olga).Select(person => person.Prove(Genesis))];

    public static Vote Sign(World world, Person person, VoteSubject subject, VoteTerms terms, VoteDecision decision, Span life)
    {
        var vote = person.Vote(subject, terms, world.Now, decision, life);
        world.Checks.Authority.Cast(vote);
        return vote;
    }

    /// <summary>A vote that nobody gave: the content is a member's, the signature another's.</summary>
    public static Vote Forge(World world, Person victim, Person thief, VoteSubject subject, VoteTerms terms)
    {
        var honest = victim.Vote(subject, terms, world.Now);
        return honest with { Signature = thief.Sign(subject.TypedData(terms.Deployment, honest.Content).Digest()) };
    }

    /// <summary>Two of three; three above a soft limit; nothing above a cap. Locks are short, so that a run sees them end.</summary>
    private static Policy PolicyOf(Chance chance)
    {
        var locked = chance.Below(3) == 0 ? Span.Seconds(chance.Between(5, 60)) : Span.Zero;
        // Short windows end within a run that is interrupted for an hour or two.
        var hourly = chance.Below(2) == 0;
        var window = hourly ? Span.Hours(1) : Span.Hours(24);
        var kinds = ImmutableArray.Create(EffectKind.NativeOut, EffectKind.TokenOut, EffectKind.LedgerOut);
        return new(
            1,
            [People.Rule("pay", kinds, People.TwoOfThree, timelock: locked)],
            [
                People.Limit("eth", People.Eth, softSingle: People.Ether * 3, hardSingle: People.Ether * (hourly ? 5ul : 8), hardWindow: People.Ether * (hourly ? 8ul : 30)) with { Window = window },
                People.Limit("token", People.Token, softSingle: 500_000, hardSingle: 2_000_000, hardWindow: hourly ? 2_000_000ul : 20_000_000) with { Window = window },
            ],
            new(People.OwnersTwo, Span.Seconds(40), People.OwnersTwo, Span.Seconds(30), People.TwoOfThree, Span.Seconds(20), People.OwnersTwo, Span.Hours(24)),
            ProposerVotes: false);
    }
}
