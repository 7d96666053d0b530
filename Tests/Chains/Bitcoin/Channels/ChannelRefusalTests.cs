using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains.Bitcoin.Channels;

/// <summary>What no transaction of a channel is made of: each has its code.</summary>
public sealed class ChannelRefusalTests
{
    private static readonly BitcoinChannel _channel = VectorChannel.Of(ChannelType.Anchors);
    private static readonly CommitmentState _state = VectorChannel.State(1000, 6_988_000_000, 3_000_000_000, 0, 1, 2, 3, 4);

    public static TheoryData<string, string> States => new()
    {
        { "number", "channel.commitment-number" }, { "feerate below", "channel.feerate" }, { "feerate above", "channel.feerate" },
        { "more than funded", "channel.amounts" }, { "less than funded", "channel.amounts" }, { "negative local", "channel.amounts" },
        { "negative remote", "channel.amounts" }, { "beyond 64 bits", "channel.amounts" }, { "htlc forgotten", "channel.amounts" },
        { "htlc of nothing", "channel.htlc-amount" }, { "htlc negative", "channel.htlc-amount" }, { "htlc twice", "channel.htlc-id" },
        { "expiry zero", "channel.htlc-expiry" }, { "expiry a time", "channel.htlc-expiry" }, { "too many", "channel.htlc-count" },
    };

    public static TheoryData<string, string> Channels => new()
    {
        { "type", "channel.type" }, { "funding zero", "channel.funding" }, { "funding above all money", "channel.funding" }, { "pubkey", "channel.pubkey" },
        { "pubkey form", "channel.pubkey" }, { "dust below", "channel.dust-limit" }, { "dust above", "channel.dust-limit" }, { "delay zero", "channel.to-self-delay" },
        { "delay above", "channel.to-self-delay" },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void State_Unfit_IsRefused(string what, string code) =>
        CommitmentTransaction.Create(_channel, ChannelRole.Opener, VectorChannel.PerCommitmentPoint, Unfit(what)).Refusal!.Code.Should().Be(code);

    [Theory]
    [MemberData(nameof(Channels))]
    public void Channel_Unfit_IsRefused(string what, string code)
    {
        var channel = UnfitChannel(what);
        CommitmentTransaction.Create(channel, ChannelRole.Opener, VectorChannel.PerCommitmentPoint, _state).Refusal!.Code.Should().Be(code);
        Close(channel, 7_000_000_000, 3_000_000_000, 1_000).Refusal!.Code.Should().Be(code);
    }

    [Fact]
    public void Commitment_WithoutPointOrOutput_IsRefused()
    {
        Code(_channel, new byte[33], _state).Should().Be("channel.pubkey");
        Code(_channel, VectorChannel.PerCommitmentPoint.Span[1..].ToArray(), _state).Should().Be("channel.pubkey");
        var allTrimmed = VectorChannel.State(uint.MaxValue, 10_000_000_000, 0);
        Code(VectorChannel.Of(ChannelType.Anchors), VectorChannel.PerCommitmentPoint, allTrimmed).Should().Be("channel.no-output");

        static string Code(BitcoinChannel channel, HexBytes point, CommitmentState state) =>
            CommitmentTransaction.Create(channel, ChannelRole.Opener, point, state).Refusal!.Code;
    }

    [Fact]
    public void Htlc_BelowDust_HasNoTransaction()
    {
        foreach (var type in Enum.GetValues<ChannelType>())
        {
            var commitment = CommitmentTransaction.Create(VectorChannel.Of(type, 1001), ChannelRole.Opener, VectorChannel.PerCommitmentPoint, _state).Value;
            HtlcTransaction.Create(commitment, VectorChannel.Htlc(0)).Refusal!.Code.Should().Be("channel.htlc-trimmed");
            HtlcTransaction.Create(commitment, VectorChannel.Htlc(5)).Refusal!.Code.Should().Be("channel.htlc-unknown");
            HtlcTransaction.Create(commitment, VectorChannel.Htlc(4)).Value.Htlc.Should().Be(VectorChannel.Htlc(4));
            ChannelSpend.ByTimeout(commitment, VectorChannel.Htlc(0)).Refusal!.Code.Should().Be("channel.htlc-trimmed");
            ChannelSpend.ByPreimage(commitment, VectorChannel.Htlc(5), VectorChannel.Preimage(5)).Refusal!.Code.Should().Be("channel.htlc-unknown");
        }
    }

    [Fact]
    public void Signature_OfAnother_CompletesNothing()
    {
        using var local = VectorChannel.LocalFundingKey;
        using var remote = VectorChannel.RemoteFundingKey;
        var commitment = Anchored();
        var (ours, theirs) = (commitment.Sign(local), commitment.Sign(remote));
        commitment.IsSignedBy(ChannelRole.Accepter, theirs).Should().BeTrue();
        foreach (var bad in new[] { ours, HexBytes.Empty, new byte[64], theirs.Span[1..].ToArray() })
        {
            commitment.IsSignedBy(ChannelRole.Accepter, bad).Should().BeFalse();
            commitment.Complete(ours, bad).Refusal!.Code.Should().Be("channel.signature");
        }

        commitment.Complete(theirs, theirs).Refusal!.Code.Should().Be("channel.signature");
    }

    [Fact]
    public void HtlcTransaction_WithWrongParts_IsRefused()
    {
        using var local = VectorChannel.LocalHtlcKey;
        using var remote = VectorChannel.RemoteHtlcKey;
        var (success, timeout) = (HtlcTransaction.Create(Anchored(), VectorChannel.Htlc(4)).Value, HtlcTransaction.Create(Anchored(), VectorChannel.Htlc(3)).Value);
        var (ours, theirs) = (success.Sign(local), success.SignForOwner(remote));
        success.Success(theirs, ours, VectorChannel.Preimage(4)).IsOk.Should().BeTrue();
        success.Success(theirs, ours, VectorChannel.Preimage(3)).Refusal!.Code.Should().Be("channel.preimage");
        success.Success(ours, theirs, VectorChannel.Preimage(4)).Refusal!.Code.Should().Be("channel.signature");
        success.Success(theirs, theirs, VectorChannel.Preimage(4)).Refusal!.Code.Should().Be("channel.signature");
        // A signature over everything would break as soon as an input is added.
        success.Success(success.Sign(remote), ours, VectorChannel.Preimage(4)).Refusal!.Code.Should().Be("channel.signature");
        success.Timeout(theirs, ours).Refusal!.Code.Should().Be("channel.htlc-direction");
        timeout.Success(timeout.SignForOwner(remote), timeout.Sign(local), VectorChannel.Preimage(3)).Refusal!.Code.Should().Be("channel.htlc-direction");
        timeout.Timeout(theirs, timeout.Sign(local)).Refusal!.Code.Should().Be("channel.signature");
        ChannelSpend.ByPreimage(success.Commitment, VectorChannel.Htlc(4), VectorChannel.Preimage(4)).Refusal!.Code.Should().Be("channel.htlc-direction");
        ChannelSpend.ByTimeout(success.Commitment, VectorChannel.Htlc(3)).Refusal!.Code.Should().Be("channel.htlc-direction");
        ChannelSpend.ByPreimage(success.Commitment, VectorChannel.Htlc(3), VectorChannel.Preimage(4)).Refusal!.Code.Should().Be("channel.preimage");
        var bare = CommitmentTransaction.Create(VectorChannel.Of(ChannelType.StaticRemoteKey), ChannelRole.Opener, VectorChannel.PerCommitmentPoint, _state).Value;
        HtlcTransaction.AllOf(bare)[0].With([], []).Refusal!.Code.Should().Be("channel.type");
    }

    [Fact]
    public void Closing_ThatCannotBe_IsRefused()
    {
        Close(_channel, 7_000_000_000, 3_000_000_001, 1_000).Refusal!.Code.Should().Be("channel.amounts");
        Close(_channel, 10_000_000_001, -1, 1_000).Refusal!.Code.Should().Be("channel.amounts");
        Close(_channel, -1, 10_000_000_001, 1_000).Refusal!.Code.Should().Be("channel.amounts");
        Close(_channel, 7_000_000_000, 3_000_000_000, 7_000_001).Refusal!.Code.Should().Be("channel.fee");
        Close(_channel, 7_000_000_000, 3_000_000_000, -1).Refusal!.Code.Should().Be("channel.fee");
        Close(_channel, 10_000_000_000, 0, 9_999_999).Refusal!.Code.Should().Be("channel.no-output");
    }

    [Fact]
    public void Number_OfATransaction_IsReadFromCommitmentsAlone()
    {
        var unsigned = Anchored().Unsigned;
        CommitmentNumber.Read(_channel, unsigned).Should().Be(42);
        CommitmentNumber.Read(_channel, unsigned with { LockTime = 0 }).Should().BeNull();
        CommitmentNumber.Read(_channel, unsigned with { Inputs = [new(_channel.Funding)] }).Should().BeNull();
        CommitmentNumber.Read(_channel with { Funding = new(_channel.Funding.Txid, 1) }, unsigned).Should().BeNull();
        CommitmentNumber.Read(_channel, Close(_channel, 7_000_000_000, 3_000_000_000, 1_000).Value.Unsigned).Should().BeNull();
        foreach (var number in new ulong[] { 0, 1, 0xff_ffff, 0x100_0000, CommitmentNumber.Max })
        {
            var commitment = CommitmentTransaction.Create(_channel, ChannelRole.Accepter, VectorChannel.PerCommitmentPoint, _state.Mirrored(number)).Value;
            CommitmentNumber.Read(_channel, commitment.Unsigned).Should().Be(number);
        }
    }

    private static CommitmentTransaction Anchored() => CommitmentTransaction.Create(_channel, ChannelRole.Opener, VectorChannel.PerCommitmentPoint, _state).Value;

    private static Decoded<ClosingTransaction> Close(BitcoinChannel channel, long openerMsat, long accepterMsat, long feeSat) => ClosingTransaction.Create(
        channel, new(openerMsat, accepterMsat, RegtestPurse.Nobody, OutputScript.WitnessScriptHash(default), feeSat, 546));

    private static CommitmentState Unfit(string what)
    {
        var (first, others) = (_state.Htlcs[0], _state.Htlcs.Skip(1).ToArray());
        return what switch
        {
            "number" => _state with { Number = CommitmentNumber.Max + 1 },
            "feerate below" => _state with { FeeratePerKw = -1 },
            "feerate above" => _state with { FeeratePerKw = uint.MaxValue + 1L },
            "more than funded" => _state with { ToLocalMsat = _state.ToLocalMsat + 1 },
            "less than funded" => _state with { ToRemoteMsat = _state.ToRemoteMsat - 1 },
            "negative local" => _state with { ToLocalMsat = -1, ToRemoteMsat = 9_988_000_001 },
            "negative remote" => _state with { ToLocalMsat = 9_988_000_001, ToRemoteMsat = -1 },
            "beyond 64 bits" => _state with { ToLocalMsat = long.MaxValue, ToRemoteMsat = long.MaxValue },
            "htlc forgotten" => _state with { Htlcs = [.. others] },
            "htlc of nothing" => With(first with { AmountMsat = 0 }),
            "htlc negative" => With(first with { AmountMsat = long.MinValue }),
            "htlc twice" => With(others[0]),
            "expiry zero" => With(first with { CltvExpiry = 0 }),
            "expiry a time" => With(first with { CltvExpiry = BitcoinTransaction.LockTimeThreshold }),
            "too many" => _state with { Htlcs = [.. Enumerable.Range(0, 484).Select(id => first with { Id = (ulong)id, AmountMsat = 1 })] },
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };

        CommitmentState With(Htlc htlc) => _state with { Htlcs = [htlc, .. others] };
    }

    private static BitcoinChannel UnfitChannel(string what) => what switch
    {
        "type" => _channel with { Type = (ChannelType)9 },
        "funding zero" => _channel with { FundingSat = 0 },
        "funding above all money" => _channel with { FundingSat = BitcoinOutput.MaxMoneySat + 1 },
        "pubkey" => _channel with { Accepter = WithRevocation(new byte[33]) },
        "pubkey form" => _channel with { Accepter = WithRevocation(Uncompressed()) },
        "dust below" => _channel with { Opener = _channel.Opener with { DustLimitSat = 353 } },
        "dust above" => _channel with { Accepter = _channel.Accepter with { DustLimitSat = _channel.FundingSat + 1 } },
        "delay zero" => _channel with { Opener = _channel.Opener with { ToSelfDelay = 0 } },
        "delay above" => _channel with { Accepter = _channel.Accepter with { ToSelfDelay = ushort.MaxValue + 1 } },
        _ => throw new ArgumentOutOfRangeException(nameof(what)),
    };

    private static ChannelParty WithRevocation(HexBytes key) =>
        _channel.Accepter with { Basepoints = _channel.Accepter.Basepoints with { RevocationBasepoint = key } };

    private static byte[] Uncompressed()
    {
        using var key = VectorChannel.LocalFundingKey;
        return Secp256k1.CreatePublicKey(key, compressed: false);
    }
}
