using TPWallet.Chains.Ethereum;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Authority;

/// <summary>Several calls of the channel contract in one: one encoding, the ABI's, and no other is read.</summary>
public sealed class MandatedBatchTests
{
    private static readonly AbiSignature _multicall = AbiSignature.Parse($"function {ChannelMethods.Multicall}").Value;

    [Fact]
    public void Write_IsWhatTheAbiSays_AndReadsBack()
    {
        var random = new Random(11);
        for (var i = 0; i < 200; i++)
        {
            var parts = Parts(random, 1 + random.Next(MandatedBatch.MostParts));
            var data = MandatedBatch.Write(parts);
            HexBytes expected = _multicall.Encode(AbiValue.Of([.. parts.Select(static part => (AbiValue)part)]));
            data.Should().Be(expected);
            MandatedBatch.Read(data)!.Value.Should().Equal(parts);
        }
    }

    /// <summary>Whatever is read is written the same: nothing can be hidden between the parts.</summary>
    [Fact]
    public void Read_OfChangedBytes_IsNothing_OrExactlyThem()
    {
        var random = new Random(12);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = MandatedBatch.Write(Parts(random, 1 + random.Next(3))).Span.ToArray();
            for (var changes = random.Next(3); changes >= 0; changes--) bytes[random.Next(4) == 0 ? random.Next(bytes.Length) : Math.Min(bytes.Length - 1, 4 + (random.Next(8) * 32) + 31)] = (byte)random.Next(256);
            if (random.Next(8) == 0) bytes = bytes[..random.Next(bytes.Length)];
            var data = HexBytes.From(bytes);
            if (MandatedBatch.Read(data) is { } parts) MandatedBatch.Write(parts).Should().Be(data);
        }
    }

    [Fact]
    public void Read_OfNone_OfTooMany_OfABatchInABatch_IsNothing()
    {
        var call = HexBytes.Parse("0x01020304");
        MandatedBatch.Read(MandatedBatch.Write([])).Should().BeNull();
        MandatedBatch.Read(MandatedBatch.Write([.. Enumerable.Repeat(call, MandatedBatch.MostParts + 1)])).Should().BeNull();
        MandatedBatch.Read(MandatedBatch.Write([call, MandatedBatch.Write([call])])).Should().BeNull();
        MandatedBatch.Read(call).Should().BeNull();
        MandatedBatch.Read(HexBytes.Empty).Should().BeNull();
    }

    private static ImmutableArray<HexBytes> Parts(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var part = new byte[4 + random.Next(200)];
        random.NextBytes(part);
        return HexBytes.From(part);
    })];
}
