using TPWallet.Crypto.Derivation;

namespace TPWallet.Chains.Bitcoin;

/// <summary>Which network an address, a key or a block belongs to.</summary>
public enum BitcoinNetwork
{
    /// <summary>The network with value.</summary>
    Mainnet,

    /// <summary>The public test networks 3 and 4; their addresses look alike.</summary>
    Testnet,

    /// <summary>Test networks whose blocks are signed (BIP-325); addresses as on testnet.</summary>
    Signet,

    /// <summary>A private chain of one's own.</summary>
    Regtest,
}

/// <summary>What differs between networks (Bitcoin Core's chainparams; SLIP-44 and SLIP-173).</summary>
public static class BitcoinNetworks
{
    /// <summary>The prefix of segregated-witness addresses: bc, tb or bcrt.</summary>
    public static string Bech32Prefix(this BitcoinNetwork network) => network switch
    {
        BitcoinNetwork.Mainnet => "bc",
        BitcoinNetwork.Testnet or BitcoinNetwork.Signet => "tb",
        BitcoinNetwork.Regtest => "bcrt",
        _ => throw Unknown(network),
    };

    /// <summary>The first byte of a P2PKH address.</summary>
    public static byte PubKeyHashVersion(this BitcoinNetwork network) => (byte)(network == BitcoinNetwork.Mainnet ? 0x00 : 0x6f);

    /// <summary>The first byte of a P2SH address.</summary>
    public static byte ScriptHashVersion(this BitcoinNetwork network) => (byte)(network == BitcoinNetwork.Mainnet ? 0x05 : 0xc4);

    /// <summary>The first byte of a private key in wallet import format.</summary>
    public static byte PrivateKeyVersion(this BitcoinNetwork network) => (byte)(network == BitcoinNetwork.Mainnet ? 0x80 : 0xef);

    /// <summary>Which version bytes extended keys have.</summary>
    public static Bip32Network ExtendedKeys(this BitcoinNetwork network) => network == BitcoinNetwork.Mainnet ? Bip32Network.Main : Bip32Network.Test;

    /// <summary>The coin type of BIP-44 paths: 0, or 1 on every test network.</summary>
    public static uint CoinType(this BitcoinNetwork network) => network == BitcoinNetwork.Mainnet ? 0u : 1u;

    private static ArgumentOutOfRangeException Unknown(BitcoinNetwork network) => new(nameof(network), network, "No such network.");
}
