using System.Security.Cryptography;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Whole;

/// <summary>Channels on a real Bitcoin node where something is lost: a journal, a peer, or the truth.</summary>
public sealed class CoinChannelLossTests
{
    [BitcoinFact]
    public async Task Journal_ThatWasPutBack_LosesNothing_AsThePeerLeavesForBoth()
    {
        await using var scene = await CoinChannelScene.StartAsync(apart: true);
        await scene.OpenAsync();
        await scene.DoAsync(CoinSide.Opener, new CoinUpdate.Pay(300_000_000));
        var file = RestoredStore.FileIn(scene.System.Folder);
        await RestoredStore.CopyFileAsync(file);
        await scene.DoAsync(CoinSide.Opener, new CoinUpdate.Pay(100_000_000));
        await scene.DoAsync(CoinSide.Accepter, new CoinUpdate.Pay(30_000_000));
        await scene.RestartAsync(CoinSide.Opener, () =>
        {
            RestoredStore.PutFileBack(file);
            return Task.CompletedTask;
        });

        // Whoever is first: its silo asks the peer, or its signer does not sign another state of a number.
        await scene.Grain(CoinSide.Opener).Submit(new CoinCommand.Update(Guid.NewGuid(), new CoinUpdate.Pay(1_000_000)));
        await scene.System.UntilAsync(async () => (await scene.ReadAsync(CoinSide.Opener)).Phase == CoinPhase.LostState, "the loss to be found");
        await scene.System.UntilAsync(async () => (await scene.ReadAsync(CoinSide.Accepter)).Phase == CoinPhase.Closing, "the peer to leave for both");
        await scene.LiveUntilAsync(async () => (await scene.ReadAsync(CoinSide.Opener)).Phase == CoinPhase.Closed && (await scene.ReadAsync(CoinSide.Accepter)).Phase == CoinPhase.Closed, "closed");
        (await scene.PaidAsync(CoinSide.Accepter)).Should().BeInRange(370_000 - 1_000, 370_000);
        (await scene.PaidAsync(CoinSide.Opener)).Should().BeInRange(630_000 - 1_124 - 660 - 1_000, 630_000 - 1_124 - 660, "the newest state, and not the one that it knew");
    }

    [BitcoinFact]
    public async Task Funding_ThatAReorganisationTakesBack_IsNotCountedOn()
    {
        await using var scene = await CoinChannelScene.StartAsync();
        await scene.FundAsync();
        await scene.MineAsync((int)CoinChannelScene.Terms.Depth - 1);
        await scene.UntilAsync(static view => view.Sight?.FundingDepth == CoinChannelScene.Terms.Depth - 1, "to see the funding");
        await scene.LoseFundingAsync((int)CoinChannelScene.Terms.Depth - 1);
        foreach (var side in scene.Accounts.Keys)
        {
            await scene.MineSeenAsync(side);
            await scene.MineSeenAsync(side);
            var view = await scene.ReadAsync(side);
            (view.Phase, view.Sight!.FundingDepth).Should().Be((CoinPhase.Funding, 0u));
        }
    }

    [BitcoinFact]
    public async Task Htlc_WhosePayeeKnowsThePreimage_IsTakenOnChainBeforeItsExpiry_WhereThePeerIsAway()
    {
        await using var scene = await CoinChannelScene.StartAsync(apart: true);
        await scene.OpenAsync();
        await scene.DoAsync(CoinSide.Opener, new CoinUpdate.Pay(300_000_000));
        var preimage = Bytes32.From(SHA256.HashData([9]));
        var expiry = (await scene.ReadAsync(CoinSide.Accepter)).Sight!.Height + 12;
        await scene.DoAsync(CoinSide.Opener, new CoinUpdate.Offer(50_000_000, Bytes32.From(SHA256.HashData(preimage.ToArray())), expiry));
        await scene.RestartAsync(CoinSide.Opener, async () =>
        {
            await scene.SubmitAsync(CoinSide.Accepter, id => new CoinCommand.Update(id, new CoinUpdate.Fulfil(1, preimage)));
            for (var height = 0u; height < expiry - CoinChannelScene.Terms.GuardBlocks;)
            {
                (await scene.ReadAsync(CoinSide.Accepter)).Phase.Should().Be(CoinPhase.Open, "there is time at block {0}", height);
                height = await scene.MineSeenAsync(CoinSide.Accepter);
            }

            await scene.AccepterUntilAsync(static view => view.Sight?.Spent is { Kind: CoinSpendKind.Ours }, "its commitment to be out");
            while ((await scene.ReadAsync(CoinSide.Accepter)).Sight!.Spent!.Outputs.All(static output => output is not { Purpose: CoinPurpose.Htlc, Taken.IsOurs: true }))
                (await scene.MineSeenAsync(CoinSide.Accepter)).Should().BeLessThan(expiry, "the opener could take it back then");
        });
        await scene.LiveUntilAsync(async () => (await scene.ReadAsync(CoinSide.Opener)).Phase == CoinPhase.Closed && (await scene.ReadAsync(CoinSide.Accepter)).Phase == CoinPhase.Closed, "closed");
        (await scene.PaidAsync(CoinSide.Accepter)).Should().BeInRange(350_000 - 3_000, 350_000);
    }

    [BitcoinFact]
    public async Task StaleClose_ThatOneNodeHides_IsPunishedByWhatTheOtherShows()
    {
        await using var scene = await CoinChannelScene.StartAsync(hides: true);
        await scene.OpenAsync();
        var stale = (await scene.ReadAsync(CoinSide.Opener)).Book;
        await scene.DoAsync(CoinSide.Opener, new CoinUpdate.Pay(400_000_000));
        var cheat = await scene.StaleAsync(CoinSide.Opener, stale);
        await scene.SendAsync(cheat);
        await scene.MineAsync(1);
        await scene.AccepterUntilAsync(static view => view.Sight?.Spent is { Kind: CoinSpendKind.Theirs, Number: 0, Depth: > 0 }, "the sight of it");
        await scene.LiveUntilAsync(async () => (await scene.ReadAsync(CoinSide.Accepter)).Phase == CoinPhase.Closed, "closed");
        var whole = cheat.Outputs.Sum(static output => output.ValueSat) - ChannelTypes.AnchorSat;
        (await scene.PaidAsync(CoinSide.Accepter)).Should().BeInRange(whole - 2_000, whole);
        scene.Hidden.Should().BeGreaterThan(0, "the node lied");
    }
}
