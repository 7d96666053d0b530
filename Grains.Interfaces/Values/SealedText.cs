using System.Buffers.Text;

namespace TPWallet.Grains.Interfaces.Values;

/// <summary>
/// How a person's text stands in commands, events and states once the shell took it in: encrypted under a data key of the account that it is about, as
/// "sealed:" and base64url of key id (16 bytes), nonce (12), tag (16) and cipher text. Machines carry it as any text and cannot read it. Whoever destroys the
/// data key erases every copy of the text at once, and no hash over it changes.
/// </summary>
public static class SealedText
{
    /// <summary>How a sealed text begins.</summary>
    public const string Prefix = "sealed:";

    /// <summary>What stands for a text whose key was destroyed.</summary>
    public const string Erased = "(erased)";

    /// <summary>Longest text that is sealed, in characters.</summary>
    public const int MaxPlain = 1024;

    public const int KeyIdSize = 16;
    public const int NonceSize = 12;
    public const int TagSize = 16;

    /// <summary>Bytes before the cipher text.</summary>
    public const int HeaderSize = KeyIdSize + NonceSize + TagSize;

    /// <summary>Whether the whole text is one sealed text.</summary>
    public static bool IsSealed(string text) =>
        text.StartsWith(Prefix, StringComparison.Ordinal) && Base64Url.IsValid(text.AsSpan(Prefix.Length), out var bytes) && bytes >= HeaderSize;

    /// <summary>Whether a sealed text may stand somewhere in it.</summary>
    public static bool IsIn(string text) => text.Contains(Prefix, StringComparison.Ordinal);
}

/// <summary>
/// A caller's command with a text of a person's own words. The shell checks it, then seals it before anything is decided, so that neither an event, a
/// snapshot, a fingerprint nor an answer holds it readable.
/// </summary>
public interface IPersonalCommand : ICommand
{
    /// <summary>The text; empty when nothing was said.</summary>
    string Personal { get; }

    /// <summary>Null if the text, not sealed yet, may stand.</summary>
    Rejection? CheckPersonal() => Personal.Length <= SealedText.MaxPlain
        ? null
        : new(RejectionCode.TooLarge, $"a text of at most {SealedText.MaxPlain} characters", $"{Personal.Length} characters");

    /// <summary>The same command with another text.</summary>
    ICommand WithPersonal(string text);
}
