using TPWallet.Client;
using TPWallet.Client.Devices;
using TPWallet.Demo.Chain;
using TPWallet.Demo.Processes;
using TPWallet.Demo.Telling;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Demo.People;

/// <summary>One who pays through channels: an account at an operator, a channel key, and a hot address for fees and for what is paid out.</summary>
internal sealed class Party : IDisposable
{
    public static readonly Name KeyName = "channels";

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(40);
    private static readonly UInt256 Mandated = 1_000_000_000;

    private readonly Team _team;

    private Party(string name, House house, Team team) => (Name, House, _team) = (name, house, team);

    public string Name { get; }

    public House House { get; }

    public AccountId Account => _team.Account;

    public Address Key { get; private set; }

    public Address Hot { get; private set; }

    /// <summary>Under which payers write what this party reads.</summary>
    public HexBytes OnionKey { get; private set; }

    /// <summary>Founds the account, gives it its keys, ether for fees, and the mandate that its one member votes for.</summary>
    public static async Task<Party> JoinAsync(string name, House house, Bytes32 deployment, LocalChain chain, LocalChannels channels, CancellationToken cancellationToken)
    {
        var party = new Party(name, house, Team.Alone(deployment, name));
        await party.StartAsync(chain, cancellationToken);
        await party.GrantAsync(channels, chain, cancellationToken);
        return party;
    }

    public Task<AccountView> AccountAsync(Func<AccountView, bool> wanted, string awaited, CancellationToken cancellationToken) =>
        Wait.ForAsync(() => House.Wallet.ReadAccountAsync(Account, cancellationToken), wanted, Longest, $"{Name}: {awaited}", cancellationToken);

    public async Task<ChannelView> ReadAsync(ChannelRef side, CancellationToken cancellationToken) =>
        await House.Channels.ReadAsync(Account, side, cancellationToken) ?? throw new DemoFailedException($"{Name} has no channel {side}");

    public async Task<ChannelView> UntilAsync(ChannelRef side, Func<ChannelView, bool> wanted, TimeSpan longest, string awaited, CancellationToken cancellationToken)
    {
        ChannelView? last = null;
        try
        {
            return await Wait.ForAsync(async () => last = await House.Channels.ReadAsync(Account, side, cancellationToken), wanted, longest, $"{Name}: {awaited}", cancellationToken);
        }
        catch (DemoFailedException failed) when (last is not null)
        {
            throw new DemoFailedException($"{failed.Message}; the channel is {last.Phase}, on chain {last.Stage} with ClosesAt {last.ClosesAt} at second {last.Second}, doing {last.Act}, in trouble {last.Trouble}");
        }
    }

    public ChannelRef SideOf(ChannelFacts facts) => new(ChannelDomain.Id(facts), facts.A == Key ? ChannelSide.A : ChannelSide.B);

    /// <summary>Begins with a channel that stands on chain.</summary>
    /// <param name="peer">The other operator.</param>
    public async Task<ChannelRef> OpenAsync(ChannelFacts facts, Name peer, CancellationToken cancellationToken)
    {
        var side = SideOf(facts);
        Take(await House.Channels.OpenAsync(IdempotencyKey.New(), side, new(Account, KeyName, facts, LocalChannels.Terms, peer), cancellationToken), "open");
        return side;
    }

    public void Dispose() => _team.Dispose();

    public CommandReply.Accepted Take(CommandReply reply, string what) =>
        reply as CommandReply.Accepted ?? throw new DemoFailedException($"{Name}: {what} was refused: {(reply as CommandReply.Refused)?.Rejection}");

    private async Task StartAsync(LocalChain chain, CancellationToken cancellationToken)
    {
        Take(await House.Wallet.RegisterAccountAsync(IdempotencyKey.New(), _team.Genesis, _team.Proofs, cancellationToken), "the account");
        Take(await House.Wallet.RequestKeyAsync(IdempotencyKey.New(), Account, "hot", LocalChain.Id, Tier.Hot, cancellationToken), "a key");
        Hot = (await AccountAsync(static view => !view.Addresses.IsEmpty, "the key's address", cancellationToken)).Addresses[0].Address;
        await chain.SendAsync(Hot, Team.Ether, "0x", cancellationToken);
        var attestation = await House.Channels.ReadKeyAsync(Account, KeyName, LocalChain.Id, cancellationToken) ?? throw new DemoFailedException($"{Name} has no channel key");
        Key = AttestationCheck.Check(attestation, Account, House.SignerIdentity).OrThrow();
        OnionKey = (await House.Channels.ReadOnionKeyAsync(Account, KeyName, cancellationToken) ?? throw new DemoFailedException($"{Name} has no onion key")).PublicKey;
    }

    /// <summary>Lets the key sign for channels of this contract, and for nothing else.</summary>
    private async Task GrantAsync(LocalChannels channels, LocalChain chain, CancellationToken cancellationToken)
    {
        var view = await AccountAsync(static _ => true, "the account", cancellationToken);
        var lineage = await House.Wallet.ReadLineageAsync(Account, cancellationToken) ?? throw new DemoFailedException("no lineage");
        var now = new Instant(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var mandate = new ChannelMandate(KeyName, LocalChain.Id, channels.Manager, chain.Token, Mandated, Hot) { MostFees = Team.Ether / 2 };
        var proposal = new ChangeProposal("open-channels", Account, 1, new AccountChange.GrantChannels(mandate), _team.Voters[0].Member, now);
        var vote = new VoteBuilder(TrustedAccount.Check(Account, view, lineage, now).OrThrow(), TimeProvider.System).OnChange(_team.Voters[0], proposal).OrThrow();
        Take(await House.Wallet.ProposeChangeAsync(IdempotencyKey.New(), proposal, vote, cancellationToken), "the mandate");
        await AccountAsync(static account => account.ChangesEnacted == 1, "the mandate in force", cancellationToken);
    }
}
