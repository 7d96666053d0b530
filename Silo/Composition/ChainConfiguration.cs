using TPWallet.Chains.Bitcoin;
using TPWallet.Domain.Chains.Supernodes;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Composition;

/// <summary>One node of a chain, from configuration.</summary>
/// <param name="CredentialFile">A file whose first line is "user:password", such as a Bitcoin node's cookie; null: the node asks for none.</param>
public sealed record NodeConfiguration(Name Name, Name Organisation, Uri Url, string? CredentialFile = null)
{
    /// <summary>Where an EVM node tells of new heads; null: it is only asked.</summary>
    public Uri? WebSocketUrl { get; init; }

    /// <summary>What it is asked for.</summary>
    public NodeRole Role { get; init; }
}

/// <summary>What a node is asked for.</summary>
public enum NodeRole
{
    /// <summary>All.</summary>
    Rpc,

    /// <summary>It is only sent transactions, and keeps them to itself until they are mined.</summary>
    Relay,

    /// <summary>It only looks up the past: transactions by id, logs of old blocks.</summary>
    Index,
}

/// <summary>One chain, from configuration.</summary>
/// <param name="Lag">How far its nodes may be behind.</param>
/// <param name="PoolBodies">Most transactions of nodes' pools that are read in one look.</param>
/// <param name="Relays">Where transactions are sent privately.</param>
/// <param name="Routes">Which ones.</param>
public sealed record ChainSettings(
    ChainProfile Profile, LagRule Lag, int PoolBodies, IReadOnlyList<NodeConfiguration> Nodes, IReadOnlyList<NodeConfiguration> Relays, RoutePolicy Routes);

/// <summary>The section <c>Chains</c> of the silo's configuration: chains of both families, and their nodes.</summary>
internal static class ChainConfiguration
{
    /// <summary>What Bitcoin's own wallet takes for settled; it has no finalized tag.</summary>
    private const long BitcoinConfirmations = 6;

    private const long MaxPoolBodies = 1_000;

    public static IReadOnlyList<ChainSettings> Read(IConfigurationSection chains)
    {
        var read = new List<ChainSettings>();
        foreach (var section in chains.GetChildren())
        {
            var chain = ReadChain(section);
            if (read.Any(other => other.Profile.Chain == chain.Profile.Chain))
                throw SiloConfiguration.Wrong(section.Path + ":Id", "a chain that no other entry names", chain.Profile.Chain.Value);
            read.Add(chain);
        }

        return read;
    }

    private static ChainSettings ReadChain(IConfigurationSection chain)
    {
        // Chains:n:Id: CAIP-2, e.g. eip155:1 or bip122:000000000019d6689c085ae165831e93.
        if (!ChainId.TryParse(chain["Id"], out var id) || !id.HasNodes)
            throw SiloConfiguration.Wrong(chain.Path + ":Id", "an EVM or a Bitcoin chain by CAIP-2", chain["Id"] ?? "nothing");
        if (id.IsBitcoin && BitcoinChain.Find(id) is null)
            throw SiloConfiguration.Wrong(chain.Path + ":Id", $"{string.Join(" or ", BitcoinChain.All.Select(Named))}, whose rules of work are known here", id.Value);
        // Chains:n:Version (default 1), HistoryDepth (blocks, default 256), PollEveryMs (default 4000).
        var profile = new ChainProfile(
            id,
            (int)SiloConfiguration.Number(chain, "Version", 1),
            ReadProof(chain, id),
            ReadFinality(chain, id),
            (int)SiloConfiguration.Number(chain, "HistoryDepth", 256),
            new Span(SiloConfiguration.Number(chain, "PollEveryMs", 4000)));
        var all = chain.GetSection("Nodes").GetChildren().Select(ReadNode).ToArray();
        var (nodes, relays) = (all.Where(static node => node.Role != NodeRole.Relay).ToArray(), all.Where(static node => node.Role == NodeRole.Relay).ToArray());
        var serving = nodes.Where(static node => node.Role == NodeRole.Rpc).Select(static node => node.Organisation).ToArray();
        if (serving.Length == 0) throw SiloConfiguration.Wrong(chain.Path + ":Nodes", "at least one node of Role Rpc", "none");
        if (profile.Proof == ProofLevel.Agreed && serving.Distinct().Count() < 2)
            throw SiloConfiguration.Wrong(chain.Path + ":Nodes", "nodes of two organisations, as proof level Agreed needs", "one organisation");
        // Chains:n:PoolBodies (default 64): transactions of nodes' pools that are read in one poll; 0: only their hashes.
        var bodies = SiloConfiguration.Number(chain, "PoolBodies", ServedChain.UsualPoolBodies);
        if (bodies > MaxPoolBodies) throw SiloConfiguration.Wrong(chain.Path + ":PoolBodies", $"at most {MaxPoolBodies}", $"{bodies}");
        return new(profile, ReadLag(chain, LagRule.For(id)), (int)bodies, nodes, relays, RouteConfiguration.Read(chain, id, relays.Length));
    }

    private static LagRule ReadLag(IConfigurationSection chain, LagRule usual)
    {
        // Chains:n:Lag:BehindBlocks (default 32, Bitcoin 3) and ForBlocks (default 64, Bitcoin 6): see LagRule.
        var (behind, blocks) = (SiloConfiguration.Number(chain, "Lag:BehindBlocks", (long)usual.BehindBlocks), SiloConfiguration.Number(chain, "Lag:ForBlocks", (long)usual.ForBlocks));
        if (behind < 1) throw SiloConfiguration.Wrong(chain.Path + ":Lag:BehindBlocks", "blocks, 1 or more", $"{behind}");
        return blocks < 1 ? throw SiloConfiguration.Wrong(chain.Path + ":Lag:ForBlocks", "blocks, 1 or more", $"{blocks}") : new((ulong)behind, (ulong)blocks);
    }

    /// <summary>Each family has its own proofs (see <see cref="ProofLevel"/>).</summary>
    private static ProofLevel ReadProof(IConfigurationSection chain, ChainId id)
    {
        // Chains:n:Proof: None, Consistent or Agreed (default); of a Bitcoin chain Work, and nothing else.
        var text = chain["Proof"] ?? (id.IsBitcoin ? nameof(ProofLevel.Work) : nameof(ProofLevel.Agreed));
        if (Enum.TryParse<ProofLevel>(text, out var proof) && Enum.IsDefined(proof) && id.IsBitcoin == (proof == ProofLevel.Work)) return proof;
        throw SiloConfiguration.Wrong(chain.Path + ":Proof", id.IsBitcoin ? "Work, as Bitcoin's is" : "None, Consistent or Agreed", text);
    }

    private static FinalityRule ReadFinality(IConfigurationSection chain, ChainId id)
    {
        // Chains:n:Confirmations: blocks below the head that count as final; absent: the finalized tag that the nodes claim, of a Bitcoin chain 6 blocks.
        var depth = SiloConfiguration.Number(chain, "Confirmations", id.IsBitcoin ? BitcoinConfirmations : 0);
        if (depth is > 0 and <= int.MaxValue) return new FinalityRule.Depth((int)depth);
        return depth == 0 && !id.IsBitcoin
            ? new FinalityRule.FinalizedTag()
            : throw SiloConfiguration.Wrong(chain.Path + ":Confirmations", "blocks, 1 or more", $"{depth}");
    }

    private static NodeConfiguration ReadNode(IConfigurationSection node)
    {
        // Chains:n:Nodes:m:Name, Organisation, Url (http or https), CredentialFile (path, default none).
        if (!Name.TryParse(node["Name"], out var name)) throw SiloConfiguration.Wrong(node.Path + ":Name", Name.Form, node["Name"] ?? "nothing");
        if (!Name.TryParse(node["Organisation"], out var organisation))
            throw SiloConfiguration.Wrong(node.Path + ":Organisation", Name.Form, node["Organisation"] ?? "nothing");
        if (!Uri.TryCreate(node["Url"], UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw SiloConfiguration.Wrong(node.Path + ":Url", "an http or https address", node["Url"] ?? "nothing");
        // They would not be sent, and stand in every log that shows the address: this message does not repeat them.
        if (url.UserInfo.Length > 0) throw SiloConfiguration.Wrong(node.Path + ":Url", "an address alone, and user and password in a CredentialFile", "both in one");
        return new(name, organisation, url, node["CredentialFile"] is { Length: > 0 } file ? file : null) { WebSocketUrl = ReadWebSocket(node), Role = ReadRole(node) };
    }

    private static NodeRole ReadRole(IConfigurationSection node)
    {
        // Chains:n:Nodes:m:Role: Rpc (default), Relay or Index.
        var text = node["Role"] ?? nameof(NodeRole.Rpc);
        return Enum.GetNames<NodeRole>().Contains(text) ? Enum.Parse<NodeRole>(text) : throw SiloConfiguration.Wrong(node.Path + ":Role", "Rpc, Relay or Index", text);
    }

    private static Uri? ReadWebSocket(IConfigurationSection node)
    {
        // Chains:n:Nodes:m:WebSocketUrl (ws or wss; default none): an EVM node's own word of new heads; polling goes on beside it.
        if (node["WebSocketUrl"] is not { Length: > 0 } text) return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("ws" or "wss"))
            throw SiloConfiguration.Wrong(node.Path + ":WebSocketUrl", "a ws or wss address", text);
        return url.UserInfo.Length > 0 ? throw SiloConfiguration.Wrong(node.Path + ":WebSocketUrl", "an address without user and password", "one with them") : url;
    }

    private static string Named(BitcoinChain chain) => $"{chain.Id} ({chain.Network})";
}
