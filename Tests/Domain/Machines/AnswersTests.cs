using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Machines;

/// <summary>Which refusals end an effect.</summary>
public sealed class AnswersTests
{
    [Theory]
    [InlineData(RejectionCode.KeyUnknown, true)]
    [InlineData(RejectionCode.Frozen, true)]
    [InlineData(RejectionCode.Retry, false)]
    [InlineData(RejectionCode.Overloaded, false)]
    [InlineData(RejectionCode.ClockDoubtful, false)]
    [InlineData(RejectionCode.SignerUnavailable, false)]
    [InlineData(RejectionCode.TimelockRunning, false)]
    public void Signer_RefusesForGood_OnlyWhereNoTimeChangesIt(RejectionCode code, bool isDefinite) =>
        Answers.IsDefiniteOfSigner(new(code, "a", "b")).Should().Be(isDefinite);

    /// <summary>Who carried a lock on and has its secret would not be paid if it took such a word for an answer.</summary>
    [Theory]
    [InlineData(RejectionCode.Retry, false)]
    [InlineData(RejectionCode.Overloaded, false)]
    [InlineData(RejectionCode.OutcomeUnknown, false)]
    [InlineData(RejectionCode.ClockDoubtful, false)]
    [InlineData(RejectionCode.UpgradeUnderway, false)]
    [InlineData(RejectionCode.StreamUnreadable, false)]
    [InlineData(RejectionCode.ProofInvalid, true)]
    public void Origin_OfALock_IsToldOnceItHasAnswered(RejectionCode code, bool isTold)
    {
        var reply = new CommandReply.Refused(new(code, "a", "b"));
        (EffectResult.Of(reply) is EffectResult.Replied).Should().Be(isTold);
        var state = ChannelDecider.Empty($"{Bytes32.Zero}/A");
        (ChannelDecider.Resume(state, "origin|0000000000000000001", new EffectResult.Replied(reply)) is not null).Should().Be(isTold);
    }
}
