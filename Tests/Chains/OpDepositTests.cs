using System.Text.Json.Nodes;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains;

/// <summary>Blocks of a chain of the OP stack, as a real node makes them.</summary>
public sealed class OpDepositTests
{
    private static readonly UInt256 _gwei = 1_000_000_000UL;

    [Fact]
    public async Task BlockProof_BlockWithDeposits_Holds_AndBreaksWithAnotherNonce()
    {
        await using var anvil = await Anvil.StartAsync(31337, OpChain.Options);
        await OpChain.TellAttributesAsync(anvil, 1, OpChain.Attributes(7, 9, isJovian: false));
        await OpChain.DepositAsync(anvil, 2, Anvil.AddressOf(1), Anvil.AddressOf(2), _gwei, _gwei / 2);
        using var key = Anvil.Key(0);
        var transfer = new EthereumTransaction.DynamicFee(anvil.ChainId, 0, _gwei, _gwei * 100, 21_000, Anvil.AddressOf(2), 1, HexBytes.Empty, []).Sign(key);
        (await anvil.Node().SendAsync(transfer, CancellationToken.None)).Should().BeOfType<SendResult.Accepted>();
        await anvil.MineAsync();
        var block = (await anvil.Node().BlockAsync(BlockSelector.Latest, withTransactions: true, CancellationToken.None)).Value!;
        var receipts = (await anvil.Node().BlockReceiptsAsync(BlockSelector.Latest, CancellationToken.None)).Value!.Value;
        var bodies = block.Bodies()!;
        bodies.Select(static body => body.Type).Should().Equal(0x7e, 0x7e, 2);
        ((DepositTransaction)bodies[1]).Should().BeEquivalentTo(new { Mint = _gwei, Value = _gwei / 2, From = Anvil.AddressOf(1), To = (Address?)Anvil.AddressOf(2) });
        BlockProof.Check(block.Header, block.Ref.Hash, bodies, receipts).Should().BeNull();
        receipts[1].DepositVersion.Should().Be(1);
        foreach (var other in (Receipt[])[receipts[1] with { DepositNonce = receipts[1].DepositNonce + 1 }, receipts[1] with { DepositVersion = null }])
            BlockProof.Check(block.Header, block.Ref.Hash, bodies, [receipts[0], other, receipts[2]])!.Code.Should().Be("block.receipts");
        BlockProof.Check(block.Header, block.Ref.Hash, bodies, [receipts[0], receipts[1] with { EffectiveGasPrice = 1 }, receipts[2]])!.Code.Should().Be("block.price");
        OperatorFee.In(bodies[0]).Should().Be(new OperatorFee(7, 9, false));
    }

    [Theory]
    [InlineData("from")]
    [InlineData("mint")]
    [InlineData("sourceHash")]
    [InlineData("isSystemTx")]
    public async Task Deposit_ThatIsNotWhatItsHashSays_IsGarbage(string member)
    {
        await using var anvil = await Anvil.StartAsync(31337, OpChain.Options);
        await OpChain.DepositAsync(anvil, 1, Anvil.AddressOf(1), Anvil.AddressOf(2), _gwei, 0);
        await anvil.MineAsync();
        await using var liar = await LyingNode.BeforeAsync(anvil, (method, result) =>
        {
            if (method != "eth_getBlockByNumber") return result?.DeepClone();
            var block = result!.DeepClone();
            var deposit = block["transactions"]![0]!;
            deposit[member] = member switch
            {
                "from" => JsonValue.Create(Anvil.AddressOf(2).Value),
                "mint" => "0x1",
                "sourceHash" => new Bytes32(2).ToString(),
                _ => true,
            };
            return block;
        });
        var answer = await liar.Node("liar", "liars", anvil.ChainId).BlockAsync(BlockSelector.Latest, withTransactions: true, CancellationToken.None);
        answer.Error.Should().BeOfType<NodeError.Garbage>().Which.Refusal.Code.Should().Be("node.hash");
    }

    /// <summary>OP Stack specification: before Jovian the scalar is in millionths of a wei, since then in hundreds.</summary>
    [Theory]
    [InlineData(false, 1_500_000u, 11UL, 21_000UL, 31_511UL)]
    [InlineData(false, 999_999u, 0UL, 1UL, 0UL)]
    [InlineData(true, 2u, 11UL, 21_000UL, 4_200_011UL)]
    public void OperatorFee_FollowsFromTheBlocksFirstTransaction(bool isJovian, uint scalar, ulong constant, ulong gas, ulong expected)
    {
        var attributes = OpChain.Attributes(scalar, constant, isJovian);
        var first = new DepositTransaction(
            Bytes32.Zero, Address.Parse("0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001"), Address.Parse("0x4200000000000000000000000000000000000015"), 0, 0, 1_000_000, false, attributes);
        using var key = Anvil.Key(0);
        var paying = new EthereumTransaction.Legacy(10, 0, 0, 21_000, null, 0, HexBytes.Empty).Sign(key);
        OperatorFee.In(first).Of(paying, gas).Should().Be((UInt256)expected);
        OperatorFee.In(first).Of(first, gas).Should().Be(UInt256.Zero, "a deposit pays for nothing here");
        foreach (var other in (IBlockTransaction?[])
            [null, paying, first with { From = Anvil.AddressOf(0) }, first with { To = Anvil.AddressOf(0) }, first with { Data = attributes.Span[..^8].ToArray() }, first with { Data = new byte[178] }])
            OperatorFee.In(other).Should().Be(default(OperatorFee));
    }
}
