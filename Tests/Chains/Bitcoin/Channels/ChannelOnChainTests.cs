using System.Text.Json.Nodes;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Crypto;

namespace TPWallet.Tests.Chains.Bitcoin.Channels;

/// <summary>Each way out of a channel on a real node: it takes what is due, and nothing before it is.</summary>
public sealed class ChannelOnChainTests
{
    private const string TooEarlyForDelay = "non-BIP68-final";
    private const string TooEarlyForHeight = "non-final";

    private static readonly FeeRate _rate = FeeRate.FromSatPerVbyte(5);

    public static TheoryData<ChannelType> Types => [ChannelType.StaticRemoteKey, ChannelType.AnchorOutputs, ChannelType.Anchors];

    [BitcoinTheory]
    [MemberData(nameof(Types))]
    public async Task Owner_WhoLeavesAlone_GetsAllAfterItsDelays(ChannelType type)
    {
        await using var open = await OpenChannel.StartAsync(type);
        var (scene, commitment) = (open.Scene, open.Scene.Commitment(await open.HeightAsync() + 4));
        using var delayed = scene.DelayedKey(commitment);
        await open.MineAsync(scene.Signed(commitment));
        var success = open.WithFee(HtlcTransaction.Create(commitment, scene.Received).Value, out var successSigned);
        var timeout = open.WithFee(HtlcTransaction.Create(commitment, scene.Offered).Value, out var timeoutSigned);
        await open.MineAsync(successSigned);
        var sweep = Sweep([ChannelSpend.Delayed(commitment)!], delayed);
        (await open.RejectedAsync(timeoutSigned)).Should().Be(TooEarlyForHeight);
        (await open.RejectedAsync(sweep)).Should().Be(TooEarlyForDelay);
        await open.MineToAsync(timeoutSigned.LockTime - 1);
        (await open.RejectedAsync(timeoutSigned)).Should().Be(TooEarlyForHeight, "it is one block to the expiry");
        await open.MineToAsync(timeoutSigned.LockTime);
        await open.MineAsync(timeoutSigned);

        var all = Sweep([ChannelSpend.Delayed(commitment)!, ChannelSpend.Delayed(success), ChannelSpend.Delayed(timeout)], delayed);
        await open.MineToAsync(await open.HeightAsync() + ChannelScene.Delay - 2);
        (await open.RejectedAsync(sweep)).Should().BeNull("the commitment is old enough");
        (await open.RejectedAsync(all)).Should().Be(TooEarlyForDelay, "the last HTLC is not");
        await open.MineToAsync(await open.HeightAsync() + 1);
        await open.MineAsync(all);
    }

    [BitcoinTheory]
    [MemberData(nameof(Types))]
    public async Task OtherParty_OfWhoLeaves_GetsItsBalanceAndHtlcs(ChannelType type)
    {
        await using var open = await OpenChannel.StartAsync(type);
        var (scene, commitment) = (open.Scene, open.Scene.Commitment(await open.HeightAsync() + 4));
        using var remote = scene.RemoteKey(commitment);
        using var htlc = scene.HtlcKey(commitment, ChannelRole.Accepter);
        var taken = ChannelSweep.Create(
            [ChannelSpend.ToRemote(commitment)!, ChannelSpend.ByPreimage(commitment, scene.Offered, scene.Preimage).Value], RegtestPurse.Nobody, _rate).Value;
        var sweep = taken.Sign([remote, htlc]).Value;
        var back = Sweep([ChannelSpend.ByTimeout(commitment, scene.Received).Value], htlc);
        await open.SendAsync(scene.Signed(commitment));
        // With anchors nothing but the anchors may hang on an unconfirmed commitment.
        (await open.RejectedAsync(sweep)).Should().Be(type.HasAnchors() ? TooEarlyForDelay : null);
        await open.MineToAsync(await open.HeightAsync() + 1);
        await open.MineAsync(sweep);
        (await open.RejectedAsync(back)).Should().Be(TooEarlyForHeight);
        await open.MineToAsync(scene.Received.CltvExpiry);
        await open.MineAsync(back);
    }

    [BitcoinTheory]
    [MemberData(nameof(Types))]
    public async Task RevokedState_ThatIsSent_IsTakenWhole(ChannelType type)
    {
        await using var open = await OpenChannel.StartAsync(type);
        var (scene, commitment) = (open.Scene, open.Scene.Commitment(await open.HeightAsync() + 1000, number: 2));
        using var revocation = scene.RevocationKey(commitment, 9);
        var sent = scene.Signed(commitment);
        await open.SendAsync(sent);
        CommitmentNumber.Read(scene.Channel, sent).Should().Be(2);
        // Before the cheat is in a block, and in one transaction.
        await open.MineAsync(Sweep(ChannelSpend.Revoked(commitment), revocation));
    }

    [BitcoinTheory]
    [MemberData(nameof(Types))]
    public async Task RevokedState_WhoseHtlcWasTaken_IsTakenFromThere(ChannelType type)
    {
        await using var open = await OpenChannel.StartAsync(type);
        var (scene, commitment) = (open.Scene, open.Scene.Commitment(await open.HeightAsync() + 1000));
        using var revocation = scene.RevocationKey(commitment, 1);
        await open.MineAsync(scene.Signed(commitment));
        _ = open.WithFee(HtlcTransaction.Create(commitment, scene.Received).Value, out var cheat);
        await open.SendAsync(cheat);
        var second = ChannelSpend.RevokedSecond(commitment, cheat);
        second.Should().ContainSingle();
        var rest = ChannelSpend.Revoked(commitment).Where(spend => cheat.Inputs.All(input => input.Previous != spend.At)).ToArray();
        rest.Should().HaveCount(2);
        await open.MineAsync(Sweep([.. rest, .. second], revocation));
    }

    [BitcoinFact]
    public async Task Anchor_OfEitherParty_PaysForTheCommitment()
    {
        await using var open = await OpenChannel.StartAsync(ChannelType.Anchors);
        var (scene, commitment) = (open.Scene, open.Scene.Commitment(await open.HeightAsync() + 1000));
        await open.SendAsync(scene.Signed(commitment));
        foreach (var role in Enum.GetValues<ChannelRole>())
        {
            var anchor = ChannelSpend.Anchor(commitment, role)!;
            await open.SendAsync(anchor.Unlock(open.WithCoin(new(anchor.At, anchor.Sequence), anchor.Output.ValueSat), 0, scene.FundingKey(role)).Value);
        }

        await open.MineToAsync(await open.HeightAsync() + 1);
    }

    [BitcoinFact]
    public async Task Closing_ByBoth_PaysBoth()
    {
        await using var open = await OpenChannel.StartAsync(ChannelType.Anchors);
        var other = OutputScript.WitnessScriptHash(default);
        var terms = new ClosingTerms(600_000_999, 399_999_001, RegtestPurse.Nobody, other, 1_000, 400);
        var closing = ClosingTransaction.Create(open.Scene.Channel, terms).Value;
        closing.Unsigned.Outputs.Should().Equal(new BitcoinOutput(399_999, other), new BitcoinOutput(599_000, RegtestPurse.Nobody));
        await open.MineAsync(open.Scene.Signed(closing));
        var trimmed = ClosingTransaction.Create(open.Scene.Channel, terms with { OpenerMsat = 999_601_000, AccepterMsat = 399_000 }).Value;
        trimmed.Unsigned.Outputs.Should().Equal(new BitcoinOutput(998_601, RegtestPurse.Nobody));
    }

    private static BitcoinTransaction Sweep(IReadOnlyList<ChannelSpend> spends, PrivateKey key) =>
        ChannelSweep.Create([.. spends], RegtestPurse.Nobody, _rate).Value.Sign([.. spends.Select(_ => key)]).Value;

    /// <summary>A node, coins to pay fees with, and a channel whose funding is in a block.</summary>
    private sealed class OpenChannel : IAsyncDisposable
    {
        private readonly Knots _node;
        private readonly RegtestPurse _purse = new(7);
        private readonly Queue<RegtestPurse.Coin> _coins = [];

        private OpenChannel(Knots node, ChannelScene scene) => (_node, Scene) = (node, scene);

        public ChannelScene Scene { get; }

        public static async Task<OpenChannel> StartAsync(ChannelType type)
        {
            const long fee = 10_000;
            var open = new OpenChannel(await Knots.StartAsync(), new(type));
            foreach (var coin in await open._purse.FillAsync(open._node, 4)) open._coins.Enqueue(coin);
            var coinbase = open._coins.Dequeue();
            var change = new BitcoinOutput(coinbase.Output.ValueSat - ChannelScene.FundingSat - fee, RegtestPurse.Nobody);
            var funding = open._purse.Spend([coinbase], [open.Scene.Channel.FundingOutput, change]);
            await open.MineAsync(funding);
            open.Scene.Channel = open.Scene.Channel with { Funding = new(funding.Txid(), 0) };
            return open;
        }

        public async Task<uint> HeightAsync() => (await _node.CallAsync("getblockcount")).GetUInt32();

        public async Task MineToAsync(uint height)
        {
            var now = await HeightAsync();
            if (height > now) await _node.MineAsync((int)(height - now), RegtestPurse.Nobody);
        }

        public Task SendAsync(BitcoinTransaction transaction) => _node.CallAsync("sendrawtransaction", Convert.ToHexStringLower(transaction.Encode()));

        /// <summary>Sends it and demands that the next block has it.</summary>
        public async Task MineAsync(BitcoinTransaction transaction)
        {
            await SendAsync(transaction);
            var block = (await _node.MineAsync(1, RegtestPurse.Nobody))[0];
            (await _node.Node().BlockAsync(block, CancellationToken.None)).Value!.Transactions.Select(static one => one.Txid()).Should().Contain(transaction.Txid());
        }

        /// <summary>Why the node would not take it now; null if it would.</summary>
        public async Task<string?> RejectedAsync(BitcoinTransaction transaction)
        {
            var answer = (await _node.CallAsync("testmempoolaccept", new JsonArray(Convert.ToHexStringLower(transaction.Encode()))))[0];
            return answer.GetProperty("allowed").GetBoolean() ? null : answer.GetProperty("reject-reason").GetString();
        }

        /// <summary>An HTLC transaction that pays no fee gets an input and an output of the purse; the other party had signed it without.</summary>
        public HtlcTransaction WithFee(HtlcTransaction second, out BitcoinTransaction signed)
        {
            if (Scene.Channel.Type != ChannelType.Anchors)
            {
                signed = Scene.Signed(second);
                return second;
            }

            var coin = _coins.Dequeue();
            var added = second.With([new(coin.At, BitcoinInput.ReplaceableSequence)], [Change(coin, 0)]).Value;
            signed = _purse.Sign(Scene.Signed(added, second), 1, coin);
            return added;
        }

        /// <summary>A transaction of this input and a coin of the purse, signed for the coin.</summary>
        public BitcoinTransaction WithCoin(BitcoinInput input, long valueSat)
        {
            var coin = _coins.Dequeue();
            return _purse.Sign(new(2, [input, new(coin.At, BitcoinInput.ReplaceableSequence)], [Change(coin, valueSat)], 0), 1, coin);
        }

        public async ValueTask DisposeAsync()
        {
            Scene.Dispose();
            _purse.Dispose();
            await _node.DisposeAsync();
        }

        private static BitcoinOutput Change(RegtestPurse.Coin coin, long moreSat)
        {
            const long fee = 5_000;
            return new(coin.Output.ValueSat + moreSat - fee, RegtestPurse.Nobody);
        }
    }
}
