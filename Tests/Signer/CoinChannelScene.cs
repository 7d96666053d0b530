using System.Security.Cryptography;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Crypto;
using TPWallet.Domain.CoinChannels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.CoinChannels;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>A signer whose account opened a channel on a Bitcoin chain under a mandate, and the keys of the peer's.</summary>
internal sealed class CoinChannelScene : IDisposable
{
    private readonly CoinKeys _peer = new(SHA256.HashData("peer"u8));

    private CoinChannelScene(SignerScene signer, HexBytes key)
    {
        Signer = signer;
        Parties = new(BitcoinChain.Regtest.Id, key, HexBytes.From(Secp256k1.CreatePublicKey(_peer.Payment)), 1);
    }

    public static HexBytes Payout { get; } = HexBytes.From([0, 0x14, .. Enumerable.Repeat((byte)7, 20)]);

    public static CoinTerms Terms { get; } = Domain.CoinChannels.CoinPair.TermsOf(CoinForm.AnchorOutputs);

    public SignerScene Signer { get; }

    public CoinParties Parties { get; }

    public CoinChannelRef Side => new(Parties.Id, CoinSide.Opener);

    public CoinChannelTaken Taken { get; private set; } = null!;

    public CoinFacts Facts => new(Terms, new(new Bytes32(5), 0), new(Taken.Basepoints, Payout), new(_peer.Basepoints, Payout));

    public TakeCoinChannelRequest TakeRequest => new(Signer.Genesis, Signer.Lineage, "coins", Parties, CoinSide.Opener, Terms, Payout);

    public static CoinMandate Mandate(long mostFunded = 1_000_000) => new("coins", BitcoinChain.Regtest.Id, mostFunded, Terms.MostFeeratePerKw, Payout);

    /// <summary>With a mandate in force, if one is given.</summary>
    public static async Task<CoinChannelScene> CreateAsync(CoinMandate? mandate)
    {
        var signer = await SignerScene.CreateAsync();
        var key = await signer.Port.CreateKeyAsync(new(signer.Genesis, "coins", BitcoinChain.Regtest.Id, Tier.Hot) { Purpose = KeyPurpose.Channel }, CancellationToken.None);
        var scene = new CoinChannelScene(signer, ((SignerAnswer<KeyAttestation>.Given)key).Value.PublicKey);
        if (mandate is not null) await scene.EnactAsync(new AccountChange.GrantCoinChannels(mandate), Span.Hours(24));
        return scene;
    }

    public static async Task<CoinChannelScene> TakenAsync()
    {
        var scene = await CreateAsync(Mandate());
        await scene.TakeAsync();
        return scene;
    }

    public async Task<CoinChannelTaken> TakeAsync() =>
        Taken = (await Signer.Port.TakeCoinChannelAsync(TakeRequest, CancellationToken.None)).Should().BeOfType<SignerAnswer<CoinChannelTaken>.Given>().Subject.Value;

    public async Task<RejectionCode> TakeRefusedAsync(TakeCoinChannelRequest request) =>
        (await Signer.Port.TakeCoinChannelAsync(request, CancellationToken.None)).Should().BeOfType<SignerAnswer<CoinChannelTaken>.Refused>().Subject.Rejection.Code;

    /// <summary>A state that has paid the peer so much.</summary>
    public static CoinBook Book(long number, long paidMsat) =>
        new CoinRules(Terms).First with { Number = number, OpenerMsat = (Terms.FundingSat * 1_000) - paidMsat, AccepterMsat = paidMsat };

    public CoinAsk Peer(long number, long paidMsat) => new CoinAsk.Peer(new(Book(number, paidMsat), _peer.PointOf(number)));

    /// <summary>The own commitment, as the peer signed it.</summary>
    public CoinAsk.Take Take(long number, long paidMsat)
    {
        var commitment = CoinTransactions.Commitment(Facts, CoinSide.Opener, PointOf(number), Book(number, paidMsat)).Value;
        return new(Book(number, paidMsat), new(commitment.Sign(_peer.Funding), []));
    }

    public CoinAsk Own(long number, long paidMsat) => new CoinAsk.Own(new(Book(number, paidMsat), PointOf(number), Take(number, paidMsat).Signatures));

    public Task<SignerAnswer<CoinGiven>> AskAsync(CoinAsk ask, CoinFacts? facts = null) =>
        Signer.Port.SignCoinChannelAsync(Request(ask, facts), CancellationToken.None);

    public SignCoinChannelRequest Request(CoinAsk ask, CoinFacts? facts = null) => new(Signer.Account, Side, Signer.Lineage.Length, facts ?? Facts, ask);

    public async Task<T> GivenAsync<T>(CoinAsk ask)
        where T : CoinGiven
    {
        var answer = await AskAsync(ask);
        return answer.Should().BeOfType<SignerAnswer<CoinGiven>.Given>($"it says {answer}").Subject.Value.Should().BeOfType<T>().Subject;
    }

    public async Task<RejectionCode> RefusedAsync(CoinAsk ask, CoinFacts? facts = null) =>
        (await AskAsync(ask, facts)).Should().BeOfType<SignerAnswer<CoinGiven>.Refused>().Subject.Rejection.Code;

    /// <summary>A whole round, as whoever has the turn goes through it.</summary>
    public async Task<Bytes32> RoundAsync(long number, long paidMsat)
    {
        await GivenAsync<CoinGiven.Signatures>(Peer(number, paidMsat));
        return (await GivenAsync<CoinGiven.Revocation>(Take(number, paidMsat))).Of.Secret;
    }

    public async Task EnactAsync(AccountChange change, Span timelock)
    {
        var enacted = Signer.Enact(change, Signer.Now + timelock, People.Ana, People.Ben);
        if (timelock != Span.Zero)
        {
            await Signer.Port.AnnounceAsync(new(Signer.Genesis, Signer.Lineage, enacted.Proposal, null, null, enacted.Votes), CancellationToken.None);
            Signer.Clock.UnixMs += timelock.Ms;
        }

        Signer.Lineage = [.. Signer.Lineage, enacted];
    }

    public void Dispose()
    {
        _peer.Dispose();
        Signer.Dispose();
    }

    /// <summary>Of an own commitment: those after the first two are what the signer gave with its secrets; here they follow from the root secret.</summary>
    private HexBytes PointOf(long number)
    {
        using var secrets = TPWallet.Signer.SignerFolder.OpenSecrets(Signer.Folder, null);
        using var keys = new CoinKeys(secrets.CoinChannelSeed($"{Signer.Account}/coins/{Side}"));
        return keys.PointOf(number);
    }
}
