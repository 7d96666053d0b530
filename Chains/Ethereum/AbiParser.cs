using System.Globalization;

namespace TPWallet.Chains.Ethereum;

/// <summary>
/// Reads types and human-readable signatures: "transfer(address to, uint256 amount)", "function f() view returns (bool)",
/// "event Transfer(address indexed from, address indexed to, uint256)", "error Denied(bytes32 rule)". Codes: abi.signature, abi.type.
/// </summary>
internal ref struct AbiParser(string text)
{
    public const int MaxLength = 4_096;

    private static readonly string[] Modifiers = ["external", "public", "view", "pure", "payable", "nonpayable", "virtual", "override"];

    private const long MaxHeadLength = 8 * 1024 * 1024;

    private readonly ReadOnlySpan<char> _text = text;
    private int _position;
    private DecodeRefusal? _fault;

    public static Decoded<AbiType> ParseType(string text)
    {
        if (text.Length > MaxLength) return new DecodeRefusal("abi.signature", $"at most {MaxLength} characters", $"{text.Length}");
        var parser = new AbiParser(text);
        var type = parser.ReadType(0);
        parser.End();
        return parser._fault is { } fault ? fault : type;
    }

    public static Decoded<AbiSignature> ParseSignature(string text)
    {
        if (text.Length > MaxLength) return new DecodeRefusal("abi.signature", $"at most {MaxLength} characters", $"{text.Length}");
        var parser = new AbiParser(text);
        var kind = parser.TryWord("event") ? AbiKind.Event : parser.TryWord("error") ? AbiKind.Error : AbiKind.Function;
        if (kind == AbiKind.Function) _ = parser.TryWord("function");
        var name = parser.ReadName();
        if (name.Length == 0) parser.Fail("a name");
        var inputs = parser.ReadParameters(kind == AbiKind.Event, 0);
        var anonymous = false;
        Items<AbiParameter> outputs = default;
        while (parser._fault is null && parser.PeekName() is { Length: > 0 } word)
        {
            parser.ReadName();
            if (word is "returns") outputs = parser.ReadParameters(indexable: false, 0);
            else if (word is "anonymous" && kind == AbiKind.Event) anonymous = true;
            else if (!Modifiers.Contains(word)) parser.Fail("a modifier");
        }

        parser.End();
        return parser._fault is { } fault ? fault : new AbiSignature(kind, name, inputs, outputs, anonymous);
    }

    private Items<AbiParameter> ReadParameters(bool indexable, int depth)
    {
        Demand('(');
        var parameters = ImmutableArray.CreateBuilder<AbiParameter>();
        if (Try(')')) return [];
        do
        {
            var type = ReadType(depth);
            var indexed = indexable && TryWord("indexed");
            _ = TryWord("memory") || TryWord("calldata") || TryWord("storage");
            parameters.Add(new(type, ReadName(), indexed));
        }
        while (_fault is null && Try(','));
        Demand(')');
        return new(parameters.ToImmutable());
    }

    private AbiType ReadType(int depth)
    {
        if (depth > AbiType.MaxDepth) Fail($"at most {AbiType.MaxDepth} levels");
        if (_fault is not null) return new AbiType.Bool();
        Skip();
        _ = TryWord("tuple");
        AbiType type = Peek() == '(' ? new AbiType.Tuple(ReadParameters(indexable: false, depth + 1)) : Elementary(ReadName());
        for (var levels = depth; _fault is null && Peek() == '['; levels++)
        {
            if (levels > AbiType.MaxDepth) Fail($"at most {AbiType.MaxDepth} levels");
            _position++;
            type = Try(']') ? new AbiType.Array(type) : FixedArray(type);
        }

        return type;
    }

    private AbiType.FixedArray FixedArray(AbiType element)
    {
        var start = _position;
        while (char.IsAsciiDigit(Peek())) _position++;
        var digits = _text[start.._position];
        var valid = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            && digits[0] != '0' && length <= AbiType.MaxFixedLength;
        if (!valid || element.HeadLength * (long)length > MaxHeadLength) Fail($"an array length from 1 to {AbiType.MaxFixedLength}");
        Demand(']');
        return new(element, valid ? length : 1);
    }

    private AbiType Elementary(string name)
    {
        switch (name)
        {
            case "uint": return new AbiType.Unsigned(256);
            case "int": return new AbiType.Signed(256);
            case "bool": return new AbiType.Bool();
            case "address": return new AbiType.Account();
            case "function": return new AbiType.Function();
            case "bytes": return new AbiType.Bytes();
            case "string": return new AbiType.Text();
        }

        if (Size(name, "uint", 256) is var unsigned and > 0 && unsigned % 8 == 0) return new AbiType.Unsigned(unsigned);
        if (Size(name, "int", 256) is var signed and > 0 && signed % 8 == 0) return new AbiType.Signed(signed);
        if (Size(name, "bytes", 32) is var length and > 0) return new AbiType.FixedBytes(length);
        _fault ??= new("abi.type", "a type of the contract ABI", name.Length == 0 ? "nothing" : name);
        return new AbiType.Bool();
    }

    private static int Size(string name, string prefix, int max)
    {
        if (!name.StartsWith(prefix, StringComparison.Ordinal)) return 0;
        var digits = name.AsSpan(prefix.Length);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && digits[0] != '0' && size <= max ? size : 0;
    }

    private string ReadName()
    {
        var name = PeekName();
        _position += name.Length;
        return name;
    }

    private string PeekName()
    {
        Skip();
        var end = _position;
        while (end < _text.Length && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] is '_' or '$')) end++;
        return _text[_position..end].ToString();
    }

    private bool TryWord(string word)
    {
        if (PeekName() != word) return false;
        _position += word.Length;
        return true;
    }

    private bool Try(char c)
    {
        Skip();
        if (Peek() != c) return false;
        _position++;
        return true;
    }

    private void Demand(char c)
    {
        if (!Try(c)) Fail($"'{c}'");
    }

    private readonly char Peek() => _position < _text.Length ? _text[_position] : '\0';

    private void Skip()
    {
        while (Peek() == ' ') _position++;
    }

    private void End()
    {
        Skip();
        if (_position != _text.Length) Fail("the end");
    }

    private void Fail(string expected) =>
        _fault ??= new("abi.signature", $"{expected} at {_position}", _position < _text.Length ? $"'{_text[_position]}'" : "the end");
}
