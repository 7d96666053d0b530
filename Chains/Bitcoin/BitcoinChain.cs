using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>One chain of the Bitcoin family: how it is named, where it begins, and what its blocks have to prove.</summary>
/// <param name="Id">By CAIP-2: "bip122:" and the first 32 digits of the genesis block's hash.</param>
/// <param name="Network">Which addresses and keys belong to it.</param>
/// <param name="Genesis">The first header (Bitcoin Core's chainparams).</param>
/// <param name="Rules">The rules of work.</param>
public sealed record BitcoinChain(ChainId Id, BitcoinNetwork Network, BitcoinHeader Genesis, WorkRules Rules)
{
    private const string Bip122 = "bip122:";
    private const int ReferenceDigits = 32;

    private static readonly BitcoinHash GenesisRoot = BitcoinHash.Parse("4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b");

    /// <summary>The network with value.</summary>
    public static BitcoinChain Mainnet { get; } =
        Of(BitcoinNetwork.Mainnet, new(1, BitcoinHash.Zero, GenesisRoot, 1231006505, 0x1d00ffff, 2083236893), WorkRules.Mainnet);

    /// <summary>A private chain of one's own.</summary>
    public static BitcoinChain Regtest { get; } =
        Of(BitcoinNetwork.Regtest, new(1, BitcoinHash.Zero, GenesisRoot, 1296688602, 0x207fffff, 2), WorkRules.Regtest);

    /// <summary>The chains whose rules of work are known here; the public test networks have others.</summary>
    public static ImmutableArray<BitcoinChain> All { get; } = [Mainnet, Regtest];

    /// <summary>The native coin (SLIP-44: 0), in satoshis.</summary>
    public AssetId Coin => AssetId.Native(Id);

    /// <summary>The genesis block's hash.</summary>
    public BitcoinHash GenesisHash => Genesis.Hash();

    /// <summary>The chain of that id, or null where it is of another family or unknown here.</summary>
    public static BitcoinChain? Find(ChainId id) => All.FirstOrDefault(chain => chain.Id == id);

    private static BitcoinChain Of(BitcoinNetwork network, BitcoinHeader genesis, WorkRules rules) =>
        new(ChainId.Parse(Bip122 + genesis.Hash().ToString()[..ReferenceDigits]), network, genesis, rules);
}
