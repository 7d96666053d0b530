using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>The stored events of a channel.</summary>
public sealed class ChannelGoldenTests
{
    private static readonly HeardMessage _message = new(7, -123_456_789);
    private static readonly Rejection _reason = new(RejectionCode.NotFinal, "expected", "actual");
    private static readonly HexBytes _signature = HexBytes.From(Enumerable.Repeat((byte)9, ChannelSignature.Length).ToArray());
    private static readonly Bytes32 _word = Bytes32.Parse("0x" + new string('5', 64));
    private static readonly ChannelLock _lock = new(ChannelSide.B, 4, 1_000, 2_000_000, LockKind.Point, _word);

    private static readonly ImmutableArray<ChannelUpdate> _updates =
    [
        new ChannelUpdate.Pay(5), new ChannelUpdate.Offer(_lock), new ChannelUpdate.Fulfil(3, _word), new ChannelUpdate.Fail(2), new ChannelUpdate.Count(ChannelSide.A, 6),
        new ChannelUpdate.End(),
    ];

    private static readonly ImmutableArray<ChannelEvent> _ways =
    [
        new ChannelEvent.UpdateWanted(new(People.Id("carried"), new ChannelUpdate.Offer(_lock) { Onion = _signature })) { Origin = new(new(_word, ChannelSide.A), 7, _word) },
        new ChannelEvent.ProposalTaken(_message, 9, [new ChannelUpdate.Offer(_lock) { Onion = _signature }, new ChannelUpdate.Fail(2) { Reason = _signature }], _signature),
        new ChannelEvent.ChannelSeen(ChannelParty.Sight(1_900_000_000, 10, 20) with { Window = 86_400, Registry = [new(LockKind.Hash, _word, 5, _word), new(LockKind.Point, _word, 0, null)] }),
        new ChannelEvent.LockRouted(3, new(new(_word, ChannelSide.A), 990, 1_900_000, _signature, _word)),
        new ChannelEvent.LockRouted(5, null),
        new ChannelEvent.LockPassed(3),
        new ChannelEvent.LockDropped(3, _signature),
        new ChannelEvent.LockDropped(4, null),
        new ChannelEvent.CarryTold(5),
        new ChannelEvent.UpdateWanted(new(People.Id("part"), new ChannelUpdate.Offer(_lock) { Onion = _signature })) { Payer = new(new(new(_word), "rent"), 2) },
        new ChannelEvent.SideAnnounced(true, 15_000),
        new ChannelEvent.SideAnnounced(true, 15_000) { IsPublic = true },
        new ChannelEvent.PublicSet(true),
        new ChannelEvent.DealingsTold(3),
        new ChannelEvent.PeerAwaited(),
        new ChannelEvent.AllowanceSet(new(15, 500_000)),
        new ChannelEvent.AllowanceSet(null),
        new ChannelEvent.TowerSet("guard"),
        new ChannelEvent.StatesHanded(8, 9, 3),
        new ChannelEvent.TowerRefused(_reason),
    ];

    private static readonly ImmutableArray<ChannelEvent> _withdrawals =
    [
        new ChannelEvent.UpdateWanted(new(People.Id("withdrawn"), new ChannelUpdate.Withdraw(5))),
        new ChannelEvent.ProposalTaken(_message, 9, [new ChannelUpdate.Withdraw(5)], _signature),
        new ChannelEvent.LeaveAsked(5, 1_900_086_400),
        new ChannelEvent.LeaveWanted(_message, 5, 1_900_086_400),
        new ChannelEvent.LeaveGiven(_message, 5, 1_900_086_400, _signature),
        new ChannelEvent.OrderSigned(new ChannelOrder.Withdrawal(ChannelSide.B, 5, 1_900_086_400, ChannelBook.Empty, _signature, _signature), _signature),
        new ChannelEvent.ActBegun(new(2, ChannelActKind.Withdraw, 1, "channel-2", new(1_900_000_000_000), new(1_900_000_900_000), false, null)),
        new ChannelEvent.ChannelSeen(ChannelParty.Sight(1_900_000_000, 10, 20) with
        {
            Window = 86_400, Withdrawn = new(1, 2), PeerForm = 2, Entries = [new(ContractEntryKind.Withdrawn, _word, 0, new(3, 0))], EntriesTo = 1_900_000_000,
        }),
    ];

    [Fact]
    public void Events_OfEachType_AreStoredLikeThat() => GoldenFiles.ShouldHold<ChannelEvent>("channel", ChannelJson.Default.ChannelEvent,
    [
        new ChannelEvent.ChannelOpened(ChannelParty.OpeningOf(ChannelSide.B) with { Peer = "other" }),
        new ChannelEvent.DepositCounted(ChannelSide.A, 10),
        new ChannelEvent.TimeRecorded(1_900_000_000),
        new ChannelEvent.FreezeSet(true),
        new ChannelEvent.UpdateWanted(new(People.Id("wish"), new ChannelUpdate.Pay(5))),
        new ChannelEvent.UpdateRefused(People.Id("wish"), _reason),
        new ChannelEvent.StateProposed(8, 0, [new ChannelUpdate.Count(ChannelSide.B, 6)]),
        new ChannelEvent.ProposalSigned(8, _signature),
        new ChannelEvent.StateAcknowledged(_message, 8, _signature),
        new ChannelEvent.ProposalBurnt(_message, 8, _reason),
        new ChannelEvent.ProposalTaken(_message, 8, _updates, _signature),
        new ChannelEvent.ProposalRefused(_message, 8, _reason),
        new ChannelEvent.StateSigned(8, _signature),
        new ChannelEvent.TurnAsked(),
        new ChannelEvent.TurnWanted(_message),
        new ChannelEvent.TurnYielded(),
        new ChannelEvent.TurnTaken(_message),
        new ChannelEvent.MessageHeard(7),
        new ChannelEvent.ProtocolBroken(_message, _reason),
        new ChannelEvent.OpeningRefused(_reason),
        new ChannelEvent.SignerReady(),
        new ChannelEvent.LossFound(9),
        new ChannelEvent.LookWanted(),
        new ChannelEvent.ChannelSeen(ChannelParty.Sight(1_900_000_000, 10, 20)),
        new ChannelEvent.RecoveryBegun(1_900_000_000_000),
        new ChannelEvent.SignatureRefused(8, _reason),
        new ChannelEvent.NoticeTaken(ChannelNotice.Loss),
        new ChannelEvent.PeerFoundLost(),
        new ChannelEvent.ChannelSeen(ChannelParty.Sight(1_900_000_000, 10, 20) with
        {
            Window = 86_400, Stage = ChannelStage.Closing, Nonce = 7, ClosesAt = 1_900_086_400, Latest = new(8, 1_900_090_000), Credit = 5, Pulls = 1,
            Act = new("channel-1", ChannelActEnd.Failed, _reason),
        }),
        .. _ways,
        .. _withdrawals,
        new ChannelEvent.CloseWanted(),
        new ChannelEvent.BookRecalled(9, ChannelBook.Empty),
        new ChannelEvent.OrderSigned(new ChannelOrder.Demand(ChannelBook.Empty, 1_900_086_400), _signature),
        new ChannelEvent.OrderSigned(new ChannelOrder.Pull(5, 1, 1_900_086_400), _signature),
        new ChannelEvent.OrderRefused(_reason),
        new ChannelEvent.SecretKept(new(4, LockKind.Hash, _word)),
        new ChannelEvent.ActBegun(new(1, ChannelActKind.Challenge, 8, "channel-1", new(1_900_000_000_000), new(1_900_000_900_000), false, _reason)),
        new ChannelEvent.ActProposed(1),
        new ChannelEvent.ActEnded(1, _reason),
        new ChannelEvent.ActEnded(1, null) { IsDone = true },
        new ChannelEvent.ChannelClosed(),
        new ChannelEvent.LossProved(new(new(8, new(10, 20), new(1, 2), new(3, 4), [_lock]), _signature, _signature)),
    ]);
}
