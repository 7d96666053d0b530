using System.Security.Cryptography;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Crypto;
using TPWallet.Crypto.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains.Bitcoin.Channels;

/// <summary>The channel of BOLT-3's appendices C and F, which the vectors of lnd share: local opened it, and the transactions are local's.</summary>
internal static class VectorChannel
{
    private const string LocalFunding = "30ff4956bbdd3222d44cc5e8a1261dab1e07957bdac5ae88fe3261ef321f3749";
    private const string RemoteFunding = "1552dfba4f6cf29a62a0af13c8d6981d36d0ef8d61ba10fb0fe90da7634d7e13";
    private const string PerCommitment = "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100";

    // Those five first, then the two that look alike.
    private static readonly (HtlcDirection Direction, long Msat, uint Expiry, byte Preimage)[] _htlcs =
    [
        (HtlcDirection.Received, 1_000_000, 500, 0), (HtlcDirection.Received, 2_000_000, 501, 1), (HtlcDirection.Offered, 2_000_000, 502, 2),
        (HtlcDirection.Offered, 3_000_000, 503, 3), (HtlcDirection.Received, 4_000_000, 504, 4),
        (HtlcDirection.Offered, 5_000_000, 506, 5), (HtlcDirection.Offered, 5_000_001, 505, 5),
    ];

    public static HexBytes PerCommitmentPoint => Pubkey(PerCommitment);

    public static PrivateKey LocalFundingKey => Key(LocalFunding);

    public static PrivateKey RemoteFundingKey => Key(RemoteFunding);

    public static PrivateKey LocalHtlcKey => ChannelKeys.Privkey(Key(Repeated('1')), PerCommitmentPoint.Span)!;

    public static PrivateKey RemoteHtlcKey => ChannelKeys.Privkey(Key(Repeated('4')), PerCommitmentPoint.Span)!;

    public static BitcoinChannel Of(ChannelType type, long dustLimitSat = 546) => new(
        type, new(BitcoinHash.Parse("8984484a580b825b9972d7adb15050b3ab624ccd731946b3eeddb92f4e7ef6be"), 0), 10_000_000,
        Party(LocalFunding, '5', '1', '3', dustLimitSat), Party(RemoteFunding, '2', '4', '6', 546));

    public static CommitmentState State(long feeratePerKw, long toLocalMsat, long toRemoteMsat, params int[] htlcs) =>
        new(42, feeratePerKw, toLocalMsat, toRemoteMsat, [.. htlcs.Select(Htlc)]);

    public static Htlc Htlc(int number) =>
        new(_htlcs[number].Direction, (ulong)number, _htlcs[number].Msat, Bytes32.From(SHA256.HashData(Preimage(number).ToArray())), _htlcs[number].Expiry);

    public static Bytes32 Preimage(int number) => Bytes32.From([.. Enumerable.Repeat(_htlcs[number].Preimage, 32)]);

    private static ChannelParty Party(string funding, char revocation, char payment, char delayed, long dustLimitSat) =>
        new(new(Pubkey(funding), Pubkey(Repeated(revocation)), Pubkey(Repeated(payment)), Pubkey(Repeated(delayed)), Pubkey(Repeated(payment))), dustLimitSat, 144);

    private static string Repeated(char digit) => new(digit, 64);

    private static PrivateKey Key(string hex) => PrivateKey.From(Convert.FromHexString(hex));

    private static HexBytes Pubkey(string hex)
    {
        using var key = Key(hex);
        return Secp256k1.CreatePublicKey(key);
    }
}
