using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum.Channels;

/// <summary>
/// The code of the channel contract on chain (Contracts/channels/ChannelManager.json): what a channel is opened against. All of it is demanded, its constants
/// too; only the four spans of a deployment, which stand in the code, are read.
/// </summary>
public static class ChannelCode
{
    private const int Word = 32;

    /// <summary>Where the words of the constructor stand in the code.</summary>
    private static readonly ImmutableArray<(ChannelCodeWord Word, ImmutableArray<int> At)> _words =
    [
        (ChannelCodeWord.FeeMargin, [1955]),
        (ChannelCodeWord.ForcedInclusion, [2116]),
        (ChannelCodeWord.ReorgDepth, [2077]),
        (ChannelCodeWord.Window, [1774, 5476, 5534, 12360]),
        (ChannelCodeWord.ChainId, [17701]),
        (ChannelCodeWord.DomainSeparator, [17743]),
        (ChannelCodeWord.This, [17659]),
        (ChannelCodeWord.HashedName, [17824]),
        (ChannelCodeWord.HashedVersion, [17864]),
        (ChannelCodeWord.Name, [16342]),
        (ChannelCodeWord.Version, [16390]),
    ];

    /// <summary>Keccak-256 of the code with all those words zero (deployedHash).</summary>
    public static Bytes32 Hash { get; } = Bytes32.Parse("0xb768e91cc32143151ca0b820138894d086e5677422c955a917b1eb37cdc7ee0c");

    /// <summary>Bytes of the code.</summary>
    public const int Length = 23_155;

    /// <summary>Where each word stands, for the test that holds this against the artifact.</summary>
    public static IEnumerable<(ChannelCodeWord Word, ImmutableArray<int> At)> Words => _words;

    /// <summary>Reads a deployment's spans out of its code.</summary>
    /// <param name="code">What eth_getCode gave.</param>
    /// <param name="constants">What the other words must be: those of this contract at this address on this chain.</param>
    public static Decoded<ChannelSpans> Read(HexBytes code, IReadOnlyDictionary<ChannelCodeWord, Bytes32> constants)
    {
        ArgumentNullException.ThrowIfNull(constants);
        if (code.Length != Length) return Refuse($"a contract of {Length} bytes", $"{code.Length} bytes");
        var bytes = code.Span.ToArray();
        var found = new Dictionary<ChannelCodeWord, Bytes32>();
        foreach (var (word, at) in _words)
        {
            foreach (var place in at)
            {
                var value = Bytes32.From(bytes.AsSpan(place, Word));
                if (!found.TryAdd(word, value) && found[word] != value) return Refuse($"one {word}", "two");
                if (constants.TryGetValue(word, out var expected) && value != expected) return Refuse($"{word} {expected}", value.ToString());
                bytes.AsSpan(place, Word).Clear();
            }
        }

        var hash = Bytes32.From(Keccak256.Hash(bytes));
        if (hash != Hash) return Refuse($"code {Hash}", hash.ToString());
        return new ChannelSpans(Span(ChannelCodeWord.Window), Span(ChannelCodeWord.ReorgDepth), Span(ChannelCodeWord.FeeMargin), Span(ChannelCodeWord.ForcedInclusion));

        // A uint48 of seconds: the constructor bounds it.
        ulong Span(ChannelCodeWord word) => (ulong)found[word].Number;
    }

    private static Decoded<ChannelSpans> Refuse(string expected, string actual) => new DecodeRefusal("channel.code", expected, actual);
}
