using System.Text;
using TPWallet.Chains.Ethereum;
using TPWallet.Domain.Evidence;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Evidence;

public sealed class EvidenceFileTests
{
    private static readonly byte[] File = EvidenceFile.Write(Story.Pack());

    [Fact]
    public void Verify_WholeFile_Proves() =>
        EvidenceFile.Verify(Story.Account, File, EthereumEvidence.Instance).Should().BeOfType<EvidenceVerdict.Proved>();

    /// <summary>Nothing names the last header as its parent, so its own bytes are a claim to be asked of a node; every other byte is bound.</summary>
    [Fact]
    public void Verify_OneBitFlipped_IsRefusedEverywhere()
    {
        var open = Story.Pack().Legs.SelectMany(static leg => Places(leg.Headers[^1])).ToArray();
        var unnoticed = new List<int>();
        for (var at = 0; at < File.Length; at += 41)
        {
            if (open.Any(range => at >= range.From && at < range.To)) continue;
            var altered = (byte[])File.Clone();
            altered[at] ^= 1;
            if (EvidenceFile.Verify(Story.Account, altered, EthereumEvidence.Instance) is not EvidenceVerdict.Refused) unnoticed.Add(at);
        }

        unnoticed.Should().BeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"schema\":1")]
    public void Read_NoPack_IsMalformed(string text)
    {
        EvidenceFile.Read(Encoding.UTF8.GetBytes(text), out var refusal).Should().BeNull();
        refusal!.Code.Should().Be(RejectionCode.Malformed);
    }

    [Fact]
    public void Read_NullInList_IsMalformed()
    {
        var text = Encoding.UTF8.GetString(File).Replace("\"lineage\":[]", "\"lineage\":[null]", StringComparison.Ordinal);
        EvidenceFile.Read(Encoding.UTF8.GetBytes(text), out var refusal).Should().BeNull();
        refusal!.Code.Should().Be(RejectionCode.Malformed);
    }

    [Fact]
    public void Read_WhiteSpace_IsMalformed()
    {
        EvidenceFile.Read([.. File, (byte)' '], out var refusal).Should().BeNull();
        refusal!.Code.Should().Be(RejectionCode.Malformed);
    }

    /// <summary>Every place where the hex digits stand: both legs carry the same header.</summary>
    private static IEnumerable<(int From, int To)> Places(HexBytes bytes)
    {
        var text = Encoding.UTF8.GetBytes(bytes.ToString());
        for (var from = 0; File.AsSpan(from).IndexOf(text) is var next and >= 0; from += next + text.Length)
            yield return (from + next, from + next + text.Length);
    }
}
