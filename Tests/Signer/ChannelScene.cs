using TPWallet.Crypto;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>A signer whose account has a channel key with a mandate in force, and one channel with a peer.</summary>
internal sealed class ChannelScene : IDisposable
{
    public const ulong Deposited = 1_000;

    private static readonly byte[] _peer = System.Security.Cryptography.SHA256.HashData("tpw.test.channel-scene|peer"u8);

    private ChannelScene(SignerScene signer, KeyAttestation key)
    {
        (Signer, Key) = (signer, key);
        var peer = PeerAddress();
        var (a, b) = key.Address.CompareTo(peer) < 0 ? (key.Address, peer) : (peer, key.Address);
        Facts = new(People.Chain, People.AddressOf("manager"), a, b, People.AddressOf("token"), 1);
        Us = a == key.Address ? ChannelSide.A : ChannelSide.B;
    }

    public SignerScene Signer { get; }

    public KeyAttestation Key { get; }

    public ChannelFacts Facts { get; }

    public ChannelSide Us { get; }

    public ChannelMandate Mandate => new(Key.Key, Facts.Chain, Facts.Manager, Facts.Token, 2 * Deposited, People.AddressOf("payout")) { MostFees = MostFees };

    public UInt256 MostFees { get; private init; }

    public Bytes32 Id => ChannelDomain.Id(Facts);

    public ChannelRef Side => new(Id, Us);

    public TakeChannelRequest TakeRequest => new(Signer.Genesis, Signer.Lineage, Key.Key, Facts, Us, 100);

    /// <summary>With a mandate, announced and past the time lock of a day.</summary>
    public static async Task<ChannelScene> CreateAsync(UInt256 mostFees = default)
    {
        var signer = await SignerScene.CreateAsync();
        var key = await signer.Port.CreateKeyAsync(
            new(signer.Genesis, "channels", People.Chain, Tier.Hot) { Purpose = KeyPurpose.Channel }, CancellationToken.None);
        var scene = new ChannelScene(signer, ((SignerAnswer<KeyAttestation>.Given)key).Value) { MostFees = mostFees };
        await scene.EnactAsync(new AccountChange.GrantChannels(scene.Mandate), Span.Hours(24));
        return scene;
    }

    /// <summary>The same, with the channel taken.</summary>
    public static async Task<ChannelScene> TakenAsync(UInt256 mostFees = default)
    {
        var scene = await CreateAsync(mostFees);
        (await scene.TakeAsync()).Should().BeOfType<SignerAnswer<ChannelTaken>.Given>().Which.Value.Should().Be(new ChannelTaken(scene.Side, 0));
        return scene;
    }

    public async Task EnactAsync(AccountChange change, Span timelock)
    {
        var enacted = Signer.Enact(change, Signer.Now + timelock, People.Ana, People.Ben);
        if (timelock != Span.Zero)
        {
            (await Signer.Port.AnnounceAsync(new(Signer.Genesis, Signer.Lineage, enacted.Proposal, null, null, enacted.Votes), CancellationToken.None))
                .Should().BeOfType<SignerAnswer<Announcement>.Given>();
            Signer.Clock.UnixMs += timelock.Ms;
        }

        Signer.Lineage = [.. Signer.Lineage, enacted];
    }

    public Task<SignerAnswer<ChannelTaken>> TakeAsync() => Signer.Port.TakeChannelAsync(TakeRequest, CancellationToken.None);

    public Task<SignerAnswer<ChannelTaken>> TakeAsync(TakeChannelRequest request) => Signer.Port.TakeChannelAsync(request, CancellationToken.None);

    /// <summary>A state that leaves the account so much of what it deposited.</summary>
    public ChannelBook Book(ulong nonce, ulong own)
    {
        var none = default(SidePair);
        return new(nonce, none.With(Us, Deposited), none, none.With(Us, own).With(Us.Other(), Deposited - own), []);
    }

    /// <summary>What the peer signs for it.</summary>
    public HexBytes PeerSignature(ChannelBook book)
    {
        using var key = PrivateKey.From(_peer);
        return ChannelSignature.Sign(key, ChannelDomain.Of(Facts).State(Id, ContractState.Of(book, TakeRequest.LockFloor)));
    }

    public Task<SignerAnswer<StateSignature>> SignAsync(ChannelBook book) =>
        Signer.Port.SignStateAsync(new(Signer.Account, Side, Signer.Lineage.Length, book), CancellationToken.None);

    public async Task<HexBytes> SignedAsync(ChannelBook book)
    {
        var answer = await SignAsync(book);
        var given = answer.Should().BeOfType<SignerAnswer<StateSignature>.Given>($"it says {answer}").Subject.Value;
        ChannelSignature.IsBy(Key.Address, ChannelDomain.Of(Facts).State(Id, ContractState.Of(book, TakeRequest.LockFloor)), given.Signature).Should().BeTrue();
        return given.Signature;
    }

    public async Task<RejectionCode> RefusedAsync(ChannelBook book) =>
        (await SignAsync(book)).Should().BeOfType<SignerAnswer<StateSignature>.Refused>().Subject.Rejection.Code;

    private static Address PeerAddress()
    {
        Span<byte> point = stackalloc byte[Secp256k1.UncompressedLength];
        Secp256k1.CreatePublicKey(_peer, point);
        return Address.From(Keccak256.Hash(point[1..]).AsSpan(12));
    }

    public void Dispose() => Signer.Dispose();
}
