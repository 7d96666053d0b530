using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Composition;

/// <summary>Which transactions of a chain go by private relays, from its section of the silo's configuration.</summary>
internal static class RouteConfiguration
{
    private const int MaxAssets = 64;

    /// <summary>Said twice, by the chain and by its nodes: nobody sends in public by an oversight.</summary>
    public static RoutePolicy Read(IConfigurationSection chain, ChainId id, int relays)
    {
        // Chains:n:Broadcast: Public (default), to all nodes; Private, to those with the role Relay alone; or ByLeg, by what a leg pays.
        var section = chain.GetSection("Private");
        var routes = chain["Broadcast"] switch
        {
            null or "Public" => RoutePolicy.Open,
            "Private" => RoutePolicy.Closed,
            "ByLeg" => ByLeg(section, id),
            var other => throw SiloConfiguration.Wrong(chain.Path + ":Broadcast", "Public, Private or ByLeg", other),
        };
        if (section.Exists() && chain["Broadcast"] != "ByLeg")
            throw SiloConfiguration.Wrong(chain.Path + ":Broadcast", "ByLeg, as there is a section Private", chain["Broadcast"] ?? "Public");
        if (routes.IsOpen == relays > 0)
            throw SiloConfiguration.Wrong(
                chain.Path + ":Broadcast", routes.IsOpen ? "Private or ByLeg, as there are nodes with Role Relay" : "at least one node with Role Relay", routes.IsOpen ? "Public" : "none");
        return routes;
    }

    private static RoutePolicy ByLeg(IConfigurationSection section, ChainId id)
    {
        // Chains:n:Private:Calls (true or false, default false): every call of a contract. Private:From:m:Asset and Amount (base units): payments of at least so much.
        var calls = section["Calls"] switch
        {
            null or "false" => false,
            "true" => true,
            var other => throw SiloConfiguration.Wrong(section.Path + ":Calls", "true or false", other),
        };
        var from = ImmutableSortedDictionary<AssetId, UInt256>.Empty;
        foreach (var entry in section.GetSection("From").GetChildren())
        {
            if (!AssetId.TryParse(entry["Asset"], out var asset) || asset.Chain != id || from.ContainsKey(asset))
                throw SiloConfiguration.Wrong(entry.Path + ":Asset", $"an asset of {id} that no other entry names", entry["Asset"] ?? "nothing");
            if (!UInt256.TryParse(entry["Amount"], out var least)) throw SiloConfiguration.Wrong(entry.Path + ":Amount", "an amount in base units", entry["Amount"] ?? "nothing");
            if (from.Count >= MaxAssets) throw SiloConfiguration.Wrong(section.Path + ":From", $"at most {MaxAssets} assets", "more");
            from = from.Add(asset, least);
        }

        return !calls && from.IsEmpty
            ? throw SiloConfiguration.Wrong(section.Path, "Calls, or an asset in From", "neither")
            : RoutePolicy.Open with { Calls = calls, From = from };
    }
}
