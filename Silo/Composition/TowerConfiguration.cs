using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Composition;

/// <summary>The section <c>Tower</c> of the silo's configuration: whether the channels of other operators are guarded here. The same in every silo of a cluster.</summary>
internal static class TowerConfiguration
{
    /// <exception cref="SetUpException">A value that is none.</exception>
    public static TowerSettings Read(IConfiguration configuration)
    {
        // Tower:Account: the account from whose hot address fees are paid; Tower:Key: its channel key, default "tower", whose mandate names the contract and the most fees of a day.
        var section = configuration.GetSection("Tower");
        if (section["Account"] is not { } named) return section["Key"] is null ? TowerSettings.None : throw SiloConfiguration.Wrong("Tower:Account", "an account", "nothing");
        if (!AccountId.TryParse(named, out var account)) throw SiloConfiguration.Wrong("Tower:Account", "the id of an account", named);
        return Name.TryParse(section["Key"] ?? "tower", out var key) ? new(new TowerPayer(account, key)) : throw SiloConfiguration.Wrong("Tower:Key", Name.Form, section["Key"]!);
    }
}
