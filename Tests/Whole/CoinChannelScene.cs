using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer;
using TPWallet.Signer.CoinChannels;
using TPWallet.Tests.Chains.Bitcoin;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>Two accounts of one silo, or of two operators, with a channel between them on a real Bitcoin node: grains over a journal, a signer with its floors, and nobody who helps.</summary>
internal sealed class CoinChannelScene : IAsyncDisposable
{
    private const long Fee = 5_000;

    private readonly RegtestPurse _payer = new(1);
    private IReadOnlyList<RegtestPurse.Coin> _coins = [];

    private readonly Dictionary<CoinSide, WholeSystem> _systems = [];
    private HidingNode? _hiding;

    private CoinChannelScene(Anvil anvil, Knots knots, CoinPeers? peers) => (Anvil, Knots, Peers) = (anvil, knots, peers);

    public static ChainId Chain { get; } = BitcoinChain.Regtest.Id;

    public static CoinTerms Terms { get; } = new(
        CoinForm.AnchorOutputs, FundingSat: 1_000_000, FeeratePerKw: 1_000, MostFeeratePerKw: 5_000, DustLimitSat: 500, ToSelfDelay: 6, ReserveSat: 10_000, MostHtlcs: 20,
        MostHeldMsat: 600_000_000, MostTrimmedMsat: 4_000_000, Depth: 3, GuardBlocks: 4);

    public Anvil Anvil { get; }

    /// <summary>Where both have an operator of their own.</summary>
    public CoinPeers? Peers { get; }

    public Knots Knots { get; }

    /// <summary>The opener's, which is the accepter's too unless they are apart.</summary>
    public WholeSystem System => _systems[CoinSide.Opener];

    /// <summary>Where each side is paid to.</summary>
    public Dictionary<CoinSide, Script> Payouts { get; } = new()
    {
        [CoinSide.Opener] = OutputScript.Witness(0, People.AddressOf("opener payout").ToArray()),
        [CoinSide.Accepter] = OutputScript.Witness(0, People.AddressOf("accepter payout").ToArray()),
    };

    public Dictionary<CoinSide, AccountId> Accounts { get; } = [];

    public CoinParties Parties { get; private set; } = null!;

    /// <summary>How often a node hid a spend.</summary>
    public int Hidden => _hiding?.Hidden ?? 0;

    private Dictionary<string, string?> SettingsOf(CoinSide side) => new((Peers?.SettingsOf(side) ?? []).Concat(HidingSettings))
    {
        ["Chains:1:Id"] = Chain.Value,
        ["Chains:1:Confirmations"] = $"{CoinScene.Confirmations}",
        ["Chains:1:PollEveryMs"] = "20",
        ["Chains:1:Nodes:0:Name"] = "knots",
        ["Chains:1:Nodes:0:Organisation"] = "ours",
        ["Chains:1:Nodes:0:Url"] = $"{Knots.Endpoint}",
        ["Chains:1:Nodes:0:CredentialFile"] = Knots.CookiePath,
        ["Nodes:DeadlineMs"] = "5000",
    };

    private Dictionary<string, string?> HidingSettings => _hiding is null ? [] : new()
    {
        ["Chains:1:Nodes:1:Name"] = "a-hiding",
        ["Chains:1:Nodes:1:Organisation"] = "theirs",
        ["Chains:1:Nodes:1:Url"] = $"{_hiding.Endpoint}",
    };

    /// <summary>With both accounts, their keys and their mandates.</summary>
    /// <param name="hides">The silo asks a second node, of another organisation, that hides what is spent; it is the first that is asked.</param>
    /// <param name="apart">Each side has an operator of its own, and they speak over mutual TLS.</param>
    public static async Task<CoinChannelScene> StartAsync(long mostFunded = 1_000_000, bool apart = false, bool hides = false)
    {
        var anvil = await Anvil.StartAsync(31337, "--no-mining");
        await anvil.MineAsync();
        var scene = new CoinChannelScene(anvil, await Knots.StartAsync(), apart ? new() : null);
        scene._coins = await scene._payer.FillAsync(scene.Knots, 2);
        if (hides) scene._hiding = await HidingNode.StartAsync(scene.Knots);
        scene._systems[CoinSide.Opener] = await WholeSystem.StartAsync(anvil, scene.SettingsOf(CoinSide.Opener));
        scene._systems[CoinSide.Accepter] = apart ? await WholeSystem.StartAsync(anvil, scene.SettingsOf(CoinSide.Accepter)) : scene.System;
        var keys = new Dictionary<CoinSide, HexBytes>();
        foreach (var side in new[] { CoinSide.Opener, CoinSide.Accepter }) keys[side] = await scene.JoinAsync(side, side == CoinSide.Opener ? mostFunded : 0);
        scene.Parties = new(Chain, keys[CoinSide.Opener], keys[CoinSide.Accepter], 1);
        return scene;
    }

    public CoinOpening OpeningOf(CoinSide side) => new(Accounts[side], "coins", Parties, Terms, Payouts[side].Bytes, Peers is null ? default(Name?) : CoinPeers.NameOf(side.Other()));

    public ICoinChannelGrain Grain(CoinSide side) => _systems[side].Grains.GetGrain<ICoinChannelGrain>(new CoinChannelRef(Parties.Id, side).ToString());

    public async Task<CoinChannelView> ReadAsync(CoinSide side) => (await Grain(side).Read())!;

    public async Task<Guid> SubmitAsync(CoinSide side, Func<Guid, CoinCommand> command)
    {
        var id = Guid.NewGuid();
        (await Grain(side).Submit(command(id))).Rejected().Should().BeNull();
        return id;
    }

    /// <summary>Takes the last blocks back, for a longer chain in which somebody else has the coins of the funding.</summary>
    public async Task LoseFundingAsync(int blocks)
    {
        var height = (await Knots.CallAsync("getblockcount")).GetUInt32();
        await Knots.CallAsync("invalidateblock", (await Knots.CallAsync("getblockhash", height - (uint)blocks + 1)).GetString());
        var rival = _payer.Spend([_coins[0]], [new(_coins[0].Output.ValueSat - (10 * Fee), RegtestPurse.Nobody)]);
        await Knots.CallAsync(
            "generateblock", BitcoinAddress.Format(RegtestPurse.Nobody, BitcoinNetwork.Regtest), new global::System.Text.Json.Nodes.JsonArray(Convert.ToHexStringLower(rival.Encode())));
        await MineAsync(blocks);
    }

    /// <summary>Begins on both sides, funds it, and waits until both call it open.</summary>
    public async Task OpenAsync()
    {
        await FundAsync();
        await MineAsync((int)Terms.Depth);
        await UntilAsync(static view => view.Phase == CoinPhase.Open, "to be open");
    }

    /// <summary>Begins on both sides, and has the funding sent.</summary>
    public async Task FundAsync()
    {
        foreach (var side in Accounts.Keys) await SubmitAsync(side, id => new CoinCommand.Open(id, OpeningOf(side)));
        await System.UntilAsync(async () => (await ReadAsync(CoinSide.Opener)).FundingAddress is not null, "the funding address");
        var funding = await FundingAsync();
        await SubmitAsync(CoinSide.Opener, id => new CoinCommand.Fund(id, new(funding.Txid().Shown, 0), funding.Encode()));
        await System.UntilAsync(async () => (await Knots.CallAsync("getrawmempool")).EnumerateArray().Any(), "the funding to be sent");
        foreach (var side in Accounts.Keys) (await ReadAsync(side)).Phase.Should().Be(CoinPhase.Funding, "both have their first commitment before the funding is sent");
    }

    /// <summary>An update, and that both hold to it.</summary>
    public async Task<Guid> DoAsync(CoinSide side, CoinUpdate update)
    {
        var id = await SubmitAsync(side, id => new CoinCommand.Update(id, update));
        await System.UntilAsync(async () => await Grain(side).Follow(id) is not TPWallet.Grains.Interfaces.Channels.UpdateStanding.Waiting, $"{update} to be done");
        (await Grain(side).Follow(id)).Should().BeOfType<TPWallet.Grains.Interfaces.Channels.UpdateStanding.Done>();
        await System.UntilAsync(async () => (await ReadAsync(side)).Book.Equals((await ReadAsync(side.Other())).Book), "both to hold the same state");
        return id;
    }

    public Task UntilAsync(Func<CoinChannelView, bool> condition, string what) => System.UntilAsync(
        async () => condition(await ReadAsync(CoinSide.Opener)) && condition(await ReadAsync(CoinSide.Accepter)), $"both {what}");

    /// <summary>Blocks, each seen by both sides and all that follows from it sent, until a condition holds.</summary>
    public async Task LiveUntilAsync(Func<Task<bool>> condition, string what, int most = 60)
    {
        for (var blocks = 0; blocks < most; blocks++)
        {
            if (await condition()) return;
            await MineAsync(1);
            var height = (await Knots.CallAsync("getblockcount")).GetUInt32();
            foreach (var side in Accounts.Keys)
            {
                await Grain(side).Submit(new CoinCommand.Look(Guid.NewGuid()));
                await System.UntilAsync(async () => await ReadAsync(side) is { Phase: CoinPhase.Closed } || (await ReadAsync(side)).Sight?.Height >= height, $"{side} to see block {height}");
            }
        }

        throw new TimeoutException($"{most} blocks, and not {what}: {await System.StoryAsync()}");
    }

    public Task AccepterUntilAsync(Func<CoinChannelView, bool> condition, string what) =>
        _systems[CoinSide.Accepter].UntilAsync(async () => condition(await ReadAsync(CoinSide.Accepter)), what);

    /// <summary>A block, and that a side has seen it.</summary>
    public async Task<uint> MineSeenAsync(CoinSide side)
    {
        await MineAsync(1);
        var height = (await Knots.CallAsync("getblockcount")).GetUInt32();
        await _systems[side].UntilAsync(
            async () =>
            {
                if ((await ReadAsync(side)).Sight?.Height >= height) return true;
                await Grain(side).Submit(new CoinCommand.Look(Guid.NewGuid()));
                return false;
            },
            $"{side} to see block {height}");
        return height;
    }

    public Task MineAsync(int blocks) => Knots.MineAsync(blocks, RegtestPurse.Nobody);

    /// <summary>What blocks hold for a side.</summary>
    public async Task<long> PaidAsync(CoinSide side)
    {
        var script = Convert.ToHexStringLower(Payouts[side].Span);
        var found = await Knots.CallAsync("scantxoutset", "start", new global::System.Text.Json.Nodes.JsonArray($"raw({script})"));
        return (long)(found.GetProperty("total_amount").GetDecimal() * 100_000_000m);
    }

    /// <summary>The silo of a side dies and is started again, after what is done meanwhile.</summary>
    public async Task RestartAsync(CoinSide side = CoinSide.Opener, Func<Task>? meanwhile = null)
    {
        var old = _systems[side];
        await old.DisposeAsync();
        if (meanwhile is not null) await meanwhile();
        var again = await WholeSystem.StartAsync(Anvil, SettingsOf(side), old.Folder);
        foreach (var one in _systems.Keys.Where(one => _systems[one] == old).ToArray()) _systems[one] = again;
    }

    /// <summary>The commitment of a side by a book that it has revoked, as a cheat would keep it: signed with the keys that only the signer has.</summary>
    public async Task<BitcoinTransaction> StaleAsync(CoinSide cheat, CoinBook book)
    {
        var (own, peer) = (await ReadAsync(cheat), await ReadAsync(cheat.Other()));
        var (opener, accepter) = cheat == CoinSide.Opener ? (own.Ours!, peer.Ours!) : (peer.Ours!, own.Ours!);
        var facts = new CoinFacts(Terms, own.Funding!.Value, opener, accepter);
        using var secrets = SignerFolder.OpenSecrets(Path.Combine(System.Folder, "signer"), null);
        using var ofCheat = new CoinKeys(secrets.CoinChannelSeed($"{Accounts[cheat]}/coins/{own.Ref}"));
        using var ofPeer = new CoinKeys(secrets.CoinChannelSeed($"{Accounts[cheat.Other()]}/coins/{peer.Ref}"));
        var commitment = CoinTransactions.Commitment(facts, cheat, ofCheat.PointOf(book.Number), book).Value;
        var (one, other) = (commitment.Sign(ofCheat.Funding), commitment.Sign(ofPeer.Funding));
        return (cheat == CoinSide.Opener ? commitment.Complete(one, other) : commitment.Complete(other, one)).Value;
    }

    public async Task SendAsync(BitcoinTransaction transaction) => (await Knots.Node().SendAsync(transaction, CancellationToken.None)).Should().BeOfType<SendResult.Accepted>();

    public async ValueTask DisposeAsync()
    {
        foreach (var system in _systems.Values.Distinct())
        {
            await system.DisposeAsync();
            Directory.Delete(system.Folder, recursive: true);
        }

        Peers?.Dispose();
        if (_hiding is not null) await _hiding.DisposeAsync();
        await Knots.DisposeAsync();
        await Anvil.DisposeAsync();
        _payer.Dispose();
    }

    /// <summary>A signed transaction of somebody's, whose first output funds the channel. It is sent by nobody here.</summary>
    private async Task<BitcoinTransaction> FundingAsync()
    {
        var output = CoinFundings.OutputOf(await ReadAsync(CoinSide.Opener))!;
        var coin = _coins[0];
        return _payer.Spend([coin], [output, new(coin.Output.ValueSat - output.ValueSat - Fee, RegtestPurse.Nobody)]);
    }

    private async Task<HexBytes> JoinAsync(CoinSide side, long mostFunded)
    {
        var changes = People.StandardChanges with { PolicyTimelock = Span.Zero };
        var system = _systems[side];
        var account = await system.RegisterAsync(People.GenesisOf(People.StandardPolicy with { Changes = changes }, People.All, side == CoinSide.Opener ? "one" : "two"));
        Accounts[side] = account;
        var key = await system.Grains.GetGrain<IChannelKeyGrain>($"{account}/coins").Read(Chain);
        await ChannelTown.EnactAsync(system, account, new AccountChange.GrantCoinChannels(new("coins", Chain, mostFunded, Terms.MostFeeratePerKw, Payouts[side].Bytes)));
        return key.Should().BeOfType<SignerAnswer<KeyAttestation>.Given>($"it says {key}").Subject.Value.PublicKey;
    }
}
