using System.Security.Cryptography;
using System.Text;
using TPWallet.Crypto;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Tests.Domain;

/// <summary>A member with one device whose key follows from its name: the same in every run and process.</summary>
internal sealed record Person(Name Id, Roles Roles, SignatureScheme Scheme, Name DeviceId)
{
    public Person(Name id, SignatureScheme scheme)
        : this(id, Roles.Owner | Roles.Approver, scheme, "phone")
    {
    }

    public HexBytes PublicKey
    {
        get
        {
            using var key = Key();
            return Scheme switch
            {
                SignatureScheme.Secp256k1 => Secp256k1.CreatePublicKey(key),
                SignatureScheme.Ed25519 => Ed25519.CreatePublicKey(key),
                _ => P256.CreatePublicKey(key),
            };
        }
    }

    public Device Device => new(DeviceId, Scheme, PublicKey, new Instant(0));

    public Member Member => new(Id, Roles, [Device]);

    public HexBytes Sign(Bytes32 digest)
    {
        using var key = Key();
        return SignWith(key, digest);
    }

    public DeviceProof Prove(Genesis genesis) =>
        new(Id, DeviceId, Sign(VoteTypedData.ForGenesis(genesis, Id, DeviceId).Digest()));

    /// <summary>A vote under the given terms, issued at <paramref name="at"/> and good for a day.</summary>
    public Vote Vote(VoteSubject subject, VoteTerms terms, Instant at, VoteDecision decision = VoteDecision.Approve, Span? life = null)
    {
        var content = subject.Draft(terms, decision, Id, DeviceId, at, at + (life ?? Span.Hours(24)), Bytes32.Zero);
        return new(content, Sign(subject.TypedData(terms.Deployment, content).Digest()));
    }

    /// <summary>Signs any content as this device would, without asking whether it is right.</summary>
    public Vote SignVote(VoteSubject subject, Bytes32 deployment, VoteContent content) =>
        new(content, Sign(subject.TypedData(deployment, content).Digest()));

    private HexBytes SignWith(PrivateKey key, Bytes32 digest)
    {
        var signature = new byte[64];
        switch (Scheme)
        {
            case SignatureScheme.Secp256k1:
                Secp256k1.Sign(key, digest.ToArray(), signature);
                return signature;
            case SignatureScheme.P256:
                P256.Sign(key, digest.ToArray(), signature);
                return signature;
            case SignatureScheme.Ed25519:
                Ed25519.Sign(key, digest.ToArray(), signature);
                return signature;
            case SignatureScheme.WebAuthn:
                var client = Encoding.UTF8.GetBytes(
                    $$"""{"type":"webauthn.get","challenge":"{{System.Buffers.Text.Base64Url.EncodeToString(digest.ToArray())}}","origin":"https://wallet.test"}""");
                var authenticator = new byte[37];
                SHA256.HashData("wallet.test"u8, authenticator);
                authenticator[32] = 0x05;
                byte[] signed = [.. authenticator, .. SHA256.HashData(client)];
                P256.Sign(key, SHA256.HashData(signed), signature);
                return WebAuthnSignature.Encode(authenticator, client, signature);
            default:
                throw new ArgumentOutOfRangeException(nameof(digest), Scheme, "No such scheme.");
        }
    }

    private PrivateKey Key() => PrivateKey.From(SHA256.HashData(Encoding.UTF8.GetBytes($"tpw.test.key|{Id}|{DeviceId}|{Scheme}")));
}

/// <summary>Three members with one device of each curve, and the genesis and policies that tests start from.</summary>
internal static class People
{
    public static readonly Instant Start = new(1_800_000_000_000);

    public static readonly ChainId Chain = ChainId.Evm(31337);

    public static readonly AssetId Eth = AssetId.Native(Chain);

    public static readonly AssetId Token = AssetId.Erc20(Chain, AddressOf("token"));

    public static readonly UInt256 Ether = UInt256.Parse("1000000000000000000");

    public static readonly Bytes32 Deployment = Bytes32.From(SHA256.HashData("tpw.test.deployment"u8));

    public static readonly Person Ana = new("ana", SignatureScheme.Secp256k1);

    public static readonly Person Ben = new("ben", SignatureScheme.P256);

    public static readonly Person Cleo = new("cleo", SignatureScheme.Ed25519);

    /// <summary>Proposes packets; has no vote.</summary>
    public static readonly Person Olga = new("olga", Roles.Operator, SignatureScheme.Ed25519, "desk");

    public static readonly ImmutableArray<Person> All = [Ana, Ben, Cleo, Olga];

    public static Quorum OwnersTwo => new(2, Roles.Owner);

    public static Quorum TwoOfThree => new(2, Roles.Approver);

    public static Quorum ThreeOfThree => new(3, Roles.Approver);

    public static ChangeRules StandardChanges => new(
        new(2, Roles.Owner), Span.Hours(48), new(2, Roles.Owner), Span.Hours(24), new(2, Roles.Approver), Span.Hours(12), new(2, Roles.Owner), Span.Hours(24));

    /// <summary>
    /// Transfers and ledger payments take two of three; above 5 ether at once or 20 in 24 h all three; above 50 at once or 100 in 24 h are
    /// refused. Special effects match no rule.
    /// </summary>
    public static Policy StandardPolicy => new(
        1,
        [Rule("pay", [EffectKind.NativeOut, EffectKind.TokenOut, EffectKind.LedgerOut], TwoOfThree)],
        [Limit("eth", Eth, softSingle: Ether * 5, hardSingle: Ether * 50, softWindow: Ether * 20, hardWindow: Ether * 100)],
        StandardChanges,
        ProposerVotes: false);

    public static Genesis StandardGenesis => GenesisOf(StandardPolicy, All);

    /// <summary>An address that follows from a name.</summary>
    public static Address AddressOf(string name) => Address.From(SHA256.HashData(Encoding.UTF8.GetBytes("tpw.test.address|" + name)).AsSpan(0, 20));

    public static Genesis GenesisOf(Policy policy, IEnumerable<Person> people, string nonce = "nonce") => new(
        Deployment,
        "acme",
        [.. people.Select(person => person.Member)],
        policy,
        new RecoveryRule(0, [], Span.Hours(72)),
        Bytes32.From(SHA256.HashData(Encoding.UTF8.GetBytes(nonce))));

    public static PolicyRule Rule(
        Name id,
        ImmutableArray<EffectKind> kinds,
        Quorum quorum,
        RuleEffect effect = RuleEffect.Require,
        DestinationScope destination = DestinationScope.Any,
        UInt256? above = null,
        Span timelock = default,
        bool separateDuties = false,
        ImmutableArray<AssetId>? assets = null,
        ImmutableArray<Tier>? tiers = null) =>
        new(id, effect, new(kinds, assets ?? [], tiers ?? [], destination, above), quorum, timelock, separateDuties);

    public static LimitRule Limit(
        Name id, AssetId asset, UInt256? softSingle = null, UInt256? hardSingle = null, UInt256? softWindow = null, UInt256? hardWindow = null) =>
        new(id, asset, [], softSingle, hardSingle, Span.Hours(24), softWindow, hardWindow, ThreeOfThree);

    public static ImmutableArray<DeviceProof> Prove(Genesis genesis, IEnumerable<Person> people) =>
        [.. people.Select(person => person.Prove(genesis))];

    /// <summary>A packet of the account with these legs, proposed by Olga, open for a day.</summary>
    public static PacketContent Packet(AccountId owner, Name id, params ReadOnlySpan<Leg> legs) =>
        new(new(owner, id), 1, Olga.Id, [.. legs], [], Start + Span.Hours(24), Start + Span.Hours(48));

    /// <summary>One transfer of the native coin from the address named "hot".</summary>
    public static Leg Transfer(Name id, UInt256 amount, string to = "payee", UInt256? fee = null, AssetId? asset = null) =>
        new Leg.ChainTransfer(id, [], AddressOf("hot"), AddressOf(to), new(asset ?? Eth, amount), new(fee ?? 1_000_000));

    public static Guid Id(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16), bigEndian: true);

    public static Rejection? Rejected(this CommandReply reply) => (reply as CommandReply.Refused)?.Rejection;
}
