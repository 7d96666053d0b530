using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace TPWallet.Crypto.Derivation;

/// <summary>A BIP-32 path from the master key, for example <c>m/44'/60'/0'/0/5</c>; hardened steps have bit 31 set.</summary>
public sealed class DerivationPath : IEquatable<DerivationPath>
{
    /// <summary>Bit 31: the step is hardened.</summary>
    public const uint Hardened = 0x8000_0000;

    /// <summary>Most steps: the depth field of an extended key has one byte.</summary>
    public const int MaximumSteps = 255;

    /// <summary>A path of the given steps.</summary>
    /// <exception cref="ArgumentException">More than <see cref="MaximumSteps"/>.</exception>
    public DerivationPath(params ReadOnlySpan<uint> steps)
    {
        if (steps.Length > MaximumSteps) throw new ArgumentException($"At most {MaximumSteps} steps, not {steps.Length}.", nameof(steps));
        Steps = [.. steps];
    }

    /// <summary>The steps, in order.</summary>
    public ImmutableArray<uint> Steps { get; }

    /// <summary>
    /// Reads <c>m</c> or <c>m/…</c>; a hardened step ends in <c>'</c>, <c>h</c> or <c>H</c>. Numbers are decimal, below 2^31, without leading zeros.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DerivationPath? path)
    {
        ArgumentNullException.ThrowIfNull(text);
        const int MaximumLength = 2 + (MaximumSteps * 12);
        path = null;
        if (text.Length > MaximumLength) return false;
        var parts = text.Split('/');
        if (parts[0] != "m" || parts.Length - 1 > MaximumSteps) return false;
        var steps = new uint[parts.Length - 1];
        for (var index = 0; index < steps.Length; index++)
        {
            if (!TryParseStep(parts[index + 1], out steps[index])) return false;
        }

        path = new DerivationPath(steps);
        return true;
    }

    /// <summary>Reads a path that the program itself holds.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    public static DerivationPath Parse(string text) =>
        TryParse(text, out var path) ? path : throw new FormatException("The text is no derivation path.");

    public bool Equals(DerivationPath? other) => other is not null && Steps.AsSpan().SequenceEqual(other.Steps.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as DerivationPath);

    public override int GetHashCode() => Steps.Aggregate(17, HashCode.Combine);

    /// <summary>The text form with <c>'</c> for hardened steps.</summary>
    public override string ToString() => string.Concat(Steps.Select(Format).Prepend("m"));

    private static string Format(uint step) =>
        string.Create(CultureInfo.InvariantCulture, $"/{step & ~Hardened}{((step & Hardened) != 0 ? "'" : string.Empty)}");

    private static bool TryParseStep(string part, out uint step)
    {
        var hardened = part.Length > 0 && part[^1] is '\'' or 'h' or 'H';
        var digits = hardened ? part[..^1] : part;
        if (!uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out step) || step >= Hardened) return false;
        if (digits.Length > 1 && digits[0] == '0') return false;
        if (hardened) step |= Hardened;
        return true;
    }
}

/// <summary>The five levels of BIP-44 (also BIP-49, BIP-84, BIP-86): purpose', coin type', account', change, index.</summary>
/// <param name="Purpose">44, 49, 84 or 86, hardened in the path.</param>
/// <param name="CoinType">SLIP-44 number, hardened in the path: 0 Bitcoin, 1 test networks, 60 Ether.</param>
/// <param name="Account">Account number, hardened in the path.</param>
/// <param name="Change">0 external, 1 change.</param>
/// <param name="Index">Address number.</param>
public readonly record struct Bip44Path(uint Purpose, uint CoinType, uint Account, uint Change, uint Index)
{
    /// <summary>The path of an Ethereum account's address.</summary>
    public static Bip44Path Ethereum(uint index, uint account = 0) => new(44, 60, account, 0, index);

    /// <summary>The path of a P2WPKH address (BIP-84).</summary>
    public static Bip44Path WitnessPubKeyHash(uint coinType, uint account, uint change, uint index) => new(84, coinType, account, change, index);

    /// <summary>The path of a P2TR address with one key (BIP-86).</summary>
    public static Bip44Path Taproot(uint coinType, uint account, uint change, uint index) => new(86, coinType, account, change, index);

    /// <summary>Reads a path of exactly these five levels.</summary>
    public static bool TryParse(string text, out Bip44Path path)
    {
        path = default;
        if (!DerivationPath.TryParse(text, out var any) || any.Steps.Length != 5) return false;
        var steps = any.Steps;
        for (var level = 0; level < 5; level++)
        {
            if ((steps[level] & DerivationPath.Hardened) != 0 != level < 3) return false;
        }

        path = new Bip44Path(
            steps[0] & ~DerivationPath.Hardened, steps[1] & ~DerivationPath.Hardened, steps[2] & ~DerivationPath.Hardened, steps[3], steps[4]);
        return path.Purpose is 44 or 49 or 84 or 86 && path.Change is 0 or 1;
    }

    /// <summary>The BIP-32 path.</summary>
    public DerivationPath ToPath() => new(
        Purpose | DerivationPath.Hardened, CoinType | DerivationPath.Hardened, Account | DerivationPath.Hardened, Change, Index);

    /// <summary>The text form.</summary>
    public override string ToString() => ToPath().ToString();
}
