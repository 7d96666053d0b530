using System.Collections.Concurrent;

namespace TPWallet.Crypto.Derivation;

/// <summary>One of BIP-39's word lists: 2048 words in NFKD, in the official order.</summary>
internal sealed class WordList
{
    internal const int Count = 2048;

    private static readonly ConcurrentDictionary<MnemonicLanguage, WordList> _lists = new();

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    private WordList(string[] words)
    {
        Words = words;
        for (var index = 0; index < words.Length; index++) _numbers.Add(words[index], index);
    }

    internal IReadOnlyList<string> Words { get; }

    internal static WordList Of(MnemonicLanguage language) => _lists.GetOrAdd(language, Load);

    internal int? Find(string word) => _numbers.TryGetValue(word, out var number) ? number : null;

    private static WordList Load(MnemonicLanguage language)
    {
        var name = language switch
        {
            MnemonicLanguage.English => "english",
            MnemonicLanguage.ChineseSimplified => "chinese-simplified",
            MnemonicLanguage.ChineseTraditional => "chinese-traditional",
            MnemonicLanguage.Czech => "czech",
            MnemonicLanguage.French => "french",
            MnemonicLanguage.Italian => "italian",
            MnemonicLanguage.Japanese => "japanese",
            MnemonicLanguage.Korean => "korean",
            MnemonicLanguage.Portuguese => "portuguese",
            MnemonicLanguage.Spanish => "spanish",
            MnemonicLanguage.Russian => "russian",
            MnemonicLanguage.Turkish => "turkish",
            _ => throw new ArgumentOutOfRangeException(nameof(language), language, "No such word list."),
        };
        var words = EmbeddedText.Lines(name);
        return words.Length == Count ? new WordList(words) : throw new InvalidOperationException($"The word list {name} is damaged.");
    }
}
