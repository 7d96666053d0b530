using System.Security.Cryptography;
using TPWallet.Client;
using TPWallet.Client.Devices;
using TPWallet.Demo.Chain;
using TPWallet.Demo.People;
using TPWallet.Demo.Processes;
using TPWallet.Demo.Telling;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Demo.Acts;

/// <summary>The story, part by part, as a user's program and the members' devices live it.</summary>
internal sealed partial class Play : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly Stage _stage;
    private readonly Teller _teller;
    private readonly Team _payer;
    private readonly Team _payee;
    private AccountView _account = null!;

    public Play(Stage stage, Teller teller)
    {
        (_stage, _teller) = (stage, teller);
        var deployment = Bytes32.From(RandomNumberGenerator.GetBytes(UInt256.Size));
        _payer = Team.Found(deployment, "ana", "ben", "cleo");
        _payee = Team.Found(deployment, "dora");
    }

    private LocalChain Chain => _stage.Chain;

    private ITPWallet Wallet => _stage.Wallet;

    public Team Payer => _payer;

    public Team Payee => _payee;

    public AssetId Token => Chain.TokenAsset;

    /// <summary>The payer's address on the chain.</summary>
    public Address Own => _account.Addresses[0].Address;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await FoundAsync(cancellationToken);
        var packet = Payroll();
        await ProposeAsync(packet, cancellationToken);
        using var channels = new ChannelsAct(_stage, _teller);
        await channels.RunAsync(_payer.Genesis.Deployment, cancellationToken);
        await ShowLimitsAsync(cancellationToken);
        var votes = await VoteAsync(packet.Ref, cancellationToken);
        await FollowAsync(packet, cancellationToken);
        await ReplayAsync(packet.Ref, votes, cancellationToken);
        await CompareBalancesAsync(packet, cancellationToken);
        await PayOnTwoChainsAsync(cancellationToken);
        await channels.EndAsync(cancellationToken);
        await ProveAsync(packet, cancellationToken);
    }

    /// <summary>The first two parts: both accounts, the key, and its deposits.</summary>
    public async Task FoundAsync(CancellationToken cancellationToken)
    {
        await RegisterAsync(cancellationToken);
        await PrepareKeyAsync(cancellationToken);
    }

    public void Dispose()
    {
        _payer.Dispose();
        _payee.Dispose();
    }

    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        _teller.Step("1", "Two accounts, each founded by its own genesis");
        foreach (var team in (Team[])[_payer, _payee])
        {
            var reply = await Wallet.RegisterAccountAsync(IdempotencyKey.New(), team.Genesis, team.Proofs, cancellationToken);
            var devices = string.Join(", ", team.Voters.Select(static voter => $"{voter.Member} {voter.Key.Scheme}"));
            _teller.Check(reply is CommandReply.Accepted, $"account {Short(team.Account.Hash)} registered", $"{devices}{Why(reply)}");
        }

        _teller.Figure("account", _payer.Account.ToString());
        _teller.Figure("payee", _payee.Account.ToString());
        _teller.Figure("members", _payer.Voters.Length);
        var stolen = await Wallet.RegisterAccountAsync(
            IdempotencyKey.New(), _payer.Genesis with { Tenant = "demo", Nonce = Bytes32.Zero }, _payer.Proofs, cancellationToken);
        _teller.Check(Code(stolen) == RejectionCode.BadSignature, "a genesis that its devices did not sign is refused", $"{Code(stolen)}");
    }

    private async Task PrepareKeyAsync(CancellationToken cancellationToken)
    {
        _teller.Step("2", "A key in the signer, and its address funded by real deposits");
        await Chain.DeployAsync(_stage.Places.Token, Team.Ether * 1_000_000, cancellationToken);
        _teller.Say($"token {Chain.Token} deployed");
        var reply = await Wallet.RequestKeyAsync(IdempotencyKey.New(), _payer.Account, "hot", LocalChain.Id, Tier.Hot, cancellationToken);
        _teller.Check(reply is CommandReply.Accepted, "key requested", Why(reply));
        _account = await AccountAsync(static view => !view.Addresses.IsEmpty, "the key's address", cancellationToken);
        var attested = AttestationCheck.Check(_account.Addresses[0], _payer.Account, _stage.SignerIdentity);
        _teller.Check(attested is Answer<Address>.Given, "the signer attests the address to the account", $"{Own}");
        var forged = _account.Addresses[0] with { Address = Chain.Faucet };
        _teller.Check(
            AttestationCheck.Check(forged, _payer.Account, _stage.SignerIdentity) is Answer<Address>.Refused,
            "another address under that attestation is refused by the device");
        await Chain.SendAsync(Own, Team.Ether * 80, "0x", cancellationToken);
        await Chain.SendTokenAsync(Own, Team.Ether * 1_000, cancellationToken);
        _account = await AccountAsync(
            view => Available(view, LocalChain.Coin) == Team.Ether * 80 && Available(view, Chain.TokenAsset) == Team.Ether * 1_000,
            "both deposits to be final and credited",
            cancellationToken);
        _teller.Check(true, "80 ether and 1,000 tokens credited", $"after {Stage.Confirmations} confirmations");
        _teller.Figure("deposited.wei", (Team.Ether * 80).ToString());
        _teller.Figure("deposited.token", (Team.Ether * 1_000).ToString());
        _teller.Figure("address", Own.ToString());
    }

    private Task<AccountView> AccountAsync(Func<AccountView, bool> wanted, string awaited, CancellationToken cancellationToken) =>
        Wait.ForAsync(() => Wallet.ReadAccountAsync(_payer.Account, cancellationToken), wanted, Longest, awaited, cancellationToken);

    private Task<PacketView> PacketAsync(PacketRef packet, Func<PacketView, bool> wanted, string awaited, CancellationToken cancellationToken) =>
        Wait.ForAsync(() => Wallet.ReadPacketAsync(packet, cancellationToken), wanted, Longest, awaited, cancellationToken);

    /// <summary>The member's device reads account and lineage, checks them against the account id it knows, and builds the vote itself.</summary>
    public async Task<Vote> BuildVoteAsync(
        int member, PacketView view, CancellationToken cancellationToken, VoteDecision decision = VoteDecision.Approve)
    {
        var account = await AccountAsync(static _ => true, "the account", cancellationToken);
        var lineage = await Wallet.ReadLineageAsync(_payer.Account, cancellationToken) ?? throw new DemoFailedException("no lineage");
        var now = new Instant(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var trusted = TrustedAccount.Check(_payer.Account, account, lineage, now).OrThrow();
        return new VoteBuilder(trusted, TimeProvider.System).OnPacket(_payer.Voters[member], view, decision).OrThrow();
    }

    private Task<CommandReply> CastAsync(PacketRef packet, Vote vote, CancellationToken cancellationToken) =>
        Wallet.CastVoteAsync(IdempotencyKey.New(), packet, vote, cancellationToken);

    internal static UInt256 Available(AccountView view, AssetId asset) =>
        view.Balances.FirstOrDefault(balance => balance.Asset == asset)?.Available ?? UInt256.Zero;

    private static RejectionCode Code(CommandReply reply) => (reply as CommandReply.Refused)?.Rejection.Code ?? RejectionCode.None;

    private static string Why(CommandReply reply) => reply is CommandReply.Refused refused ? $" {refused.Rejection}" : "";

    private static string Short(Bytes32 hash) => hash.ToString()[..10] + "…";
}
