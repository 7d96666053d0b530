using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains;

/// <summary>Against a real node.</summary>
public sealed class EthereumNodeTests
{
    private static readonly UInt256 Gwei = 1_000_000_000UL;
    private static readonly Address Contract = Address.Parse("0x00000000000000000000000000000000000c0de1");

    [Fact]
    public async Task Send_Transfer_IsAcceptedMinedAndPaidExactly()
    {
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining");
        var node = anvil.Node();
        var from = Anvil.AddressOf(0);
        var before = (await node.BalanceAsync(from, BlockSelector.Latest, CancellationToken.None)).Value;
        var transaction = Transfer(anvil.ChainId, 0, Gwei);
        (await node.SendAsync(transaction, CancellationToken.None)).Should().Be(new SendResult.Accepted(transaction.Hash()));
        await anvil.MineAsync();
        var receipt = (await node.ReceiptAsync(transaction.Hash(), CancellationToken.None)).Value!;
        receipt.Succeeded.Should().BeTrue();
        var after = (await node.BalanceAsync(from, BlockSelector.Latest, CancellationToken.None)).Value;
        after.Should().Be(before - Gwei - receipt.FeePaid(UInt256.Zero)!.Value);
        var found = (await node.TransactionAsync(transaction.Hash(), CancellationToken.None)).Value!;
        (found.Body, found.From, found.Block).Should().Be((transaction, from, receipt.Block));
        (await node.TransactionCountAsync(from, BlockSelector.Latest, CancellationToken.None)).Value.Should().Be(1);
        (await node.SendAsync(transaction, CancellationToken.None)).Should().BeOfType<SendResult.MaybeMined>("field note 7");
    }

    [Fact]
    public async Task Send_RefusedTransactions_HaveTheirOwnOutcome()
    {
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining");
        var node = anvil.Node();
        var first = Transfer(anvil.ChainId, 0, Gwei);
        (await node.SendAsync(first, CancellationToken.None)).Should().BeOfType<SendResult.Accepted>();
        (await node.SendAsync(first, CancellationToken.None)).Should().Be(new SendResult.AlreadyKnown(first.Hash()));
        var replaced = await node.SendAsync(Transfer(anvil.ChainId, 0, Gwei * 2), CancellationToken.None);
        replaced.Should().BeOfType<SendResult.Underpriced>().Which.Replacement.Should().BeTrue();
        var poor = await node.SendAsync(Transfer(anvil.ChainId, 1, UInt256.MaxValue / 4), CancellationToken.None);
        poor.Should().BeOfType<SendResult.InsufficientFunds>();
        var foreign = await node.SendAsync(Transfer(5, 1, Gwei), CancellationToken.None);
        foreign.Should().BeOfType<SendResult.Refused>().Which.Error.Should().BeOfType<NodeError.WrongChain>();
        (await node.TransactionAsync(first.Hash(), CancellationToken.None)).Value!.Block.Should().BeNull();
        (await node.ReceiptAsync(first.Hash(), CancellationToken.None)).Value.Should().BeNull();
        (await node.TransactionAsync(Bytes32.Zero, CancellationToken.None)).Value.Should().BeNull();
    }

    [Fact]
    public async Task Call_ThatReverts_GivesTheDecodedReason()
    {
        await using var anvil = await Anvil.StartAsync();
        var reason = AbiSignature.Parse("error Error(string message)").Value.Encode("not today");
        await anvil.CallAsync("anvil_setCode", Contract.Value, Hex.Encode(Reverting(reason)));
        var call = new CallRequest(Anvil.AddressOf(0), Contract, UInt256.Zero, HexBytes.Empty);
        var node = anvil.Node();
        Reason((await node.CallAsync(call, BlockSelector.Latest, CancellationToken.None)).Error).Should().Be(new RevertReason.Message("not today"));
        var estimated = await node.EstimateGasAsync(call, BlockSelector.Latest, CancellationToken.None);
        Reason(estimated.Error).Should().Be(new RevertReason.Message("not today"));
        var simulated = (await node.SimulateAsync([call], BlockSelector.Latest, CancellationToken.None)).Value[0];
        (simulated.Succeeded, simulated.Reverted).Should().Be((false, new RevertReason.Message("not today")));
    }

    [Fact]
    public async Task Simulate_TransferOfEther_ShowsItAsALog()
    {
        await using var anvil = await Anvil.StartAsync();
        var (from, to) = (Anvil.AddressOf(0), Anvil.AddressOf(1));
        var calls = (await anvil.Node().SimulateAsync([new(from, to, 7UL, HexBytes.Empty)], BlockSelector.Latest, CancellationToken.None)).Value;
        var log = TokenCalls.Erc20TransferEvent.DecodeLog(calls[0].Logs[0]).Value;
        log.Should().Equal(from, to, (AbiValue)(UInt256)7UL);
    }

    [Fact]
    public async Task BlockProof_BlockWithEveryKindOfTransaction_HoldsAndBreaksWithAMissingLog()
    {
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining");
        var node = anvil.Node();
        // LOG1(32 bytes of memory, topic 42).
        await anvil.CallAsync("anvil_setCode", Contract.Value, "0x602a60205fa100");
        using var key = Anvil.Key(0);
        foreach (var transaction in EveryKind(anvil.ChainId))
            (await node.SendAsync(transaction.Sign(key), CancellationToken.None)).Should().BeOfType<SendResult.Accepted>();
        await anvil.MineAsync();
        var block = (await node.BlockAsync(BlockSelector.Latest, withTransactions: true, CancellationToken.None)).Value!;
        var receipts = (await node.BlockReceiptsAsync(new BlockSelector.ByHash(block.Ref.Hash), CancellationToken.None)).Value!.Value;
        (block.Bodies()!.Count, receipts.Sum(static receipt => receipt.Logs.Count)).Should().Be((4, 4));
        BlockProof.Check(block.Header, block.Ref.Hash, block.Bodies()!, receipts).Should().BeNull();
        var silenced = receipts.ToArray();
        silenced[1] = silenced[1] with { Logs = [] };
        BlockProof.Check(block.Header, block.Ref.Hash, block.Bodies()!, silenced)!.Code.Should().Be("block.receipts");
        BlockProof.Check(block.Header, block.Ref.Hash, [.. block.Bodies()!.Take(3)], receipts)!.Code.Should().Be("block.transactions");
        BlockProof.Check(block.Header, Bytes32.Zero, block.Bodies()!, receipts)!.Code.Should().Be("block.hash");
        var swapped = receipts.ToArray();
        swapped[2] = swapped[2] with { TransactionHash = swapped[1].TransactionHash };
        BlockProof.Check(block.Header, block.Ref.Hash, block.Bodies()!, swapped)!.Code.Should().Be("block.receipt-order");
        swapped[2] = receipts[2] with { GasUsed = 1 };
        BlockProof.Check(block.Header, block.Ref.Hash, block.Bodies()!, swapped)!.Code.Should().Be("block.gas");
        for (var i = 0; i < receipts.Count; i++)
        {
            var dearer = receipts.ToArray();
            dearer[i] = dearer[i] with { EffectiveGasPrice = dearer[i].EffectiveGasPrice + 1 };
            BlockProof.Check(block.Header, block.Ref.Hash, block.Bodies()!, dearer)!.Code.Should().Be("block.price");
            receipts[i].FeePaid(UInt256.Zero).Should().Be((receipts[i] with { EffectiveGasPrice = null }).FeePaid(receipts[i].EffectiveGasPrice!.Value));
        }

        var above = new BlockSelector.ByHash(block.Header.ParentHash);
        var parent = (await node.BlockAsync(above, withTransactions: false, CancellationToken.None)).Value!;
        BlockProof.CheckLink(parent.Header, block.Header).Should().BeNull();
        BlockProof.CheckLink(block.Header, block.Header)!.Code.Should().Be("block.parent");
        BlockHeader.Decode(block.Header.Encode()).Value.Should().Be(block.Header);
    }

    [Fact]
    public async Task BlockProof_BlockOfManyTransactions_RebuildsTriesOfDepth()
    {
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining");
        for (ulong nonce = 0; nonce < 200; nonce++)
            (await anvil.Node().SendAsync(Transfer(anvil.ChainId, nonce, nonce), CancellationToken.None)).Should().BeOfType<SendResult.Accepted>();
        await anvil.MineAsync();
        var block = (await anvil.Node().BlockAsync(BlockSelector.Latest, withTransactions: true, CancellationToken.None)).Value!;
        var receipts = (await anvil.Node().BlockReceiptsAsync(BlockSelector.Latest, CancellationToken.None)).Value!.Value;
        receipts.Count.Should().Be(200);
        BlockProof.Check(block.Header, block.Ref.Hash, block.Bodies()!, receipts).Should().BeNull();
    }

    [Fact]
    public async Task Proof_OfAccounts_HoldsAgainstTheStateRootAndNoOther()
    {
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining");
        var node = anvil.Node();
        await node.SendAsync(Transfer(anvil.ChainId, 0, Gwei), CancellationToken.None);
        await anvil.MineAsync();
        var root = (await node.BlockAsync(BlockSelector.Latest, withTransactions: false, CancellationToken.None)).Value!.Header.StateRoot;
        var proof = (await node.ProofAsync(Anvil.AddressOf(1), BlockSelector.Latest, root, CancellationToken.None)).Value;
        proof.State.Balance.Should().Be((await node.BalanceAsync(Anvil.AddressOf(1), BlockSelector.Latest, CancellationToken.None)).Value);
        (await node.ProofAsync(Contract, BlockSelector.Latest, root, CancellationToken.None)).Value.State.Should().Be(AccountState.Empty);
        var other = await node.ProofAsync(Anvil.AddressOf(1), BlockSelector.Latest, Bytes32.Zero, CancellationToken.None);
        other.Error.Should().BeOfType<NodeError.Garbage>().Which.Refusal.Code.Should().Be("proof.hash");
    }

    [Fact]
    public async Task Reads_OfFeesCodeAndLogs_AreTyped()
    {
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining");
        var node = anvil.Node();
        await anvil.CallAsync("anvil_setCode", Contract.Value, "0x602a60205fa100");
        using var key = Anvil.Key(0);
        var logged = EveryKind(anvil.ChainId)[0].Sign(key);
        await node.SendAsync(logged, CancellationToken.None);
        await anvil.MineAsync();
        (await node.CodeAsync(Contract, BlockSelector.Latest, CancellationToken.None)).Value.ToString().Should().Be("0x602a60205fa100");
        (await node.GasPriceAsync(CancellationToken.None)).Value.Should().BeGreaterThan(UInt256.Zero);
        var fees = (await node.FeeHistoryAsync(2, BlockSelector.Latest, [10, 50], CancellationToken.None)).Value;
        (fees.BaseFees.Count, fees.Tips.Count, fees.Tips[0].Count).Should().Be((3, 2, 2));
        var logs = (await node.LogsAsync(0, 1, [Contract], [[new Bytes32(42UL)]], CancellationToken.None)).Value;
        (logs.Count, logs[0].TransactionHash).Should().Be((1, logged.Hash()));
        (await node.BlockNumberAsync(CancellationToken.None)).Value.Should().Be(1);
        (await node.CheckChainAsync(CancellationToken.None)).Value.Should().Be(31337);
        (await node.BlockAsync(new BlockSelector.ByNumber(99), withTransactions: false, CancellationToken.None)).Value.Should().BeNull();
    }

    [Fact]
    public async Task Watch_NewHeads_ComeWithHashesThatHold()
    {
        await using var anvil = await Anvil.StartAsync(31337, "--block-time", "1");
        var heads = new HeadSubscription(anvil.WebSocket, JsonRpcLimits.Default).WatchAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
        var seen = new List<(Bytes32 Hash, Bytes32 Parent)>();
        await foreach (var head in heads)
        {
            var (block, header) = head.Value;
            seen.Add((block.Hash, header.ParentHash));
            if (seen.Count == 2) break;
        }

        seen[1].Parent.Should().Be(seen[0].Hash);
    }

    [Fact]
    public async Task Watch_NodeThatDies_EndsWithNoAnswer()
    {
        var anvil = await Anvil.StartAsync(31337, "--block-time", "1");
        var heads = new HeadSubscription(anvil.WebSocket, JsonRpcLimits.Default).WatchAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
        NodeError? last = null;
        var isRunning = true;
        await foreach (var head in heads)
        {
            // A second head may have been on its way.
            if (head.IsOk && isRunning) await anvil.DisposeAsync();
            isRunning &= !head.IsOk;
            last = head.Error;
        }

        last.Should().BeOfType<NodeError.NoAnswer>();
    }

    private static RevertReason Reason(NodeError? error) => error.Should().BeOfType<NodeError.Reverted>().Which.Reason;

    private static SignedTransaction Transfer(ulong chainId, ulong nonce, UInt256 value)
    {
        using var key = Anvil.Key(0);
        return new EthereumTransaction.DynamicFee(chainId, nonce, Gwei, Gwei * 4, 21_000, Anvil.AddressOf(1), value, HexBytes.Empty, []).Sign(key);
    }

    private static EthereumTransaction[] EveryKind(ulong chainId) =>
    [
        new EthereumTransaction.Legacy(chainId, 0, Gwei * 4, 100_000, Contract, UInt256.Zero, HexBytes.Empty),
        new EthereumTransaction.AccessList(chainId, 1, Gwei * 4, 100_000, Contract, UInt256.Zero, HexBytes.Empty, [new(Contract, [Bytes32.Zero])]),
        new EthereumTransaction.DynamicFee(chainId, 2, Gwei, Gwei * 4, 100_000, Contract, UInt256.Zero, HexBytes.Empty, []),
        SetCode(chainId, 3),
    ];

    private static EthereumTransaction.SetCode SetCode(ulong chainId, ulong nonce)
    {
        using var authority = Anvil.Key(2);
        var digest = SetCodeAuthorization.SigningDigest(chainId, Contract, 0);
        var authorization = new SetCodeAuthorization(chainId, Contract, 0, EthereumSignature.Sign(authority, digest.ToArray()));
        authorization.Authority().Value.Should().Be(Anvil.AddressOf(2));
        return new(chainId, nonce, Gwei, Gwei * 4, 200_000, Contract, UInt256.Zero, HexBytes.Empty, [], [authorization]);
    }

    /// <summary>Code that reverts with the bytes behind it: CODECOPY(0, 10, length), REVERT(0, length).</summary>
    private static byte[] Reverting(byte[] data) => [0x60, (byte)data.Length, 0x60, 0x0a, 0x5f, 0x39, 0x60, (byte)data.Length, 0x5f, 0xfd, .. data];
}
