using TPWallet.Client;
using TPWallet.Client.Devices;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Domain.Invoices;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Gateway;

/// <summary>Drafts with legs over channels over REST, to real grains: what cannot be is refused by its code, and a key that is not there when it is judged.</summary>
public sealed class ChannelLegDraftTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-gateway-").FullName;
    private int _keys;

    [Fact]
    public async Task Draft_OfALegOverChannels_IsKept_AndWhatCannotBeIsRefused()
    {
        var (genesis, voter) = RealGrainTests.Found();
        using var key = voter.Key;
        var id = Canonical.AccountId(genesis);
        var seal = ChannelLegs.Invoice.Terms.Seal! with { MadeAt = Now - Span.Hours(1) };
        var invoice = InvoiceScene.Sign(ChannelLegs.Invoice with { ExpiresAt = Now + Span.Hours(1), Terms = ChannelLegs.Invoice.Terms with { Seal = seal } });
        var rent = ChannelLegs.Rent with { Invoice = invoice, Until = Now + Span.Seconds(1_800) };
        var instead = ChannelLegs.Instead;
        await RealGrainTests.WithSiloAsync(_folder, async wallet =>
        {
            (await wallet.RegisterAccountAsync(Key(), genesis, [GenesisBuilder.Prove(genesis, voter).OrThrow()])).Should().BeOfType<CommandReply.Accepted>();
            var good = People.Packet(id, "rent", rent, instead) with { Proposer = "ana", OpenBefore = Now + Span.Hours(2), SettleBefore = Now + Span.Hours(3) };
            (await wallet.DraftPacketAsync(Key(), good)).Should().BeOfType<CommandReply.Accepted>();
            var kept = (await wallet.ReadPacketAsync(good.Ref))!;
            (kept.ContentHash, kept.Legs[0].Stage, kept.Legs[0].Payment!.Value.Value[..7]).Should().Be((Canonical.Hash(good), "waiting", "packet-"), "whatever was written, it is what members sign");

            await DraftAsync(good with { Legs = [rent with { Invoice = invoice with { ExpiresAt = Now + Span.Hours(9) } }, instead] }, RejectionCode.BadSignature);
            await DraftAsync(good with { Legs = [rent with { Amount = new(People.Eth, 400) }, instead] }, RejectionCode.AssetMismatch);
            await DraftAsync(good with { Legs = [rent with { Amount = new(People.Token, 401) }, instead] }, RejectionCode.LegMismatch);
            await DraftAsync(good with { Legs = [rent with { Invoice = InvoiceScene.Sign(invoice with { ExpiresAt = Now - Span.Seconds(1) }), Until = Now - Span.Seconds(2) }, instead] }, RejectionCode.Expired);
            await DraftAsync(good with { Legs = [rent, instead with { Amount = new(AssetId.Erc20(ChainId.Evm(1), People.AddressOf("token")), 400) }] }, RejectionCode.WrongChain);
            await DraftAsync(good with { Legs = [rent, instead with { Amount = new(People.Token, 500) }] }, RejectionCode.LegMismatch);
            await DraftAsync(good with { Legs = [rent, instead with { Fee = new(0) }] }, RejectionCode.ZeroAmount);
            await DraftAsync(good with { Legs = [instead] }, RejectionCode.DependencyUnknown);

            // The account has no such channel key: that is seen when it is judged.
            var alone = good with { Ref = new(id, "alone"), Legs = [rent] };
            (await wallet.DraftPacketAsync(Key(), alone)).Should().BeOfType<CommandReply.Accepted>();
            (await wallet.ProposePacketAsync(Key(), alone.Ref, 1)).Should().BeOfType<CommandReply.Accepted>();
            await foreach (var view in wallet.WatchPacketAsync(alone.Ref, 0))
            {
                if (view.State == "proposed") continue;
                (view.State, view.Rejection!.Code).Should().Be(("rejected", RejectionCode.KeyUnknown));
                break;
            }

            async Task DraftAsync(PacketContent content, RejectionCode code)
            {
                var reply = await wallet.DraftPacketAsync(Key(), content with { Ref = new(id, $"bad-{_keys}") });
                (reply.Rejected()?.Code ?? RejectionCode.None).Should().Be(code);
            }
        });
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Instant Now => new(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    private Grains.Interfaces.Rest.IdempotencyKey Key() => new($"k{Interlocked.Increment(ref _keys)}");
}
