using TPWallet.Crypto;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Devices;

/// <summary>
/// Addresses of Bitcoin chains as people write them, and as packets name them: by the hash of the key (P2WPKH, BIP-141). Other kinds of address name no such hash and are
/// refused here, before anything is drafted.
/// </summary>
public static class CoinAddress
{
    /// <summary>Bytes of a key's hash: the witness program of P2WPKH.</summary>
    private const int ProgramLength = 20;

    /// <summary>By the beginning of the genesis block's hash (CAIP-2, bip122): mainnet, testnet 3, signet, regtest (SLIP-173).</summary>
    private static readonly ImmutableSortedDictionary<ChainId, string> _prefixes = ImmutableSortedDictionary.CreateRange(
    [
        KeyValuePair.Create(ChainId.Parse("bip122:000000000019d6689c085ae165831e93"), "bc"),
        KeyValuePair.Create(ChainId.Parse("bip122:000000000933ea01ad0ee984209779ba"), "tb"),
        KeyValuePair.Create(ChainId.Parse("bip122:00000008819873e925422c1ff0f99f7c"), "tb"),
        KeyValuePair.Create(ChainId.Parse("bip122:0f9188f13cb7b2c71f2a335e3a4fc328"), "bcrt"),
    ]);

    /// <summary>What a packet names for this text. Codes: WrongChain, BadChecksum, UnsupportedKind (an address, but of another kind).</summary>
    public static Answer<Address> Parse(ChainId chain, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!_prefixes.TryGetValue(chain, out var prefix)) return Refuse(RejectionCode.WrongChain, "a known Bitcoin chain", $"{chain}");
        if (!Bech32.TryDecode(text, out var decoded, out var fault))
        {
            return fault == Bech32Fault.Checksum
                ? Refuse(RejectionCode.BadChecksum, "an address whose checksum holds", text)
                : Refuse(RejectionCode.UnsupportedKind, $"a P2WPKH address, {prefix}1q…", text);
        }

        if (decoded.Prefix != prefix) return Refuse(RejectionCode.WrongChain, $"an address of {chain} ({prefix}1…)", decoded.Prefix);
        return decoded is { Variant: Bech32Variant.Bech32, Groups: [0, .. var groups] } && Bech32.FromGroups(groups.AsSpan()) is { Length: ProgramLength } program
            ? new Answer<Address>.Given(Address.From(program))
            : Refuse(RejectionCode.UnsupportedKind, $"a P2WPKH address, {prefix}1q… of 20 bytes", text);
    }

    /// <summary>As people write it; the bare hash on a chain that is not known here.</summary>
    public static string Format(ChainId chain, Address address) => _prefixes.TryGetValue(chain, out var prefix)
        ? Bech32.Encode(Bech32Variant.Bech32, prefix, [0, .. Bech32.ToGroups(address.ToArray())])
        : address.ToString();

    /// <summary>The prefix of a chain's addresses; null for a chain that is not known here.</summary>
    internal static string? PrefixOf(ChainId chain) => _prefixes.GetValueOrDefault(chain);

    private static Answer<Address>.Refused Refuse(RejectionCode code, string expected, string actual) => new(new(code, expected, actual));
}
