using System.Text.Json;
using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains;

/// <summary>What is demanded of the channel contract's code is what the committed contract is.</summary>
public sealed class ChannelCodeTests
{
    private static readonly JsonElement _artifact = JsonDocument.Parse(Repository.Read("Contracts/channels/ChannelManager.json")).RootElement;

    [Fact]
    public void Constants_AreThoseOfTheArtifact()
    {
        $"{ChannelCode.Hash}".Should().Be(_artifact.GetProperty("deployedHash").GetString());
        Code().Length.Should().Be(ChannelCode.Length);
        var words = ChannelCode.Words.ToDictionary(static word => word.Word.ToString(), static word => word.At.ToArray());
        var expected = _artifact.GetProperty("immutables").EnumerateObject().ToDictionary(
            static one => Named(one.Name), static one => one.Value.EnumerateArray().Select(static at => at.GetInt32()).ToArray());
        words.Should().BeEquivalentTo(expected);
    }

    [Fact]
    public void Read_GivesTheSpans_AndRefusesAnyOtherByte()
    {
        var code = Code();
        foreach (var (word, at) in ChannelCode.Words)
            foreach (var place in at) code[place + 31] = (byte)(1 + (int)word);
        var constants = new Dictionary<ChannelCodeWord, Bytes32> { [ChannelCodeWord.ChainId] = new((UInt256)(ulong)(1 + (int)ChannelCodeWord.ChainId)) };
        ChannelCode.Read(code, constants).Value.Should().Be(new ChannelSpans(4, 3, 1, 2));
        ChannelCode.Read(code, new Dictionary<ChannelCodeWord, Bytes32> { [ChannelCodeWord.ChainId] = new((UInt256)9) }).Refusal!.Code.Should().Be("channel.code", "another chain's");
        ChannelCode.Read(code[..^1], constants).IsOk.Should().BeFalse();
        var random = new Random(5);
        for (var i = 0; i < 200; i++)
        {
            var changed = (byte[])code.Clone();
            var at = random.Next(changed.Length);
            changed[at] ^= (byte)(1 + random.Next(255));
            var isSpan = ChannelCode.Words.Where(static word => word.At.Length == 1 && word.Word is not ChannelCodeWord.ChainId).SelectMany(static word => word.At).Any(place => at >= place && at < place + 32);
            if (!isSpan) ChannelCode.Read(changed, constants).IsOk.Should().BeFalse("byte {0} is another", at);
        }
    }

    private static byte[] Code() => HexBytes.Parse(_artifact.GetProperty("deployedBytecode").GetString()!).Span.ToArray();

    private static string Named(string name) => name switch
    {
        "FEE_MARGIN" => nameof(ChannelCodeWord.FeeMargin),
        "FORCED_INCLUSION" => nameof(ChannelCodeWord.ForcedInclusion),
        "REORG_DEPTH" => nameof(ChannelCodeWord.ReorgDepth),
        "WINDOW" => nameof(ChannelCodeWord.Window),
        "_cachedChainId" => nameof(ChannelCodeWord.ChainId),
        "_cachedDomainSeparator" => nameof(ChannelCodeWord.DomainSeparator),
        "_cachedThis" => nameof(ChannelCodeWord.This),
        "_hashedName" => nameof(ChannelCodeWord.HashedName),
        "_hashedVersion" => nameof(ChannelCodeWord.HashedVersion),
        "_name" => nameof(ChannelCodeWord.Name),
        _ => nameof(ChannelCodeWord.Version),
    };
}
