using System.Text;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Dapps;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Chains;
using TPWallet.Tests.Domain.Packets;
using TPWallet.Tests.Domain.Risk;
using TPWallet.Tests.Gateway;

namespace TPWallet.Tests.Domain.Dapps;

/// <summary>What of contracts' records goes into a score, and when the chain is asked for it.</summary>
public sealed class DappRunnerTests
{
    private const string Code = "0x6001";
    private static readonly ContractCode _code = new(Bytes32.From(TPWallet.Crypto.Keccak256.Hash([0x60, 0x01])), null);
    private static readonly Address _token = People.AddressOf("token"), _dex = People.AddressOf("dex");

    private readonly FakeCluster _cluster = new();
    private readonly List<string> _asked = [];

    [Fact]
    public async Task Contract_OfWhichNothingIsRecorded_IsNoFactAndTheChainIsNotAsked()
    {
        var (trusts, failure) = await TrustAsync(Pay(Move(_dex)), Code);
        (trusts.Length, failure, _asked.Count).Should().Be((0, null, 0));
    }

    [Fact]
    public async Task Contract_WithItsCode_IsTrustedAsItsRecordSays()
    {
        _cluster.Dapp = () => View(_code, 420);
        (await TrustAsync(Pay(Move(_dex)), Code)).Trusts.Should().Equal(new ContractTrust(People.Chain, _dex, 420));
        _asked.Should().Contain("eth_getCode");
        _cluster.Seen.Should().BeEmpty("the record knows it");
    }

    [Fact]
    public async Task Contract_WithAnotherCode_IsToldToItsRecordBeforeItIsBelieved()
    {
        _cluster.Dapp = () => _cluster.Seen.IsEmpty ? View(DappRun.Other, 900) : View(_code, 0);
        (await TrustAsync(Pay(Move(_dex)), Code)).Trusts.Should().Equal(new ContractTrust(People.Chain, _dex, 0));
        _cluster.Seen.Should().ContainSingle().Which.Command.Should().BeOfType<DappCommand.SeeCode>().Which.Code.Should().Be(_code);
    }

    [Fact]
    public async Task Contract_WhoseRecordOrChainDoesNotAnswer_HasTheScoreWait()
    {
        _cluster.Dapp = () => View(DappRun.Other, 900);
        _cluster.Answer = _ => Task.FromResult<CommandReply>(new CommandReply.Refused(new(RejectionCode.Overloaded, "room", "none")));
        (await TrustAsync(Pay(Move(_dex)), Code)).Failure.Should().BeOfType<EffectResult.NoAnswer>();
        (await TrustAsync(Pay(Move(_dex)), "garbage")).Failure.Should().BeOfType<EffectResult.NoAnswer>();
    }

    [Theory]
    [InlineData("approve", true)]
    [InlineData("permit", true)]
    [InlineData("all", true)]
    [InlineData("none", false)]
    [InlineData("transfer", false)]
    public async Task Spender_WhomNobodyKnows_IsAFactOfItsOwn(string method, bool expected)
    {
        var data = method switch
        {
            "approve" => TokenCalls.Erc20Approve(_dex, 5),
            "permit" => TokenCalls.Erc20Permit(People.AddressOf("hot"), _dex, 5, 6, new(0, 1, 1)),
            "all" => TokenCalls.ApproveForAll(_dex, true),
            "none" => TokenCalls.ApproveForAll(_dex, false),
            _ => TokenCalls.Erc20Transfer(_dex, 5),
        };
        var (trusts, _) = await TrustAsync(Pay(Move(_token)), Code, Call("a", data));
        var token = new ContractTrust(People.Chain, _token, 0) { Leg = "a" };
        trusts.Should().Equal(expected ? [token, token with { Address = _dex }] : [token]);
    }

    /// <summary>What only a careless contract takes, and what only some know, is read here as policy reads it.</summary>
    [Theory]
    [InlineData("approve(address,uint256)", 0, true)]
    [InlineData("increaseAllowance(address,uint256)", 0, true)]
    [InlineData("setApprovalForAll(address,bool)", 0, true)]
    [InlineData("authorizeOperator(address)", 0, true)]
    [InlineData("approve(address,address,uint160,uint48)", 1, true)]
    [InlineData("permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)", 1, true)]
    [InlineData("transfer(address,uint256)", 0, false)]
    [InlineData("delegate(address)", 0, false)]
    public async Task Spender_BehindDirtyBytesOrByALesserKnownMethod_IsAFactOfItsOwn(string method, int argument, bool expected)
    {
        byte[] party = [.. Enumerable.Repeat((byte)1, 12), .. _dex.ToArray()], number = [.. new byte[31], 5];
        byte[] data = [.. TPWallet.Crypto.Keccak256.Hash(Encoding.ASCII.GetBytes(method)).AsSpan(0, 4), .. Enumerable.Range(0, 8).SelectMany(i => i == argument ? party : number)];
        foreach (var length in (int[])[data.Length, 4 + (32 * (argument + 1))])
        {
            var (trusts, _) = await TrustAsync(Pay(Move(_token)), Code, Call("a", HexBytes.From(data.AsSpan(0, length))));
            trusts.Any(trust => trust.Address == _dex).Should().Be(expected);
        }
    }

    [Fact]
    public async Task Batch_OfPayments_DependsOnNoStrangersCode()
    {
        var batch = MultiSend.Leg("a", [], People.Chain, People.AddressOf("hot"), _dex, [new(People.AddressOf("shop"), new(People.Eth, 5))], new(1_000));
        (await TrustAsync(Pay(Move(_dex)), Code, batch)).Trusts.Should().BeEmpty();
    }

    [Fact]
    public async Task Facts_AreBoundedAndThoseOfLegsComeFirst()
    {
        _cluster.Dapp = () => View(_code, 1);
        var movements = Enumerable.Range(0, RiskPayment.MaxMovements).Select(i => Move(People.AddressOf($"c{i}")) with { Asset = AssetId.Erc20(People.Chain, People.AddressOf($"t{i}")) });
        var (trusts, _) = await TrustAsync(Pay([.. movements]), Code, Call("a", TokenCalls.Erc20Approve(_dex, 5)));
        trusts.Length.Should().Be(RiskContext.MaxEntries);
        trusts.Take(3).Select(trust => trust.Leg?.Value).Should().Equal("a", "a", null);
        _asked.Count(method => method == "eth_getCode").Should().Be(RiskContext.MaxEntries);
    }

    [Fact]
    public async Task Facts_BeforeEverySiloKnowsRecords_AreNone()
    {
        _cluster.Dapp = static () => throw new UnreachableException("An older silo has no such grain.");
        (await TrustAsync(Pay(Move(_dex)), Code, Call("a", TokenCalls.Erc20Approve(_dex, 5)), EventGenerations.Dapps - 1)).Trusts.Should().BeEmpty();
    }

    private async Task<(ImmutableArray<ContractTrust> Trusts, EffectResult? Failure)> TrustAsync(
        RiskPayment payment, string code, Leg.ContractCall? call = null, int generation = EventGenerations.Reads)
    {
        await using var node = await LyingNode.ResultAsync(method =>
        {
            lock (_asked) _asked.Add(method);
            return method switch { "eth_chainId" => "0x7a69", "eth_getCode" => code, _ => $"0x{new string('0', 64)}" };
        });
        var chain = new ServedChain(
            new ChainProfile(People.Chain, 1, ProofLevel.Consistent, new FinalityRule.Depth(3), 1, Span.Seconds(1)),
            new NodePool(31337, [node.Node("n", "o", 31337)], TimeProvider.System));
        var runner = new DappRunner(_cluster.Client, new ChainSet([chain]), RiskSettings.Default, new EventGeneration(generation));
        return await runner.TrustAsync(payment, call is null ? null : People.Packet(RiskRun.Owner, "p", call), CancellationToken.None);
    }

    private static RiskMovement Move(Address party) => new("a", EffectKind.ContractCall, People.Chain, null, UInt256.Zero, party.Value, DestinationScope.New, Tier.Hot);

    private static RiskPayment Pay(params ReadOnlySpan<RiskMovement> movements) => new(People.Id("payment"), RiskRun.Owner, RiskDirection.Out, [.. movements], [], null, null);

    private static Leg.ContractCall Call(Name id, HexBytes data) => new(id, [], People.Chain, People.AddressOf("hot"), _token, UInt256.Zero, data, [], [], new(1_000));

    private static DappView View(ContractCode code, int trust) => new(new(code, People.Start), 0, null, [], null, 0, 0, 0, null, new(1, trust, []));
}
