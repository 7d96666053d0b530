using System.Security.Cryptography;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Crypto;
using TPWallet.Crypto.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains.Bitcoin.Channels;

/// <summary>A channel of two parties whose every key the test knows, the payments in it, and what each party can sign.</summary>
internal sealed class ChannelScene : IDisposable
{
    public const long FundingSat = 1_000_000;
    public const int Delay = 6;
    private const long OfferedSat = 50_000;
    private const long ReceivedSat = 60_000;
    private const long DustSat = 400;
    private const int FeeratePerKw = 2_500;

    private readonly Party _opener = new();
    private readonly Party _accepter = new();

    public ChannelScene(ChannelType type, OutPoint? funding = null) =>
        Channel = new(type, funding ?? new(BitcoinHash.Of([1]), 0), FundingSat, new(_opener.Basepoints, DustSat, Delay), new(_accepter.Basepoints, DustSat, Delay));

    public BitcoinChannel Channel { get; set; }

    public Bytes32 Preimage { get; } = Bytes32.From(RandomNumberGenerator.GetBytes(32));

    public Htlc Offered { get; private set; } = null!;

    public Htlc Received { get; private set; } = null!;

    public static ChannelRole Other(ChannelRole role) => BitcoinChannel.Other(role);

    /// <summary>A commitment with a payment of each direction, and one that is too small for an output.</summary>
    public CommitmentTransaction Commitment(uint expiry, ulong number = 0, ChannelRole owner = ChannelRole.Opener)
    {
        const long accepterMsat = 300_000_000;
        var hash = Bytes32.From(SHA256.HashData(Preimage.ToArray()));
        var offered = new Htlc(HtlcDirection.Offered, 0, OfferedSat * 1000, hash, expiry);
        var small = new Htlc(HtlcDirection.Offered, 1, (DustSat * 1000) - 1, hash, expiry);
        var received = new Htlc(HtlcDirection.Received, 0, (ReceivedSat * 1000) + 1, hash, expiry);
        var openerMsat = (FundingSat * 1000) - accepterMsat - offered.AmountMsat - small.AmountMsat - received.AmountMsat;
        var state = new CommitmentState(number, FeeratePerKw, openerMsat, accepterMsat, [offered, small, received]);
        if (owner == ChannelRole.Accepter) state = state.Mirrored(number);
        Offered = state.Htlcs.Single(static htlc => htlc is { Direction: HtlcDirection.Offered, AmountSat: > DustSat });
        Received = state.Htlcs.Single(static htlc => htlc is { Direction: HtlcDirection.Received, AmountSat: > DustSat });
        return CommitmentTransaction.Create(Channel, owner, Of(owner).Point(number), state).Value;
    }

    /// <summary>What the owner can send, signed by both.</summary>
    public BitcoinTransaction Signed(CommitmentTransaction commitment) =>
        commitment.Complete(commitment.Sign(_opener.Funding), commitment.Sign(_accepter.Funding)).Value;

    public BitcoinTransaction Signed(ClosingTransaction closing) => closing.Complete(closing.Sign(_opener.Funding), closing.Sign(_accepter.Funding)).Value;

    /// <summary>An HTLC transaction of the owner, with the other party's signature from before anything was added to it.</summary>
    public BitcoinTransaction Signed(HtlcTransaction second, HtlcTransaction? before = null)
    {
        var commitment = second.Commitment;
        using var remote = HtlcKey(commitment, Other(commitment.Owner));
        using var local = HtlcKey(commitment, commitment.Owner);
        var (theirs, ours) = ((before ?? second).SignForOwner(remote), second.Sign(local));
        return (second.Htlc.Direction == HtlcDirection.Received ? second.Success(theirs, ours, Preimage) : second.Timeout(theirs, ours)).Value;
    }

    public PrivateKey FundingKey(ChannelRole role) => Of(role).Funding;

    public PrivateKey HtlcKey(CommitmentTransaction commitment, ChannelRole role) => ChannelKeys.Privkey(Of(role).Htlc, commitment.Keys.PerCommitmentPoint.Span)!;

    public PrivateKey DelayedKey(CommitmentTransaction commitment) =>
        ChannelKeys.Privkey(Of(commitment.Owner).Delayed, commitment.Keys.PerCommitmentPoint.Span)!;

    public PrivateKey RemoteKey(CommitmentTransaction commitment)
    {
        var payment = Of(Other(commitment.Owner)).Payment;
        return Channel.Type == ChannelType.Plain ? ChannelKeys.Privkey(payment, commitment.Keys.PerCommitmentPoint.Span)! : PrivateKey.From(payment.Secret);
    }

    /// <summary>The key of the penalty, from what the owner gave away when it revoked this and all states before the next.</summary>
    public PrivateKey RevocationKey(CommitmentTransaction commitment, ulong revoked)
    {
        var store = CommitmentSecretStore.Empty;
        for (var number = 0UL; number < revoked; number++)
        {
            using var given = Of(commitment.Owner).Secret(number);
            store.Insert(CommitmentSecrets.IndexOf(number), given.Secret, out store).Should().Be(SecretInsertion.Inserted);
        }

        using var secret = PrivateKey.From(store.Find(CommitmentSecrets.IndexOf(commitment.State.Number))!);
        return ChannelKeys.RevocationPrivkey(Of(Other(commitment.Owner)).Revocation, secret)!;
    }

    public void Dispose()
    {
        _opener.Dispose();
        _accepter.Dispose();
    }

    private Party Of(ChannelRole role) => role == ChannelRole.Opener ? _opener : _accepter;

    private sealed class Party : IDisposable
    {
        private readonly PrivateKey _seed = PrivateKey.Random();

        public PrivateKey Funding { get; } = Secp256k1.GenerateKey();

        public PrivateKey Revocation { get; } = Secp256k1.GenerateKey();

        public PrivateKey Payment { get; } = Secp256k1.GenerateKey();

        public PrivateKey Delayed { get; } = Secp256k1.GenerateKey();

        public PrivateKey Htlc { get; } = Secp256k1.GenerateKey();

        public ChannelBasepoints Basepoints => new(Of(Funding), Of(Revocation), Of(Payment), Of(Delayed), Of(Htlc));

        public PrivateKey Secret(ulong number) => CommitmentSecrets.Generate(_seed, CommitmentSecrets.IndexOf(number));

        public HexBytes Point(ulong number)
        {
            using var secret = Secret(number);
            return Of(secret);
        }

        public void Dispose()
        {
            foreach (var key in new[] { _seed, Funding, Revocation, Payment, Delayed, Htlc }) key.Dispose();
        }

        private static HexBytes Of(PrivateKey key) => Secp256k1.CreatePublicKey(key);
    }
}
