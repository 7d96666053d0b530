using System.Text.Json;
using System.Text.Json.Nodes;
using TPWallet.Chains.Ethereum;
using TPWallet.Crypto;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>What the machine hashes is what the deployed contract hashes: its view functions are asked on anvil.</summary>
public sealed class ChannelHashTests : IAsyncLifetime
{
    private const string Channel = "(address,address,address,uint64)";
    private const string State = "(uint64,uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,bytes32,bytes32)";
    private const ulong Expiry = 1_900_000_000;
    private static readonly Address Token = Address.Parse("0x00000000000000000000000000000000c0ffee11");
    private static readonly Address Payee = Address.Parse("0x00000000000000000000000000000000c0ffee22");

    private Anvil _anvil = null!;
    private Address _manager;
    private ChannelDomain _domain = null!;

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(777);
        var artifact = JsonDocument.Parse(Repository.Read("Contracts/channels/ChannelManager.json")).RootElement;
        // Owner, Δ = 86,400 s and its three parts.
        UInt256 hour = 3_600;
        var spans = Abi.Encode(Abi.Types("address", "uint48", "uint48", "uint48", "uint48"), Anvil.AddressOf(0), hour * 24, hour, hour, hour);
        var hash = await _anvil.CallAsync("eth_sendTransaction", new JsonObject
        {
            ["from"] = Anvil.AddressOf(0).ToString(),
            ["data"] = artifact.GetProperty("bytecode").GetString() + Convert.ToHexStringLower(spans),
        });
        await _anvil.MineAsync();
        var receipt = await _anvil.CallAsync("eth_getTransactionReceipt", hash.GetString());
        _manager = Address.Parse(receipt.GetProperty("contractAddress").GetString()!);
        _domain = new(_manager, 777);
    }

    public async Task DisposeAsync() => await _anvil.DisposeAsync();

    [Fact]
    public async Task Ids_and_digests_equal_the_contract_s()
    {
        var (one, two) = (Anvil.AddressOf(0), Anvil.AddressOf(1));
        var facts = one.CompareTo(two) < 0 ? Facts(one, two) : Facts(two, one);
        var id = ChannelDomain.Id(facts);
        var tuple = AbiValue.Of(facts.A, facts.B, facts.Token, (UInt256)facts.Counter);
        (await AskAsync($"channelId({Channel})", tuple)).Should().Be(id);

        // Every field differs, so that none can stand in another's place.
        var state = new ContractState(7, 101, 102, 103, 104, 105, 106, 107, 108, 109, UInt256.Parse("340282366920938463463374607431768211455"), Hash(1), Hash(2));
        var stateTuple = AbiValue.Of(
            (UInt256)state.Nonce, state.DepositedA, state.DepositedB, state.WithdrawnA, state.WithdrawnB, state.BalanceA, state.BalanceB,
            state.TrimmedA, state.TrimmedB, state.LockedA, state.LockedB, state.LocksA, state.LocksB);
        (await AskAsync($"stateHash(bytes32,{State})", id, stateTuple)).Should().Be(state.Hash(id));
        (await AskAsync($"stateDigest(bytes32,{State})", id, stateTuple)).Should().Be(_domain.State(id, state));
        (await AskAsync("closeDigest(bytes32,uint64)", state.Hash(id), (UInt256)Expiry)).Should().Be(_domain.Close(state.Hash(id), Expiry));
        (await AskAsync("withdrawalDigest(bytes32,address,uint128,uint64)", id, facts.A, (UInt256)55, (UInt256)Expiry))
            .Should().Be(_domain.Withdrawal(id, facts.A, 55, Expiry));
        (await AskAsync("pullDigest(address,address,uint128,uint64,uint64)", Token, Payee, (UInt256)55, (UInt256)3, (UInt256)Expiry))
            .Should().Be(_domain.Pull(Token, Payee, 55, 3, Expiry));
        foreach (var kind in Enum.GetValues<LockKind>())
        {
            var item = new LockLeaf(29, 55, Expiry, kind, Hash(3));
            var itemTuple = AbiValue.Of((UInt256)item.Index, item.Amount, (UInt256)item.ExpiryUnixSeconds, (UInt256)(ulong)kind, item.Target);
            (await AskAsync("lockLeaf((uint8,uint128,uint64,uint8,bytes32))", itemTuple)).Should().Be(item.Leaf());
        }
    }

    private ChannelFacts Facts(Address a, Address b) => new(ChainId.Evm(777), _manager, a, b, Token, 12);

    private static Bytes32 Hash(byte of) => Bytes32.From(Keccak256.Hash([of]));

    private async Task<Bytes32> AskAsync(string signature, params AbiValue[] arguments)
    {
        AbiSignature.Parse($"function {signature} view returns (bytes32)").TryGet(out var function, out var refusal).Should().BeTrue($"{refusal}");
        var call = new JsonObject { ["to"] = _manager.ToString(), ["data"] = HexBytes.From(function!.Encode(arguments)).ToString() };
        return Bytes32.Parse((await _anvil.CallAsync("eth_call", call, "latest")).GetString()!);
    }
}
