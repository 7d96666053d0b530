using TPWallet.Client;
using TPWallet.Client.Devices;
using TPWallet.Crypto;
using TPWallet.Crypto.KeyStores;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Gateway;

namespace TPWallet.Tests.Client;

public sealed class DeviceTests : IDisposable
{
    private static readonly KeyFileParameters Quick = new(KeyFileParameters.MinimumMemoryKiB, 1);

    private readonly FixedTime _clock = new(People.Start);
    private readonly Voter[] _voters =
    [
        new("ana", "phone", DeviceKey.Create(SignatureScheme.Secp256k1)),
        new("ben", "phone", DeviceKey.Create(SignatureScheme.P256)),
        new("cleo", "phone", DeviceKey.Create(SignatureScheme.Ed25519)),
    ];

    private readonly Genesis _genesis;
    private readonly AccountId _id;

    public DeviceTests()
    {
        ImmutableArray<Member> members =
            [.. _voters.Select(voter => new Member(voter.Member, Roles.Owner | Roles.Approver, [voter.Key.ToDevice(voter.Device)])), People.Olga.Member];
        _genesis = GenesisBuilder.Build(People.Deployment, "acme", members, People.StandardPolicy).OrThrow();
        _id = Canonical.AccountId(_genesis);
    }

    [Theory]
    [InlineData(SignatureScheme.Secp256k1)]
    [InlineData(SignatureScheme.P256)]
    [InlineData(SignatureScheme.Ed25519)]
    public void KeyFile_WithItsPassword_OpensToTheSameKey(SignatureScheme scheme)
    {
        using var key = DeviceKey.Create(scheme);
        var file = key.ToKeyFile("correct horse", Quick);
        using var opened = DeviceKey.Open(file, "correct horse").OrThrow();
        (opened.Scheme, opened.PublicKey).Should().Be((key.Scheme, key.PublicKey));
        DeviceKey.Peek(file).OrThrow().Should().Be((scheme, key.PublicKey));
        DeviceKey.Open(file, "wrong").Should().BeOfType<Answer<DeviceKey>.Refused>()
            .Which.Rejection.Reasons.Should().Equal(KeyStoreCodes.WrongPassword);
    }

    [Fact]
    public void Genesis_Proved_IsAccepted()
    {
        using var stranger = DeviceKey.Create(SignatureScheme.P256);
        ImmutableArray<DeviceProof> proofs =
            [.. _voters.Select(voter => GenesisBuilder.Prove(_genesis, voter).OrThrow()), People.Olga.Prove(_genesis)];
        GenesisCheck.Check(_id, _genesis, proofs).Should().BeNull();
        GenesisBuilder.Prove(_genesis, new("ben", "phone", stranger)).Should().BeOfType<Answer<DeviceProof>.Refused>();
    }

    [Fact]
    public void Vote_OnAnHonestPacket_IsGoodAtTheAccount()
    {
        var view = PacketView();
        foreach (var voter in _voters)
        {
            var vote = Builder().OnPacket(voter, view).OrThrow();
            VoteCheck.Check(vote, new VoteSubject.Packet(view.Content, view.Bounds!), VoteTerms.Of(_id, view.Assessment!), Stamp.At(People.Start))
                .Should().BeNull();
            vote.Content.AccountHead.Should().Be(View().Head);
        }
    }

    public static TheoryData<string, Func<PacketView, PacketView>> Lies => new()
    {
        { "another content under the same hash", view => view with { Content = view.Content with { SettleBefore = view.Content.SettleBefore + Span.Hours(1) } } },
        { "another hash", view => view with { ContentHash = Bytes32.Zero } },
        { "other bounds under the same digest", view => view with { Bounds = view.Bounds! with { Addresses = [] } } },
        { "another digest", view => view with { EffectDigest = Bytes32.Zero } },
        { "no digest", view => view with { EffectDigest = null } },
        { "no bounds", view => view with { Bounds = null } },
        { "not assessed", view => view with { Assessment = null } },
        { "another policy", view => view with { Assessment = view.Assessment! with { PolicyHash = Bytes32.Zero } } },
        { "another roster", view => view with { Assessment = view.Assessment! with { RosterHash = Bytes32.Zero } } },
        { "another deployment", view => view with { Assessment = view.Assessment! with { Deployment = Bytes32.Zero } } },
        { "another account", view => view with { Ref = new(new(Bytes32.Zero), "rent"), Content = view.Content with { Ref = new(new(Bytes32.Zero), "rent") } } },
        { "another name", view => view with { Ref = view.Ref with { Id = "rent2" } } },
        { "closed", view => view with { Content = view.Content with { OpenBefore = People.Start }, ContentHash = Canonical.Hash(view.Content with { OpenBefore = People.Start }) } },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void Vote_OnALyingView_IsNotSigned(string lie, Func<PacketView, PacketView> change) =>
        Builder().OnPacket(_voters[0], change(PacketView())).Should().BeOfType<Answer<Vote>.Refused>(lie);

    [Fact]
    public void Vote_ByAKeyThatIsNotInTheRoster_IsNotSigned()
    {
        using var stranger = DeviceKey.Create(SignatureScheme.Secp256k1);
        Builder().OnPacket(new("ana", "phone", stranger), PacketView()).Should().BeOfType<Answer<Vote>.Refused>()
            .Which.Rejection.Code.Should().Be(RejectionCode.UnknownDevice);
    }

    [Fact]
    public void FreezeAndChange_Voted_AreGoodAtTheAccount()
    {
        var terms = VoteTerms.Of(Governance.FromGenesis(_genesis));
        var freeze = Builder().Freeze(_voters[1]).OrThrow();
        VoteCheck.Check(freeze, new VoteSubject.Freeze(_id, 1), terms, Stamp.At(People.Start)).Should().BeNull();
        var proposal = new ChangeProposal(
            "allow-1", _id, 1, new AccountChange.AllowDestination(new(People.Chain, People.AddressOf("payee").ToString())), "ana", People.Start);
        var vote = Builder().OnChange(_voters[2], proposal).OrThrow();
        VoteCheck.Check(vote, new VoteSubject.Change(proposal), terms, Stamp.At(People.Start)).Should().BeNull();
        Builder().OnChange(_voters[2], proposal with { Sequence = 2 }).Should().BeOfType<Answer<Vote>.Refused>();
    }

    [Fact]
    public void Account_ThatTheSiloLiesAbout_IsNotTrusted()
    {
        var lineage = new AccountLineage(_genesis, []);
        var forged = _genesis with { Deployment = Bytes32.Zero };
        (string Lie, AccountView View, AccountLineage Lineage)[] lies =
        [
            ("another genesis", View(), new(forged, [])),
            ("another account", View() with { Id = new(Bytes32.Zero) }, lineage),
            ("another roster", View() with { Roster = new Roster(1, [People.Ana.Member]) }, lineage),
            ("another roster hash", View() with { RosterHash = Bytes32.Zero }, lineage),
            ("another policy", View() with { Policy = _genesis.Policy with { Limits = [] } }, lineage),
            ("another policy hash", View() with { PolicyHash = Bytes32.Zero }, lineage),
        ];
        foreach (var (lie, view, told) in lies)
            TrustedAccount.Check(_id, view, told, People.Start).Should().BeOfType<Answer<TrustedAccount>.Refused>(lie);
    }

    [Fact]
    public void Attestation_OfTheSigner_IsTheOnlyAddressTaken()
    {
        using var signer = Ed25519.GenerateKey();
        using var key = Secp256k1.GenerateKey();
        HexBytes identity = Ed25519.CreatePublicKey(signer);
        var good = Attest(signer, identity, key);
        AttestationCheck.Check(good, _id, identity).OrThrow().Should().Be(good.Address);
        using var rogue = Ed25519.GenerateKey();
        HexBytes rogueIdentity = Ed25519.CreatePublicKey(rogue);
        (string What, KeyAttestation Attestation)[] bad =
        [
            ("no signature", good with { Signature = HexBytes.Empty }),
            ("another address", good with { Address = People.AddressOf("thief") }),
            ("another account", good with { Account = new(Bytes32.Zero) }),
            ("another tier", good with { Tier = Tier.Cold }),
            ("another signer", Attest(rogue, rogueIdentity, key)),
            ("another signer under the name of ours", Attest(rogue, identity, key)),
            ("an address that is not the key's", Attest(signer, identity, key, People.AddressOf("thief"))),
        ];
        foreach (var (what, attestation) in bad)
            AttestationCheck.Check(attestation, _id, identity).Should().BeOfType<Answer<Address>.Refused>(what);
    }

    /// <summary>A key's address of another family would be paid and lost.</summary>
    [Fact]
    public void Attestation_OnABitcoinChain_NamesTheHashOfTheCompressedKey()
    {
        using var signer = Ed25519.GenerateKey();
        using var key = Secp256k1.GenerateKey();
        HexBytes identity = Ed25519.CreatePublicKey(signer);
        var bitcoin = ChainId.Parse("bip122:000000000019d6689c085ae165831e93");
        var hash = Address.From(Hash160.Hash(Secp256k1.CreatePublicKey(key)));
        AttestationCheck.Check(Attest(signer, identity, key, hash, bitcoin), _id, identity).OrThrow().Should().Be(hash);
        AttestationCheck.Check(Attest(signer, identity, key, null, bitcoin), _id, identity).Should().BeOfType<Answer<Address>.Refused>("it is the key's on Ethereum");
        AttestationCheck.Check(Attest(signer, identity, key, hash), _id, identity).Should().BeOfType<Answer<Address>.Refused>("it is the key's on Bitcoin");
    }

    public void Dispose()
    {
        foreach (var voter in _voters) voter.Key.Dispose();
    }

    private VoteBuilder Builder() => new(TrustedAccount.Check(_id, View(), new(_genesis, []), People.Start).OrThrow(), _clock);

    private AccountView View()
    {
        var roster = new Roster(1, _genesis.Members);
        return Bodies.View(1) with
        {
            Id = _id,
            Head = Bytes32.From(Enumerable.Repeat((byte)7, 32).ToArray()),
            Roster = roster,
            RosterHash = Canonical.Hash(roster),
            Policy = _genesis.Policy,
            PolicyHash = Canonical.Hash(_genesis.Policy),
        };
    }

    private PacketView PacketView()
    {
        var view = Bodies.PacketView();
        var content = People.Packet(_id, "rent", People.Transfer("pay", 7));
        return view with
        {
            Ref = content.Ref,
            Content = content,
            ContentHash = Canonical.Hash(content),
            Assessment = view.Assessment! with { Roster = View().Roster, RosterHash = View().RosterHash, PolicyHash = View().PolicyHash },
        };
    }

    private KeyAttestation Attest(PrivateKey signer, HexBytes identity, PrivateKey key, Address? address = null, ChainId? chain = null)
    {
        var point = Secp256k1.CreatePublicKey(key, compressed: false);
        var hash = new byte[Keccak256.DigestLength];
        Keccak256.Hash(point.AsSpan(1), hash);
        var unsigned = new KeyAttestation(
            _id, "main", chain ?? People.Chain, Tier.Hot, address ?? Address.From(hash.AsSpan(12)), Secp256k1.CreatePublicKey(key), identity, HexBytes.Empty);
        var signature = new byte[Ed25519.SignatureLength];
        Ed25519.Sign(signer, Canonical.Hash(unsigned).ToArray(), signature);
        return unsigned with { Signature = signature };
    }

    private sealed class FixedTime(Instant at) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(at.UnixMs);
    }
}
