using System.Text.Json.Nodes;
using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>Two accounts of one silo with a channel between them: grains over a journal, a signer with its floors, the real contract on anvil.</summary>
internal sealed class ChannelPair : IAsyncDisposable
{
    /// <summary>Seconds that a demand to close is good for.</summary>
    private const ulong Lasts = 86_400;

    private readonly Dictionary<string, string?> _more;

    private ChannelPair(Anvil anvil, ChannelTown town, WholeSystem system, Dictionary<string, string?> more) => (Anvil, Town, System, _more) = (anvil, town, system, more);

    public Anvil Anvil { get; }

    public ChannelTown Town { get; }

    public WholeSystem System { get; private set; }

    public (AccountId Account, Address Key) One { get; private set; }

    public (AccountId Account, Address Key) Two { get; private set; }

    /// <param name="windowSeconds">The contract's.</param>
    /// <param name="more">Further settings of the silo; null: none.</param>
    public static async Task<ChannelPair> StartAsync(ulong windowSeconds = 86_400, Dictionary<string, string?>? more = null)
    {
        var anvil = await Anvil.StartAsync(31337, "--no-mining");
        await anvil.MineAsync();
        var town = await ChannelTown.BuildAsync(anvil, windowSeconds);
        var pair = new ChannelPair(anvil, town, await WholeSystem.StartAsync(anvil, more ?? []), more ?? []);
        (pair.One, pair.Two) = (await town.JoinAsync(pair.System, "one"), await town.JoinAsync(pair.System, "two"));
        return pair;
    }

    public async ValueTask DisposeAsync()
    {
        await System.DisposeAsync();
        await Anvil.DisposeAsync();
        Directory.Delete(System.Folder, recursive: true);
    }

    /// <summary>Opens on chain and on both sides, and waits until both know it as open with its deposits counted in.</summary>
    public async Task<(ChannelRef One, ChannelRef Two)> OpenAsync(ulong deposit, ulong other)
    {
        var facts = await Town.OpenAsync(One.Key, Two.Key, deposit, other);
        var one = new ChannelRef(ChannelDomain.Id(facts), facts.A == One.Key ? ChannelSide.A : ChannelSide.B);
        await SubmitAsync(one, new ChannelCommand.Open(Guid.NewGuid(), new(One.Account, "channels", facts, ChannelTown.Terms, null)));
        await Anvil.MineAsync(WholeSystem.Confirmations);
        await SubmitAsync(one.Peer, new ChannelCommand.Open(Guid.NewGuid(), new(Two.Account, "channels", facts, ChannelTown.Terms, null)));
        await DoneAsync(one, deposit);
        await DoneAsync(one.Peer, other);
        return (one, one.Peer);
    }

    /// <summary>The same between any two accounts. Both deposits are final before a side looks: it looks again only after a good while.</summary>
    public async Task<(ChannelRef One, ChannelRef Two)> OpenBetweenAsync((AccountId Account, Address Key) one, (AccountId Account, Address Key) two, ulong deposit, ulong other)
    {
        var facts = await Town.OpenAsync(one.Key, two.Key, deposit, other);
        var height = await HeightAsync();
        await Anvil.MineAsync(WholeSystem.Confirmations);
        await System.UntilAsync(async () => (await System.Tracker().Read()).Final is { } final && (long)final.Number >= height, "the deposits to be final");
        var side = new ChannelRef(ChannelDomain.Id(facts), facts.A == one.Key ? ChannelSide.A : ChannelSide.B);
        await SubmitAsync(side, new ChannelCommand.Open(Guid.NewGuid(), new(one.Account, "channels", facts, ChannelTown.Terms, null)));
        await SubmitAsync(side.Peer, new ChannelCommand.Open(Guid.NewGuid(), new(two.Account, "channels", facts, ChannelTown.Terms, null)));
        await DoneAsync(side, deposit);
        await DoneAsync(side.Peer, other);
        return (side, side.Peer);
    }

    /// <summary>Gives both accounts a hot address with coins for fees.</summary>
    public async Task FundAsync()
    {
        foreach (var account in new[] { One.Account, Two.Account })
            await System.FundAsync(account, await System.CreateKeyAsync(account, "hot"), People.Ether * 10);
    }

    /// <summary>What the contract says of a channel, read past both sides.</summary>
    public async Task<ChannelRecord> RecordAsync(ChannelRef side)
    {
        var call = new CallRequest(default, Town.Manager, UInt256.Zero, ChannelCalls.Records(side.Channel));
        return ChannelCalls.ReadRecord((await Anvil.Node().CallAsync(call, BlockSelector.Latest, CancellationToken.None)).Value).Value!;
    }

    public Address KeyOf(ChannelRef side) => side.Us == ChannelSide.A == One.Key.CompareTo(Two.Key) < 0 ? One.Key : Two.Key;

    public IChannelGrain Grain(ChannelRef side) => System.Grains.GetGrain<IChannelGrain>(side.ToString());

    public async Task<ChannelView> ReadAsync(ChannelRef side) => (await Grain(side).Read())!;

    public async Task SubmitAsync(ChannelRef side, ChannelCommand command) => (await Grain(side).Submit(command)).Rejected().Should().BeNull();

    public async Task<Guid> PayAsync(ChannelRef side, ulong amount)
    {
        var id = Guid.NewGuid();
        await SubmitAsync(side, new ChannelCommand.Pay(id, amount));
        return id;
    }

    /// <summary>Closes by a state as its closer would: by a demand of its key, sent by somebody else.</summary>
    public async Task CloseByAsync(ChannelBook book, HexBytes peerSignature, ChannelRef closer) =>
        await Anvil.CallAsync(Town.Manager, await DemandAsync(book, peerSignature, closer));

    /// <summary>The call by which it closes.</summary>
    public async Task<HexBytes> DemandAsync(ChannelBook book, HexBytes peerSignature, ChannelRef closer)
    {
        var opening = (await ReadAsync(closer)).Opening;
        var lineage = await System.Account(opening.Account).ReadLineage();
        var demand = new ChannelOrder.Demand(book, (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds() + Lasts);
        var signed = await System.Signer.SignOrderAsync(new(opening.Account, closer, lineage!.Changes.Length, demand), CancellationToken.None);
        var signature = signed.Should().BeOfType<SignerAnswer<OrderSignature>.Given>().Subject.Value.Signature;
        return ActEncoding.Encode(opening.Facts, ChannelTown.LockFloor, default, new ChannelCall.Close(demand, signature, closer.Us, peerSignature));
    }

    /// <summary>A side's signature of the state that it signed last.</summary>
    public async Task<HexBytes> SignatureAsync(ChannelRef side, ChannelBook book)
    {
        var account = (await ReadAsync(side)).Opening.Account;
        var lineage = await System.Account(account).ReadLineage();
        var answer = await System.Signer.SignStateAsync(new(account, side, lineage!.Changes.Length, book), CancellationToken.None);
        return answer.Should().BeOfType<SignerAnswer<StateSignature>.Given>().Subject.Value.Signature;
    }

    /// <summary>Both hold a state that leaves a side so much, and nothing waits.</summary>
    public Task DoneAsync(ChannelRef side, ulong balance) => System.UntilAsync(
        async () => await Grain(side).Read() is { Phase: ChannelPhase.Open, Waiting: 0, IsAnnounced: true } view && view.Book.Balance.Of(side.Us) == balance, $"{side.Us} to have {balance}");

    public async Task AgreeAsync(ChannelRef one)
    {
        await System.UntilAsync(async () => (await ReadAsync(one)).Book.Equals((await ReadAsync(one.Peer)).Book), "both to hold the same state");
        (await ReadAsync(one)).Book.Balance.Sum.Should().Be((await ReadAsync(one)).Book.Deposited.Sum, "nothing is locked");
    }

    public async Task RestartAsync()
    {
        await System.DisposeAsync();
        System = await WholeSystem.StartAsync(Anvil, _more, System.Folder);
    }

    /// <summary>Mines and has both sides look, until a side is where it should be. Blocks are a second apart.</summary>
    /// <param name="confirms">So many blocks at each look.</param>
    public Task MineUntilAsync(ChannelRef side, Func<ChannelView, bool> condition, string what, int confirms = 1) => System.UntilAsync(
        async () =>
        {
            if (condition(await ReadAsync(side))) return true;

            // Not before the tracker has come as far: what a block brings about takes its time.
            if ((await System.Tracker().Read()).Final is not { } final || (long)final.Number <= await HeightAsync() - WholeSystem.Confirmations) return false;
            await Anvil.MineAsync(confirms);
            foreach (var one in new[] { side, side.Peer }) await Grain(one).Submit(new ChannelCommand.Look(Guid.NewGuid()));
            return false;
        },
        what);

    /// <summary>The chain's clock goes on, with the next block.</summary>
    public async Task PassAsync(ulong seconds)
    {
        await Anvil.CallAsync("evm_increaseTime", JsonValue.Create(seconds));
        await Anvil.MineAsync();
    }

    public async Task<long> HeightAsync() => (long)(await Anvil.Node().BlockNumberAsync(CancellationToken.None)).Value;
}
