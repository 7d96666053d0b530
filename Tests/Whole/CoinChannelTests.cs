using System.Net;
using System.Security.Cryptography;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Whole;

/// <summary>Channels on a real Bitcoin node as silos run them: opened, paid over, killed in the middle, ended, left and cheated.</summary>
public sealed class CoinChannelTests
{
    [BitcoinFact]
    public async Task Channel_ThatIsPaidOverAndKilledInBetween_EndsTogetherWithWhatItsBookSays()
    {
        await using var scene = await CoinChannelScene.StartAsync();
        await scene.OpenAsync();
        await scene.DoAsync(CoinSide.Opener, new CoinUpdate.Pay(300_000_000));
        await scene.DoAsync(CoinSide.Accepter, new CoinUpdate.Pay(20_000_000));
        var (preimage, hash) = Preimage(1);
        var height = (await scene.ReadAsync(CoinSide.Opener)).Sight!.Height;
        var htlc = await scene.DoAsync(CoinSide.Opener, new CoinUpdate.Offer(50_000_000, hash, height + 200));
        // Asked for, and the process dies before much can have come of it.
        var asked = await scene.SubmitAsync(CoinSide.Opener, static id => new CoinCommand.Update(id, new CoinUpdate.Pay(7_000_000)));
        await scene.RestartAsync();
        await scene.System.UntilAsync(async () => await scene.Grain(CoinSide.Opener).Follow(asked) is TPWallet.Grains.Interfaces.Channels.UpdateStanding.Done, "the payment to be done after the restart");
        await scene.DoAsync(CoinSide.Accepter, new CoinUpdate.Fulfil(1, preimage));
        await scene.System.UntilAsync(
            async () => await scene.Grain(CoinSide.Opener).Follow(htlc) is TPWallet.Grains.Interfaces.Channels.UpdateStanding.Paid paid && paid.Secret == preimage, "the proof of the payment");
        var (_, other) = Preimage(2);
        var back = await scene.DoAsync(CoinSide.Accepter, new CoinUpdate.Offer(30_000_000, other, height + 200));
        await scene.DoAsync(CoinSide.Opener, new CoinUpdate.Fail(1));
        await scene.System.UntilAsync(async () => await scene.Grain(CoinSide.Accepter).Follow(back) is TPWallet.Grains.Interfaces.Channels.UpdateStanding.Failed, "the HTLC to be back");
        (await scene.ReadAsync(CoinSide.Accepter)).Book.AccepterMsat.Should().Be(337_000_000);

        await scene.SubmitAsync(CoinSide.Accepter, static id => new CoinCommand.End(id));
        await scene.System.UntilAsync(async () => (await scene.Knots.CallAsync("getrawmempool")).EnumerateArray().Any(), "the end to be sent");
        await scene.LiveUntilAsync(async () => await IsClosedAsync(scene), "closed");
        (await scene.PaidAsync(CoinSide.Accepter)).Should().Be(337_000);
        (await scene.PaidAsync(CoinSide.Opener)).Should().Be(663_000 - 740, "the opener pays the fee of the end");
    }

    [BitcoinFact]
    public async Task Channel_BetweenTwoOperators_GoesOnWhereOneIsKilledInTheMiddle()
    {
        await using var scene = await CoinChannelScene.StartAsync(apart: true);
        await scene.OpenAsync();
        await scene.DoAsync(CoinSide.Opener, new CoinUpdate.Pay(300_000_000));
        var (preimage, hash) = Preimage(1);
        var height = (await scene.ReadAsync(CoinSide.Opener)).Sight!.Height;
        var asked = Guid.Empty;
        // Asked for while the other is away, and said until it is back.
        await scene.RestartAsync(CoinSide.Accepter, async () => asked = await scene.SubmitAsync(CoinSide.Opener, id => new CoinCommand.Update(id, new CoinUpdate.Offer(50_000_000, hash, height + 200))));
        await scene.System.UntilAsync(async () => await scene.Grain(CoinSide.Opener).Follow(asked) is TPWallet.Grains.Interfaces.Channels.UpdateStanding.Done, "the HTLC to be there after the restart");
        await scene.DoAsync(CoinSide.Accepter, new CoinUpdate.Fulfil(1, preimage));
        await scene.DoAsync(CoinSide.Accepter, new CoinUpdate.Pay(10_000_000));
        await scene.RestartAsync();
        await scene.DoAsync(CoinSide.Opener, new CoinUpdate.Pay(1_000_000));
        await scene.SubmitAsync(CoinSide.Opener, static id => new CoinCommand.End(id));
        await scene.System.UntilAsync(async () => (await scene.Knots.CallAsync("getrawmempool")).EnumerateArray().Any(), "the end to be sent");
        await scene.LiveUntilAsync(async () => await IsClosedAsync(scene), "closed");
        (await scene.PaidAsync(CoinSide.Accepter)).Should().Be(341_000);
        (await scene.PaidAsync(CoinSide.Opener)).Should().Be(659_000 - 740);
    }

    [BitcoinFact]
    public async Task Channel_ThatOneLeavesAlone_PaysEachItsOwn()
    {
        await using var scene = await CoinChannelScene.StartAsync();
        await scene.OpenAsync();
        await scene.DoAsync(CoinSide.Opener, new CoinUpdate.Pay(300_000_000));
        var (preimage, hash) = Preimage(1);
        var height = (await scene.ReadAsync(CoinSide.Opener)).Sight!.Height;
        await scene.DoAsync(CoinSide.Opener, new CoinUpdate.Offer(50_000_000, hash, height + 100));
        await scene.DoAsync(CoinSide.Opener, new CoinUpdate.Offer(60_000_000, Preimage(2).Hash, height + 20));
        await scene.SubmitAsync(CoinSide.Opener, static id => new CoinCommand.Close(id));
        await scene.System.UntilAsync(async () => (await scene.Knots.CallAsync("getrawmempool")).EnumerateArray().Any(), "the commitment to be sent");
        await scene.System.UntilAsync(async () => (await scene.ReadAsync(CoinSide.Accepter)).Sight?.Spent is not null, "the accepter to see it");
        await scene.SubmitAsync(CoinSide.Accepter, id => new CoinCommand.Update(id, new CoinUpdate.Fulfil(1, preimage)));
        await scene.LiveUntilAsync(async () => await IsClosedAsync(scene), "closed");

        // What is the accepter's is its balance and the HTLC whose preimage it has; the other HTLC is the opener's again. Each pays for what takes its outputs.
        (await scene.PaidAsync(CoinSide.Accepter)).Should().BeInRange(350_000 - 2_000, 350_000);
        var fees = 2_000 + CommitmentFee(2);
        (await scene.PaidAsync(CoinSide.Opener)).Should().BeInRange(650_000 - fees - 3_000, 650_000 - CommitmentFee(2));
    }

    [BitcoinFact]
    public async Task StaleClose_WithNobodyActingByHand_IsPunishedWhole()
    {
        await using var scene = await CoinChannelScene.StartAsync();
        await scene.OpenAsync();
        var stale = (await scene.ReadAsync(CoinSide.Opener)).Book;
        await scene.DoAsync(CoinSide.Opener, new CoinUpdate.Pay(100_000_000));
        var worse = (await scene.ReadAsync(CoinSide.Opener)).Book;
        await scene.DoAsync(CoinSide.Opener, new CoinUpdate.Pay(400_000_000));
        stale.AccepterMsat.Should().Be(0);
        var cheat = await scene.StaleAsync(CoinSide.Opener, worse);
        await scene.SendAsync(cheat);
        // It is seen in the pool, and what takes the cheat's balance is there before any block.
        await scene.System.UntilAsync(async () => (await scene.Knots.CallAsync("getrawmempool")).GetArrayLength() >= 2, "the penalty");
        await scene.System.UntilAsync(async () => (await scene.ReadAsync(CoinSide.Accepter)).Sight?.Spent is { Depth: 0, Number: 1 }, "the sight of it");
        // Blocks come; nobody asks anybody to look.
        for (var blocks = 0; blocks < 12 && (await scene.ReadAsync(CoinSide.Accepter)).Phase != CoinPhase.Closed; blocks++)
        {
            await scene.MineAsync(1);
            var height = (await scene.Knots.CallAsync("getblockcount")).GetUInt32();
            await scene.System.UntilAsync(async () => await scene.ReadAsync(CoinSide.Accepter) is { Phase: CoinPhase.Closed } || (await scene.ReadAsync(CoinSide.Accepter)).Sight!.Height >= height, "the block to be seen");
        }

        (await scene.ReadAsync(CoinSide.Accepter)).Phase.Should().Be(CoinPhase.Closed);
        var whole = cheat.Outputs.Sum(static output => output.ValueSat) - (2 * ChannelTypes.AnchorSat);
        (await scene.PaidAsync(CoinSide.Accepter)).Should().BeInRange(whole - 2_000, whole, "all of it but the fees");
        (await scene.PaidAsync(CoinSide.Opener)).Should().Be(0);
        await scene.System.UntilAsync(async () => (await scene.ReadAsync(CoinSide.Opener)).Phase is CoinPhase.LostState or CoinPhase.Closed, "the cheat's own silo to see a commitment that it does not know as its newest");
    }

    [BitcoinFact]
    public async Task Peer_IsHeardOnItsOwnChannelsAlone_AndBadMessagesChangeNothing()
    {
        await using var scene = await CoinChannelScene.StartAsync(apart: true);
        var ours = scene.OpeningOf(CoinSide.Opener);
        var (known, local) = (new CoinChannelRef(scene.Parties.Id, CoinSide.Opener), ours with { Parties = scene.Parties with { Counter = 2 }, Peer = null });
        await scene.SubmitAsync(CoinSide.Opener, id => new CoinCommand.Open(id, ours));
        var other = scene.System.Grains.GetGrain<ICoinChannelGrain>(new CoinChannelRef(local.Parties.Id, CoinSide.Opener).ToString());
        (await other.Submit(new CoinCommand.Open(Guid.NewGuid(), local))).Should().BeOfType<CommandReply.Accepted>();
        await scene.System.UntilAsync(async () => (await scene.ReadAsync(CoinSide.Opener)).Ours is not null && (await other.Read())!.Ours is not null, "both to have their keys");
        const string question = "{\"message\":\"ask\",\"number\":0,\"session\":1,\"commitment\":0,\"isLost\":false}";
        (await scene.Peers!.PostAsync(known with { Channel = local.Parties.Id }, question)).Should().Be(HttpStatusCode.ServiceUnavailable, "it is a channel between two accounts here");
        (await scene.Peers.PostAsync(known, "{\"message\":\"shout\",\"number\":1}")).Should().Be(HttpStatusCode.BadRequest);
        (await scene.Peers.PostAsync(known, "{\"message\":\"yield\",\"number\":7}")).Should().Be(HttpStatusCode.UnprocessableEntity, "1 comes first");
        (await scene.Peers.PostAsync(known, question)).Should().Be(HttpStatusCode.OK);
    }

    [BitcoinFact]
    public async Task Opening_BeyondTheMandate_IsRefusedBySignerAndMayBeBegunAnew()
    {
        await using var scene = await CoinChannelScene.StartAsync(mostFunded: 999_999);
        await scene.SubmitAsync(CoinSide.Opener, id => new CoinCommand.Open(id, scene.OpeningOf(CoinSide.Opener)));
        await scene.System.UntilAsync(async () => (await scene.ReadAsync(CoinSide.Opener)).Trouble is not null, "the refusal");
        var view = await scene.ReadAsync(CoinSide.Opener);
        (view.Phase, view.Trouble!.Code).Should().Be((CoinPhase.None, RejectionCode.NoRule));
        await scene.SubmitAsync(CoinSide.Opener, id => new CoinCommand.Open(id, scene.OpeningOf(CoinSide.Opener)));
    }

    private static async Task<bool> IsClosedAsync(CoinChannelScene scene) =>
        (await scene.ReadAsync(CoinSide.Opener)).Phase == CoinPhase.Closed && (await scene.ReadAsync(CoinSide.Accepter)).Phase == CoinPhase.Closed;

    /// <summary>What the opener pays for a commitment with so many HTLCs, and its anchors (BOLT-3).</summary>
    private static long CommitmentFee(int htlcs) => 1_124 + (172 * htlcs) + (2 * ChannelTypes.AnchorSat);

    private static (Bytes32 Preimage, Bytes32 Hash) Preimage(byte number)
    {
        var preimage = Bytes32.From(SHA256.HashData([number]));
        return (preimage, Bytes32.From(SHA256.HashData(preimage.ToArray())));
    }
}
