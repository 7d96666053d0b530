using System.Security.Cryptography;
using System.Text;

namespace TPWallet.Crypto.Derivation;

/// <summary>The languages with an official or widely used BIP-39 word list.</summary>
public enum MnemonicLanguage
{
    English,
    ChineseSimplified,
    ChineseTraditional,
    Czech,
    French,
    Italian,
    Japanese,
    Korean,
    Portuguese,
    Spanish,
    Russian,
    Turkish,
}

/// <summary>Why a phrase is no valid mnemonic.</summary>
/// <param name="Code">Stable code.</param>
/// <param name="Expected">What was asked for.</param>
/// <param name="Actual">What was there. Never a word of the phrase: it is a secret.</param>
public sealed record MnemonicRefusal(string Code, string Expected, string Actual)
{
    /// <summary>Not 12, 15, 18, 21 or 24 words.</summary>
    public const string WordCount = "bip39.word_count";

    /// <summary>A word is not in the list.</summary>
    public const string UnknownWord = "bip39.unknown_word";

    /// <summary>The checksum bits do not match.</summary>
    public const string Checksum = "bip39.checksum";

    /// <summary>Longer than any mnemonic.</summary>
    public const string TooLong = "bip39.too_long";
}

/// <summary>BIP-39 mnemonics. Byte arrays given out are secrets: the caller wipes them.</summary>
public static class Bip39
{
    /// <summary>Length of a seed in bytes.</summary>
    public const int SeedLength = 64;

    /// <summary>Longest phrase read, in UTF-16 units; 24 of the longest words need far less.</summary>
    public const int MaximumPhraseLength = 1024;

    private const int WordBits = 11;
    private const int Iterations = 2048;

    /// <summary>The phrase of 16, 20, 24, 28 or 32 bytes of entropy, in NFKD; Japanese words are joined by U+3000, others by a space.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static string FromEntropy(ReadOnlySpan<byte> entropy, MnemonicLanguage language = MnemonicLanguage.English)
    {
        if (entropy.Length is < 16 or > 32 || entropy.Length % 4 != 0)
            throw new ArgumentException($"Entropy has 16, 20, 24, 28 or 32 bytes, not {entropy.Length}.", nameof(entropy));
        var list = WordList.Of(language);
        Span<byte> bits = stackalloc byte[33];
        entropy.CopyTo(bits);
        bits[entropy.Length] = ChecksumByte(entropy);
        var words = new string[entropy.Length * 3 / 4];
        for (var index = 0; index < words.Length; index++) words[index] = list.Words[ReadBits(bits, index * WordBits)];
        CryptographicOperations.ZeroMemory(bits);
        return string.Join(language == MnemonicLanguage.Japanese ? '\u3000' : ' ', words);
    }

    /// <summary>A fresh random phrase of 12, 15, 18, 21 or 24 words.</summary>
    /// <exception cref="ArgumentException">Another number of words.</exception>
    public static string Generate(int words = 24, MnemonicLanguage language = MnemonicLanguage.English)
    {
        if (!IsWordCount(words)) throw new ArgumentException($"A phrase has 12, 15, 18, 21 or 24 words, not {words}.", nameof(words));
        Span<byte> entropy = stackalloc byte[words * 4 / 3];
        RandomNumberGenerator.Fill(entropy);
        var phrase = FromEntropy(entropy, language);
        CryptographicOperations.ZeroMemory(entropy);
        return phrase;
    }

    /// <summary>Reads a phrase back into its entropy. Words may be in any Unicode form; runs of white space separate them.</summary>
    /// <returns>Null and the reason if it is no valid phrase of that language.</returns>
    public static byte[]? ToEntropy(string phrase, MnemonicLanguage language, out MnemonicRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(phrase);
        refusal = null;
        if (phrase.Length > MaximumPhraseLength)
        {
            refusal = new MnemonicRefusal(MnemonicRefusal.TooLong, $"at most {MaximumPhraseLength} characters", $"{phrase.Length}");
            return null;
        }

        var words = Split(phrase);
        if (!IsWordCount(words.Length))
        {
            refusal = new MnemonicRefusal(MnemonicRefusal.WordCount, "12, 15, 18, 21 or 24 words", $"{words.Length}");
            return null;
        }

        var list = WordList.Of(language);
        var bits = new byte[33];
        for (var index = 0; index < words.Length; index++)
        {
            if (list.Find(words[index]) is not int number)
            {
                refusal = new MnemonicRefusal(MnemonicRefusal.UnknownWord, $"a word of the list {language}", $"word {index + 1} is not in it");
                return null;
            }

            WriteBits(bits, index * WordBits, number);
        }

        return CheckedEntropy(bits, words.Length * 4 / 3, out refusal);
    }

    /// <summary>
    /// The 64-byte seed: PBKDF2-HMAC-SHA512 over the normalised phrase with the salt "mnemonic" and the normalised passphrase, 2048 rounds. As the
    /// standard says, any phrase gives a seed: check it with <see cref="ToEntropy"/> first.
    /// </summary>
    public static byte[] ToSeed(string phrase, string passphrase = "")
    {
        ArgumentNullException.ThrowIfNull(phrase);
        ArgumentNullException.ThrowIfNull(passphrase);
        var password = Encoding.UTF8.GetBytes(string.Join(' ', Split(phrase)));
        var salt = Encoding.UTF8.GetBytes("mnemonic" + Nfkd.Normalise(passphrase));
        var seed = Rfc2898DeriveBytes.Pbkdf2(password, salt, Iterations, HashAlgorithmName.SHA512, SeedLength);
        CryptographicOperations.ZeroMemory(password);
        CryptographicOperations.ZeroMemory(salt);
        return seed;
    }

    private static byte[]? CheckedEntropy(byte[] bits, int length, out MnemonicRefusal? refusal)
    {
        var entropy = bits[..length];
        // The checksum has one bit per four entropy bytes, at most eight, at the top of the byte that follows.
        var mask = (byte)(0xff << (8 - (length / 4)));
        var good = (ChecksumByte(entropy) & mask) == (bits[length] & mask);
        CryptographicOperations.ZeroMemory(bits);
        refusal = good ? null : new MnemonicRefusal(MnemonicRefusal.Checksum, "matching checksum bits", "other bits");
        if (good) return entropy;
        CryptographicOperations.ZeroMemory(entropy);
        return null;
    }

    private static string[] Split(string phrase) => Nfkd.Normalise(phrase).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static bool IsWordCount(int words) => words is >= 12 and <= 24 && words % 3 == 0;

    private static byte ChecksumByte(ReadOnlySpan<byte> entropy)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(entropy, hash);
        return hash[0];
    }

    private static int ReadBits(ReadOnlySpan<byte> bits, int start)
    {
        var value = 0;
        for (var bit = start; bit < start + WordBits; bit++) value = (value << 1) | ((bits[bit / 8] >> (7 - (bit % 8))) & 1);
        return value;
    }

    private static void WriteBits(Span<byte> bits, int start, int value)
    {
        for (var index = 0; index < WordBits; index++)
        {
            var bit = start + index;
            bits[bit / 8] |= (byte)(((value >> (WordBits - 1 - index)) & 1) << (7 - (bit % 8)));
        }
    }
}
