using TPWallet.Domain.Authority;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>What closes a channel and pays it out is signed without votes, and nothing else is under its name.</summary>
public sealed class SignOrderTests
{
    private const ulong Gas = 100_000;

    private static readonly UInt256 _most = SignerScene.Gwei * 20 * Gas * 2;

    [Fact]
    public async Task Demand_OfTheNewestState_IsSigned_AlsoUnderAFreeze()
    {
        using var scene = await ChannelScene.TakenAsync();
        var book = scene.Book(40, 900);
        await scene.SignedAsync(book);
        await FreezeAsync(scene);
        var demand = new ChannelOrder.Demand(book, 1_900_000_000);
        var digest = ChannelDomain.Of(scene.Facts).Close(ContractState.Of(book, scene.TakeRequest.LockFloor).Hash(scene.Id), demand.Expiry);
        ChannelSignature.IsBy(scene.Key.Address, digest, await SignedAsync(scene, demand)).Should().BeTrue();
        await SignedAsync(scene, demand with { Book = scene.Book(40 - ChannelLimits.OpenProposals, 900) });
        (await RefusedAsync(scene, demand with { Book = scene.Book(39 - ChannelLimits.OpenProposals, 900) })).Should().Be(RejectionCode.StaleVersion, "it would suit somebody");
        (await RefusedAsync(scene, demand with { Book = book with { Nonce = 0 } })).Should().Be(RejectionCode.Malformed);
        (await RefusedAsync(scene, demand with { Book = book with { Balance = default } })).Should().Be(RejectionCode.PayloadMismatch);
        (await RefusedAsync(scene, demand, changes: 7)).Should().Be(RejectionCode.StaleVersion);
    }

    [Fact]
    public async Task Pull_GoesWhereTheMandateSays_AndWithoutOneIsNotSigned()
    {
        using var scene = await ChannelScene.TakenAsync();
        var pull = new ChannelOrder.Pull(500, 2, 1_900_000_000);
        var digest = ChannelDomain.Of(scene.Facts).Pull(scene.Facts.Token, scene.Mandate.Payout, 500, 2, 1_900_000_000);
        ChannelSignature.IsBy(scene.Key.Address, digest, await SignedAsync(scene, pull)).Should().BeTrue();
        await scene.EnactAsync(new AccountChange.RevokeChannels(scene.Mandate.Key), Span.Zero);
        (await RefusedAsync(scene, pull)).Should().Be(RejectionCode.StaleVersion);
        (await scene.TakeAsync()).Should().BeOfType<SignerAnswer<ChannelTaken>.Given>();
        (await RefusedAsync(scene, pull)).Should().Be(RejectionCode.NoRule);
    }

    [Fact]
    public async Task Call_UnderTheMandate_IsSignedWithoutVotes_UnderAFreeze_UpToItsFees()
    {
        using var scene = await ChannelScene.TakenAsync(_most);
        await FreezeAsync(scene);
        await scene.Signer.SignedAsync(Request(scene, "act-1", 0, Act(scene)));
        await scene.Signer.SignedAsync(Request(scene, "act-2", 1, Act(scene)));
        (await scene.Signer.RefusedAsync(Request(scene, "act-3", 2, Act(scene)))).Code.Should().Be(RejectionCode.LimitWindow);
        scene.Signer.Clock.UnixMs += Span.Hours(26).Ms;
        await scene.Signer.SignedAsync(Request(scene, "act-3", 2, Act(scene)));
    }

    /// <summary>Several calls in one are judged one by one, also in a batch of the most parts.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(MandatedBatch.MostParts)]
    public async Task Batch_OfCallsUnderTheMandate_IsSignedWithoutVotes(int parts)
    {
        using var scene = await ChannelScene.TakenAsync(_most);
        await FreezeAsync(scene);
        await scene.Signer.SignedAsync(Request(scene, "act-1", 0, Act(scene) with { Data = MandatedBatch.Write([.. Enumerable.Repeat(HexBytes.From(Act(scene).Data.Span[..4]), parts)]) }));
    }

    [Theory]
    [InlineData("fees beyond all numbers")]
    [InlineData("a batch with another method")]
    [InlineData("a batch in a batch")]
    [InlineData("a batch in another encoding")]
    [InlineData("a batch of none")]
    [InlineData("a batch of too many")]
    [InlineData("a batch with money sent along")]
    [InlineData("another contract")]
    [InlineData("another method")]
    [InlineData("money sent along")]
    [InlineData("tokens named as spent")]
    [InlineData("a transfer beside it")]
    [InlineData("another name")]
    [InlineData("a mandate without fees")]
    public async Task Call_OfAnythingElse_TakesVotes(string what)
    {
        using var scene = await ChannelScene.TakenAsync(what == "a mandate without fees" ? UInt256.Zero : _most);
        var act = Act(scene);
        var request = what switch
        {
            "fees beyond all numbers" => Request(scene, "act", 0, act with { Fee = new(UInt256.MaxValue) }, act with { Id = "b", Fee = new(UInt256.MaxValue) }),
            "another contract" => Request(scene, "act", 0, act with { To = scene.Facts.Token }),
            "another method" => Request(scene, "act", 0, act with { Data = HexBytes.Parse("0xa9059cbb") }),
            "a batch with another method" => Request(scene, "act", 0, act with { Data = MandatedBatch.Write([act.Data, HexBytes.Parse("0xa9059cbb")]) }),
            "a batch in a batch" => Request(scene, "act", 0, act with { Data = MandatedBatch.Write([act.Data, MandatedBatch.Write([act.Data])]) }),
            "a batch in another encoding" => Request(scene, "act", 0, act with { Data = HexBytes.From([.. MandatedBatch.Write([act.Data]).Span, .. new byte[32]]) }),
            "a batch of none" => Request(scene, "act", 0, act with { Data = MandatedBatch.Write([]) }),
            "a batch of too many" => Request(scene, "act", 0, act with { Data = MandatedBatch.Write([.. Enumerable.Repeat(HexBytes.From(act.Data.Span[..4]), MandatedBatch.MostParts + 1)]) }),
            "a batch with money sent along" => Request(scene, "act", 0, act with { Data = MandatedBatch.Write([act.Data]), Value = 1 }),
            "money sent along" => Request(scene, "act", 0, act with { Value = 1 }),
            "tokens named as spent" => Request(scene, "act", 0, act with { MaxSpent = [new(AssetId.Erc20(scene.Facts.Chain, scene.Facts.Token), 1)] }),
            "a transfer beside it" => Request(scene, "act", 0, act, scene.Signer.Transfer("b", 1)),
            "another name" => Request(scene, "act", 0, act, proposer: "channel"),
            _ => Request(scene, "act", 0, act),
        };
        var facts = scene.Signer.Node.Service.Identity().Facts;
        (await scene.Signer.RefusedAsync(request)).Code.Should().Be(what is "a mandate without fees" or "fees beyond all numbers" ? RejectionCode.LimitWindow : RejectionCode.UnknownMember);
        scene.Signer.Node.Service.Identity().Facts.Should().Be(facts, "nothing was signed");
    }

    private static Leg.ContractCall Act(ChannelScene scene) => new(
        "act", [], scene.Facts.Chain, scene.Signer.Key.Address, scene.Facts.Manager, UInt256.Zero,
        ActEncoding.Encode(scene.Facts, 100, default, new ChannelCall.Settle(scene.Book(1, 900))), [], [], new(SignerScene.Gwei * 20 * Gas));

    /// <summary>As the silo asks for it, with no votes.</summary>
    private static SignRequest Request(ChannelScene scene, Name id, ulong nonce, Leg act, Leg? beside = null, string proposer = "channels")
    {
        var packet = (beside is null ? scene.Signer.Packet(id, act) : scene.Signer.Packet(id, act, beside)) with { Proposer = proposer };
        var bundle = new PacketAuthorisation(scene.Signer.Genesis, scene.Signer.Lineage, packet, Bounds.Empty, []);
        return scene.Signer.Spend(bundle, "act", scene.Signer.Transaction(act, nonce, gas: Gas));
    }

    private static async Task FreezeAsync(ChannelScene scene)
    {
        var freeze = People.Ana.Vote(new VoteSubject.Freeze(scene.Signer.Account, 1), VoteTerms.Of(scene.Signer.Governance()), scene.Signer.Now);
        (await scene.Signer.Port.AnnounceAsync(new(scene.Signer.Genesis, scene.Signer.Lineage, null, null, null, [freeze]), CancellationToken.None))
            .Should().BeOfType<SignerAnswer<Announcement>.Given>();
    }

    private static Task<SignerAnswer<OrderSignature>> AskAsync(ChannelScene scene, ChannelOrder order, int? changes = null) =>
        scene.Signer.Port.SignOrderAsync(new(scene.Signer.Account, scene.Side, changes ?? scene.Signer.Lineage.Length, order), CancellationToken.None);

    private static async Task<HexBytes> SignedAsync(ChannelScene scene, ChannelOrder order)
    {
        var answer = await AskAsync(scene, order);
        return answer.Should().BeOfType<SignerAnswer<OrderSignature>.Given>($"it says {answer}").Subject.Value.Signature;
    }

    private static async Task<RejectionCode> RefusedAsync(ChannelScene scene, ChannelOrder order, int? changes = null) =>
        (await AskAsync(scene, order, changes)).Should().BeOfType<SignerAnswer<OrderSignature>.Refused>().Subject.Rejection.Code;
}
