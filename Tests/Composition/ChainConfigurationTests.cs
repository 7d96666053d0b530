using Microsoft.Extensions.Configuration;
using TPWallet.Chains.Bitcoin;
using TPWallet.Domain.Chains.Supernodes;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Silo.Composition;

namespace TPWallet.Tests.Composition;

/// <summary>Chains of both families as the configuration names them, and what stops a start.</summary>
public sealed class ChainConfigurationTests
{
    private const string Bitcoin = "bip122:000000000019d6689c085ae165831e93";

    [Fact]
    public void Read_BitcoinChain_IsBelievedByItsWorkAndFinalBySixBlocks()
    {
        var chain = Read(("Id", Bitcoin), ("Nodes:0:CredentialFile", "/run/bitcoin/.cookie")).Should().ContainSingle().Subject;

        chain.Profile.Should().Be(new ChainProfile(BitcoinChain.Mainnet.Id, 1, ProofLevel.Work, new FinalityRule.Depth(6), 256, new Span(4000)));
        chain.Nodes.Should().Equal(new NodeConfiguration("one", "ours", new("http://127.0.0.1:8332"), "/run/bitcoin/.cookie"));
    }

    [Fact]
    public void Read_EvmChain_IsByDefaultFinalByItsTag() =>
        Read(("Id", "eip155:1"), ("Proof", "Consistent")).Should().ContainSingle().Which.Profile.Should().Be(
            new ChainProfile(ChainId.Evm(1), 1, ProofLevel.Consistent, new FinalityRule.FinalizedTag(), 256, new Span(4000)));

    [Fact]
    public void Read_HowFarNodesMayBeBehind_IsOfTheFamilyOrAsConfigured()
    {
        Read(("Id", Bitcoin))[0].Lag.Should().Be(new LagRule(3, 6));
        Read(("Id", "eip155:1"), ("Proof", "Consistent"))[0].Lag.Should().Be(new LagRule(32, 64));
        Read(("Id", Bitcoin), ("Lag:BehindBlocks", "5"), ("Lag:ForBlocks", "9"))[0].Lag.Should().Be(new LagRule(5, 9));
    }

    [Theory]
    [InlineData("Lag:BehindBlocks", "0", "Lag:BehindBlocks: expected blocks, 1 or more*")]
    [InlineData("Lag:ForBlocks", "0", "Lag:ForBlocks: expected blocks, 1 or more*")]
    [InlineData("Id", "bip122:000000000933ea01ad0ee984209779ba", "Id: expected bip122:000000000019d6689c085ae165831e93 (Mainnet) or*")]
    [InlineData("Id", "tpw:ledger", "Id: expected an EVM or a Bitcoin chain*")]
    [InlineData("Proof", "Agreed", "Proof: expected Work*")]
    [InlineData("Proof", "7", "Proof: expected Work*")]
    [InlineData("Confirmations", "0", "Confirmations: expected blocks, 1 or more*")]
    [InlineData("Confirmations", "4294967296", "Confirmations: expected blocks, 1 or more*")]
    [InlineData("Nodes:0:Role", "Spy", "Nodes:0:Role: expected Rpc, Relay or Index*")]
    [InlineData("Nodes:0:Role", "1", "Nodes:0:Role: expected Rpc, Relay or Index*")]
    [InlineData("Nodes:0:Role", "Index", "Nodes: expected at least one node of Role Rpc*")]
    [InlineData("Nodes:0:Role", "Relay", "Nodes: expected at least one node*")]
    [InlineData("Broadcast", "Secret", "Broadcast: expected Public, Private or ByLeg*")]
    [InlineData("Broadcast", "Private", "Broadcast: expected at least one node with Role Relay*")]
    [InlineData("Broadcast", "ByLeg", "Private: expected Calls, or an asset in From*")]
    [InlineData("Private:Calls", "true", "Broadcast: expected ByLeg*")]
    [InlineData("Nodes:0:Url", "ftp://127.0.0.1", "Nodes:0:Url: expected an http or https address*")]
    [InlineData("Nodes:0:Url", "http://user:secret@127.0.0.1:8332", "Nodes:0:Url: expected an address alone, and user and password in a CredentialFile, got \"both in one\".")]
    public void Read_WrongValueOfABitcoinChain_IsRefusedByName(string key, string value, string message) =>
        FluentActions.Invoking(() => Read(("Id", Bitcoin), (key, value))).Should().Throw<SetUpException>().WithMessage($"Configuration key Chains:0:{message}");

    [Fact]
    public void Read_Relay_IsNoNodeToAskAndNeedsThePrivateRoute()
    {
        (string, string)[] relay = [("Id", Bitcoin), ("Nodes:1:Name", "relay"), ("Nodes:1:Organisation", "builders"), ("Nodes:1:Url", "http://127.0.0.1:1"), ("Nodes:1:Role", "Relay")];
        var chain = Read([.. relay, ("Broadcast", "Private")])[0];
        (chain.Nodes.Single().Name.Value, chain.Relays.Single().Name.Value).Should().Be(("one", "relay"));
        FluentActions.Invoking(() => Read(relay)).Should().Throw<SetUpException>().WithMessage("Configuration key Chains:0:Broadcast: expected Private*");
    }

    [Fact]
    public void Read_RoutesByLeg_AreThoseOfTheChainsAssets()
    {
        (string, string)[] relay =
        [
            ("Id", Bitcoin), ("Nodes:1:Name", "relay"), ("Nodes:1:Organisation", "builders"), ("Nodes:1:Url", "http://127.0.0.1:1"), ("Nodes:1:Role", "Relay"), ("Broadcast", "ByLeg"),
        ];
        var coin = AssetId.Native(ChainId.Parse(Bitcoin));
        var routes = Read([.. relay, ("Private:From:0:Asset", $"{coin}"), ("Private:From:0:Amount", "5000")])[0].Routes;
        (routes.All, routes.Calls, routes.From.Single()).Should().Be((false, false, KeyValuePair.Create(coin, (UInt256)5_000)));
        foreach (var (key, value) in new[] { ("Private:From:0:Asset", $"{AssetId.Native(ChainId.Evm(1))}"), ("Private:From:0:Amount", "much"), ("Private:Calls", "perhaps") })
        {
            (string, string)[] wrong = [.. relay, ("Private:From:0:Asset", key.EndsWith("Asset", StringComparison.Ordinal) ? value : $"{coin}"), ("Private:From:0:Amount", key.EndsWith("Amount", StringComparison.Ordinal) ? value : "1"), ("Private:Calls", key.EndsWith("Calls", StringComparison.Ordinal) ? value : "false")];
            FluentActions.Invoking(() => Read(wrong)).Should().Throw<SetUpException>().WithMessage($"Configuration key Chains:0:{key}*");
        }
    }

    [Theory]
    [InlineData("Work")]
    [InlineData("9")]
    public void Read_ProofThatAnEvmChainHasNot_IsRefused(string proof) =>
        FluentActions.Invoking(() => Read(("Id", "eip155:1"), ("Proof", proof))).Should().Throw<SetUpException>()
            .WithMessage("Configuration key Chains:0:Proof: expected None, Consistent or Agreed*");

    [Fact]
    public void Read_OneChainTwice_IsRefused()
    {
        var twice = Entry(0, ("Id", Bitcoin)).Concat(Entry(1, ("Id", Bitcoin)));

        FluentActions.Invoking(() => Read(twice)).Should().Throw<SetUpException>().WithMessage("Configuration key Chains:1:Id: expected a chain that no other entry names*");
    }

    private static IReadOnlyList<ChainSettings> Read(params (string Key, string Value)[] settings) => Read(Entry(0, settings));

    private static IReadOnlyList<ChainSettings> Read(IEnumerable<KeyValuePair<string, string?>> settings) =>
        SiloConfiguration.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).Chains;

    /// <summary>An entry with one node; a later setting wins.</summary>
    private static Dictionary<string, string?> Entry(int index, params (string Key, string Value)[] settings)
    {
        var entry = new Dictionary<string, string?>();
        foreach (var (key, value) in settings.Prepend(("Nodes:0:Url", "http://127.0.0.1:8332")).Prepend(("Nodes:0:Organisation", "ours")).Prepend(("Nodes:0:Name", "one")))
            entry[$"Chains:{index}:{key}"] = value;
        return entry;
    }
}
