using System.Text;

namespace TPWallet.Tests.Crypto;

internal static class PhraseForm
{
    /// <summary>Only the Japanese vectors are not in NFKD already: composed kana and their marks.</summary>
    internal static string Normalized(this string phrase)
    {
        var text = new StringBuilder();
        foreach (var letter in phrase)
        {
            // Voiced kana U+304C … U+3062 and the like stand one (or two) above their base letter.
            const string Voiced = "がぎぐげござじずぜぞだぢづでどばびぶべぼ";
            const string HalfVoiced = "ぱぴぷぺぽ";
            if (Voiced.Contains(letter, StringComparison.Ordinal)) text.Append((char)(letter - 1)).Append('\u3099');
            else if (HalfVoiced.Contains(letter, StringComparison.Ordinal)) text.Append((char)(letter - 2)).Append('\u309a');
            else text.Append(letter);
        }

        return text.ToString();
    }
}
