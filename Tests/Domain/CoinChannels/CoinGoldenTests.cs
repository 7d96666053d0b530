using TPWallet.Domain.Channels;
using TPWallet.Domain.CoinChannels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.CoinChannels;

/// <summary>The stored events of a channel on a chain of the Bitcoin family.</summary>
public sealed class CoinGoldenTests
{
    private static readonly HeardMessage _message = new(7, -123_456_789);
    private static readonly Rejection _reason = new(RejectionCode.NotFinal, "expected", "actual");
    private static readonly Bytes32 _word = Bytes32.Parse("0x" + new string('5', 64));
    private static readonly HexBytes _point = CoinPair.Parties.Opener;
    private static readonly HexBytes _signature = HexBytes.From(Enumerable.Repeat((byte)9, 64).ToArray());
    private static readonly HexBytes _script = HexBytes.From([0x00, 0x14, .. new byte[20]]);
    private static readonly SpentOutput _output = new(_word, 1);
    private static readonly CoinBasepoints _basepoints = new(_point, _point, _point, _point, _point);
    private static readonly CoinSignatures _signatures = new(_signature, [_signature]);
    private static readonly CoinRevocation _revocation = new(_word, _point);
    private static readonly CoinHtlc _htlc = new(CoinSide.Accepter, 2, 5_000_000, _word, 900_000);
    private static readonly CoinOpening _opening = new(new(_word), "channels", CoinPair.Parties, CoinPair.TermsOf(CoinForm.AnchorOutputs), _script, "other");

    private static readonly ImmutableArray<CoinUpdate> _updates =
    [
        new CoinUpdate.Pay(5), new CoinUpdate.Offer(6_000, _word, 900_000), new CoinUpdate.Fulfil(3, _word), new CoinUpdate.Fail(2), new CoinUpdate.SetFee(1_000),
    ];

    private static readonly CoinSight _sight = new(900_000, 3, new(CoinSpendKind.Theirs, 4, 2,
    [
        new(_output, 5_000, CoinPurpose.Htlc, _htlc, 899_999, new(true, 1, _word)), new(_output, 6_000, CoinPurpose.OwnersBalance, null, null, null),
    ]));

    private static readonly ImmutableArray<CoinEvent> _opened =
    [
        new CoinEvent.Opened(_opening),
        new CoinEvent.OpeningRefused(_reason),
        new CoinEvent.KeysMade(_basepoints, _point, _point),
        new CoinEvent.PeerMet(_message, new(_basepoints, _script), _point, _point),
        new CoinEvent.FundingChosen(_output, _script),
        new CoinEvent.FundHeard(_message, _output, _signatures),
        new CoinEvent.FundingForgotten(),
        new CoinEvent.ReadySaid(),
        new CoinEvent.ReadyHeard(_message),
    ];

    private static readonly ImmutableArray<CoinEvent> _ended =
    [
        new CoinEvent.EndWanted(),
        new CoinEvent.EndBegun(),
        new CoinEvent.EndSigned(_signature),
        new CoinEvent.EndHeard(_message, _signature),
        new CoinEvent.CloseWanted(_reason),
        new CoinEvent.ProtocolBroken(_message, _reason),
        new CoinEvent.TakingRefused(_reason),
        new CoinEvent.MessageHeard(7),
        new CoinEvent.SessionBegun(1_900_000_000_000),
        new CoinEvent.SessionAnswered(),
        new CoinEvent.QuestionHeard(new(1_900_000_000_000, 4)),
        new CoinEvent.QuestionAnswered(),
        new CoinEvent.LossFound(_reason),
        new CoinEvent.PreimageKept(_word),
        new CoinEvent.LookWanted(),
        new CoinEvent.Seen(_sight),
        new CoinEvent.SpendFinal(),
        new CoinEvent.Handed("send-own"),
        new CoinEvent.OutputForgone(_output),
        new CoinEvent.Closed(),
    ];

    [Fact]
    public void Events_OfEachType_AreStoredLikeThat() => GoldenFiles.ShouldHold<CoinEvent>(CoinChannelDecider.Kind, CoinJson.Default.CoinEvent,
    [
        .. _opened,
        new CoinEvent.UpdateWanted(new(People.Id("wish"), new CoinUpdate.Pay(5))),
        new CoinEvent.UpdateRefused(People.Id("wish"), _reason),
        new CoinEvent.RoundBegun(2),
        new CoinEvent.PeerSigned(_signatures),
        new CoinEvent.SigningRefused(_reason),
        new CoinEvent.CommitHeard(_message, _updates, _signatures),
        new CoinEvent.AnswerHeard(_message, _revocation, _signatures),
        new CoinEvent.OwnTaken(_revocation),
        new CoinEvent.RevokeHeard(_message, _revocation),
        new CoinEvent.TurnAsked(),
        new CoinEvent.TurnWanted(_message),
        new CoinEvent.TurnYielded(),
        new CoinEvent.TurnTaken(_message),
        .. _ended,
    ]);
}
