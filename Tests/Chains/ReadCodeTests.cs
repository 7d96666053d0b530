using TPWallet.Chains.Nodes;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Chains;

/// <summary>Which code a contract is said to run, by how many.</summary>
public sealed class ReadCodeTests
{
    private const string Code = "0x6001";
    private static readonly string _nothing = $"0x{new string('0', 64)}";
    private static readonly string _behind = $"0x{new string('0', 24)}{People.AddressOf("v1").Value[2..]}";

    [Fact]
    public async Task Code_OfAProxy_NamesWhatIsBehindIt()
    {
        var read = await ReadAsync(ProofLevel.Consistent, (Code, _behind));
        read.Should().Be(new EffectResult.CodeRead(new(Bytes32.From(TPWallet.Crypto.Keccak256.Hash([0x60, 0x01])), People.AddressOf("v1"))));
        ((EffectResult.CodeRead)await ReadAsync(ProofLevel.Consistent, (Code, _nothing))).Code!.Implementation.Should().BeNull();
    }

    /// <summary>Whoever has the key of such an account points it elsewhere when he likes.</summary>
    [Theory]
    [InlineData("0x")]
    [InlineData("0xef01000000000000000000000000000000000000000001")]
    public async Task Code_OfNoneOrOfALentAccount_IsNoContract(string code) =>
        (await ReadAsync(ProofLevel.Consistent, (code, _nothing))).Should().Be(new EffectResult.CodeRead(null));

    [Fact]
    public async Task Code_OnWhichTwoOrganisationsDoNotAgree_IsNotKnown()
    {
        (await ReadAsync(ProofLevel.Agreed, (Code, _nothing), ("0x6002", _nothing))).Should().BeOfType<EffectResult.NoAnswer>();
        (await ReadAsync(ProofLevel.Agreed, (Code, _nothing), (Code, _behind))).Should().BeOfType<EffectResult.NoAnswer>("a proxy's other half is as much of it");
        (await ReadAsync(ProofLevel.Agreed, (Code, _nothing))).Should().BeOfType<EffectResult.NoAnswer>("one's word is nobody's");
        (await ReadAsync(ProofLevel.Agreed, ("0x6002", _nothing), (Code, _nothing), (Code, _nothing))).Should().BeOfType<EffectResult.CodeRead>("two outvote a liar");
    }

    [Fact]
    public async Task Code_OnAChainThatIsNotServed_IsNotKnown()
    {
        var runner = new DappRunner(null!, new ChainSet([]), RiskSettings.Default, new EventGeneration(EventGenerations.Reads));
        (await runner.RunAsync(new Effect.ReadCode(People.Chain, People.AddressOf("dex")), CancellationToken.None)).Should().BeOfType<EffectResult.NoAnswer>();
    }

    private static async Task<EffectResult> ReadAsync(ProofLevel proof, params (string Code, string Slot)[] told)
    {
        var nodes = new List<LyingNode>();
        try
        {
            foreach (var (code, slot) in told)
                nodes.Add(await LyingNode.ResultAsync(method => method switch { "eth_chainId" => "0x7a69", "eth_getCode" => code, _ => slot }));
            var pool = new NodePool(31337, [.. nodes.Select((node, i) => node.Node($"n{i}", $"o{i}", 31337))], TimeProvider.System);
            var profile = new ChainProfile(People.Chain, 1, proof, new FinalityRule.Depth(3), 1, Span.Seconds(1));
            var runner = new DappRunner(null!, new ChainSet([new ServedChain(profile, pool)]), RiskSettings.Default, new EventGeneration(EventGenerations.Reads));
            return await runner.RunAsync(new Effect.ReadCode(People.Chain, People.AddressOf("dex")), CancellationToken.None);
        }
        finally
        {
            foreach (var node in nodes) await node.DisposeAsync();
        }
    }
}
